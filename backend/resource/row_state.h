/* The state of any built-in object in one word, with its tone and the sentence that explains it. One place for lists, details,
 * `get` and transitions. */
#ifndef RESOURCE_ROW_STATE_H
#define RESOURCE_ROW_STATE_H

#include "resource/column.h"

struct row_state {
    enum tone tone;    /* TONE_NEUTRAL: objects of this kind have no state */
    struct span word;  /* "Ready", "NotReady", "CrashLoopBackOff"; may be empty */
    struct span cause; /* "" when there is nothing to say; borrowed from the row, the estate, or `buffer` */
    char buffer[HEALTH_CAUSE_MAX];
};

void row_state_of(const struct column_context *context, const struct row *row, struct row_state *state);

#endif
