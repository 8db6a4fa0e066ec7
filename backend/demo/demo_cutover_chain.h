/* The cutover's steps as the chart ships them, in the newer order with the egress test last (cutover contract 2.1). */
#ifndef DEMO_DEMO_CUTOVER_CHAIN_H
#define DEMO_DEMO_CUTOVER_CHAIN_H

#include <stdbool.h>
#include <stddef.h>

#define DEMO_CUTOVER_NAMESPACE "catalyst"
#define DEMO_CUTOVER_STATUS "self-sovereign-cutover-status"
#define DEMO_CUTOVER_STEPS 11

struct demo_cutover_step {
    const char *file; /* number in the ConfigMap's name; not the order */
    const char *name;
    int order;
    bool waits_for_daemonset; /* mode daemonset-wait; otherwise a Job */
    int deadline_s;
    const char *image;
};

extern const struct demo_cutover_step demo_cutover_chain[DEMO_CUTOVER_STEPS]; /* in running order */

int demo_cutover_chain_index(const char *name); /* -1: no such step */

/* The podSpec of a step's ConfigMap, YAML text. Caller frees. */
char *demo_cutover_chain_pod_spec(const struct demo_cutover_step *step);

#endif
