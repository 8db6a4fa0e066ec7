/* A roll-up of health: the worst of what was said so far, and the sentence that made it so.
 *
 * Order (domain.md 11.4): Failed > Degraded > Progressing > Suspended > Unknown > Ready. Nothing said is Unknown, never
 * green; Disabled is neutral and says nothing. Pure. */
#ifndef ESTATE_HEALTH_H
#define ESTATE_HEALTH_H

#include <stdbool.h>

#include "base/span.h"
#include "store/row.h"
#include "store/tone.h"

#define HEALTH_CAUSE_MAX 256

struct health {
    enum tone tone;
    bool is_judged;               /* something was said */
    char cause[HEALTH_CAUSE_MAX]; /* "" when Ready */
};

void health_init(struct health *health); /* Unknown, "nothing is known of it yet" */

/* Takes `tone` in when it is worse than what is there (TONE_NEUTRAL never is); the text explains it. */
void health_add(struct health *health, enum tone tone, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* "Failed", "Degraded", "Progressing", "Suspended", "Unknown", "Ready", "". */
const char *health_name(enum tone tone);

/* What a phase or state word of a custom resource means: "Provisioning" is TONE_PROGRESS, "Disabled" TONE_NEUTRAL, and a
 * word never seen TONE_UNKNOWN. The empty word: TONE_UNKNOWN. Case does not matter. */
enum tone health_tone_of(struct span word);

/* health_add with what the Ready condition says: "Ready is False: reason: message", as far as there is one. */
void health_add_ready(struct health *health, enum tone tone, const struct row *row);

/* What every custom resource can say on its own: being deleted, and a status of an older generation. */
void health_add_common(struct health *health, const struct row *row);

#endif
