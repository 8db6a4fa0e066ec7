/* Claim and measurement of the cutover; see cutover_report.h. Watching prints the board again when anything but a running
 * time changed, at most once a second. */
#include "headless/cutover_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "truth/truth_text.h"
#include "decode/json_edit.h"
#include "headless/live_watch.h"

#define TURN_MS 1000
#define STRANDED_AFTER_MS 60000 /* between two steps nothing runs for a moment: that is no interruption yet */

struct report {
    const struct session *session;
    struct snapshot snapshot;
    struct hold_witness witness;
    struct cutover_memory memory;
    struct truth_board *board; /* newest; NULL before the first */
    bool json;
    uint64_t printed;         /* signature of what was printed last */
    int64_t quiet_since_ms;   /* monotonic: started and not ended, but nothing runs; -1: something runs */
};

/* ---- measuring ---- */

static void measure(struct report *report)
{
    int64_t now_ms = clock_monotonic_ms();
    if (report->board != NULL)
        hold_witness_look(&report->witness, report->snapshot.store, &report->board->status, now_ms);
    truth_board_free(report->board);
    report->board = truth_board_measure(report->snapshot.store, &report->witness, &report->memory);
    if (cutover_memory_look(&report->memory, &report->board->status, clock_wall_ms()))
        cutover_memory_save(&report->memory, report->snapshot.store->sovereign, NULL); /* a full disk only costs the memory */
    if (report->board->status.state != CUTOVER_STATE_INTERRUPTED)
        report->quiet_since_ms = -1;
    else if (report->quiet_since_ms < 0)
        report->quiet_since_ms = now_ms;
}

static uint64_t mix(uint64_t hash, const char *text)
{
    return (hash ^ span_hash(span_of(text))) * 0x100000001b3u;
}

/* Of everything on the board but running times. */
static uint64_t sign(const struct truth_board *board)
{
    uint64_t hash = mix(0xcbf29ce484222325u, board->claim);
    hash = mix(hash, board->status.last_error);
    for (size_t i = 0; i < board->row_count; i++) {
        const struct truth_row *row = &board->rows[i];
        hash = mix(hash, row->step->name);
        hash = mix(hash, row->claim_word);
        hash = mix(hash, truth_board_verdict_name(row->verdict));
        hash = mix(hash, row->sentence);
        for (int region = 0; region < board->region_count; region++)
            hash = mix(hash, row->cells[region].text);
    }
    for (size_t i = 0; i < board->warning_count; i++)
        hash = mix(hash, board->warnings[i]);
    return hash;
}

/* ---- printing ---- */

static void print_line(const struct bytebuf *json)
{
    json_t *document = NULL;
    if (json_edit_parse("the board", bytebuf_span(json), &document, NULL) != STATUS_OK)
        return;
    char *text = json_dumps(document, JSON_COMPACT);
    printf("%s\n", text);
    free(text);
    json_decref(document);
}

static void print_board(struct report *report, bool watching)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, TRUTH_TEXT_MAXIMUM);
    if (report->json)
        truth_text_json(report->board, &out);
    else
        truth_text_table(report->board, &out);
    report->printed = sign(report->board);
    if (report->json && watching) {
        print_line(&out);
        return;
    }
    char at[TIMESTAMP_TEXT_MAX];
    timestamp_format(at, clock_wall_ms());
    if (watching)
        printf("\n%s\n", at);
    session_print(bytebuf_text(&out));
}

/* ---- the two ways ---- */

static bool has_ended(const struct report *report)
{
    switch (report->board->status.state) {
    case CUTOVER_STATE_FAILED:
    case CUTOVER_STATE_COMPLETE:
    case CUTOVER_STATE_SEALED:
    case CUTOVER_STATE_ABSENT:
    case CUTOVER_STATE_NEVER_STARTED: return true;
    case CUTOVER_STATE_INTERRUPTED: return clock_monotonic_ms() - report->quiet_since_ms > STRANDED_AFTER_MS;
    default: return false;
    }
}

static enum status watch(struct report *report, bool until_end, struct error *err)
{
    struct live_watch *live = live_watch_start(&report->snapshot, report->session);
    enum status status = STATUS_OK;
    int64_t measured_ms = clock_monotonic_ms();
    while (status == STATUS_OK && !ferror(stdout) && !(until_end && has_ended(report)) && live_watch_turn(live, TURN_MS)) {
        if (clock_monotonic_ms() - measured_ms < TURN_MS)
            continue;
        measured_ms = clock_monotonic_ms();
        measure(report);
        if (sign(report->board) == report->printed)
            continue;
        print_board(report, true);
        status = session_flush(err);
    }
    live_watch_stop(live);
    if (status == STATUS_OK && atomic_load(report->session->cancel))
        status = error_set(err, STATUS_INTERRUPTED, "%s", "");
    return status;
}

static enum status judge(const struct report *report, struct error *err)
{
    enum status status = truth_board_status(report->board);
    if (report->board->status.state == CUTOVER_STATE_UNKNOWN && report->snapshot.status != STATUS_OK)
        return error_set(err, report->snapshot.status, "%s", report->snapshot.error.text);
    return status == STATUS_OK ? status : error_set(err, status, "%s", report->board->summary);
}

enum status cutover_report_show(const struct session *session, enum cutover_report_how how, struct error *err)
{
    struct report report = {.session = session, .quiet_since_ms = -1,
                            .json = strcmp(arguments_value_or(session->arguments, "--output", "text"), "json") == 0};
    snapshot_init(&report.snapshot);
    hold_witness_init(&report.witness);
    for (size_t i = 0; truth_board_kind(i) != NULL; i++)
        snapshot_want(&report.snapshot, truth_board_kind(i));
    snapshot_want(&report.snapshot, KIND_ID_SOVEREIGN_FQDN);
    enum status status = snapshot_take(&report.snapshot, session, err);
    if (status == STATUS_OK) {
        cutover_memory_load(&report.memory, report.snapshot.store->sovereign);
        measure(&report);
        print_board(&report, how != CUTOVER_REPORT_ONCE);
        status = session_flush(err);
    }
    if (status == STATUS_OK && how != CUTOVER_REPORT_ONCE)
        status = watch(&report, how == CUTOVER_REPORT_UNTIL_END, err);
    if (status == STATUS_OK)
        status = judge(&report, err);
    truth_board_free(report.board);
    snapshot_done(&report.snapshot);
    return status;
}
