/* The operations there are, as data: names, rights, what state forbids them, what proves their effect, how they are
 * confirmed. One row each in operation_table.c. */
#ifndef OPERATION_OPERATION_TABLE_H
#define OPERATION_OPERATION_TABLE_H

#include "operation/effect.h"
#include "operation/operation.h"

struct execution;
struct preparation;

enum operation_needs {
    OPERATION_NEEDS_NONE = 0,
    OPERATION_NEEDS_RUNNING = 1 << 0,      /* refused while the object is suspended */
    OPERATION_NEEDS_SUSPENDED = 1 << 1,    /* refused while it is not */
    OPERATION_NEEDS_SETTLED = 1 << 2,      /* refused in the middle of a roll-out */
    OPERATION_NEEDS_QUIET_CUTOVER = 1 << 3, /* refused while a cutover runs; otherwise that is a warning */
};

#define OPERATION_VERBS_MAX 3

struct operation_row {
    const char *name;    /* "suspend": command, journal */
    const char *title;   /* "Suspend" */
    const char *summary; /* one sentence for help */
    const char *verbs[OPERATION_VERBS_MAX]; /* asked by SelfSubjectAccessReview on the object */
    unsigned needs;      /* enum operation_needs */
    enum status (*plan)(struct preparation *preparation, struct error *err);
    /* Sends. NULL: the one PATCH of the precondition. STATUS_OK goes on to `seen`, if there is one; else the outcome is concluded */
    enum status (*carry_out)(struct execution *execution);
    enum effect (*seen)(struct effect_watch *watch, struct json_value object);
    const char *effect;  /* what is watched for, in words */
    int64_t deadline_ms;
    enum prepared_confirm confirm; /* at least; class and radius raise it */
};

const struct operation_row *operation_table_row(enum operation_id id);

/* By name; OPERATION_COUNT when there is none. */
enum operation_id operation_table_find(const char *name);

#endif
