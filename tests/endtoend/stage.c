/* The stage of the end-to-end tests: processes, folders, and what every play expects; see stage.h. */
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "base/clock.h"

#define WORDS_MAX 32
#define OUTPUT_MAX ((size_t)32 << 20)

/* --- folder --- */

void stage_begin(struct stage *stage)
{
    *stage = (struct stage){.demo_output = -1};
    snprintf(stage->folder, sizeof stage->folder, "/tmp/sovdeck-play-XXXXXX");
    cr_assert(mkdtemp(stage->folder) != NULL);
    snprintf(stage->config, sizeof stage->config, "%s/demo/config.yaml", stage->folder);
    snprintf(stage->journal, sizeof stage->journal, "%s/journal.jsonl", stage->folder);
}

static char *read_file(const char *path)
{
    struct bytebuf text;
    char bytes[4096];
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "cannot read %s", path);
    bytebuf_init(&text, OUTPUT_MAX);
    for (size_t got; (got = fread(bytes, 1, sizeof bytes, file)) > 0;)
        bytebuf_append(&text, bytes, got);
    fclose(file);
    char *copy = alloc_strndup(text.data == NULL ? "" : text.data, text.length);
    bytebuf_done(&text);
    return copy;
}

const char *stage_write(const struct stage *stage, const char *name, const char *text)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", stage->folder, name);
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL, "cannot write %s", path);
    fputs(text, file);
    fclose(file);
    return path;
}

void stage_edit_config(struct stage *stage, const char *old_text, const char *new_text)
{
    char *text = read_file(stage->config), *at = strstr(text, old_text);
    cr_assert(at != NULL, "'%s' is not in the configuration:\n%s", old_text, text);
    char *edited = alloc_printf("%.*s%s%s", (int)(at - text), text, new_text, at + strlen(old_text));
    snprintf(stage->config, sizeof stage->config, "%s", stage_write(stage, "config.yaml", edited));
    free(edited);
    free(text);
}

int stage_port(const struct stage *stage, const char *name)
{
    char path[128], line[64];
    snprintf(path, sizeof path, "%s/demo/ports", stage->folder);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "no %s", path);
    int port = 0;
    while (port == 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == '=')
            port = atoi(line + strlen(name) + 1);
    fclose(file);
    cr_assert(port > 0, "no port of %s", name);
    return port;
}

/* --- processes --- */

/* Reports of the sanitizers go to files of the folder: a console's own stderr is a screen. */
static char *sanitizer_options(const struct stage *stage, const char *variable, const char *options)
{
    return alloc_printf("%s=%s:log_path=%s/report", variable, options, stage->folder);
}

static void set_environment(const struct stage *stage)
{
    putenv(sanitizer_options(stage, "ASAN_OPTIONS", "detect_leaks=1"));
    putenv(sanitizer_options(stage, "UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1"));
    setenv("XDG_STATE_HOME", stage->folder, 1);
    setenv("HOME", stage->folder, 1);
    setenv("XDG_CONFIG_HOME", stage->folder, 1);
    unsetenv("LSAN_OPTIONS");
    unsetenv("KUBECONFIG");
}

static pid_t spawn(const struct stage *stage, const char *const *argv, int *ret_output)
{
    int ends[2];
    cr_assert(pipe2(ends, O_CLOEXEC) == 0);
    fflush(NULL);
    pid_t pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        set_environment(stage);
        dup2(ends[1], STDOUT_FILENO);
        execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(ends[1]);
    *ret_output = ends[0];
    return pid;
}

static bool wait_output(int fd, int64_t end_ms)
{
    int64_t left = end_ms - clock_monotonic_ms();
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return left > 0 && poll(&poll_fd, 1, (int)left) > 0;
}

static void wait_ready(const struct stage *stage)
{
    char seen[4096] = "";
    size_t length = 0;
    int64_t end = clock_monotonic_ms() + STAGE_DEADLINE_MS;
    while (strstr(seen, "ready") == NULL && length + 1 < sizeof seen) {
        cr_assert(wait_output(stage->demo_output, end), "the demo is not ready in time: %s", seen);
        ssize_t got = read(stage->demo_output, seen + length, sizeof seen - 1 - length);
        cr_assert(got > 0, "the demo ended: %s", seen);
        length += (size_t)got;
        seen[length] = '\0';
    }
}

