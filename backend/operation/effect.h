/* Did it work? What the watched object says about an operation that was sent. Pure.
 *
 * Facts: a HelmRelease's Ready condition counts only when its own observedGeneration (else the status's) has reached the
 * generation we made; a handled reconcile request is status.lastHandledReconcileAt equal to our token (domain.md 4.5). */
#ifndef OPERATION_EFFECT_H
#define OPERATION_EFFECT_H

#include "decode/json_reader.h"
#include "operation/precondition.h"

enum effect {
    EFFECT_PENDING,
    EFFECT_SEEN,
    EFFECT_BAD,      /* taken, but what followed is bad; text says what */
    EFFECT_REVERTED, /* somebody put it back */
};

struct effect_watch {
    const struct precondition *precondition;
    int64_t generation; /* of the object as the server answered our request */
    bool stored;        /* the change was seen in place */
    bool has_attempt;   /* start-cutover: an attempt that was not there before */
    enum effect effect; /* last answer */
    char text[256];     /* what was seen last, sanitized */
};

enum effect effect_stored(struct effect_watch *watch, struct json_value object);
enum effect effect_reconciled(struct effect_watch *watch, struct json_value object);
enum effect effect_rolled_out(struct effect_watch *watch, struct json_value object);
enum effect effect_cutover_started(struct effect_watch *watch, struct json_value status_config_map);

/* Middle of a roll-out: the controller is working on it and has not failed (Ready Unknown, or Reconciling without retries). */
bool effect_is_rolling(const json_t *object, char *text, size_t size);

#endif
