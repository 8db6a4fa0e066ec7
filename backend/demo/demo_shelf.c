/* A sorted array with binary search; see demo_shelf.h. Lists come out in key order, as from etcd. */
#include "demo/demo_shelf.h"

#include <string.h>

/* Index of the first object with a key >= `key`. */
static size_t lower_bound(const struct demo_shelf *shelf, const char *key)
{
    size_t low = 0, high = shelf->objects.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(shelf->objects.items[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct demo_shelf *shelf, size_t index, const char *key)
{
    return index < shelf->objects.count && strcmp(shelf->objects.items[index]->key, key) == 0;
}

struct demo_object *demo_shelf_find(const struct demo_shelf *shelf, const char *key)
{
    size_t at = lower_bound(shelf, key);
    return is_at(shelf, at, key) ? shelf->objects.items[at] : NULL;
}

void demo_shelf_put(struct demo_shelf *shelf, struct demo_object *object)
{
    size_t at = lower_bound(shelf, object->key);
    struct demo_object **items = shelf->objects.items;
    if (is_at(shelf, at, object->key)) {
        demo_object_unref(items[at]);
        items[at] = object;
        return;
    }
    ARRAY_RESERVE(&shelf->objects, shelf->objects.count + 1);
    items = shelf->objects.items;
    memmove(items + at + 1, items + at, (shelf->objects.count - at) * sizeof *items);
    items[at] = object;
    shelf->objects.count++;
}

void demo_shelf_remove(struct demo_shelf *shelf, const char *key)
{
    size_t at = lower_bound(shelf, key);
    if (!is_at(shelf, at, key))
        return;
    demo_object_unref(shelf->objects.items[at]);
    ARRAY_REMOVE(&shelf->objects, at);
}

void demo_shelf_copy(const struct demo_shelf *shelf, struct demo_shelf *ret)
{
    *ret = (struct demo_shelf){0};
    ARRAY_RESERVE(&ret->objects, shelf->objects.count + 1);
    for (size_t i = 0; i < shelf->objects.count; i++)
        ret->objects.items[i] = demo_object_ref(shelf->objects.items[i]);
    ret->objects.count = shelf->objects.count;
}

void demo_shelf_keep_namespace(struct demo_shelf *shelf, const char *name_space)
{
    size_t kept = 0;
    for (size_t i = 0; i < shelf->objects.count; i++) {
        struct demo_object *object = shelf->objects.items[i];
        if (strcmp(object->name_space, name_space) == 0)
            shelf->objects.items[kept++] = object;
        else
            demo_object_unref(object);
    }
    shelf->objects.count = kept;
}

void demo_shelf_clear(struct demo_shelf *shelf)
{
    for (size_t i = 0; i < shelf->objects.count; i++)
        demo_object_unref(shelf->objects.items[i]);
    ARRAY_FREE(&shelf->objects);
}
