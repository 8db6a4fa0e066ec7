/* Gives the terminal back when the process dies by a fatal signal or abort: bytes prepared in advance, write(2) and tcsetattr
 * only, then the handler that was there before (so sanitizers still report). */
#ifndef TERM_CRASH_RESTORE_H
#define TERM_CRASH_RESTORE_H

#include <stddef.h>

#define CRASH_RESTORE_BYTES_MAX 512

/* Keeps the modes of the terminal at fd as they are now: call before anything changes them. */
void crash_restore_remember(int fd);

/* Arms: on SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT writes `bytes` to fd and restores the remembered modes. Calling again replaces
 * the bytes. */
void crash_restore_arm(int fd, const char *bytes, size_t length);
void crash_restore_disarm(void);

/* Restores at once (the allocation abort hook, a fatal exit path). Async-signal-safe; does it once per arm. */
void crash_restore_now(void);

#endif
