/* The hash-chained journal: appending and showing; see journal.h. Its lines are journal_line.h's, checking them is
 * journal_verify.c's. */
#include "operation/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "operation/journal_line.h"

#define LOCK_PATIENCE_MS 5000

static void close_file(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

char *journal_default_path(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state != NULL && state[0] == '/')
        return alloc_printf("%s/sovdeck/journal.jsonl", state);
    return alloc_printf("%s/.local/state/sovdeck/journal.jsonl", home != NULL && home[0] == '/' ? home : "");
}

/* ---- appending ---- */

struct tail {
    char hash[JOURNAL_HASH_MAX];
    int64_t sequence;
    bool cut; /* the file does not end in '\n' */
};

/* The last line of the open file. A damaged one gives what can be read of it; verification will name it. */
static void read_tail(int fd, struct tail *tail)
{
    memcpy(tail->hash, JOURNAL_LINE_NO_HASH, sizeof JOURNAL_LINE_NO_HASH);
    tail->sequence = 0;
    tail->cut = false;
    off_t size = lseek(fd, 0, SEEK_END);
    size_t window = size > (off_t)JOURNAL_LINE_MAX + 1 ? JOURNAL_LINE_MAX + 1 : (size_t)(size > 0 ? size : 0);
    CLEANUP(alloc_free_pointer) char *bytes = alloc_bytes(window + 1);
    ssize_t got = pread(fd, bytes, window, size - (off_t)window);
    if (got <= 0)
        return;
    size_t end = (size_t)got;
    tail->cut = bytes[end - 1] != '\n';
    while (end > 0) {
        size_t stop = bytes[end - 1] == '\n' ? end - 1 : end, start = stop;
        while (start > 0 && bytes[start - 1] != '\n')
            start--;
        struct journal_line line;
        journal_line_read(span_make(bytes + start, stop - start), &line);
        bool usable = line.complete;
        if (usable) {
            memcpy(tail->hash, line.hash, sizeof tail->hash);
            tail->sequence = journal_line_sequence(&line);
        }
        journal_line_done(&line);
        if (usable)
            return;
        end = start;
    }
}

static enum status make_folders(const char *path, struct error *err)
{
    CLEANUP(alloc_free_pointer) char *folder = alloc_strdup(path);
    for (char *at = folder + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return error_set(err, STATUS_IO, "journal folder %s: %s", folder, strerror(errno));
        *at = '/';
    }
    return STATUS_OK;
}

static enum status open_for_appending(const char *path, int *ret_fd, struct error *err)
{
    enum status status = make_folders(path, err);
    if (status != STATUS_OK)
        return status;
    CLEANUP(close_file) int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0)
        return error_set(err, STATUS_IO, "journal %s: %s", path, strerror(errno));
    if (!S_ISREG(about.st_mode))
        return error_set(err, STATUS_IO, "journal %s: not a regular file", path);
    if ((about.st_mode & 077) != 0 && fchmod(fd, 0600) != 0)
        return error_set(err, STATUS_IO, "journal %s: others may read or write it, and it cannot be closed to them: %s", path,
                         strerror(errno));
    *ret_fd = fd;
    fd = -1;
    return STATUS_OK;
}

static enum status lock(int fd, const char *path, struct error *err)
{
    for (int waited_ms = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited_ms += 20) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_set(err, STATUS_IO, "journal %s: cannot be locked: %s", path, strerror(errno));
        if (waited_ms >= LOCK_PATIENCE_MS)
            return error_set(err, STATUS_REFUSED, "journal %s: locked by another process for 5 s", path);
        nanosleep(&(struct timespec){0, 20000000}, NULL);
    }
    return STATUS_OK;
}

static bool write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, data, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        data += written;
        length -= (size_t)written;
    }
    return true;
}

