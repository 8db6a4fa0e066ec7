/* What was claimed before, so that a claim that goes backward is seen: a helm upgrade that resets the status and re-arms the hold
 * (#3667, #3668), a first start that is stamped anew (#3681), successes that vanish. The alarm stays until somebody takes note of
 * it; it is kept in a file, so that a console started in the morning still tells what the night did. Pure but for load and save;
 * UI thread. */
#ifndef CUTOVER_CUTOVER_MEMORY_H
#define CUTOVER_CUTOVER_MEMORY_H

#include "base/error.h"
#include "cutover/cutover_status.h"

#define CUTOVER_MEMORY_ALARMS_MAX 16
#define CUTOVER_MEMORY_FILE_MAXIMUM ((size_t)64 << 10)

struct cutover_memory_alarm {
    int64_t at_ms; /* wall: when it was seen */
    char text[240];
};

struct cutover_memory {
    bool is_known; /* a status was seen before */
    bool was_complete, was_installed;
    int64_t started_ms, last_attempt_ms, finished_ms; /* wall; TIMESTAMP_NONE */
    char registries_active[16];
    char succeeded[STEP_CATALOGUE_MAX][STEP_NAME_MAX]; /* steps that claimed success */
    size_t succeeded_count;
    struct cutover_memory_alarm alarms[CUTOVER_MEMORY_ALARMS_MAX]; /* oldest first */
    size_t alarm_count, alarms_left_out;
};

void cutover_memory_init(struct cutover_memory *memory);

/* Compares with what was claimed before and remembers. Only the watched status ConfigMap counts: two sources may lag behind each
 * other. True when something changed (worth saving). */
bool cutover_memory_look(struct cutover_memory *memory, const struct cutover_status *status, int64_t wall_ms);

/* A lever of ours is about to blank this step's row: that is no alarm. */
void cutover_memory_forget_step(struct cutover_memory *memory, struct span step);

/* Somebody took note: the alarms go, what is remembered stays. */
void cutover_memory_acknowledge(struct cutover_memory *memory);

/* cutover_memory_file.c: kept by Sovereign in $XDG_STATE_HOME/sovdeck/cutover/NAME.json. A file that cannot be used is as none. */
void cutover_memory_load(struct cutover_memory *memory, const char *sovereign);
enum status cutover_memory_save(const struct cutover_memory *memory, const char *sovereign, struct error *err);

#endif