void stage_start_demo(struct stage *stage, const char *const *arguments)
{
    char folder[128];
    snprintf(folder, sizeof folder, "%s/demo", stage->folder);
    const char *argv[WORDS_MAX] = {SOVDECK_PROGRAM, "demo", "--serve-only", "--seed", "7", "--dir", folder};
    for (size_t i = 7; arguments != NULL && *arguments != NULL && i + 1 < WORDS_MAX; i++, arguments++)
        argv[i] = *arguments;
    stage->demo = spawn(stage, argv, &stage->demo_output);
    wait_ready(stage);
}

static int stop_demo(struct stage *stage, int signal)
{
    int status = 0;
    kill(stage->demo, signal);
    waitpid(stage->demo, &status, 0);
    close(stage->demo_output);
    stage->demo = 0;
    stage->demo_output = -1;
    return status;
}

void stage_kill_demo(struct stage *stage)
{
    stop_demo(stage, SIGKILL);
}

static void check_reports(const struct stage *stage)
{
    char pattern[128];
    glob_t reports = {0};
    snprintf(pattern, sizeof pattern, "%s/report.*", stage->folder);
    glob(pattern, 0, NULL, &reports);
    for (size_t i = 0; i < reports.gl_pathc; i++) {
        char *text = read_file(reports.gl_pathv[i]);
        cr_assert_fail("a sanitizer reports:\n%s", text);
    }
    globfree(&reports);
}

void stage_end(struct stage *stage)
{
    if (stage->demo != 0) {
        int status = stop_demo(stage, SIGTERM);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the demo ended with status 0x%x", (unsigned)status);
    }
    if (!stage->crash_expected)
        check_reports(stage);
    CLEANUP(alloc_free_pointer) char *command = alloc_printf("rm -rf '%s'", stage->folder);
    cr_assert(system(command) == 0);
}

static size_t split_words(char *text, const char **argv, size_t count)
{
    char *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest); word != NULL && count + 1 < WORDS_MAX; word = strtok_r(NULL, " ", &rest))
        argv[count++] = word;
    return count;
}

static char *read_all(int fd, int64_t end_ms)
{
    struct bytebuf text;
    char bytes[8192];
    bytebuf_init(&text, OUTPUT_MAX);
    for (;;) {
        cr_assert(wait_output(fd, end_ms), "the command did not end in time");
        ssize_t got = read(fd, bytes, sizeof bytes);
        if (got <= 0)
            break;
        bytebuf_append(&text, bytes, (size_t)got);
    }
    char *copy = alloc_strndup(text.data == NULL ? "" : text.data, text.length);
    bytebuf_done(&text);
    return copy;
}

