/* What about the cutover must be red on every screen, whatever the person looks at: an egress policy that outlived its test
 * (incident 25: it blocked volume attaches for hours), and a claim that went backward. Pure over the store; UI thread. */
#ifndef CUTOVER_CUTOVER_ALARM_H
#define CUTOVER_CUTOVER_ALARM_H

#include "cutover/cutover_memory.h"

#define CUTOVER_ALARM_MAX 8
#define CUTOVER_ALARM_POLICY "cutover-egress-block"
#define CUTOVER_ALARM_STEP "egress-block-test"

enum cutover_alarm_kind { CUTOVER_ALARM_LEAKED_POLICY, CUTOVER_ALARM_WENT_BACK };

struct cutover_alarm {
    enum cutover_alarm_kind kind;
    int region;    /* -1: the Sovereign as a whole */
    int64_t at_ms; /* wall: since when, or when it was seen; TIMESTAMP_NONE */
    char text[280];
};

/* The policy is there although no egress test can be running: its row does not claim so, or claims it without a Job. False while
 * the claim cannot be read at all. */
bool cutover_alarm_is_leaked(const struct store *store, int region, const struct cutover_status *status, int64_t wall_ms);

/* Leaked policies first. `memory` may be NULL. Returns how many; over the maximum the rest is left out. */
size_t cutover_alarm_collect(const struct store *store, const struct cutover_status *status, const struct cutover_memory *memory,
                             int64_t wall_ms, struct cutover_alarm alarms[CUTOVER_ALARM_MAX]);

#endif
