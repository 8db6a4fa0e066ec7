/* Only async-signal-safe calls below restore(): write, tcsetattr, sigaction, raise. State is set up before any handler is. */
#include "term/crash_restore.h"

#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/array.h"

static const int SIGNALS[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

static struct {
    volatile sig_atomic_t armed;
    int fd;
    char bytes[CRASH_RESTORE_BYTES_MAX];
    size_t length;
    struct termios modes;
    int has_modes;
    int installed;
    struct sigaction before[ARRAY_LENGTH(SIGNALS)];
} state;

static char alternate_stack[64 * 1024];

static void restore(void)
{
    if (!state.armed)
        return;
    state.armed = 0;
    size_t done = 0;
    while (done < state.length) {
        ssize_t wrote = write(state.fd, state.bytes + done, state.length - done);
        if (wrote <= 0)
            break;
        done += (size_t)wrote;
    }
    if (state.has_modes)
        tcsetattr(state.fd, TCSANOW, &state.modes);
}

/* The handler from before gets the signal next: by the fault happening again, or by raising what a process sent. */
static void handle(int signal, siginfo_t *info, void *context)
{
    restore();
    for (size_t i = 0; i < ARRAY_LENGTH(SIGNALS); i++)
        if (SIGNALS[i] == signal)
            sigaction(signal, &state.before[i], NULL);
    if (info == NULL || info->si_code <= 0)
        raise(signal);
}

static void install(void)
{
    stack_t stack;
    if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE) != 0) {
        stack = (stack_t){.ss_sp = alternate_stack, .ss_size = sizeof alternate_stack};
        sigaltstack(&stack, NULL);
    }
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_LENGTH(SIGNALS); i++)
        sigaction(SIGNALS[i], &action, &state.before[i]);
    state.installed = 1;
}

void crash_restore_remember(int fd)
{
    state.has_modes = tcgetattr(fd, &state.modes) == 0;
}

void crash_restore_arm(int fd, const char *bytes, size_t length)
{
    state.armed = 0;
    state.fd = fd;
    state.length = length < sizeof state.bytes ? length : sizeof state.bytes;
    memcpy(state.bytes, bytes, state.length);
    if (!state.installed)
        install();
    state.armed = 1;
}

void crash_restore_disarm(void)
{
    state.armed = 0;
    for (size_t i = 0; state.installed && i < ARRAY_LENGTH(SIGNALS); i++)
        sigaction(SIGNALS[i], &state.before[i], NULL);
    state.installed = 0;
}

void crash_restore_now(void)
{
    restore();
}
