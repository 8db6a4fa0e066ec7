/* The truth board: one row per discovered step, the claim beside what the live objects of every region say, and whether the
 * two agree. Pure over the store (and what a witness of the hold saw); UI thread. */
#ifndef TRUTH_TRUTH_BOARD_H
#define TRUTH_TRUTH_BOARD_H

#include "base/error.h"
#include "cutover/cutover_status.h"
#include "truth/hold_witness.h"
#include "cutover/step_catalogue.h"
#include "cutover/cutover_alarm.h"
#include "cutover/step_job.h"
#include "cutover/step_progress.h"
#include "truth/truth_measure.h"

enum truth_verdict {
    TRUTH_VERDICT_AGREE,      /* claimed done, and measured so in every region */
    TRUTH_VERDICT_DISPUTED,   /* claim and measurement contradict each other, or something is wrong whatever is claimed */
    TRUTH_VERDICT_NOT_YET,    /* neither claimed nor measured as done: pending, running, failed */
    TRUTH_VERDICT_UNMEASURED, /* claimed done (or the claim is not known), but it cannot be measured everywhere */
    TRUTH_VERDICT_COUNT
};

/* A claim and the objects it is about come over different watches: a success this new is "not yet" agreed, not disputed. */
#define TRUTH_SETTLE_MS 10000

struct truth_row {
    const struct step *step; /* of the board's catalogue */
    struct step_job job;
    /* claim */
    enum step_result claim;
    enum tone claim_tone; /* never green when the claim is too old to count */
    char claim_word[24];  /* "success", or an unknown result as written */
    int64_t since_ms;     /* wall: finished, else started; TIMESTAMP_NONE */
    bool is_current;      /* the claim's current step */
    bool is_stale_claim;  /* claimed running, but its Job does not run (#t38) */
    /* measurement */
    struct truth_cell cells[STORE_REGIONS_MAX];
    enum truth_outcome outcome; /* over all regions */
    enum truth_verdict verdict;
    enum tone tone;                         /* of the measurement beside this claim */
    bool is_settling;                       /* it would be disputed, were the claim not so new */
    char sentence[TRUTH_SENTENCE_MAX + 40]; /* with the region when it is not the primary one */
    /* time */
    int64_t elapsed_ms; /* -1: not started */
    int deadline_s;     /* 0 unknown */
    bool is_slow;       /* longer than usual */
    bool is_over_deadline;
    struct step_progress progress; /* why a running step does not get on */
};

struct truth_board {
    struct cutover_status status;
    struct step_catalogue catalogue;
    struct truth_row rows[STEP_CATALOGUE_MAX]; /* in the catalogue's order */
    size_t row_count;
    size_t verdicts[TRUTH_VERDICT_COUNT];
    int region_count;
    char regions[STORE_REGIONS_MAX][32];
    char claim[128];       /* "running 6/11 45%" */
    char summary[320];     /* one line for the head of the board */
    struct cutover_alarm alarms[CUTOVER_ALARM_MAX]; /* red on every screen */
    size_t alarm_count;
    char warnings[12][320]; /* what contradicts the claim as a whole, and what stands in the way */
    size_t warning_count;
    bool is_alarm;    /* a row is wrong whatever is claimed */
    bool is_settling; /* a row's verdict will change by time alone */
};

/* Never NULL; freed with truth_board_free. `witness` and `memory` may be NULL. Clocks are read here. */
struct truth_board *truth_board_measure(const struct store *store, const struct hold_witness *witness,
                                        const struct cutover_memory *memory);
void truth_board_free(struct truth_board *board);

const char *truth_board_verdict_name(enum truth_verdict verdict); /* "agree", "disputed", "not yet", "unmeasured" */
const struct truth_row *truth_board_find(const struct truth_board *board, struct span step); /* NULL: no such step */

/* The tone of one region's cell beside the row's claim. */
enum tone truth_board_cell_tone(const struct truth_row *row, int region);

/* How `sovdeck cutover status` ends: STATUS_OK when the cutover is claimed complete and every step agrees; STATUS_UNMEASURED
 * when it is claimed complete, nothing is disputed, but something could not be measured (or nothing could be read);
 * STATUS_FOUND otherwise: not complete, or disputed. */
enum status truth_board_status(const struct truth_board *board);

/* The kinds whose tables the board reads, for whoever has to want them. NULL behind the last. */
const char *truth_board_kind(size_t index);

#endif
