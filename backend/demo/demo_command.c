/* `sovdeck demo`; see demo_command.h. The console and the demo are two processes: nothing of the console knows that it looks at
 * a demo, and Ctrl-C in the console is the console's. */
#include "demo/demo_command.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "demo/demo_sovereign.h"

#define ARGUMENTS_MAX 20
#define CHILD_MARK "SOVDECK_DEMO_CHILD" /* set for the server of a console: it ends when that process ends, however that happens */
#define READY_LINE_MAX 512

extern char **environ;

static int complain(enum status status, const struct error *err)
{
    fprintf(stderr, "sovdeck demo: %s\n", err->text);
    return error_exit_code(status);
}

/* A whole number of the command line, at least `least`; `otherwise` when not given. False, with the error, when it is none. */
static bool read_number(const char *option, const char *text, double least, double otherwise, double *value, struct error *err)
{
    char *end = NULL;
    *value = otherwise;
    if (text == NULL)
        return true;
    *value = strtod(text, &end);
    if (end != text && *end == '\0' && *value >= least)
        return true;
    error_set(err, STATUS_USAGE, "%s: '%s' is not a number of at least %g", option, text, least);
    return false;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *place)
{
    return remove(path);
}

static void remove_folder(const char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void block_ends(sigset_t *ends)
{
    sigemptyset(ends);
    sigaddset(ends, SIGTERM);
    sigaddset(ends, SIGINT);
    sigaddset(ends, SIGHUP);
    sigprocmask(SIG_BLOCK, ends, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Serves until a signal says to end. */
static int serve(const struct demo_command_options *options, const char *folder)
{
    struct error err = {0};
    struct demo_sovereign *sovereign = NULL;
    double scale, speed, seed, port_base;
    sigset_t ends;
    int number;
    if (!read_number("--scale", options->scale, 1, 1, &scale, &err) || !read_number("--speed", options->speed, 0.01, DEMO_SOVEREIGN_SPEED, &speed, &err) ||
        !read_number("--seed", options->seed, 0, 1, &seed, &err) || !read_number("--port-base", options->port_base, 1024, 0, &port_base, &err))
        return complain(STATUS_USAGE, &err);
    block_ends(&ends);
    if (getenv(CHILD_MARK) != NULL)
        prctl(PR_SET_PDEATHSIG, SIGTERM);
    struct demo_sovereign_options what = {.folder = folder, .scenario = options->scenario, .scale = (int)scale, .speed = speed, .seed = (uint64_t)seed,
        .port_base = (int)port_base};
    enum status status = demo_sovereign_start(&sovereign, &what, &err);
    if (status != STATUS_OK)
        return complain(status, &err);
    printf("ready: demo Sovereign in %s (config.yaml, kubeconfig)\n", folder);
    fflush(stdout);
    sigwait(&ends, &number);
    demo_sovereign_stop(sovereign);
    return 0;
}

/* --- with the console --- */

static void add_option(const char **arguments, size_t *count, const char *option, const char *value)
{
    if (value == NULL)
        return;
    arguments[(*count)++] = option;
    arguments[(*count)++] = value;
}

/* Starts the server as a process of its own, waits for its ready line. False: it did not come up (it has said why). */
static bool start_server(const struct demo_command_options *options, const char *folder, pid_t *server)
{
    const char *arguments[ARGUMENTS_MAX] = {"sovdeck", "demo", "--serve-only", "--dir", folder};
    size_t count = 5;
    char line[READY_LINE_MAX];
    int ends[2];
    add_option(arguments, &count, "--scenario", options->scenario);
    add_option(arguments, &count, "--scale", options->scale);
    add_option(arguments, &count, "--speed", options->speed);
    add_option(arguments, &count, "--seed", options->seed);
    add_option(arguments, &count, "--port-base", options->port_base);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP); /* Ctrl-C belongs to the console */
    setenv(CHILD_MARK, "1", 1);
    int failure = posix_spawn(server, "/proc/self/exe", &actions, &attributes, (char *const *)arguments, environ);
    unsetenv(CHILD_MARK);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    bool ready = failure == 0 && fgets(line, sizeof line, output) != NULL && strstr(line, "ready") != NULL;
    fclose(output);
    if (failure != 0)
        fprintf(stderr, "sovdeck demo: cannot start the server: %s\n", strerror(failure));
    else if (!ready)
        waitpid(*server, NULL, 0);
    return ready;
}

static void ignore(int number)
{
}

/* The terminal's signals are the console's; this process waits for it and cleans up. A handler, not SIG_IGN, which the console
 * would inherit. */
static void leave_signals_to_console(void)
{
    static const int NUMBERS[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = ignore};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++)
        sigaction(NUMBERS[i], &action, NULL);
}

static int run_console(const struct demo_command_options *options, const char *folder)
{
    CLEANUP(alloc_free_pointer) char *config = alloc_printf("%s/config.yaml", folder);
    CLEANUP(alloc_free_pointer) char *journal = alloc_printf("%s/journal.jsonl", folder);
    const char *arguments[ARGUMENTS_MAX] = {"sovdeck", "--config", config, "--journal", journal};
    size_t count = 5;
    add_option(arguments, &count, "--theme", options->theme);
    add_option(arguments, &count, "--keymap", options->keymap);
    if (options->ascii)
        arguments[count++] = "--ascii";
    if (options->mono)
        arguments[count++] = "--mono";
    pid_t console;
    int status = 0;
    int failure = posix_spawn(&console, "/proc/self/exe", NULL, NULL, (char *const *)arguments, environ);
    if (failure != 0) {
        fprintf(stderr, "sovdeck demo: cannot start the console: %s\n", strerror(failure));
        return error_exit_code(STATUS_IO);
    }
    while (waitpid(console, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : error_exit_code(STATUS_INTERRUPTED);
}

int demo_command_execute(const struct demo_command_options *options)
{
    char made[] = "/tmp/sovdeck-demo-XXXXXX";
    const char *folder = options->folder;
    pid_t server = 0;
    if (folder == NULL && (folder = mkdtemp(made)) == NULL) {
        fprintf(stderr, "sovdeck demo: cannot make a folder under /tmp: %s\n", strerror(errno));
        return error_exit_code(STATUS_IO);
    }
    int code;
    if (options->serve_only) {
        code = serve(options, folder);
    } else {
        fprintf(stderr, "Starting a demo Sovereign in %s …\n", folder);
        leave_signals_to_console();
        code = start_server(options, folder, &server) ? run_console(options, folder) : error_exit_code(STATUS_IO);
        if (server > 0 && kill(server, SIGTERM) == 0)
            while (waitpid(server, NULL, 0) < 0 && errno == EINTR) {
            }
    }
    if (folder == made)
        remove_folder(folder);
    return code;
}