/* The new line with its '\n'. Caller frees. */
static char *compose(const json_t *content, const struct tail *tail, char head[JOURNAL_HASH_MAX])
{
    char at[TIMESTAMP_TEXT_MAX];
    timestamp_format_ms(at, clock_wall_ms());
    json_t *entry = json_object();
    json_object_set_new(entry, "sequence", json_integer(tail->sequence + 1));
    json_object_set_new(entry, "at", json_string(at));
    json_object_update(entry, (json_t *)content);
    json_object_del(entry, "hash");
    json_object_set_new(entry, "previous", json_string(tail->hash));
    char *text = json_dumps(entry, JSON_COMPACT | JSON_ENSURE_ASCII); /* nothing in the file can reach a terminal's controls */
    json_decref(entry);
    journal_line_hash(text, strlen(text), head);
    char *line = alloc_printf("%.*s" JOURNAL_LINE_TAIL "%s\"}\n", (int)strlen(text) - 1, text, head);
    free(text);
    return line;
}

static void sync_folder(const char *path)
{
    CLEANUP(alloc_free_pointer) char *folder = alloc_strdup(path);
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder ? 1 : 0] = '\0';
    CLEANUP(close_file) int fd = open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        fsync(fd);
}

enum status journal_append(const char *path, const json_t *content, char head[JOURNAL_HASH_MAX], struct error *err)
{
    CLEANUP(close_file) int fd = -1;
    enum status status = open_for_appending(path, &fd, err);
    if (status == STATUS_OK)
        status = lock(fd, path, err);
    if (status != STATUS_OK)
        return status;
    struct tail tail;
    char hash[JOURNAL_HASH_MAX];
    read_tail(fd, &tail);
    CLEANUP(alloc_free_pointer) char *line = compose(content, &tail, hash);
    if (strlen(line) > JOURNAL_LINE_MAX)
        return error_set(err, STATUS_REFUSED, "journal %s: the operation is too big for one line (%zu bytes)", path, strlen(line));
    off_t size = lseek(fd, 0, SEEK_END);
    bool written = (!tail.cut || write_all(fd, "\n", 1)) && write_all(fd, line, strlen(line)) && fsync(fd) == 0;
    if (!written) {
        int reason = errno;
        if (ftruncate(fd, size) != 0)
            reason = errno;
        return error_set(err, STATUS_IO, "journal %s: %s", path, strerror(reason));
    }
    if (tail.sequence == 0)
        sync_folder(path);
    if (head != NULL)
        memcpy(head, hash, sizeof hash);
    return STATUS_OK;
}

static void keep_head(void *context, struct span text, bool cut)
{
    struct journal_line line;
    journal_line_read(text, &line);
    if (line.complete && !cut)
        memcpy(context, line.hash, JOURNAL_HASH_MAX);
    journal_line_done(&line);
}

void journal_head(const char *path, char head[JOURNAL_HASH_MAX])
{
    head[0] = '\0';
    journal_line_scan(path, keep_head, head, NULL);
}

/* ---- showing ---- */

struct visit {
    void (*line)(void *context, size_t number, const json_t *entry, const char *text);
    void *context;
    size_t number;
};

static void visit_line(void *context, struct span text, bool cut)
{
    struct visit *visit = context;
    struct journal_line line;
    journal_line_read(text, &line);
    char *copy = span_dup(text);
    visit->line(visit->context, ++visit->number, line.entry, copy);
    free(copy);
    journal_line_done(&line);
}

enum status journal_each(const char *path, void (*line)(void *context, size_t number, const json_t *entry, const char *text),
                         void *context, struct error *err)
{
    struct visit visit = {line, context, 0};
    return journal_line_scan(path, visit_line, &visit, err);
}

char *journal_describe(const json_t *entry)
{
    CLEANUP(bytebuf_done) struct bytebuf raw;
    bytebuf_init(&raw, 4096);
    char at[TIMESTAMP_TEXT_MAX];
    timestamp_format(at, timestamp_parse(span_of(json_edit_text(entry, "at"))));
    bytebuf_printf(&raw, "%6lld  %s  %-8s  %s", (long long)json_integer_value(json_object_get(entry, "sequence")), at,
                   json_edit_text(entry, "phase"), json_edit_text(entry, "title"));
    const char *result = json_edit_text(entry, "result"), *text = json_edit_text(entry, "text");
    if (result[0] != '\0')
        bytebuf_printf(&raw, "  [%s]", result);
    if (text[0] != '\0')
        bytebuf_printf(&raw, "  %s", text);
    bytebuf_printf(&raw, "  (%s)", json_edit_text(entry, "who"));
    return sanitize_dup(bytebuf_span(&raw), 4096);
}
