/* The journal of every operation: one JSON line before and one after, hash-chained, append-only, 0600. No journal, no write.
 *
 * A line is {"sequence":N,"at":…,"phase":…,…,"previous":HASH,"hash":HASH}: "hash" is the SHA-256 of the line's text without
 * its hash member, "previous" the hash of the line before (64 zeros in the first). A changed, removed or reordered line breaks
 * the chain; a cut tail can only be found against a head hash kept elsewhere, which is why every report prints it.
 * Any thread, any number of processes (flock). */
#ifndef OPERATION_JOURNAL_H
#define OPERATION_JOURNAL_H

#include <stdint.h>

#include "decode/json_edit.h"

#define JOURNAL_HASH_MAX 65
#define JOURNAL_LINE_MAX ((size_t)1 << 20)
#define JOURNAL_FINDINGS_MAX 50

/* $XDG_STATE_HOME/sovdeck/journal.jsonl, else ~/.local/state/sovdeck/journal.jsonl. Caller frees. */
char *journal_default_path(void);

/* Appends `content` (an object, borrowed; sequence, at, previous and hash are added) and syncs it to disk. Makes the folder and
 * the file when missing. `head` (may be NULL) gets the new line's hash. STATUS_REFUSED or STATUS_IO, with the reason. */
enum status journal_append(const char *path, const json_t *content, char head[JOURNAL_HASH_MAX], struct error *err);

enum journal_finding_kind {
    JOURNAL_FINDING_CHANGED,   /* the line's text does not give its hash */
    JOURNAL_FINDING_REMOVED,   /* lines before this one are missing */
    JOURNAL_FINDING_REORDERED, /* the line belongs elsewhere, or stands twice */
    JOURNAL_FINDING_BROKEN,    /* no journal line, or cut off */
    JOURNAL_FINDING_CUT,       /* the head hash given is not in the journal: the tail, or all of it, is gone */
};

struct journal_finding {
    enum journal_finding_kind kind;
    size_t line; /* from 1; 0: the whole file */
    char text[200];
};

struct journal_verdict {
    size_t lines;
    char head[JOURNAL_HASH_MAX]; /* hash of the last line; "" when empty */
    struct journal_finding findings[JOURNAL_FINDINGS_MAX];
    size_t finding_count; /* kept */
    size_t findings_total;
};

/* Reads the whole journal. `expected_head` NULL: none known. STATUS_OK: *ret is filled (findings are not an error);
 * STATUS_NOT_FOUND: there is no journal. */
enum status journal_verify(const char *path, const char *expected_head, struct journal_verdict *ret, struct error *err);

/* Hash of the last line, "" without a journal. */
void journal_head(const char *path, char head[JOURNAL_HASH_MAX]);

/* Calls `line` for each line, oldest first; `entry` is NULL for a line that cannot be read. */
enum status journal_each(const char *path, void (*line)(void *context, size_t number, const json_t *entry, const char *text),
                         void *context, struct error *err);

/* One line for a person: "2026-07-27 10:42:01Z  patch-values  HelmRelease flux-system/bp-harbor on fsn  verified …". Sanitized. */
char *journal_describe(const json_t *entry);

#endif
