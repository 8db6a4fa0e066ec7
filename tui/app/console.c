/* The console's life: open, run, give back; see console.h.
 *
 * Order matters: signals are blocked before any thread starts, the terminal comes last and goes first. The first frame is
 * painted before any feed has answered. */
#include "app/console.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/app.h"
#include "app/dispatch.h"
#include "app/frame.h"
#include "app/idle_probe.h"
#include "base/alloc.h"
#include "base/log.h"
#include "term/crash_restore.h"
#include "term/stderr_guard.h"
#include "term/terminal_ncurses.h"
#include "theme/theme_load.h"

#define TICK_MS 1000

/* --- what screens may ask --- */

static void host_open(void *context, struct screen *screen)
{
    app_push(context, screen);
}

static void host_toast(void *context, enum tone tone, const char *text)
{
    app_toast(context, tone, "%s", text);
}

static void host_request(void *context, const struct screen_request *request)
{
    operate_request(context, request);
}

static void host_repaint(void *context)
{
    app_dirty(context);
}

static void host_travel(void *context, bool to_context, const char *name)
{
    travel_ask(context, to_context, name);
}

static void host_copy(void *context, const char *text)
{
    struct app *app = context;
    terminal_copy(app->terminal, text);
    app_toast(app, TONE_GOOD, "Copied %s", text);
}

/* --- events of the loop --- */

static void read_keys(void *context)
{
    struct app *app = context;
    struct key key;
    while (terminal_read_key(app->terminal, &key))
        dispatch_key(app, key);
}

static void pause_console(struct app *app)
{
    terminal_suspend(app->terminal);
    raise(SIGSTOP);
    terminal_resume(app->terminal);
    app->frame.full = true;
    app_dirty(app);
}

static void read_signal(void *context)
{
    struct app *app = context;
    struct signalfd_siginfo info;
    if (read(app->signal_fd, &info, sizeof info) != sizeof info)
        return;
    switch (info.ssi_signo) {
    case SIGWINCH:
        terminal_resized(app->terminal);
        app_dirty(app);
        break;
    case SIGTSTP:
        pause_console(app);
        break;
    case SIGINT:
        app->exit_code = error_exit_code(STATUS_INTERRUPTED);
        event_loop_stop(app->loop);
        break;
    default: /* SIGTERM, SIGHUP */
        event_loop_stop(app->loop);
    }
}

static void tick(void *context)
{
    frame_tick(context);
}

static void before_wait(void *context)
{
    travel_if_asked(context);
    frame_show_if_due(context);
    idle_probe_report(context);
}

/* --- opening --- */

static int block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP};
    for (size_t i = 0; i < sizeof SIGNALS / sizeof SIGNALS[0]; i++)
        sigaddset(&set, SIGNALS[i]);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void load_theme(struct app *app)
{
    const char *name = app->options->theme != NULL ? app->options->theme : app->host.sovereign->file->theme;
    struct theme_problems problems = {0};
    struct error err = {0};
    theme_load_builtin("dark", &app->theme);
    if (name == NULL || theme_load_builtin(name, &app->theme))
        return;
    if (theme_load_file(name, &app->theme, &problems, &err) != STATUS_OK)
        app_note(app, "%s; the dark theme is used", err.text);
    else if (problems.count > 0)
        app_note(app, "%s%s; the dark theme's look is used there", problems.texts[0], problems.count > 1 ? " (and more)" : "");
    theme_problems_done(&problems);
}

static void load_keymap(struct app *app)
{
    const char *path = app->options->keymap != NULL ? app->options->keymap : app->host.sovereign->file->keymap;
    struct error err = {0};
    app->keymap = keymap_new();
    app->host.keymap = app->keymap;
    if (path == NULL || strcmp(path, "default") == 0)
        return;
    if (keymap_overlay_file(app->keymap, path, &err) != STATUS_OK)
        app_note(app, "%s; the built-in keys are used", err.text);
    else if (keymap_problem_count(app->keymap) > 0)
        app_note(app, "%s", keymap_problem_at(app->keymap, 0));
}

