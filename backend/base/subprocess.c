/* Programs run to their end, and programs that stay; see subprocess.h. Starting them is subprocess_spawn. */
#include "base/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "base/subprocess_spawn.h"

#define LOOK_EVERY_MS 50     /* at the cancel flag */
#define LOOK_FOR_END_MS 5    /* once the pipes are closed, or the child may have ended with a grandchild holding them */
#define LAST_WORDS_MS 100    /* for output still in the pipe when a child has ended and something else holds it */

/* One run in progress. */
struct run {
    const struct subprocess_options *options;
    struct subprocess_result *result;
    pid_t pid;
    int ends[2]; /* of stdout and stderr; -1 closed */
    int64_t end_ms; /* of the time-out; INT64_MAX: none */
    size_t maximum;
    char name[SUBPROCESS_SPAWN_NAME_MAX];
};

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* All at once: growing would leave copies of a secret in freed memory. */
static void make_room(struct bytebuf *buf, size_t maximum)
{
    *buf = (struct bytebuf){.data = alloc_zeroed(1, maximum + 1), .capacity = maximum + 1, .maximum = maximum};
}

/* What is there now. False: over the maximum. */
static bool drain(int *fd, struct bytebuf *into)
{
    while (*fd >= 0) {
        char extra;
        bool full = into->length == into->maximum;
        ssize_t count = full ? read(*fd, &extra, 1) : read(*fd, into->data + into->length, into->maximum - into->length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return true;
        if (count <= 0)
            shut(fd);
        else if (full)
            return false;
        else
            into->length += (size_t)count;
    }
    return true;
}

static bool take_output(struct run *run)
{
    bool fits = drain(&run->ends[0], &run->result->output);
    return drain(&run->ends[1], &run->result->errors) && fits;
}

static void wait_for_something(const struct run *run)
{
    bool is_open = run->ends[0] >= 0 || run->ends[1] >= 0;
    int64_t left_ms = run->end_ms - subprocess_spawn_now_ms(), most_ms = is_open ? LOOK_EVERY_MS : LOOK_FOR_END_MS;
    struct pollfd ready[2] = {{.fd = run->ends[0], .events = POLLIN}, {.fd = run->ends[1], .events = POLLIN}};
    poll(ready, 2, (int)(left_ms < 0 ? 0 : left_ms < most_ms ? left_ms : most_ms));
}

static bool is_cancelled(const struct subprocess_options *options)
{
    return options->cancel != NULL && atomic_load(options->cancel);
}

/* The child has ended; a descendant may hold the pipes (a helper that stays), so the end of file is not waited for long. */
static bool take_last_words(struct run *run)
{
    int64_t end_ms = subprocess_spawn_now_ms() + LAST_WORDS_MS;
    bool fits = take_output(run);
    while (fits && (run->ends[0] >= 0 || run->ends[1] >= 0) && subprocess_spawn_now_ms() < end_ms) {
        struct pollfd ready[2] = {{.fd = run->ends[0], .events = POLLIN}, {.fd = run->ends[1], .events = POLLIN}};
        poll(ready, 2, LOOK_FOR_END_MS);
        fits = take_output(run);
    }
    return fits;
}

static enum status too_much(const struct run *run, struct error *err)
{
    return error_set(err, STATUS_TOO_BIG, "%s printed more than %zu KiB and was stopped", run->name, run->maximum >> 10);
}

/* STATUS_OK: it ended by itself, *state is set. Else it still runs (unless only its output was too much). */
static enum status follow(struct run *run, bool *ended, int *state, struct error *err)
{
    for (;;) {
        wait_for_something(run);
        if (!take_output(run))
            return too_much(run, err);
        *ended = subprocess_spawn_reap(run->pid, false, state);
        if (*ended)
            return take_last_words(run) ? STATUS_OK : too_much(run, err);
        if (is_cancelled(run->options))
            return error_set(err, STATUS_INTERRUPTED, "%s was stopped", run->name);
        if (subprocess_spawn_now_ms() >= run->end_ms)
            return error_set(err, STATUS_TIMEOUT, "%s did not end within %.3g s and was stopped", run->name,
                             (double)run->options->timeout_ms / 1000);
    }
}

/* First line that says something. Python says it last. */
static void speaking_line(struct span text, char line[SUBPROCESS_LINE_MAX])
{
    struct span rest = text, part, chosen = SPAN_EMPTY;
    bool is_traceback = false;
    while ((chosen.length == 0 || is_traceback) && span_split(&rest, '\n', &part)) {
        part = span_trim(part);
        if (part.length == 0)
            continue;
        is_traceback = is_traceback || span_starts_with(part, "Traceback (");
        chosen = part;
    }
    sanitize_line_into(line, SUBPROCESS_LINE_MAX, chosen.data, chosen.length);
}

static bool open_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    fcntl(ends[0], F_SETFL, O_NONBLOCK); /* ours only: the child's end stays as programs expect it */
    return true;
}

static enum status start_run(struct run *run, struct error *err)
{
    int output[2] = {-1, -1}, errors[2] = {-1, -1};
    if (!open_pipe(output) || !open_pipe(errors)) {
        shut(&output[0]);
        shut(&output[1]);
        return error_set(err, STATUS_IO, "%s cannot be started: no pipe: %s", run->name, strerror(errno));
    }
    enum status status = subprocess_spawn(run->options, output[1], errors[1], &run->pid, err);
    close(output[1]);
    close(errors[1]);
    run->ends[0] = output[0];
    run->ends[1] = errors[0];
    return status;
}

