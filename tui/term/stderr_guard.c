/* fd 2 points to a file in memory while the screen is in use: a console that only looks leaves nothing on anybody's disk. */
#include "term/stderr_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytebuf.h"
#include "base/sanitize.h"

#define TAIL_BYTES (64 * 1024)
#define TAIL_LINES 200

static int saved_fd = -1, caught_fd = -1;

enum status stderr_guard_start(struct error *err)
{
    if (saved_fd >= 0)
        return STATUS_OK;
    int fd = memfd_create("sovdeck-stderr", MFD_CLOEXEC);
    if (fd < 0 || fcntl(fd, F_SETFL, O_APPEND) < 0) {
        int why = errno;
        if (fd >= 0)
            close(fd);
        return error_set(err, STATUS_IO, "cannot keep error output off the screen: %s", strerror(why));
    }
    fflush(stderr);
    saved_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (saved_fd < 0 || dup2(fd, STDERR_FILENO) < 0) {
        int why = errno;
        close(fd);
        if (saved_fd >= 0)
            close(saved_fd);
        saved_fd = -1;
        return error_set(err, STATUS_IO, "cannot keep error output off the screen: %s", strerror(why));
    }
    caught_fd = fd;
    return STATUS_OK;
}

static struct span last_lines(struct span text)
{
    size_t lines = 0;
    for (size_t at = text.length; at > 0; at--)
        if (text.data[at - 1] == '\n' && at < text.length && ++lines == TAIL_LINES)
            return span_from(text, at);
    return text;
}

static void print_caught(int fd)
{
    static char tail[TAIL_BYTES];
    off_t size = lseek(fd, 0, SEEK_END);
    off_t start = size > TAIL_BYTES ? size - TAIL_BYTES : 0;
    ssize_t got = size > 0 ? pread(fd, tail, sizeof tail, start) : 0;
    if (got <= 0)
        return;
    struct bytebuf clean;
    bytebuf_init(&clean, 4 * TAIL_BYTES);
    sanitize_text(&clean, last_lines(span_make(tail, (size_t)got)));
    fwrite(bytebuf_text(&clean), 1, clean.length, stderr);
    bytebuf_done(&clean);
}

void stderr_guard_stop(void)
{
    if (saved_fd < 0)
        return;
    fflush(stderr);
    dup2(saved_fd, STDERR_FILENO);
    close(saved_fd);
    saved_fd = -1;
    print_caught(caught_fd);
    close(caught_fd);
    caught_fd = -1;
}
