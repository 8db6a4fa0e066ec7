/* Object versions sorted by key: the current state of one kind. Owns a reference to each. One thread at a time. */
#ifndef DEMO_DEMO_SHELF_H
#define DEMO_DEMO_SHELF_H

#include "base/array.h"
#include "demo/demo_object.h"

struct demo_shelf {
    ARRAY(struct demo_object *) objects;
};

struct demo_object *demo_shelf_find(const struct demo_shelf *shelf, const char *key); /* borrowed; NULL: absent */
void demo_shelf_put(struct demo_shelf *shelf, struct demo_object *take_object);       /* inserts or replaces */
void demo_shelf_remove(struct demo_shelf *shelf, const char *key);
void demo_shelf_copy(const struct demo_shelf *shelf, struct demo_shelf *ret); /* with references of its own */
void demo_shelf_keep_namespace(struct demo_shelf *shelf, const char *name_space); /* drops what is elsewhere */
void demo_shelf_clear(struct demo_shelf *shelf);

#endif