static enum status finish_run(struct run *run, struct error *err)
{
    int state = 0;
    bool ended = false;
    enum status status = follow(run, &ended, &state, err);
    if (!ended) {
        kill(-run->pid, SIGKILL);
        subprocess_spawn_reap(run->pid, true, &state);
    }
    run->result->exit_code = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
    run->result->signal = WIFSIGNALED(state) ? WTERMSIG(state) : 0;
    if (status != STATUS_OK)
        return status;
    char line[SUBPROCESS_LINE_MAX];
    speaking_line(bytebuf_span(&run->result->errors), line);
    return subprocess_spawn_explain(run->name, state, line, err);
}

enum status subprocess_run(const struct subprocess_options *options, struct subprocess_result *result, struct error *err)
{
    struct run run = {.options = options, .result = result, .ends = {-1, -1}};
    run.maximum = options->output_maximum > 0 ? options->output_maximum : SUBPROCESS_OUTPUT_MAXIMUM;
    run.end_ms = options->timeout_ms > 0 ? subprocess_spawn_now_ms() + options->timeout_ms : INT64_MAX;
    *result = (struct subprocess_result){.exit_code = -1};
    make_room(&result->output, run.maximum);
    make_room(&result->errors, run.maximum);
    subprocess_spawn_name(options, run.name);
    enum status status = start_run(&run, err);
    if (status == STATUS_OK)
        status = finish_run(&run, err);
    shut(&run.ends[0]);
    shut(&run.ends[1]);
    return status;
}

void subprocess_result_done(struct subprocess_result *result)
{
    if (result->output.data != NULL)
        explicit_bzero(result->output.data, result->output.capacity);
    if (result->errors.data != NULL)
        explicit_bzero(result->errors.data, result->errors.capacity);
    bytebuf_done(&result->output);
    bytebuf_done(&result->errors);
}

struct subprocess {
    pid_t pid;
    int fd;
    bool ended, stopping;
    int state;
    int64_t kill_at_ms;
    char name[SUBPROCESS_SPAWN_NAME_MAX];
    char raw[SUBPROCESS_LINE_MAX]; /* the line being printed */
    size_t raw_length;
    char line[SUBPROCESS_LINE_MAX];
};

enum status subprocess_start(const struct subprocess_options *options, struct subprocess **ret, struct error *err)
{
    struct subprocess *process = alloc_new(struct subprocess);
    int ends[2] = {-1, -1};
    subprocess_spawn_name(options, process->name);
    enum status status = STATUS_OK;
    if (!open_pipe(ends))
        status = error_set(err, STATUS_IO, "%s cannot be started: no pipe: %s", process->name, strerror(errno));
    else
        status = subprocess_spawn(options, ends[1], ends[1], &process->pid, err);
    shut(&ends[1]);
    process->fd = ends[0];
    if (status == STATUS_OK) {
        *ret = process;
        return STATUS_OK;
    }
    shut(&process->fd);
    free(process);
    return status;
}

pid_t subprocess_pid(const struct subprocess *process)
{
    return process->pid;
}

int subprocess_fd(const struct subprocess *process)
{
    return process->fd;
}

static void end_line(struct subprocess *process)
{
    struct span line = span_trim(span_make(process->raw, process->raw_length));
    if (line.length > 0)
        sanitize_line_into(process->line, sizeof process->line, line.data, line.length);
    process->raw_length = 0;
}

/* The head of a line longer than the buffer is kept. */
static void take_bytes(struct subprocess *process, struct span bytes)
{
    for (size_t i = 0; i < bytes.length; i++) {
        if (bytes.data[i] == '\n' || bytes.data[i] == '\r')
            end_line(process);
        else if (process->raw_length < sizeof process->raw)
            process->raw[process->raw_length++] = bytes.data[i];
    }
}

static void read_printed(struct subprocess *process)
{
    char bytes[4096];
    for (size_t taken = 0; process->fd >= 0 && taken < SUBPROCESS_OUTPUT_MAXIMUM;) { /* a flood is read in turns */
        ssize_t count = read(process->fd, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return;
        if (count <= 0) {
            shut(&process->fd);
            return;
        }
        take_bytes(process, span_make(bytes, (size_t)count));
        taken += (size_t)count;
    }
}

bool subprocess_is_alive(struct subprocess *process)
{
    if (process->ended)
        return false;
    bool ended = subprocess_spawn_has_ended(process->pid);
    read_printed(process);
    if (ended) {
        kill(-process->pid, SIGTERM); /* what it left behind; before it is reaped, as its number is free afterwards */
        process->ended = subprocess_spawn_reap(process->pid, true, &process->state);
        end_line(process);
        shut(&process->fd);
    } else if (process->stopping && subprocess_spawn_now_ms() >= process->kill_at_ms) {
        kill(-process->pid, SIGKILL);
    }
    return !process->ended;
}

const char *subprocess_last_line(const struct subprocess *process)
{
    return process->line;
}

enum status subprocess_explain(const struct subprocess *process, struct error *err)
{
    if (!process->ended)
        return STATUS_OK;
    if (subprocess_spawn_explain(process->name, process->state, process->line, err) != STATUS_OK)
        return STATUS_INVALID;
    return error_set(err, STATUS_INVALID, "%s ended%s%s", process->name, process->line[0] != '\0' ? ": " : "", process->line);
}

void subprocess_stop(struct subprocess *process)
{
    if (process->ended || process->stopping)
        return;
    process->stopping = true;
    process->kill_at_ms = subprocess_spawn_now_ms() + SUBPROCESS_STOP_GRACE_MS;
    kill(-process->pid, SIGTERM);
}

void subprocess_free(struct subprocess *process)
{
    if (process == NULL)
        return;
    if (!process->ended) {
        kill(-process->pid, SIGKILL);
        subprocess_spawn_reap(process->pid, true, &process->state);
    }
    shut(&process->fd);
    free(process);
}
