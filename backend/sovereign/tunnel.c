/* One thread per tunnel: it starts the program (and must outlive it, as the program dies with the thread), looks whether the local
 * end answers, and waits longer after each failure. */
#include "sovereign/tunnel.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "base/sanitize.h"
#include "base/subprocess.h"
#include "sovereign/tunnel_address.h"

#define NAME_SHOWN_MAX 60         /* bytes of the command line */
#define LOOK_STARTING_MS 100      /* between looks at the local end until it answers */
#define LOOK_RUNNING_MS 1000      /* at the program */
#define ANSWER_MS 200             /* time for one connection attempt */
#define SLOW_MS 10000             /* a program that runs that long without an open end is worth a word */
#define PAUSE_LEAST_MS 1000
#define PAUSE_MOST_MS 30000
#define STEADY_MS 20000           /* after that long with an open end the next failure is a first one */

struct tunnel {
    char **argv;
    char *address;
    char name[NAME_SHOWN_MAX + 8], what[NAME_SHOWN_MAX + 24];
    pthread_t thread;
    bool is_started;
    int wake; /* eventfd: stopping */
    atomic_bool is_stopping;
    pthread_mutex_t lock; /* status and listener */
    pthread_cond_t changed;
    struct tunnel_status status;
    pthread_mutex_t listening; /* held while on_change runs */
    void (*on_change)(void *context);
    void *context;
};

static int64_t real_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void name_tunnel(struct tunnel *tunnel)
{
    CLEANUP(bytebuf_done) struct bytebuf line;
    bytebuf_init(&line, 4096);
    for (size_t i = 0; tunnel->argv[i] != NULL; i++)
        bytebuf_printf(&line, "%s%.200s", i > 0 ? " " : "", tunnel->argv[i]);
    char whole[NAME_SHOWN_MAX + 8];
    size_t cut = line.length > NAME_SHOWN_MAX ? NAME_SHOWN_MAX : line.length;
    while (cut < line.length && cut > 0 && ((unsigned char)line.data[cut] & 0xc0) == 0x80) /* not within a character */
        cut--;
    snprintf(whole, sizeof whole, "%.*s%s", (int)cut, bytebuf_text(&line), cut < line.length ? "…" : "");
    sanitize_line_into(tunnel->name, sizeof tunnel->name, whole, strlen(whole));
    snprintf(tunnel->what, sizeof tunnel->what, "tunnel '%s'", tunnel->name);
}

struct tunnel *tunnel_new(const char *const *argv, const char *address)
{
    struct tunnel *tunnel = alloc_new(struct tunnel);
    size_t count = 0;
    while (argv[count] != NULL)
        count++;
    tunnel->argv = alloc_zeroed(count + 1, sizeof *tunnel->argv);
    for (size_t i = 0; i < count; i++)
        tunnel->argv[i] = alloc_strdup(argv[i]);
    tunnel->address = alloc_strdup(address);
    tunnel->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&tunnel->lock, NULL);
    pthread_mutex_init(&tunnel->listening, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&tunnel->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    name_tunnel(tunnel);
    return tunnel;
}

const char *tunnel_name(const struct tunnel *tunnel)
{
    return tunnel->name;
}

const char *tunnel_address(const struct tunnel *tunnel)
{
    return tunnel->address;
}

/* ---- the thread */

static void change(struct tunnel *tunnel, enum tunnel_state state, pid_t pid, const char *text)
{
    pthread_mutex_lock(&tunnel->lock);
    bool is_new = tunnel->status.state != state || tunnel->status.pid != pid || strcmp(tunnel->status.text, text) != 0;
    if (pid != 0 && pid != tunnel->status.pid)
        tunnel->status.starts++;
    tunnel->status.state = state;
    tunnel->status.pid = pid;
    sanitize_line_into(tunnel->status.text, sizeof tunnel->status.text, text, strlen(text));
    if (is_new)
        pthread_cond_broadcast(&tunnel->changed);
    pthread_mutex_unlock(&tunnel->lock);
    pthread_mutex_lock(&tunnel->listening);
    if (is_new && tunnel->on_change != NULL)
        tunnel->on_change(tunnel->context);
    pthread_mutex_unlock(&tunnel->listening);
}

