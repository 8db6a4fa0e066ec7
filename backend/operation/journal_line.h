/* One line of the journal and how it is hashed. Inside the layer only. */
#ifndef OPERATION_JOURNAL_LINE_H
#define OPERATION_JOURNAL_LINE_H

#include <stdbool.h>

#include "operation/journal.h"

#define JOURNAL_LINE_NO_HASH "0000000000000000000000000000000000000000000000000000000000000000"
#define JOURNAL_LINE_TAIL ",\"hash\":\"" /* what stands before a line's own hash */

struct journal_line {
    struct span text; /* without '\n' */
    json_t *entry;    /* NULL: not readable */
    bool complete;    /* has the shape of a journal line */
    bool good;        /* and its text gives its hash */
    char hash[JOURNAL_HASH_MAX];
};

void journal_line_read(struct span text, struct journal_line *line);
void journal_line_done(struct journal_line *line);
int64_t journal_line_sequence(const struct journal_line *line);
void journal_line_hash(const char *text, size_t length, char out[JOURNAL_HASH_MAX]); /* SHA-256 in hex */

/* Calls `take` with every line of the file; the last one may lack its '\n' (`cut`). */
enum status journal_line_scan(const char *path, void (*take)(void *context, struct span text, bool cut), void *context,
                              struct error *err);

#endif
