/* The columns a kind shows in a server-side Table, and the cells an object has in them. */
#ifndef DEMO_DEMO_COLUMNS_H
#define DEMO_DEMO_COLUMNS_H

#include <jansson.h>
#include <stdint.h>

#include "base/bytebuf.h"

/* One cell as JSON text. When it shows an age (since_ms is not TIMESTAMP_NONE) the age is put between `before` and
 * `after` at the moment of the request, as a real server does; otherwise `before` is the whole value. */
struct demo_cell {
    char *before; /* owned */
    char *after;  /* owned; NULL unless an age is shown */
    int64_t since_ms;
};

struct demo_column {
    const char *name;
    const char *type;   /* "string", "integer", "date" */
    const char *format; /* "", "name" */
    const char *path;   /* JSONPath, or NULL when `cell` fills it */
    void (*cell)(const json_t *object, struct demo_cell *cell);
    int priority; /* 0 always, 1 with -o wide */
    const char *description;
};

/* Column lists end with an entry without a name. Every list starts with Name. */
extern const struct demo_column demo_columns_namespace[], demo_columns_node[], demo_columns_pod[],
    demo_columns_service[], demo_columns_configmap[], demo_columns_secret[], demo_columns_serviceaccount[],
    demo_columns_event[], demo_columns_claim[], demo_columns_volume[], demo_columns_deployment[],
    demo_columns_statefulset[], demo_columns_daemonset[], demo_columns_replicaset[], demo_columns_job[],
    demo_columns_cronjob[], demo_columns_lease[], demo_columns_attachment[], demo_columns_definition[],
    demo_columns_role[], demo_columns_binding[], demo_columns_plain[];
extern const struct demo_column demo_columns_flux[], demo_columns_source[], demo_columns_chart[],
    demo_columns_organization[], demo_columns_environment[], demo_columns_application[], demo_columns_blueprint[],
    demo_columns_continuum[], demo_columns_cnpgpair[], demo_columns_provider[], demo_columns_image_config[],
    demo_columns_policy[], demo_columns_certificate[], demo_columns_external_secret[], demo_columns_useraccess[],
    demo_columns_gateway[];

/* Fills `cell` for `column` of `object`. */
void demo_columns_fill(const struct demo_column *column, const json_t *object, struct demo_cell *cell);
void demo_columns_clear(struct demo_cell *cell);

/* Appends the cell's JSON text as it reads at now_ms (wall). */
void demo_columns_append(struct bytebuf *out, const struct demo_cell *cell, int64_t now_ms);

size_t demo_columns_count(const struct demo_column *columns);

#endif
