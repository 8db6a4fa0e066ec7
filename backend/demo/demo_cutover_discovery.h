/* Finds the steps in the ConfigMaps of namespace `catalyst` (cutover contract 3.1). Pure function of the store. */
#ifndef DEMO_DEMO_CUTOVER_DISCOVERY_H
#define DEMO_DEMO_CUTOVER_DISCOVERY_H

#include "demo/demo_cutover_run.h"

#define DEMO_CUTOVER_DISCOVERY_MAX 32

struct demo_cutover_discovery {
    struct demo_cutover_found steps[DEMO_CUTOVER_DISCOVERY_MAX]; /* in running order */
    int count;
};

/* STATUS_NOT_FOUND: no step ConfigMap. STATUS_INVALID: one of them is wrong, which fails the whole discovery. */
enum status demo_cutover_discovery_read(struct demo_world *world, struct demo_cutover_discovery *ret,
                                        struct error *err);
void demo_cutover_discovery_clear(struct demo_cutover_discovery *discovery);
int demo_cutover_discovery_index(const struct demo_cutover_discovery *discovery, const char *step); /* -1: absent */

#endif
