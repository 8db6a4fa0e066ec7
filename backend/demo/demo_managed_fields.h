/* metadata.managedFields: which manager set which path (FieldsV1), kept as an API server keeps it. Pure functions. */
#ifndef DEMO_DEMO_MANAGED_FIELDS_H
#define DEMO_DEMO_MANAGED_FIELDS_H

#include <jansson.h>
#include <stdbool.h>

struct demo_writer {
    const char *manager;
    const char *status_manager; /* owner of status changes; NULL: the manager */
    const char *api_version;
    bool is_apply;  /* operation "Apply" for the manager's part outside status */
    bool is_custom; /* lists of custom kinds are atomic; built-in ones are keyed by name or type */
};

/* Rewrites after's metadata.managedFields: every path that differs between `before` (NULL: created) and `after` goes to
 * the writer and is taken from the others; paths that are gone leave all. */
void demo_managed_fields_record(const json_t *before, json_t *after, const struct demo_writer *writer);

#endif
