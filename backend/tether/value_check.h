/* One rule on one object: its values that are tethers, or that cannot be judged. Pure; any thread. */
#ifndef TETHER_VALUE_CHECK_H
#define TETHER_VALUE_CHECK_H

#include "store/row.h"
#include "tether/rule.h"

enum value_check_result {
    VALUE_CHECK_CLEAN,
    VALUE_CHECK_UNDECIDED, /* `why` says what is missing: never clean */
    VALUE_CHECK_TETHER,
};

#define VALUE_CHECK_PATH_MAX 256

struct value_check {
    enum value_check_result result; /* UNDECIDED or TETHER */
    char path[VALUE_CHECK_PATH_MAX];
    struct span text; /* borrowed from the row or static */
    struct host host;
    enum host_class class;
    const char *why; /* UNDECIDED */
};

typedef void (*value_check_fn)(void *context, const struct value_check *check);

/* Calls `found` (may be NULL) with every value that is not clean; returns the worst result. */
enum value_check_result value_check_row(const struct rule *rule, const struct row *row, const char *fqdn, value_check_fn found,
                                        void *context);

/* The rule looks at this object at all (its kind is not checked). */
bool value_check_covers(const struct rule *rule, struct span key);

#endif
