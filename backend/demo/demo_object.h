/* One version of one stored object: immutable, reference-counted, its JSON text made once. Any thread. */
#ifndef DEMO_DEMO_OBJECT_H
#define DEMO_DEMO_OBJECT_H

#include <jansson.h>
#include <stdint.h>

#include "base/bytebuf.h"
#include "base/span.h"
#include "demo/demo_kinds.h"

struct demo_object {
    int references; /* atomic */
    const struct demo_kind *kind;
    char *name_space; /* "" for cluster-scoped */
    char *name;
    char *key; /* "namespace/name": the order of lists */
    char *uid;
    char *owner; /* uid of the first ownerReference, "" when none */
    uint64_t version; /* resourceVersion */
    char *body;       /* `"metadata":{...},"spec":...}`: everything behind apiVersion and kind, compact, keys sorted */
    size_t body_length;
    size_t metadata_length; /* of the metadata value, which starts at DEMO_OBJECT_METADATA_AT */
    json_t *labels;         /* NULL when none; never changed */
    char **selectable;      /* values of kind->selectable, "" when absent */
    struct demo_cell *cells;
    size_t cell_count;
};

#define DEMO_OBJECT_METADATA_AT (sizeof("\"metadata\":") - 1)

/* Makes the version from a complete document (borrowed). References: 1. */
struct demo_object *demo_object_new(const struct demo_kind *kind, const json_t *document, uint64_t version);
struct demo_object *demo_object_ref(struct demo_object *object); /* NULL stays NULL */
void demo_object_unref(struct demo_object *object);

/* The metadata value's text, inside body. */
struct span demo_object_metadata(const struct demo_object *object);

/* The whole document as text. `api_version` NULL leaves apiVersion and kind out (items of lists of built-in kinds). */
void demo_object_append(struct bytebuf *out, const struct demo_object *object, const char *api_version);

/* A fresh document, apiVersion and kind included. Caller owns the reference. */
json_t *demo_object_document(const struct demo_object *object);

#endif
