/* Finds changed, removed, moved and broken lines of the journal; see journal.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "operation/journal_line.h"

struct verification {
    struct journal_verdict *verdict;
    const char *expected_head;
    char previous[JOURNAL_HASH_MAX];
    int64_t sequence; /* of the line before */
    bool head_seen;
};

static void find(struct verification *v, enum journal_finding_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void find(struct verification *v, enum journal_finding_kind kind, const char *format, ...)
{
    struct journal_verdict *verdict = v->verdict;
    verdict->findings_total++;
    if (verdict->finding_count == JOURNAL_FINDINGS_MAX)
        return;
    struct journal_finding *finding = &verdict->findings[verdict->finding_count++];
    finding->kind = kind;
    finding->line = kind == JOURNAL_FINDING_CUT ? 0 : verdict->lines;
    va_list args;
    va_start(args, format);
    vsnprintf(finding->text, sizeof finding->text, format, args);
    va_end(args);
}

static void check_order(struct verification *v, const struct journal_line *line)
{
    const char *previous = json_edit_text(line->entry, "previous");
    int64_t sequence = journal_line_sequence(line);
    if (strcmp(previous, v->previous) == 0 && sequence == v->sequence + 1)
        return;
    long long number = (long long)sequence, expected = (long long)v->sequence + 1;
    if (sequence > v->sequence + 1)
        find(v, JOURNAL_FINDING_REMOVED, "entry %lld stands where %lld is expected: %lld %s missing before it", number, expected,
             number - expected, number - expected == 1 ? "line is" : "lines are");
    else if (sequence <= v->sequence)
        find(v, JOURNAL_FINDING_REORDERED, "entry %lld stands where %lld is expected: moved or repeated", number, expected);
    else
        find(v, JOURNAL_FINDING_CHANGED, "entry %lld does not continue the line before it: one of the two was replaced", number);
}

static void check_line(void *context, struct span text, bool cut)
{
    struct verification *v = context;
    v->verdict->lines++;
    struct journal_line line;
    journal_line_read(text, &line);
    if (!line.complete || cut) {
        find(v, JOURNAL_FINDING_BROKEN, cut ? "the line is cut off" : "not a line of this journal");
    } else {
        if (!line.good)
            find(v, JOURNAL_FINDING_CHANGED, "the line was changed: its text does not give its hash");
        check_order(v, &line);
        memcpy(v->previous, line.hash, sizeof v->previous);
        v->sequence = journal_line_sequence(&line);
        v->head_seen = v->head_seen || (v->expected_head != NULL && strcmp(line.hash, v->expected_head) == 0);
        memcpy(v->verdict->head, line.hash, sizeof v->verdict->head);
    }
    journal_line_done(&line);
}

enum status journal_verify(const char *path, const char *expected_head, struct journal_verdict *ret, struct error *err)
{
    *ret = (struct journal_verdict){0};
    struct verification v = {.verdict = ret, .expected_head = expected_head};
    memcpy(v.previous, JOURNAL_LINE_NO_HASH, sizeof JOURNAL_LINE_NO_HASH);
    enum status status = journal_line_scan(path, check_line, &v, err);
    if (status == STATUS_OK && expected_head != NULL && !v.head_seen)
        find(&v, JOURNAL_FINDING_CUT, "the head hash given is not in the journal: its end, or all of it, was cut off or replaced");
    return status;
}
