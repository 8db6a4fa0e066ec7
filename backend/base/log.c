/* File log; see log.h. */
#include "base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"

#define LINE_MAX_BYTES 2048

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static enum log_level log_level = LOG_LEVEL_INFO;
static const char *const LEVEL_NAMES[] = {"error", "warn", "info", "debug"};

bool log_open(const char *path, enum log_level level)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    log_close();
    pthread_mutex_lock(&lock);
    log_fd = fd;
    log_level = level;
    pthread_mutex_unlock(&lock);
    return true;
}

void log_to_stderr(enum log_level level)
{
    pthread_mutex_lock(&lock);
    log_fd = STDERR_FILENO;
    log_level = level;
    pthread_mutex_unlock(&lock);
}

void log_close(void)
{
    pthread_mutex_lock(&lock);
    if (log_fd > STDERR_FILENO)
        close(log_fd);
    log_fd = -1;
    pthread_mutex_unlock(&lock);
}

void log_write(enum log_level level, const char *format, ...)
{
    pthread_mutex_lock(&lock);
    if (log_fd >= 0 && level <= log_level) {
        char raw[LINE_MAX_BYTES], clean[LINE_MAX_BYTES], at[TIMESTAMP_TEXT_MAX];
        va_list args;
        va_start(args, format);
        vsnprintf(raw, sizeof raw, format, args);
        va_end(args);
        sanitize_line_into(clean, sizeof clean, raw, strlen(raw));
        timestamp_format_ms(at, clock_wall_ms());
        dprintf(log_fd, "%s %-5s %s\n", at, LEVEL_NAMES[level], clean);
    }
    pthread_mutex_unlock(&lock);
}
