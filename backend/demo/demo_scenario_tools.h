/* Small edits of a demo world, for scenarios: they happen before anything serves or lives, or as a planned deed. */
#ifndef DEMO_DEMO_SCENARIO_TOOLS_H
#define DEMO_DEMO_SCENARIO_TOOLS_H

#include <jansson.h>

#include "demo/demo_cutover_run.h"
#include "demo/demo_world.h"

struct demo_scenario_object {
    int region;
    enum demo_kind_id kind;
    const char *name_space, *name;
};

/* Sets the value at a path; takes `value` (NULL removes the key). Written by `manager`. */
void demo_scenario_set(struct demo_world *world, const struct demo_scenario_object *object, const char *path,
                       json_t *value, const char *manager);
void demo_scenario_set_condition(struct demo_world *world, const struct demo_scenario_object *object, const char *type,
                                 const char *status, const char *reason, const char *message);

/* Sets the same text at a path of every object of the kind whose name does not begin with one of `but` (space separated). */
size_t demo_scenario_set_all(struct demo_world *world, int region, enum demo_kind_id kind, const char *name_space,
                             const char *path, const char *text, const char *but);

/* The newest pod of the step's Jobs: its log from scratch, or some more lines. Lines end with '\n'; each gets "[step] ". */
void demo_scenario_log(struct demo_world *world, const char *step, const char *lines, bool replaces);

/* A Job with one ended pod and its log, `ago_s` seconds old. `step`: value of cutover.openova.io/step; NULL: no such label. */
struct demo_scenario_job {
    const char *name, *step, *component, *container, *image, *lines;
    int started_ago_s, took_s;
    bool failed;
};
void demo_scenario_put_job(struct demo_world *world, const struct demo_scenario_job *job);

void demo_scenario_remove_jobs(struct demo_world *world, const char *step);

/* A time in the status ConfigMap. */
void demo_scenario_set_time(struct demo_world *world, const char *key, int ago_s);

/* In a story: the virtual clock of a told run is `ago_s` seconds before now. */
void demo_scenario_until(struct demo_cutover_run *run, int ago_s);

/* A ConfigMap of the cutover's namespace with one key. */
void demo_scenario_put_config(struct demo_world *world, const char *name, const char *key, const char *text);

#endif
