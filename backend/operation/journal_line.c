/* Lines of the journal: their shape, their hash, and reading them one by one; see journal_line.h. The text of a line is what
 * is hashed, so verification needs no canonical JSON: a line ends in ,"hash":"<64 hex>"} and what stands before that, closed
 * by a brace, gives the hash. */
#include "operation/journal_line.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define HASH_LENGTH (JOURNAL_HASH_MAX - 1)
#define TAIL_LENGTH (sizeof JOURNAL_LINE_TAIL - 1 + HASH_LENGTH + 2) /* ,"hash":"…"} */

void journal_line_hash(const char *text, size_t length, char out[JOURNAL_HASH_MAX])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)text, length, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static bool is_hash(const char *text, size_t length)
{
    return length == HASH_LENGTH && strspn(text, "0123456789abcdef") >= HASH_LENGTH;
}

void journal_line_read(struct span text, struct journal_line *line)
{
    *line = (struct journal_line){.text = text};
    if (text.length > TAIL_LENGTH && text.length <= JOURNAL_LINE_MAX) {
        const char *tail = text.data + text.length - TAIL_LENGTH;
        const char *hash = tail + sizeof JOURNAL_LINE_TAIL - 1;
        line->complete = memcmp(tail, JOURNAL_LINE_TAIL, sizeof JOURNAL_LINE_TAIL - 1) == 0 && is_hash(hash, HASH_LENGTH) &&
                         memcmp(hash + HASH_LENGTH, "\"}", 2) == 0;
        if (line->complete) {
            memcpy(line->hash, hash, HASH_LENGTH);
            size_t length = text.length - TAIL_LENGTH;
            char *content = alloc_strndup(text.data, length + 1);
            content[length] = '}';
            char actual[JOURNAL_HASH_MAX];
            journal_line_hash(content, length + 1, actual);
            line->good = strcmp(actual, line->hash) == 0;
            free(content);
        }
    }
    if (json_edit_parse("a line", text, &line->entry, NULL) != STATUS_OK || !json_is_object(line->entry)) {
        json_decref(line->entry);
        line->entry = NULL;
        line->complete = line->good = false;
    }
}

void journal_line_done(struct journal_line *line)
{
    json_decref(line->entry);
    line->entry = NULL;
}

int64_t journal_line_sequence(const struct journal_line *line)
{
    return json_integer_value(json_object_get(line->entry, "sequence"));
}

static enum status open_for_reading(const char *path, int *ret_fd, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "journal %s: %s", path, strerror(errno));
    *ret_fd = fd;
    return STATUS_OK;
}

/* Calls `take` with every line; the last one may lack its '\n' (`cut`). Lines over the maximum are given in part. */
enum status journal_line_scan(const char *path, void (*take)(void *context, struct span text, bool cut), void *context, struct error *err)
{
    int fd = -1;
    enum status status = open_for_reading(path, &fd, err);
    if (status != STATUS_OK)
        return status;
    FILE *file = fdopen(fd, "r");
    char *text = NULL;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&text, &capacity, file)) > 0) {
        bool cut = text[length - 1] != '\n';
        take(context, span_make(text, (size_t)length - (cut ? 0 : 1)), cut);
    }
    bool failed = ferror(file) != 0;
    free(text);
    fclose(file);
    return failed ? error_set(err, STATUS_IO, "journal %s: cannot be read to its end", path) : STATUS_OK;
}
