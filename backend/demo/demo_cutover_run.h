/* What the engine's attempt or one Job's execution carries: its clock, its log, its status rows. Internal to the
 * demo_cutover_* and demo_scenario_* files; its thread only. */
#ifndef DEMO_DEMO_CUTOVER_RUN_H
#define DEMO_DEMO_CUTOVER_RUN_H

#include <jansson.h>
#include <stdbool.h>

#include "demo/demo_cutover.h"
#include "demo/demo_cutover_chain.h"

#define DEMO_CUTOVER_MANAGER "self-sovereign-cutover"
#define DEMO_CUTOVER_REGISTRY "registry." DEMO_WORLD_FQDN
#define DEMO_CUTOVER_HARBOR "harbor." DEMO_WORLD_FQDN
#define DEMO_CUTOVER_POLICY "cutover-egress-block"

/* A step as its ConfigMap describes it. */
struct demo_cutover_found {
    char *config_map, *name, *daemonset, *pod_spec; /* owned; daemonset NULL: a Job */
    int order;
};

struct demo_cutover_run {
    struct demo_world *world;
    struct demo_cutover *cutover;
    enum demo_cutover_source source;
    bool is_job;                   /* a Job's execution; otherwise the engine's attempt */
    bool is_instant;               /* waits cost no time; the clock below moves instead */
    bool is_late;                  /* the Job ran into its deadline */
    int64_t virtual_ms;            /* wall clock of an instant run */
    int64_t attempt_ms;            /* when this attempt began */
    int64_t deadline_ms;           /* of the Job; INT64_MAX: none */
    const atomic_bool *is_ended;   /* the Job was deleted; NULL: cannot be */
    struct demo_cutover_past past; /* what an instant run leaves out */
    const char *step;              /* running step's name */
    char job[128], pod[160], container[64];
    int waits;       /* of the running step */
    char error[400]; /* why the running step failed */
};

int64_t demo_cutover_run_now(const struct demo_cutover_run *run); /* wall, milliseconds */
void demo_cutover_run_log(struct demo_cutover_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool demo_cutover_run_fail(struct demo_cutover_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3))); /* always false */

/* Lets contract seconds pass. False when the demo stops or the step is to fail (then run->error says why). */
bool demo_cutover_run_wait(struct demo_cutover_run *run, double seconds);

/* The same in seconds of the clock, however fast the demo runs: for what is compared with a Job's deadline. */
bool demo_cutover_run_wait_clock(struct demo_cutover_run *run, double seconds);
bool demo_cutover_run_sleep(struct demo_cutover_run *run, int64_t ms); /* real; false: it has to end */
bool demo_cutover_run_must_end(struct demo_cutover_run *run);          /* the demo stops, the Job or catalyst-api is gone */

/* Waits until `holds` is true for the object, at most `seconds` (never less than 8 real ones). An instant run does
 * not wait. False: timed out or stopping. */
struct demo_cutover_await {
    int region;
    enum demo_kind_id kind;
    const char *name_space, *name;
    bool (*holds)(const json_t *object, const void *context);
    const void *context;
    double seconds;
};
bool demo_cutover_run_await(struct demo_cutover_run *run, const struct demo_cutover_await *wait);

/* Makes every region fetch and apply the head of the local Git now, and waits for it (<= 300 s each). */
bool demo_cutover_run_sync(struct demo_cutover_run *run);

/* Restarts catalyst-api: listener, ring, run flag and the engine's attempt go; it comes back and resumes. */
bool demo_cutover_run_restart_api(struct demo_cutover_run *run);

/* Number of regions a run works on. */
int demo_cutover_run_regions(const struct demo_cutover_run *run);

