/* What a person types to change one value: PATH=VALUE keeps the type of the value that is there (a new path gets a text);
 * PATH:=JSON says the type itself, and PATH:=null removes the value. An '=' or ':' inside a key is escaped with a backslash. Pure. */
#ifndef DECODE_ASSIGNMENT_H
#define DECODE_ASSIGNMENT_H

#include "decode/value_path.h"

struct assignment {
    struct value_path path;
    char *text;    /* behind '=' (raw); NULL for a typed one */
    json_t *typed; /* behind ':='; NULL for a plain one */
};

/* STATUS_USAGE with what is wrong. *ret is set only on success. */
enum status assignment_parse(const char *text, struct assignment *ret, struct error *err);
void assignment_done(struct assignment *assignment);

/* The value to put, as a new reference, or NULL in *ret for "remove". `existing` (may be NULL) gives the type.
 * STATUS_USAGE when the text does not fit that type; the error says how to force another one. */
enum status assignment_value(const struct assignment *assignment, const json_t *existing, json_t **ret, struct error *err);

#endif
