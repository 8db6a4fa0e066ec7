/* The test holds the slave side open too: it sees there whether typed bytes were read, and output written just before exit stays
 * readable. */
#include "support/pty_app.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/span.h"
#include "input/key.h"
#include "base/utf8.h"

struct pty_app {
    int master, slave, idle_fd, pid_fd;
    pid_t pid;
    bool exited;
    int status;
    struct vt_screen *vt;
    uint64_t bytes, idle_count, idle_frame, idle_generation;
    char line[128]; /* of the idle probe, not complete yet */
    size_t line_length;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void set_environment(const struct pty_app_options *options, int idle_fd)
{
    char number[16];
    snprintf(number, sizeof number, "%d", idle_fd);
    setenv("SOVDECK_IDLE_FD", number, 1);
    setenv("TERM", options->term == NULL ? "xterm-256color" : options->term, 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    static const char *const UNSET[] = {"LINES", "COLUMNS", "COLORTERM", "NO_COLOR", "ESCDELAY", "NCURSES_NO_UTF8_ACS"};
    for (size_t i = 0; i < sizeof UNSET / sizeof UNSET[0]; i++)
        unsetenv(UNSET[i]);
    for (const char *const *at = options->environment; at != NULL && *at != NULL; at++) {
        char *copy = strdup(*at), *equals = strchr(copy, '=');
        if (equals == NULL) {
            unsetenv(copy);
        } else {
            *equals = '\0';
            setenv(copy, equals + 1, 1);
        }
        free(copy);
    }
}

static void run_child(const struct pty_app_options *options, int slave, int idle_fd)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    ioctl(slave, TIOCSCTTY, 0);
    dup2(slave, STDIN_FILENO);
    dup2(slave, STDOUT_FILENO);
    dup2(slave, STDERR_FILENO);
    fcntl(idle_fd, F_SETFD, 0);
    set_environment(options, idle_fd);
    execv(options->argv[0], (char *const *)(uintptr_t)options->argv);
    fprintf(stderr, "cannot run %s: %s\n", options->argv[0], strerror(errno));
    _exit(127);
}

static bool open_pty(struct pty_app *app, int width, int height)
{
    struct winsize size = {.ws_row = (unsigned short)height, .ws_col = (unsigned short)width};
    app->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (app->master < 0 || grantpt(app->master) != 0 || unlockpt(app->master) != 0)
        return false;
    char name[64];
    if (ptsname_r(app->master, name, sizeof name) != 0)
        return false;
    app->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return app->slave >= 0 && ioctl(app->master, TIOCSWINSZ, &size) == 0;
}

struct pty_app *pty_app_start(const struct pty_app_options *options)
{
    struct pty_app *app = alloc_new(struct pty_app);
    int width = options->width > 0 ? options->width : 80, height = options->height > 0 ? options->height : 24;
    int probe[2] = {-1, -1};
    app->slave = app->pid_fd = app->idle_fd = -1;
    app->exited = true;
    app->vt = vt_screen_new(width, height);
    if (!open_pty(app, width, height) || pipe2(probe, O_CLOEXEC) != 0) {
        pty_app_free(app);
        return NULL;
    }
    app->idle_fd = probe[0];
    fcntl(app->idle_fd, F_SETFL, O_NONBLOCK);
    fcntl(app->master, F_SETFL, O_RDWR | O_NONBLOCK);
    app->pid = fork();
    if (app->pid == 0)
        run_child(options, app->slave, probe[1]);
    close(probe[1]);
    if (app->pid < 0) {
        pty_app_free(app);
        return NULL;
    }
    app->exited = false;
    app->pid_fd = (int)syscall(SYS_pidfd_open, app->pid, 0);
    return app;
}

static void reap(struct pty_app *app, int options)
{
    if (!app->exited && waitpid(app->pid, &app->status, options) == app->pid)
        app->exited = true;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

void pty_app_free(struct pty_app *app)
{
    if (app == NULL)
        return;
    if (!app->exited) {
        kill(app->pid, SIGKILL);
        reap(app, 0);
    }
    close_fd(app->master);
    close_fd(app->slave);
    close_fd(app->idle_fd);
    close_fd(app->pid_fd);
    vt_screen_free(app->vt);
    free(app);
}

const struct vt_screen *pty_app_screen(const struct pty_app *app)
{
    return app->vt;
}

uint64_t pty_app_bytes(const struct pty_app *app)
{
    return app->bytes;
}

bool pty_app_modes(const struct pty_app *app, struct termios *ret_modes)
{
    return tcgetattr(app->slave, ret_modes) == 0;
}

int pty_app_pid(const struct pty_app *app)
{
    return (int)app->pid;
}

static bool read_output(struct pty_app *app)
{
    char bytes[4096];
    bool any = false;
    for (ssize_t got; (got = read(app->master, bytes, sizeof bytes)) > 0; any = true) {
        vt_screen_feed(app->vt, bytes, (size_t)got);
        app->bytes += (uint64_t)got;
    }
    return any;
}

static void take_probe_byte(struct pty_app *app, char byte)
{
    if (byte != '\n') {
        if (app->line_length + 1 < sizeof app->line)
            app->line[app->line_length++] = byte;
        return;
    }
    unsigned long long frame, generation;
    app->line[app->line_length] = '\0';
    app->line_length = 0;
    if (sscanf(app->line, "idle %llu %llu", &frame, &generation) != 2)
        return;
    app->idle_frame = frame;
    app->idle_generation = generation;
    app->idle_count++;
}

static bool read_probe(struct pty_app *app)
{
    char bytes[512];
    bool any = false;
    for (ssize_t got; app->idle_fd >= 0 && (got = read(app->idle_fd, bytes, sizeof bytes)) >= 0; any = true) {
        if (got == 0) { /* the program closed it */
            close_fd(app->idle_fd);
            app->idle_fd = -1;
            break;
        }
        for (ssize_t i = 0; i < got; i++)
            take_probe_byte(app, bytes[i]);
    }
    return any;
}

bool pty_app_pump(struct pty_app *app, int timeout_ms)
{
    bool any = read_probe(app); /* first: what was written before the report is then there to read */
    any |= read_output(app);
    if (any || timeout_ms <= 0)
        return any;
    struct pollfd fds[] = {
        {.fd = app->master, .events = POLLIN},
        {.fd = app->idle_fd, .events = POLLIN},
        {.fd = app->exited ? -1 : app->pid_fd, .events = POLLIN},
    };
    if (poll(fds, 3, timeout_ms) <= 0)
        return false;
    read_probe(app);
    read_output(app);
    if (fds[2].revents != 0)
        reap(app, WNOHANG);
    return true;
}

static void forget_idle(struct pty_app *app)
{
    read_probe(app);
    app->idle_count = 0;
}

void pty_app_write(struct pty_app *app, const void *bytes, size_t length)
{
    const char *at = bytes;
    forget_idle(app);
    while (length > 0) {
        ssize_t wrote = write(app->master, at, length);
        if (wrote < 0 && errno == EAGAIN) { /* the program is slow to read: let it write meanwhile */
            pty_app_pump(app, 100);
            continue;
        }
        if (wrote <= 0)
            return;
        at += wrote;
        length -= (size_t)wrote;
    }
}

static const struct {
    uint32_t code;
    const char *bytes;
} KEYS[] = {
    {KEY_CODE_ENTER, "\r"},          {KEY_CODE_ESCAPE, "\033"},       {KEY_CODE_TAB, "\t"},           {KEY_CODE_BACKSPACE, "\177"},
    {KEY_CODE_DELETE, "\033[3~"},    {KEY_CODE_INSERT, "\033[2~"},    {KEY_CODE_ARROW_UP, "\033OA"},  {KEY_CODE_ARROW_DOWN, "\033OB"},
    {KEY_CODE_ARROW_RIGHT, "\033OC"}, {KEY_CODE_ARROW_LEFT, "\033OD"}, {KEY_CODE_PAGE_UP, "\033[5~"}, {KEY_CODE_PAGE_DOWN, "\033[6~"},
    {KEY_CODE_FIRST, "\033OH"},      {KEY_CODE_LAST, "\033OF"},       {KEY_CODE_F1, "\033OP"},        {KEY_CODE_F1 + 1, "\033OQ"},
    {KEY_CODE_F1 + 2, "\033OR"},     {KEY_CODE_F1 + 3, "\033OS"},     {KEY_CODE_F1 + 4, "\033[15~"},  {KEY_CODE_F1 + 5, "\033[17~"},
    {KEY_CODE_F1 + 6, "\033[18~"},   {KEY_CODE_F1 + 7, "\033[19~"},   {KEY_CODE_F1 + 8, "\033[20~"},  {KEY_CODE_F1 + 9, "\033[21~"},
    {KEY_CODE_F1 + 10, "\033[23~"},  {KEY_CODE_F1 + 11, "\033[24~"},
};

static size_t encode_key(struct key key, char out[16])
{
    size_t length = 0;
    if ((key.mods & KEY_MOD_ALT) != 0)
        out[length++] = '\033';
    if (key.code == KEY_CODE_TAB && (key.mods & KEY_MOD_SHIFT) != 0)
        return (size_t)sprintf(out, "\033[Z");
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++)
        if (KEYS[i].code == key.code)
            return length + (size_t)sprintf(out + length, "%s", KEYS[i].bytes);
    if ((key.mods & KEY_MOD_CTRL) != 0) {
        out[length++] = key.code == ' ' ? '\0' : (char)(key.code & 0x1F);
        return length;
    }
    return length + utf8_encode(key.code, out + length);
}

void pty_app_type(struct pty_app *app, const char *keys)
{
    struct span rest = span_of(keys), name;
    forget_idle(app);
    while (span_split(&rest, ' ', &name)) {
        struct key key;
        char bytes[16];
        if (name.length == 0)
            continue;
        if (key_parse(name, &key))
            pty_app_write(app, bytes, encode_key(key, bytes));
        else
            fprintf(stderr, "pty_app_type: '%.*s' is no key\n", SPAN_PRINT(name));
    }
}

void pty_app_resize(struct pty_app *app, int width, int height)
{
    struct winsize size = {.ws_row = (unsigned short)height, .ws_col = (unsigned short)width};
    forget_idle(app);
    vt_screen_resize(app->vt, width, height);
    ioctl(app->master, TIOCSWINSZ, &size);
}

void pty_app_signal(struct pty_app *app, int signal)
{
    if (!app->exited)
        kill(app->pid, signal);
}

uint64_t pty_app_idle_count(const struct pty_app *app)
{
    return app->idle_count;
}

uint64_t pty_app_idle_frame(const struct pty_app *app)
{
    return app->idle_frame;
}

uint64_t pty_app_idle_generation(const struct pty_app *app)
{
    return app->idle_generation;
}

void pty_app_print(const struct pty_app *app, const char *why)
{
    char *text = vt_screen_text(app->vt);
    fprintf(stderr, "%s; the screen is:\n%s", why, text);
    free(text);
}

bool pty_app_wait_until(struct pty_app *app, bool (*holds)(const struct vt_screen *vt, void *context), void *context, int deadline_ms)
{
    int64_t end = now_ms() + deadline_ms;
    for (;;) {
        pty_app_pump(app, 0);
        if (holds(app->vt, context))
            return true;
        int64_t left = end - now_ms();
        if (left <= 0 || (app->exited && !pty_app_pump(app, 0)))
            return holds(app->vt, context);
        pty_app_pump(app, (int)left);
    }
}

static bool shows(const struct vt_screen *vt, void *context)
{
    return vt_screen_contains(vt, context);
}

static bool hides(const struct vt_screen *vt, void *context)
{
    return !vt_screen_contains(vt, context);
}

static bool wait_or_print(struct pty_app *app, bool (*holds)(const struct vt_screen *vt, void *context), const char *text,
                          int deadline_ms, const char *what)
{
    char why[256];
    if (pty_app_wait_until(app, holds, (void *)(uintptr_t)text, deadline_ms))
        return true;
    snprintf(why, sizeof why, "after %d ms '%s' %s", deadline_ms, text, what);
    pty_app_print(app, why);
    return false;
}

bool pty_app_wait_text(struct pty_app *app, const char *text, int deadline_ms)
{
    return wait_or_print(app, shows, text, deadline_ms, "is not there");
}

bool pty_app_wait_gone(struct pty_app *app, const char *text, int deadline_ms)
{
    return wait_or_print(app, hides, text, deadline_ms, "is still there");
}

static bool input_is_read(const struct pty_app *app)
{
    int waiting = 0;
    return ioctl(app->slave, FIONREAD, &waiting) == 0 && waiting == 0;
}

bool pty_app_wait_idle(struct pty_app *app, int deadline_ms)
{
    int64_t end = now_ms() + deadline_ms;
    for (int64_t left = deadline_ms; left > 0; left = end - now_ms()) {
        if (!input_is_read(app)) /* a report from before the keys were read says nothing about them */
            forget_idle(app);
        else if (app->idle_count > 0)
            return true;
        pty_app_pump(app, (int)(left < 20 ? left : 20)); /* reading of input cannot be polled for */
    }
    pty_app_print(app, "not idle in time");
    return false;
}

bool pty_app_wait_exit(struct pty_app *app, int deadline_ms, int *ret_status)
{
    int64_t end = now_ms() + deadline_ms;
    for (int64_t left = deadline_ms; !app->exited && left > 0; left = end - now_ms()) {
        pty_app_pump(app, (int)left);
        reap(app, WNOHANG);
    }
    while (pty_app_pump(app, 0))
        ;
    if (!app->exited) {
        pty_app_print(app, "did not exit in time");
        return false;
    }
    *ret_status = app->status;
    return true;
}
