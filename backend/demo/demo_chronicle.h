/* Kubernetes Events of the demo Sovereign: written about an object, repeated ones counted, the oldest forgotten. Any
 * thread. */
#ifndef DEMO_DEMO_CHRONICLE_H
#define DEMO_DEMO_CHRONICLE_H

#include <jansson.h>

#include "demo/demo_world.h"

#define DEMO_CHRONICLE_EVENTS_MAX 400 /* per region */

struct demo_chronicle;

struct demo_chronicle *demo_chronicle_new(void);
void demo_chronicle_free(struct demo_chronicle *chronicle);

struct demo_chronicle_entry {
    const char *type; /* "Normal", "Warning" */
    const char *reason, *message;
    const char *component; /* "helm-controller" */
    int64_t age_seconds;   /* 0: now */
};

/* Writes an event about `object` (apiVersion, kind, metadata) into the region's store. The same event about the same
 * object only raises its count. */
void demo_chronicle_write(struct demo_world *world, int region, const json_t *object,
                          const struct demo_chronicle_entry *entry);

#endif