void demo_cutover_run_emit(struct demo_cutover_run *run, const char *phase, const char *level, const char *step,
                           const char *job, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* ---- status ConfigMap (demo_cutover_status.c) ---- */

/* Sets keys given as "key", "value" pairs, ending with NULL. */
void demo_cutover_status_set(struct demo_world *world, ...) __attribute__((sentinel));
void demo_cutover_status_set_step(struct demo_world *world, const char *step, const char *field, const char *value);
void demo_cutover_status_get(struct demo_world *world, const char *key, char *out, size_t size); /* "" when absent */
void demo_cutover_status_get_step(struct demo_world *world, const char *step, const char *field, char *out,
                                  size_t size);
json_t *demo_cutover_status_data(struct demo_world *world); /* new; NULL: no such ConfigMap */

/* ---- Jobs as the engine sees them (demo_cutover_jobs.c) ---- */

void demo_cutover_jobs_name(struct demo_cutover_run *run, const char *step); /* run->job of this attempt */
void demo_cutover_jobs_create(struct demo_cutover_run *run, const struct demo_cutover_found *found);
enum demo_cutover_job_state {
    DEMO_CUTOVER_JOB_NONE,
    DEMO_CUTOVER_JOB_RUNNING,
    DEMO_CUTOVER_JOB_COMPLETE,
    DEMO_CUTOVER_JOB_FAILED,
    DEMO_CUTOVER_JOB_TIMED_OUT
};
enum demo_cutover_job_state demo_cutover_jobs_state(const json_t *job);
/* The newest Job of the step. */
enum demo_cutover_job_state demo_cutover_jobs_existing(struct demo_cutover_run *run, const char *step, char *job,
                                                       size_t size);
void demo_cutover_jobs_remove(struct demo_cutover_run *run, const char *step);
/* Waits until run->job has ended. RUNNING: the attempt has to end first. NONE: somebody deleted it. */
enum demo_cutover_job_state demo_cutover_jobs_await(struct demo_cutover_run *run);

/* ---- a Job's pods (demo_cutover_pods.c) ---- */

struct demo_cutover_pods_end {
    bool succeeded;
    const char *reason; /* of a failed container: "Error", "OOMKilled" */
    int exit_code;
};
void demo_cutover_pods_begin_job(struct demo_cutover_run *run); /* status.active, startTime */
/* Makes the next pod of run->job from its template and sets run->pod and run->container. */
void demo_cutover_pods_start(struct demo_cutover_run *run, bool is_running);
void demo_cutover_pods_adopt(struct demo_cutover_run *run); /* a pod of the Job that runs already; run->pod "" when none */
void demo_cutover_pods_end(struct demo_cutover_run *run, const struct demo_cutover_pods_end *end);
void demo_cutover_pods_drop(struct demo_cutover_run *run); /* deletes run->pod */
/* Complete, or Failed with `reason` and `message`. */
void demo_cutover_pods_finish_job(struct demo_cutover_run *run, bool succeeded, const char *reason, const char *message);
void demo_cutover_pods_chronicle(struct demo_cutover_run *run, const char *type, const char *reason, const char *message);

/* ---- what the runner does at every tick ---- */

/* One node's pod of each DaemonSet that a step waits for looks at registriesYamlActive (demo_cutover_sweep.c). */
void demo_cutover_sweep_tick(struct demo_world *world, size_t turn);
void demo_cutover_sweep_all(struct demo_world *world, int64_t at_ms);
size_t demo_cutover_sweep_acknowledged(struct demo_world *world, const char *daemonset);
void demo_cutover_daytwo_tick(struct demo_world *world); /* day-two requests (demo_cutover_daytwo.c) */

/* Whether the runner's ClusterRole grants what the step does; otherwise the log says what is forbidden, as kubectl does
 * (demo_cutover_rights.c). */
bool demo_cutover_rights_check(struct demo_cutover_run *run);

/* ---- what the Jobs do: one function per step; false with run->error ---- */

typedef bool (*demo_cutover_step_fn)(struct demo_cutover_run *run);
demo_cutover_step_fn demo_cutover_steps_find(const char *name); /* NULL: unknown */

bool demo_cutover_mirror_gitea(struct demo_cutover_run *run);
bool demo_cutover_mirror_projects(struct demo_cutover_run *run);
bool demo_cutover_mirror_prewarm(struct demo_cutover_run *run);
bool demo_cutover_sources_git(struct demo_cutover_run *run);
bool demo_cutover_sources_helm(struct demo_cutover_run *run);
bool demo_cutover_platform_env(struct demo_cutover_run *run);
bool demo_cutover_platform_relay(struct demo_cutover_run *run);
bool demo_cutover_platform_token(struct demo_cutover_run *run);
bool demo_cutover_platform_vclusters(struct demo_cutover_run *run);
bool demo_cutover_platform_providers(struct demo_cutover_run *run);
bool demo_cutover_egress_test(struct demo_cutover_run *run);
/* Its parts, for scenarios that begin in the middle of it. */
void demo_cutover_egress_put_policy(struct demo_cutover_run *run, int region);
bool demo_cutover_egress_hold(struct demo_cutover_run *run, int from_s); /* the window from that second on */
bool demo_cutover_egress_end(struct demo_cutover_run *run, bool passed); /* removes the policy; returns `passed` */
void demo_cutover_egress_reap(struct demo_world *world); /* deletes the policy in every region */
void demo_cutover_sources_strip(struct demo_world *world); /* upstream credentials out of every ghcr-pull */

#endif
