/* What is claimed about the cutover: the status ConfigMap (cutover contract 3.3) and catalyst-api's status (API contract
 * 3.2), which of the two counts now and how old it is. Claims only: truth_board.h measures. Pure over the store; UI thread. */
#ifndef CUTOVER_CUTOVER_STATUS_H
#define CUTOVER_CUTOVER_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cutover/step_catalogue.h"
#include "store/tone.h"

#define CUTOVER_STATUS_NAMESPACE "catalyst"
#define CUTOVER_STATUS_NAME "self-sovereign-cutover-status"

enum step_result {
    STEP_RESULT_PENDING, /* "" */
    STEP_RESULT_RUNNING,
    STEP_RESULT_SUCCESS,
    STEP_RESULT_FAILED,
    STEP_RESULT_SKIPPED, /* documented; the engine does not write it today */
    STEP_RESULT_UNKNOWN, /* any other text, or nobody could be asked */
};

enum cutover_state {
    CUTOVER_STATE_UNKNOWN, /* neither source could be read */
    CUTOVER_STATE_ABSENT,  /* there is no status ConfigMap: the cutover is not installed */
    CUTOVER_STATE_NEVER_STARTED,
    CUTOVER_STATE_RUNNING,
    CUTOVER_STATE_STRANDED, /* claims to run, but no Job of the step does (incident 23): only who looked at Jobs sets it */
    CUTOVER_STATE_FAILED,
    CUTOVER_STATE_INTERRUPTED, /* started, not complete, nothing running and nothing failed */
    CUTOVER_STATE_COMPLETE,    /* claimed; the seal in OpenBao is not read by sovdeck */
    CUTOVER_STATE_SEALED,      /* catalyst-api says sovereign from its seal, the ConfigMap does not: it was reset (#3668) */
};

enum cutover_source { CUTOVER_SOURCE_NONE, CUTOVER_SOURCE_CONFIG_MAP, CUTOVER_SOURCE_CATALYST_API };

struct cutover_region_claim {
    char region[32]; /* key of a secondary region */
    enum step_result result;
    int64_t finished_ms;
};

struct cutover_step_claim {
    char name[STEP_NAME_MAX];
    enum step_result result;
    char text[24];                   /* the result as written */
    int64_t started_ms, finished_ms; /* wall; TIMESTAMP_NONE */
    char job[128];
    struct cutover_region_claim regions[STORE_REGIONS_MAX];
    size_t region_count;
};

#define CUTOVER_ODDITIES_MAX 12

struct cutover_status {
    enum cutover_source source;
    int64_t age_ms;        /* since the source was last known to be right; 0: watched live; -1: never */
    char source_text[320]; /* "status ConfigMap, watched" or why it is what it is */
    enum cutover_state state;
    bool is_complete;                                 /* cutoverComplete */
    bool is_sealed;                                   /* catalyst-api reports sovereign although the ConfigMap does not */
    int64_t started_ms, last_attempt_ms, finished_ms; /* wall; TIMESTAMP_NONE */
    int64_t newest_ms;                                /* newest time of the whole document, wall; TIMESTAMP_NONE */
    char current_step[STEP_NAME_MAX], failed_step[STEP_NAME_MAX];
    char last_error[512];
    int current_index, total_steps, progress_percent; /* -1: not given or not a number */
    char registries_active[16];
    char dragonfly_upstream[16];
    char settled_roll_overrides[512];
    struct cutover_step_claim steps[STEP_CATALOGUE_MAX]; /* in no order */
    size_t step_count;
    size_t acknowledged_nodes; /* node.*.registriesYaml = v2 */
    /* Contradictory, unknown or unreadable things, as they are. */
    char oddities[CUTOVER_ODDITIES_MAX][160];
    size_t oddity_count, unknown_keys;
};

/* `now_ms` is monotonic. */
void cutover_status_read(const struct store *store, int64_t now_ms, struct cutover_status *status);

/* The same reading for who holds the document in another form (an operation's fresh one): begin, every key, end (which
 * derives the state). */
void cutover_status_begin(struct cutover_status *status);
void cutover_status_take(struct cutover_status *status, struct span key, struct span value);
void cutover_status_end(struct cutover_status *status);

/* By name or old name; NULL: nothing is claimed about it. */
const struct cutover_step_claim *cutover_status_step(const struct cutover_status *status, struct span name);

enum step_result cutover_status_result(struct span text);
const char *cutover_status_result_name(enum step_result result); /* "success" */
enum tone cutover_status_result_tone(enum step_result result);
const char *cutover_status_state_name(enum cutover_state state); /* "running" */
enum tone cutover_status_state_tone(enum cutover_state state);

/* The claim in one phrase: "running 6/11 45%", "failed at egress-block-test", "never started". */
void cutover_status_phrase(const struct cutover_status *status, char *out, size_t size);

#endif
