/* The cutover engine of catalyst-api and the Jobs it makes, with their real effects on both regions' objects
 * (cutover contract 2 and 3, catalyst-api contract 3.7). One run at a time, on a thread of its own; the Jobs run whether or
 * not the engine lives (demo_cutover_runner). */
#ifndef DEMO_DEMO_CUTOVER_H
#define DEMO_DEMO_CUTOVER_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "demo/demo_cutover_events.h"
#include "demo/demo_world.h"

struct demo_cutover;

/* Makes the API server that the cutover restarts go away and come back. */
struct demo_cutover_restart {
    void (*go_away)(void *context);
    void (*come_back)(void *context);
    void *context;
};

struct demo_cutover *demo_cutover_new(struct demo_world *world);
void demo_cutover_free(struct demo_cutover *cutover); /* ends a run, waits for its thread; NULL allowed */
/* Ends the run under way and takes no other; its callbacks are not called any more. Before the server it restarts goes.
 */
void demo_cutover_halt(struct demo_cutover *cutover);
void demo_cutover_set_restart(struct demo_cutover *cutover, struct demo_cutover_restart restart);
struct demo_cutover_events *demo_cutover_bus(struct demo_cutover *cutover);
bool demo_cutover_is_running(struct demo_cutover *cutover);

enum demo_cutover_source { DEMO_CUTOVER_BY_OPERATOR, DEMO_CUTOVER_BY_TRIGGER };

/* STATUS_OK: started. STATUS_FOUND: complete already, nothing done. STATUS_CONFLICT: running. STATUS_NOT_FOUND: no step
 * ConfigMaps. STATUS_INVALID: a step ConfigMap is wrong. */
enum status demo_cutover_start(struct demo_cutover *cutover, enum demo_cutover_source source, struct error *err);

/* The next run (or the one under way) fails in that step; NULL: no more. */
void demo_cutover_set_failure(struct demo_cutover *cutover, const char *step);

/* Waits for the run under way to end, at most timeout_ms real milliseconds. True when none runs. */
bool demo_cutover_wait(struct demo_cutover *cutover, int timeout_ms);

/* From now on Jobs run, the DaemonSet sweeps, plans are carried out. A start does it too. */
void demo_cutover_begin(struct demo_cutover *cutover);

/* ---- for scenarios: before anything serves, lives or begins ---- */

/* A past run, at once, with times of its own. */
struct demo_cutover_run;
struct demo_cutover_past {
    int started_ago_s;        /* contract seconds before now */
    const char *until;        /* step it has not begun; NULL: all done */
    const char *running;      /* step it is in the middle of: row, Job and pod stay running; NULL: none */
    int running_for_s;        /* since when; the run's start moves accordingly when > 0 */
    const char *failing;      /* step that failed; NULL: none */
    const char *failure;      /* what that step's log says last; NULL: something usual */
    bool (*story)(struct demo_cutover_run *run); /* what the running or failing step did so far; NULL: its usual work */
    bool forgets_secondary;   /* incident 1: region B untouched */
    bool keeps_registries_v1; /* incident 7: registriesYamlActive stays v1, no node acknowledged */
    bool leaks_policy;        /* incident 25: the egress policy stays in both regions */
    bool forgets_git;         /* live patches only: the local Git still declares the upstream URLs */
    bool keeps_mirror;        /* the local repository stays as old as it was before the run */
};
void demo_cutover_replay(struct demo_cutover *cutover, const struct demo_cutover_past *past);

/* Goes on with an unfinished run as catalyst-api does at its start (ResumeInterruptedCutover). Nothing when none was
 * started, or it is complete. */
void demo_cutover_resume(struct demo_cutover *cutover);

/* Goes on with it as if nothing had been interrupted. */
void demo_cutover_continue(struct demo_cutover *cutover);

/* What is wrong with one step's Job or its pod. */
enum demo_cutover_trouble {
    DEMO_CUTOVER_TROUBLE_NONE,
    DEMO_CUTOVER_TROUBLE_NO_POD,        /* the quota refuses the pod */
    DEMO_CUTOVER_TROUBLE_PENDING,       /* no node fits */
    DEMO_CUTOVER_TROUBLE_IMAGE,         /* ImagePullBackOff */
    DEMO_CUTOVER_TROUBLE_OUT_OF_MEMORY, /* OOMKilled again and again, until the backoffLimit */
};

struct demo_cutover_twist {
    const char *step;
    enum demo_cutover_trouble trouble;
    bool (*body)(struct demo_cutover_run *run); /* instead of the step's own work; NULL: that */
};
void demo_cutover_set_twist(struct demo_cutover *cutover, const struct demo_cutover_twist *twist); /* of static storage */

/* Something that happens `after_s` contract seconds after the beginning. */
typedef void (*demo_cutover_deed_fn)(struct demo_world *world);
void demo_cutover_plan(struct demo_cutover *cutover, double after_s, demo_cutover_deed_fn deed);

#endif
