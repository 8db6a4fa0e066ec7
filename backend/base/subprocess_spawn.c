/* posix_spawn with a session of its own; see subprocess_spawn.h. posix_spawn and not fork: other threads are running. Only what shall
 * die with us is forked, as posix_spawn cannot say so; between fork and exec nothing but system calls. */
#include "base/subprocess_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"

extern char **environ;

int64_t subprocess_spawn_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void subprocess_spawn_name(const struct subprocess_options *options, char name[SUBPROCESS_SPAWN_NAME_MAX])
{
    if (options->what != NULL)
        snprintf(name, SUBPROCESS_SPAWN_NAME_MAX, "%s", options->what);
    else
        snprintf(name, SUBPROCESS_SPAWN_NAME_MAX, "'%.140s'", options->argv[0]);
}

static bool is_program(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

/* Folders of PATH that are not absolute are not looked at: a program of the current folder is never meant. */
static char *look_up(const char *program)
{
    if (strchr(program, '/') != NULL)
        return alloc_strdup(program);
    struct span rest = span_of(getenv("PATH")), folder;
    while (span_split(&rest, ':', &folder)) {
        if (!span_starts_with(folder, "/"))
            continue;
        char *path = alloc_printf("%.*s/%s", SPAN_PRINT(folder), program);
        if (is_program(path))
            return path;
        free(path);
    }
    return NULL;
}

/* Ours with `extra` over it; only the array is new. */
static char **make_environment(const char *const *extra)
{
    ARRAY(char *) made = {0};
    for (size_t i = 0; environ != NULL && environ[i] != NULL; i++) {
        size_t name = strcspn(environ[i], "=");
        bool replaced = false;
        for (size_t k = 0; extra != NULL && extra[k] != NULL && !replaced; k++)
            replaced = strncmp(extra[k], environ[i], name) == 0 && extra[k][name] == '=';
        if (!replaced)
            ARRAY_PUSH(&made, environ[i]);
    }
    for (size_t k = 0; extra != NULL && extra[k] != NULL; k++) {
        size_t name = strcspn(extra[k], "=");
        bool again = false;
        for (size_t later = k + 1; extra[later] != NULL && !again; later++)
            again = strncmp(extra[later], extra[k], name + 1) == 0;
        if (!again)
            ARRAY_PUSH(&made, (char *)extra[k]);
    }
    ARRAY_PUSH(&made, NULL);
    return made.items;
}

/* A file in memory, so that a child that does not read its stdin cannot block us or raise SIGPIPE. */
static int open_input(struct span input)
{
    if (input.length == 0)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    int fd = memfd_create("stdin", MFD_CLOEXEC);
    for (size_t done = 0; fd >= 0 && done < input.length;) {
        ssize_t count = write(fd, input.data + done, input.length - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            close(fd);
            return -1;
        }
        done += (size_t)count;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

/* Every signal back to its default and none blocked: the console blocks most of them, and ignores SIGPIPE. */
static void prepare(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions, int input, int output, int errors)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(actions);
    posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(actions, errors, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
}

/* In the child. Only async-signal-safe calls; `report` takes the errno of what failed. */
static _Noreturn void become(const char *path, char *const *argv, char *const *environment, const int fds[3], int report, pid_t parent)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigset_t none;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it ended before it could be said */
        _exit(127);
    setsid();
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &standard, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    bool good = true;
    for (int at = 0; at < 3; at++)
        good = good && dup2(fds[at], at) == at;
    good = good && dup3(report, STDERR_FILENO + 1, O_CLOEXEC) == STDERR_FILENO + 1;
    closefrom(STDERR_FILENO + 2);
    if (good)
        execve(path, argv, environment);
    int problem = errno;
    if (write(STDERR_FILENO + 1, &problem, sizeof problem) != sizeof problem)
        _exit(126);
    _exit(127);
}

/* As posix_spawn: 0, or an errno. The descriptors are above 4, so that none is overwritten before it is used. */
static int fork_and_become(const char *path, char *const *argv, char *const *environment, const int given[3], pid_t *pid)
{
    int ends[2], fds[3], problem = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    int report = fcntl(ends[1], F_DUPFD_CLOEXEC, 5);
    for (int at = 0; at < 3; at++)
        fds[at] = fcntl(given[at], F_DUPFD_CLOEXEC, 5);
    pid_t parent = getpid();
    *pid = fds[0] < 0 || fds[1] < 0 || fds[2] < 0 || report < 0 ? -1 : fork();
    if (*pid == 0)
        become(path, argv, environment, fds, report, parent);
    if (*pid < 0)
        problem = errno;
    close(ends[1]);
    close(report);
    for (int at = 0; at < 3; at++)
        close(fds[at]);
    if (*pid > 0 && read(ends[0], &problem, sizeof problem) == sizeof problem)
        waitpid(*pid, NULL, 0);
    close(ends[0]);
    return problem;
}

static enum status refuse(const char *name, const char *path, const char *program, int problem, struct error *err)
{
    if (path == NULL)
        return error_set(err, STATUS_NOT_FOUND, "%s: no program '%s' in PATH", name, program);
    if (problem == ENOENT && access(path, F_OK) == 0)
        return error_set(err, STATUS_IO, "%s cannot be started: the interpreter that '%s' names does not exist", name, path);
    if (problem == ENOENT || problem == ENOTDIR)
        return error_set(err, STATUS_NOT_FOUND, "%s: there is no file '%s'", name, path);
    if (problem == ENOEXEC)
        return error_set(err, STATUS_IO, "%s cannot be started: '%s' is no program for this machine (a script needs '#!' first)", name,
                         path);
    return error_set(err, STATUS_IO, "%s cannot be started: '%s': %s", name, path, strerror(problem));
}

enum status subprocess_spawn(const struct subprocess_options *options, int output, int errors, pid_t *pid, struct error *err)
{
    char name[SUBPROCESS_SPAWN_NAME_MAX];
    subprocess_spawn_name(options, name);
    CLEANUP(alloc_free_pointer) char *path = look_up(options->argv[0]);
    if (path == NULL)
        return refuse(name, NULL, options->argv[0], 0, err);
    int input = open_input(options->input);
    if (input < 0)
        return error_set(err, STATUS_IO, "%s cannot be started: no stdin for it: %s", name, strerror(errno));
    CLEANUP(alloc_free_pointer) char **environment = make_environment(options->env);
    int problem;
    if (options->dies_with_thread) {
        problem = fork_and_become(path, (char *const *)options->argv, environment, (const int[3]){input, output, errors}, pid);
    } else {
        posix_spawnattr_t attributes;
        posix_spawn_file_actions_t actions;
        prepare(&attributes, &actions, input, output, errors);
        problem = posix_spawn(pid, path, &actions, &attributes, (char *const *)options->argv, environment);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(input);
    return problem == 0 ? STATUS_OK : refuse(name, path, options->argv[0], problem, err);
}

bool subprocess_spawn_has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid;
}

bool subprocess_spawn_reap(pid_t pid, bool wait, int *state)
{
    for (;;) {
        pid_t ended = waitpid(pid, state, wait ? 0 : WNOHANG);
        if (ended == pid)
            return true;
        if (ended == 0)
            return false;
        if (errno != EINTR) { /* somebody else reaped it: its fate is unknown */
            *state = 0;
            return true;
        }
    }
}

enum status subprocess_spawn_explain(const char *name, int state, const char *line, struct error *err)
{
    const char *colon = line[0] != '\0' ? ": " : "";
    if (WIFSIGNALED(state))
        return error_set(err, STATUS_INVALID, "%s was killed by signal %d (%s)%s%s", name, WTERMSIG(state), strsignal(WTERMSIG(state)),
                         colon, line);
    if (WEXITSTATUS(state) != 0)
        return error_set(err, STATUS_INVALID, "%s ended with exit code %d%s%s", name, WEXITSTATUS(state), colon, line);
    return STATUS_OK;
}