int stage_run(const struct stage *stage, char **ret_output, const char *format, ...)
{
    const char *argv[WORDS_MAX] = {SOVDECK_PROGRAM};
    char words[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    size_t count = split_words(words, argv, 1);
    const char *const more[] = {"--config", stage->config, "--journal", stage->journal};
    for (size_t i = 0; i < sizeof more / sizeof more[0] && count + 1 < WORDS_MAX; i++)
        argv[count++] = more[i];
    int fd, status = 0;
    pid_t pid = spawn(stage, argv, &fd);
    char *output = read_all(fd, clock_monotonic_ms() + 2 * STAGE_DEADLINE_MS);
    close(fd);
    waitpid(pid, &status, 0);
    if (ret_output != NULL)
        *ret_output = output;
    else
        free(output);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static char *viewer_token(const struct stage *stage, const char *region)
{
    CLEANUP(alloc_free_pointer) char *path = alloc_printf("%s/demo/kubeconfig", stage->folder);
    CLEANUP(alloc_free_pointer) char *text = read_file(path);
    CLEANUP(alloc_free_pointer) char *user = alloc_printf("name: %s-viewer\n  user:\n    token: ", region);
    const char *at = strstr(text, user);
    cr_assert(at != NULL, "the kubeconfig has no token of %s-viewer", region);
    at += strlen(user);
    return alloc_strndup(at, strcspn(at, "\n"));
}

char *stage_get(const struct stage *stage, const char *region, const char *path)
{
    CLEANUP(alloc_free_pointer) char *ca = alloc_printf("%s/demo/ca.crt", stage->folder);
    CLEANUP(alloc_free_pointer) char *token = viewer_token(stage, region);
    CLEANUP(alloc_free_pointer) char *header = alloc_printf("Authorization: Bearer %s", token);
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("https://127.0.0.1:%d%s", stage_port(stage, region), path);
    const char *argv[] = {"/usr/bin/env", "curl", "-sS", "--fail", "--noproxy", "*", "--cacert", ca, "-H", header, url, NULL};
    int fd, status = 0;
    pid_t pid = spawn(stage, argv, &fd);
    char *body = read_all(fd, clock_monotonic_ms() + STAGE_DEADLINE_MS);
    close(fd);
    waitpid(pid, &status, 0);
    cr_assert(status == 0, "curl %s: status 0x%x", url, (unsigned)status);
    return body;
}

/* --- consoles --- */

struct pty_app *stage_console(const struct stage *stage, int width, int height, const char *words)
{
    const char *argv[WORDS_MAX] = {SOVDECK_PROGRAM, "--journal", stage->journal, "--config", stage->config};
    bool named = stage->config[0] != '\0';
    CLEANUP(alloc_free_pointer) char *more = alloc_strdup(words != NULL ? words : "");
    CLEANUP(alloc_free_pointer) char *asan = sanitizer_options(stage, "ASAN_OPTIONS", "detect_leaks=1");
    CLEANUP(alloc_free_pointer) char *ubsan = sanitizer_options(stage, "UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1");
    CLEANUP(alloc_free_pointer) char *state = alloc_printf("XDG_STATE_HOME=%s", stage->folder);
    CLEANUP(alloc_free_pointer) char *config = alloc_printf("XDG_CONFIG_HOME=%s", stage->folder);
    CLEANUP(alloc_free_pointer) char *home = alloc_printf("HOME=%s", stage->folder);
    const char *environment[] = {asan, ubsan, state, config, home, "LSAN_OPTIONS", "KUBECONFIG", NULL};
    if (!named)
        argv[3] = argv[4] = NULL;
    split_words(more, argv, named ? 5 : 3);
    struct pty_app *app =
        pty_app_start(&(struct pty_app_options){.argv = argv, .environment = environment, .width = width, .height = height});
    cr_assert(app != NULL, "the console does not start");
    return app;
}

void stage_sees_within(struct pty_app *app, const char *text, int deadline_ms)
{
    cr_assert(pty_app_wait_text(app, text, deadline_ms), "'%s' is not on the screen after %d ms", text, deadline_ms);
}

void stage_sees(struct pty_app *app, const char *text)
{
    stage_sees_within(app, text, STAGE_DEADLINE_MS);
}

static bool says(const struct vt_screen *vt, void *context)
{
    CLEANUP(alloc_free_pointer) char *text = vt_screen_text(vt);
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        bool blank = *from == ' ' || *from == '\n';
        if (!blank)
            *to++ = *from;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    }
    *to = '\0';
    return strstr(text, context) != NULL;
}

void stage_says(struct pty_app *app, const char *sentence)
{
    bool said = pty_app_wait_until(app, says, (void *)(uintptr_t)sentence, STAGE_DEADLINE_MS);
    if (!said)
        pty_app_print(app, "it does not say so");
    cr_assert(said, "'%s' is not said after %d ms", sentence, STAGE_DEADLINE_MS);
}

void stage_loses(struct pty_app *app, const char *text)
{
    cr_assert(pty_app_wait_gone(app, text, STAGE_DEADLINE_MS), "'%s' stays on the screen", text);
}

void stage_settles(struct pty_app *app)
{
    cr_assert(pty_app_wait_idle(app, STAGE_DEADLINE_MS), "the console does not become idle");
}

void stage_keys(struct pty_app *app, const char *keys)
{
    pty_app_type(app, keys);
    stage_settles(app);
}

void stage_words(struct pty_app *app, const char *text)
{
    pty_app_write(app, text, strlen(text));
    stage_keys(app, "Enter");
}

void stage_all_live(struct pty_app *app)
{
    static const char *const LAMPS[] = {"fsn ●", "hel ●", "api ●", "nats ●"};
    for (size_t i = 0; i < sizeof LAMPS / sizeof LAMPS[0]; i++)
        stage_sees(app, LAMPS[i]);
}

void stage_quit(struct pty_app *app)
{
    int status;
    pty_app_type(app, "q");
    cr_assert(pty_app_wait_exit(app, STAGE_DEADLINE_MS, &status));
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the console ended with status 0x%x", (unsigned)status);
    cr_assert(!vt_screen_is_alternate(pty_app_screen(app)), "the alternate screen is still open");
    pty_app_free(app);
}
