/* What an operation found when it was previewed and what it will set: the object must still be like that when it is sent.
 *
 * uid, generation and the old value at each path count; resourceVersion does not, since status updates change it all the
 * time: it is taken fresh at the moment of sending (design section 5.5). */
#ifndef OPERATION_PRECONDITION_H
#define OPERATION_PRECONDITION_H

#include "decode/json_reader.h"
#include "decode/value_path.h"

struct precondition_change {
    struct value_path path;
    json_t *before; /* NULL: absent */
    json_t *after;  /* NULL: to be removed */
};

struct precondition {
    json_t *live; /* the object as previewed, or the data of the cutover's status; NULL: none */
    char uid[64];
    int64_t generation;
    struct { struct precondition_change *items; size_t count, capacity; } changes;
    bool json_patch;         /* a path leads through a list, or a merge patch cannot say it */
    char token[64];          /* reconcile: what was put into requestedAt */
    int64_t last_attempt_ms; /* start-cutover: wall; TIMESTAMP_NONE */
};

struct precondition *precondition_new(json_t *live); /* takes the reference; NULL is fine */
void precondition_free(struct precondition *precondition);

/* Adds the change path := after (new reference taken; NULL removes). STATUS_USAGE when the path leads nowhere. */
enum status precondition_add(struct precondition *precondition, const struct value_path *path, json_t *after, struct error *err);

/* The object with the changes. New reference. */
json_t *precondition_apply(const struct precondition *precondition);

/* The body to send: a merge patch, or a JSON Patch with tests. `version` NULL: without a resourceVersion (previews).
 * New reference. Sets json_patch. */
json_t *precondition_body(struct precondition *precondition, const char *version);

/* STATUS_OK: `now` is still what was previewed. STATUS_CONFLICT: the text names what changed. */
enum status precondition_check(const struct precondition *precondition, const json_t *now, const char *what, struct error *err);

/* Every change is in place in `now`. */
bool precondition_holds(const struct precondition *precondition, const json_t *now);
bool precondition_holds_in(const struct precondition *precondition, struct json_value now);

#endif
