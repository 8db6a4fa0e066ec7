/* Reads one object in several regions at the same time. Blocks; for workers and headless commands. */
#ifndef RESOURCE_COMPARE_FETCH_H
#define RESOURCE_COMPARE_FETCH_H

#include "decode/json_edit.h"
#include "sovereign/kube_client.h"

enum compare_presence {
    COMPARE_PRESENT,
    COMPARE_MISSING, /* the region's server says that it does not exist, or does not have the kind */
    COMPARE_UNKNOWN, /* could not be read: `error` */
};

struct compare_side {
    struct kube_client *client; /* in; NULL: the region cannot be used, and `error` says why */
    char region[32];            /* in */
    enum compare_presence presence;
    json_t *object; /* PRESENT; of a Secret only its metadata was asked for */
    struct error error;
};

void compare_fetch(struct compare_side *sides, size_t count, const struct kind *kind, const char *namespace, const char *name);
void compare_fetch_done(struct compare_side *sides, size_t count);

#endif