static enum status open_parts(struct app *app, struct error *err)
{
    enum status status = visit_open(&app->options->sovereign, &app->visit, err);
    if (status != STATUS_OK)
        return status;
    app->host.app = app;
    app->host.sovereign = app->visit->sovereign;
    app->host.witness = &app->witness;
    cutover_memory_init(&app->memory);
    app->host.memory = &app->memory;
    app->host.open = host_open;
    app->host.toast = host_toast;
    app->host.request = host_request;
    app->host.repaint = host_repaint;
    app->host.travel = host_travel;
    app->host.copy = host_copy;
    app->loop = event_loop_new();
    app->canvas = canvas_new(0, 0);
    for (size_t i = 0; i < sizeof app->histories / sizeof app->histories[0]; i++)
        history_init(&app->histories[i]);
    load_theme(app);
    load_keymap(app);
    struct terminal_ncurses_options terminal = {.theme = &app->theme, .ascii = app->options->ascii, .mono = app->options->mono};
    return terminal_ncurses_open(&terminal, &app->terminal, err);
}

static void restore_terminal(const char *reason)
{
    crash_restore_now();
}

static void start(struct app *app)
{
    alloc_set_abort_hook(restore_terminal);
    travel_enter(app, app->visit);
    app->is_started = true;
    const struct sovereign *sovereign = app->host.sovereign;
    const struct profile *file = sovereign->file;
    if (file->warning_count == 1)
        app_note(app, "%s", file->warnings[0]);
    else if (file->warning_count > 1)
        app_note(app, "%s (and %zu more: :doctor lists them)", file->warnings[0], file->warning_count - 1);
    if (sovereign->warning_count > 0)
        app_note(app, "%s%s", sovereign->warnings[0], sovereign->warning_count > 1 ? " (and more: :doctor lists them)" : "");
    event_loop_add_fd(app->loop, terminal_fd(app->terminal), read_keys, app);
    event_loop_add_fd(app->loop, app->signal_fd, read_signal, app);
    event_loop_add_timer(app->loop, TICK_MS, true, tick, app);
    event_loop_set_before_wait(app->loop, before_wait, app);
    app_dirty(app);
}

/* --- closing, in reverse --- */

static void close_parts(struct app *app)
{
    if (app->visit != NULL)
        atomic_store(&app->visit->cancel, true);
    if (app->is_started)
        travel_leave(app);
    terminal_free(app->terminal);
    alloc_set_abort_hook(NULL);
    visit_close(app->visit);
    travel_end(app);
    keymap_free(app->keymap);
    for (size_t i = 0; i < sizeof app->histories / sizeof app->histories[0]; i++)
        history_done(&app->histories[i]);
    while (app->note_count > 0)
        free(app->notes[--app->note_count]);
    canvas_free(app->canvas);
    event_loop_free(app->loop);
    close(app->signal_fd);
    free(app);
}

int console_run(const struct console_options *options)
{
    struct error err = {0};
    struct app *app = alloc_new(struct app);
    app->options = options;
    app->signal_fd = block_signals();
    app->idle_fd = idle_probe_open();
    if (options->log != NULL && !log_open(options->log, LOG_LEVEL_DEBUG))
        fprintf(stderr, "sovdeck: cannot write the log %s; going on without\n", options->log);
    enum status status = open_parts(app, &err);
    if (status == STATUS_OK) {
        stderr_guard_start(NULL);
        start(app);
        event_loop_run(app->loop);
    }
    int code = status == STATUS_OK ? app->exit_code : error_exit_code(status);
    close_parts(app);
    stderr_guard_stop();
    if (status != STATUS_OK)
        fprintf(stderr, "sovdeck: %s\n", err.text);
    log_close();
    return code;
}
