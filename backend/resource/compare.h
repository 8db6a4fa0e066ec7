/* The same object in two regions, side by side: what differs once that is left out which differs by nature. Pure.
 *
 * Left out unless asked for: status, and what each server writes by itself (uid, resourceVersion, generation, managedFields, time
 * stamps, the last-applied annotation, Flux' request annotations). Values of Secrets are never shown. */
#ifndef RESOURCE_COMPARE_H
#define RESOURCE_COMPARE_H

#include "decode/json_diff.h"

enum compare_show {
    COMPARE_SHOW_SPEC = 0,
    COMPARE_SHOW_STATUS = 1 << 0, /* without its time stamps, unless NOISE */
    COMPARE_SHOW_NOISE = 1 << 1,
};

/* A cleaned copy; new reference. NULL stays NULL. */
json_t *compare_clean(const json_t *object, unsigned show);

/* One line of two columns. */
struct compare_pair {
    char sign;               /* ' ' the same, '~' both but different, '-' only left, '+' only right, '@' where a hunk lies */
    const char *left, *right; /* borrowed from the comparison's diff; "" when there is none */
};

struct compare {
    struct json_diff diff; /* left is before, right after */
    struct compare_pair *items;
    size_t count, capacity;
};

/* Either object may be NULL (not there). `context`: equal lines around a difference. */
void compare_make(const json_t *left, const json_t *right, unsigned show, size_t context, struct compare *ret);
void compare_done(struct compare *compare);

/* [{"path": "spec.values.replicas", "left": 2, "right": 3}, …]; a member that one side lacks is left out. New reference. */
json_t *compare_paths(const json_t *left, const json_t *right, unsigned show);

#endif