/* Until something happens or the time is over. False: stopping. */
static bool pause_for(struct tunnel *tunnel, int fd, int64_t milliseconds)
{
    struct pollfd ready[] = {{.fd = tunnel->wake, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    poll(ready, 2, (int)milliseconds);
    return !atomic_load(&tunnel->is_stopping);
}

/* Follows a program that runs until it has ended or we stop. Returns how long its end was open. */
static int64_t follow(struct tunnel *tunnel, struct subprocess *process)
{
    char text[TUNNEL_TEXT_MAX];
    pid_t pid = subprocess_pid(process);
    int64_t started_ms = real_ms(), open_ms = 0;
    snprintf(text, sizeof text, "%s is starting", tunnel->what);
    change(tunnel, TUNNEL_STARTING, pid, text);
    while (subprocess_is_alive(process)) {
        if (open_ms == 0 && tunnel_address_answers(tunnel->address, ANSWER_MS)) {
            open_ms = real_ms();
            change(tunnel, TUNNEL_READY, pid, "");
        } else if (open_ms == 0 && real_ms() - started_ms >= SLOW_MS) {
            const char *line = subprocess_last_line(process);
            snprintf(text, sizeof text, "%s runs, but nothing listens on %.60s yet%s%.60s", tunnel->what, tunnel->address, line[0] != '\0' ? ": " : "", line);
            change(tunnel, TUNNEL_STARTING, pid, text);
        }
        if (!pause_for(tunnel, subprocess_fd(process), open_ms == 0 ? LOOK_STARTING_MS : LOOK_RUNNING_MS))
            break;
    }
    return open_ms == 0 ? 0 : real_ms() - open_ms;
}

static void end_program(struct subprocess *process)
{
    int64_t end_ms = real_ms() + SUBPROCESS_STOP_GRACE_MS;
    subprocess_stop(process);
    while (subprocess_is_alive(process) && real_ms() < end_ms) {
        struct pollfd ready = {.fd = subprocess_fd(process), .events = POLLIN};
        poll(&ready, 1, 20);
    }
    subprocess_free(process);
}

static void run_once(struct tunnel *tunnel, int64_t *pause_ms)
{
    char text[TUNNEL_TEXT_MAX];
    struct error problem = {0};
    struct subprocess *process = NULL;
    struct subprocess_options options = {.argv = (const char *const *)tunnel->argv, .what = tunnel->what, .dies_with_thread = true};
    if (subprocess_start(&options, &process, &problem) == STATUS_OK) {
        if (follow(tunnel, process) >= STEADY_MS)
            *pause_ms = 0;
        subprocess_explain(process, &problem);
        end_program(process);
    }
    if (atomic_load(&tunnel->is_stopping))
        return;
    *pause_ms = *pause_ms == 0 ? PAUSE_LEAST_MS : *pause_ms * 2 > PAUSE_MOST_MS ? PAUSE_MOST_MS : *pause_ms * 2;
    snprintf(text, sizeof text, "%.*s; again in %d s", TUNNEL_TEXT_MAX - 24, problem.text, (int)(*pause_ms / 1000));
    change(tunnel, TUNNEL_WAITING, 0, text);
    for (int64_t until = real_ms() + *pause_ms; real_ms() < until;)
        if (!pause_for(tunnel, -1, until - real_ms()))
            return;
}

static void *run(void *context)
{
    struct tunnel *tunnel = context;
    int64_t pause_ms = 0;
    pthread_setname_np(pthread_self(), "tunnel");
    while (!atomic_load(&tunnel->is_stopping))
        run_once(tunnel, &pause_ms);
    change(tunnel, TUNNEL_STOPPED, 0, "");
    return NULL;
}

/* ---- the others */

void tunnel_start(struct tunnel *tunnel, void (*on_change)(void *context), void *context)
{
    pthread_mutex_lock(&tunnel->listening);
    tunnel->on_change = on_change;
    tunnel->context = context;
    pthread_mutex_unlock(&tunnel->listening);
    if (!tunnel->is_started)
        tunnel->is_started = pthread_create(&tunnel->thread, NULL, run, tunnel) == 0;
    if (!tunnel->is_started)
        change(tunnel, TUNNEL_WAITING, 0, "no thread can be started for the tunnel");
}

void tunnel_mute(struct tunnel *tunnel)
{
    pthread_mutex_lock(&tunnel->listening);
    tunnel->on_change = NULL;
    pthread_mutex_unlock(&tunnel->listening);
}

void tunnel_status(struct tunnel *tunnel, struct tunnel_status *ret)
{
    pthread_mutex_lock(&tunnel->lock);
    *ret = tunnel->status;
    pthread_mutex_unlock(&tunnel->lock);
}

static enum status judge(const struct tunnel *tunnel, int64_t left_ms, const atomic_bool *cancel, struct error *err)
{
    if (tunnel->status.state == TUNNEL_READY)
        return STATUS_OK;
    if (tunnel->status.state == TUNNEL_WAITING)
        return error_set(err, STATUS_UNREACHABLE, "%s", tunnel->status.text);
    if (cancel != NULL && atomic_load(cancel))
        return error_set(err, STATUS_INTERRUPTED, "interrupted");
    if (left_ms <= 0)
        return error_set(err, STATUS_TIMEOUT, "%s runs, but nothing listens on %s", tunnel->what, tunnel->address);
    return STATUS_BUSY;
}

enum status tunnel_wait(struct tunnel *tunnel, int64_t timeout_ms, const atomic_bool *cancel, struct error *err)
{
    int64_t end_ms = real_ms() + timeout_ms;
    enum status status;
    pthread_mutex_lock(&tunnel->lock);
    while ((status = judge(tunnel, end_ms - real_ms(), cancel, err)) == STATUS_BUSY) {
        int64_t until_ms = real_ms() + LOOK_STARTING_MS;
        struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
        pthread_cond_timedwait(&tunnel->changed, &tunnel->lock, &until);
    }
    pthread_mutex_unlock(&tunnel->lock);
    return status;
}

void tunnel_stop(struct tunnel *tunnel)
{
    uint64_t one = 1;
    atomic_store(&tunnel->is_stopping, true);
    if (write(tunnel->wake, &one, sizeof one) != sizeof one)
        return; /* it is awake already */
}

void tunnel_free(struct tunnel *tunnel)
{
    if (tunnel == NULL)
        return;
    tunnel_mute(tunnel);
    tunnel_stop(tunnel);
    if (tunnel->is_started)
        pthread_join(tunnel->thread, NULL);
    close(tunnel->wake);
    pthread_mutex_destroy(&tunnel->lock);
    pthread_mutex_destroy(&tunnel->listening);
    pthread_cond_destroy(&tunnel->changed);
    for (size_t i = 0; tunnel->argv[i] != NULL; i++)
        free(tunnel->argv[i]);
    free(tunnel->argv);
    free(tunnel->address);
    free(tunnel);
}
