/* One thread that watches the primary region's Jobs and the clock; one more per Job that runs. See demo_cutover_runner.h. */
#include "demo/demo_cutover_runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_cutover_internal.h"
#include "demo/demo_json.h"
#include "demo/demo_workload.h"

#define WAIT_MS 40
#define SWEEP_S 3.75       /* four pods, each every 15 s */
#define DAYTWO_S 30
#define TICK_LEAST_MS 60
#define BACKOFF_S 10       /* before the first retry; doubled for each further one */
#define BACKOFF_USUAL 6    /* of a Job that says nothing */
#define STARTING_S 2       /* scheduling, pulling */

struct job {
    struct demo_cutover_runner *runner;
    struct demo_cutover_run run;
    char uid[64], step[96];
    pthread_t thread;
    atomic_bool is_ended, is_done;
    int64_t retries;
};

struct plan {
    int64_t at_ms;
    double after_s;
    demo_cutover_deed_fn deed;
};

struct demo_cutover_runner {
    struct demo_cutover *cutover;
    pthread_t thread;
    bool has_begun;
    const struct demo_cutover_twist *twist;
    struct plan plans[DEMO_CUTOVER_RUNNER_PLANS_MAX];
    size_t plan_count;
    struct job *jobs[DEMO_CUTOVER_RUNNER_JOBS_MAX];
    size_t job_count;
};

struct demo_cutover_runner *demo_cutover_runner_new(struct demo_cutover *cutover)
{
    struct demo_cutover_runner *runner = alloc_new(struct demo_cutover_runner);
    runner->cutover = cutover;
    return runner;
}

void demo_cutover_runner_free(struct demo_cutover_runner *runner)
{
    free(runner);
}

void demo_cutover_runner_set_twist(struct demo_cutover_runner *runner, const struct demo_cutover_twist *twist)
{
    runner->twist = twist;
}

void demo_cutover_runner_plan(struct demo_cutover_runner *runner, double after_s, demo_cutover_deed_fn deed)
{
    if (runner->plan_count < DEMO_CUTOVER_RUNNER_PLANS_MAX)
        runner->plans[runner->plan_count++] = (struct plan){0, after_s, deed};
}

/* ---- one Job ---- */

static const struct demo_cutover_twist *twist_of(const struct job *job)
{
    const struct demo_cutover_twist *twist = job->runner->twist;
    return twist && strcmp(twist->step, job->step) == 0 ? twist : NULL;
}

static enum demo_cutover_trouble trouble_of(const struct job *job)
{
    return twist_of(job) ? twist_of(job)->trouble : DEMO_CUTOVER_TROUBLE_NONE;
}

static enum status edit_running(json_t *job, void *context, struct error *err)
{
    demo_json_set(job, "status.ready", json_integer(1));
    return STATUS_OK;
}

static void tell_pod(struct demo_cutover_run *run, const char *type, const char *reason, const char *message,
                     const char *component)
{
    json_t *pod = demo_store_get(run->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE, run->pod);
    struct demo_chronicle_entry entry = {type, reason, message, component, 0};
    if (pod)
        demo_chronicle_write(run->world, DEMO_WORLD_PRIMARY, pod, &entry);
    json_decref(pod);
}

static enum status edit_unschedulable(json_t *pod, void *context, struct error *err)
{
    json_object_del(json_object_get(pod, "spec"), "nodeName");
    json_object_set_new(pod, "status", json_pack("{s:s, s:s}", "phase", "Pending", "qosClass", "Burstable"));
    demo_json_set_condition(pod, "PodScheduled", "False", "Unschedulable", context);
    return STATUS_OK;
}

/* What keeps the pod from starting, told where Kubernetes tells it; then nothing more until the deadline. */
static bool stay_in_trouble(struct job *job)
{
    static const char UNFIT[] = "0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: "
                                "true}, 3 Insufficient memory. preemption: 0/4 nodes are available: 4 No preemption victims "
                                "found for incoming pod.";
    struct demo_cutover_run *run = &job->run;
    struct demo_store *store = run->world->stores[DEMO_WORLD_PRIMARY];
    switch (trouble_of(job)) {
    case DEMO_CUTOVER_TROUBLE_NO_POD:
        demo_cutover_pods_chronicle(run, "Warning", "FailedCreate",
                                    "Error creating: pods is forbidden: exceeded quota: catalyst, requested: pods=1, used: "
                                    "pods=50, limited: pods=50");
        break;
    case DEMO_CUTOVER_TROUBLE_PENDING:
        demo_cutover_pods_start(run, false);
        demo_store_update(store, DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE, run->pod, edit_unschedulable,
                          (void *)(uintptr_t)UNFIT, "kube-scheduler");
        tell_pod(run, "Warning", "FailedScheduling", UNFIT, "default-scheduler");
        break;
    default:
        demo_cutover_pods_start(run, false);
        char text[400];
        json_t *pod = demo_store_get(store, DEMO_KIND_POD, DEMO_CUTOVER_NAMESPACE, run->pod);
        snprintf(text, sizeof text, "Back-off pulling image \"%s\": ErrImagePull: rpc error: code = NotFound desc = failed "
                 "to pull and unpack image: not found", demo_json_text(pod, "spec.containers[0].image"));
        json_decref(pod);
        demo_workload_set_waiting(run->world, DEMO_WORLD_PRIMARY, DEMO_CUTOVER_NAMESPACE, run->pod, "ImagePullBackOff",
                                  text, 0);
        tell_pod(run, "Warning", "Failed", text, "kubelet");
    }
    while (demo_cutover_run_wait_clock(run, 3600))
        continue;
    return false;
}

/* ContainerCreating, then Running; a pod that a scenario left running is taken over. False: it has to end. */
static bool start_pod(struct job *job, bool is_first)
{
    struct demo_cutover_run *run = &job->run;
    if (is_first)
        demo_cutover_pods_adopt(run);
    if (is_first && run->pod[0])
        return true;
    demo_cutover_pods_start(run, false);
    if (!demo_cutover_run_sleep(run, demo_world_pace_ms(run->world, STARTING_S)))
        return false;
    struct demo_store *store = run->world->stores[DEMO_WORLD_PRIMARY];
    demo_workload_start_pod(run->world, DEMO_WORLD_PRIMARY, DEMO_CUTOVER_NAMESPACE, run->pod);
    demo_store_update(store, DEMO_KIND_JOB, DEMO_CUTOVER_NAMESPACE, run->job, edit_running, NULL,
                      "kube-controller-manager");
    return true;
}

static bool do_work(struct job *job)
{
    struct demo_cutover_run *run = &job->run;
    run->waits = 0;
    run->error[0] = '\0';
    demo_cutover_step_fn body = twist_of(job) && twist_of(job)->body ? twist_of(job)->body
                                                                     : demo_cutover_steps_find(job->step);
    if (trouble_of(job) == DEMO_CUTOVER_TROUBLE_OUT_OF_MEMORY) {
        demo_cutover_run_log(run, "A 12/140 skopeo copy --multi-arch all docker.io/langfuse/langfuse:2.95.1");
        demo_cutover_run_wait(run, 20);
        return false;
    }
    if (!demo_cutover_rights_check(run))
        return false;
    if (body)
        return body(run);
    demo_cutover_run_log(run, "begin"); /* a step this demo does not know just completes */
    return demo_cutover_run_wait(run, 20) && (demo_cutover_run_log(run, "done OK"), true);
}

static bool must_end(struct job *job)
{
    return demo_cutover_run_must_end(&job->run);
}

/* The controller deletes the pods of a Job that is too late. */
static void end_late(struct job *job)
{
    if (job->run.pod[0])
        demo_cutover_pods_drop(&job->run);
    demo_cutover_pods_finish_job(&job->run, false, "DeadlineExceeded", "Job was active longer than specified deadline");
}

static void run_pods(struct job *job)
{
    struct demo_cutover_run *run = &job->run;
    for (int64_t attempt = 0;; attempt++) {
        bool stays = trouble_of(job) != DEMO_CUTOVER_TROUBLE_NONE &&
                     trouble_of(job) != DEMO_CUTOVER_TROUBLE_OUT_OF_MEMORY;
        bool succeeded = stays ? stay_in_trouble(job) : start_pod(job, attempt == 0) && do_work(job);
        if (strcmp(job->step, "egress-block-test") == 0 && !run->cutover->is_stopping)
            demo_cutover_egress_reap(run->world); /* the script's trap */
        if (must_end(job))
            return;
        if (run->is_late) {
            end_late(job);
            return;
        }
        bool is_killed = trouble_of(job) == DEMO_CUTOVER_TROUBLE_OUT_OF_MEMORY;
        demo_cutover_pods_end(run, &(struct demo_cutover_pods_end){succeeded, is_killed ? "OOMKilled" : "Error",
                                                                   is_killed ? 137 : 1});
        if (succeeded || attempt >= job->retries) {
            demo_cutover_pods_finish_job(run, succeeded, "BackoffLimitExceeded",
                                         "Job has reached the specified backoff limit");
            return;
        }
        if (!demo_cutover_run_sleep(run, demo_world_pace_ms(run->world, (double)(BACKOFF_S << (attempt < 5 ? attempt : 5)))))
            return;
    }
}

static void *run_job(void *context)
{
    struct job *job = context;
    demo_cutover_pods_begin_job(&job->run);
    run_pods(job);
    if (demo_cutover_run_must_end(&job->run) && job->run.pod[0]) {
        struct demo_log_key key = {DEMO_CUTOVER_NAMESPACE, job->run.pod, job->run.container, false};
        demo_logs_end(job->run.world->logs[DEMO_WORLD_PRIMARY], &key);
    }
    atomic_store(&job->is_done, true);
    return NULL;
}

static int64_t deadline_of(const json_t *job)
{
    json_int_t limit_s = demo_json_integer(job, "spec.activeDeadlineSeconds", 0);
    int64_t start_ms = timestamp_parse(span_of(demo_json_text(job, "status.startTime")));
    if (start_ms == TIMESTAMP_NONE)
        start_ms = clock_wall_ms();
    return limit_s > 0 ? start_ms + limit_s * 1000 : INT64_MAX;
}

static void start_job(struct demo_cutover_runner *runner, const json_t *document, const char *step)
{
    struct job *job = alloc_new(struct job);
    job->runner = runner;
    snprintf(job->uid, sizeof job->uid, "%s", demo_json_text(document, "metadata.uid"));
    snprintf(job->step, sizeof job->step, "%s", step);
    job->retries = demo_json_integer(document, "spec.backoffLimit", BACKOFF_USUAL);
    job->run = (struct demo_cutover_run){.world = runner->cutover->world,
                                         .cutover = runner->cutover,
                                         .is_job = true,
                                         .attempt_ms = clock_wall_ms(),
                                         .deadline_ms = deadline_of(document),
                                         .is_ended = &job->is_ended,
                                         .step = job->step};
    snprintf(job->run.job, sizeof job->run.job, "%s", demo_json_text(document, "metadata.name"));
    pthread_create(&job->thread, NULL, run_job, job);
    runner->jobs[runner->job_count++] = job;
}

/* ---- the watch ---- */

static const char *step_label(const struct demo_object *job)
{
    const char *step = json_string_value(json_object_get(job->labels, "cutover.openova.io/step"));
    return step && strcmp(job->name_space, DEMO_CUTOVER_NAMESPACE) == 0 ? step : NULL;
}

static struct job *find_job(struct demo_cutover_runner *runner, const char *uid)
{
    for (size_t i = 0; i < runner->job_count; i++)
        if (strcmp(runner->jobs[i]->uid, uid) == 0)
            return runner->jobs[i];
    return NULL;
}

/* Asks the store again: the event may be older than the Job's end. */
static void see_job(struct demo_cutover_runner *runner, const struct demo_object *object)
{
    const char *step = step_label(object);
    if (!step || find_job(runner, object->uid) || runner->job_count >= DEMO_CUTOVER_RUNNER_JOBS_MAX)
        return;
    json_t *job = demo_store_get(runner->cutover->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_JOB,
                                 DEMO_CUTOVER_NAMESPACE, object->name);
    if (job && strcmp(demo_json_text(job, "metadata.uid"), object->uid) == 0 && !demo_json_bool(job, "spec.suspend") &&
        demo_cutover_jobs_state(job) == DEMO_CUTOVER_JOB_RUNNING)
        start_job(runner, job, step);
    json_decref(job);
}

static void wake(struct demo_cutover *cutover)
{
    pthread_mutex_lock(&cutover->lock);
    pthread_cond_broadcast(&cutover->changed);
    pthread_mutex_unlock(&cutover->lock);
}

static void drop_job(struct demo_cutover_runner *runner, size_t index)
{
    pthread_join(runner->jobs[index]->thread, NULL);
    free(runner->jobs[index]);
    runner->jobs[index] = runner->jobs[--runner->job_count];
}

static void see_deleted(struct demo_cutover_runner *runner, const struct demo_object *object)
{
    struct job *job = find_job(runner, object->uid);
    if (!job)
        return;
    atomic_store(&job->is_ended, true);
    wake(runner->cutover);
}

static void reap(struct demo_cutover_runner *runner)
{
    for (size_t i = runner->job_count; i-- > 0;)
        if (atomic_load(&runner->jobs[i]->is_done))
            drop_job(runner, i);
}

static void see_all(struct demo_cutover_runner *runner)
{
    struct demo_snapshot snapshot = {0};
    demo_store_snapshot(runner->cutover->world->stores[DEMO_WORLD_PRIMARY], demo_kinds_at(DEMO_KIND_JOB),
                        DEMO_CUTOVER_NAMESPACE, 0, &snapshot);
    for (size_t i = 0; i < snapshot.count; i++)
        see_job(runner, snapshot.objects[i]);
    demo_store_release(&snapshot);
}

static int64_t pace(const struct demo_cutover_runner *runner, double seconds)
{
    int64_t ms = demo_world_pace_ms(runner->cutover->world, seconds);
    return ms < TICK_LEAST_MS ? TICK_LEAST_MS : ms;
}

static void carry_out_plans(struct demo_cutover_runner *runner, int64_t now_ms)
{
    for (size_t i = 0; i < runner->plan_count;) {
        struct plan plan = runner->plans[i];
        if (plan.at_ms > now_ms) {
            i++;
            continue;
        }
        runner->plans[i] = runner->plans[--runner->plan_count];
        plan.deed(runner->cutover->world);
    }
}

static void watch(struct demo_cutover_runner *runner)
{
    struct demo_world *world = runner->cutover->world;
    uint64_t cursor = demo_store_version(world->stores[DEMO_WORLD_PRIMARY]);
    int64_t sweep_ms = 0, daytwo_ms = clock_monotonic_ms() + pace(runner, DAYTWO_S);
    size_t turn = 0;
    see_all(runner);
    for (;;) {
        struct demo_event event = {0};
        enum status status = demo_store_next(world->stores[DEMO_WORLD_PRIMARY], demo_kinds_at(DEMO_KIND_JOB), &cursor,
                                             WAIT_MS, &event);
        if (status == STATUS_OK && event.type == DEMO_EVENT_DELETED)
            see_deleted(runner, event.object);
        else if (status == STATUS_OK)
            see_job(runner, event.object);
        demo_event_clear(&event);
        pthread_mutex_lock(&runner->cutover->lock);
        bool is_stopping = runner->cutover->is_stopping;
        pthread_mutex_unlock(&runner->cutover->lock);
        if (is_stopping || status == STATUS_INTERRUPTED)
            return;
        if (status == STATUS_GONE)
            cursor = demo_store_version(world->stores[DEMO_WORLD_PRIMARY]);
        reap(runner);
        if (status == STATUS_GONE)
            see_all(runner);
        int64_t now_ms = clock_monotonic_ms();
        if (now_ms >= sweep_ms) {
            demo_cutover_sweep_tick(world, turn++);
            sweep_ms = now_ms + pace(runner, SWEEP_S);
        }
        if (now_ms >= daytwo_ms) {
            demo_cutover_daytwo_tick(world);
            daytwo_ms = now_ms + pace(runner, DAYTWO_S);
        }
        carry_out_plans(runner, now_ms);
    }
}

static void *run_watch(void *context)
{
    watch(context);
    return NULL;
}

void demo_cutover_runner_begin(struct demo_cutover_runner *runner)
{
    pthread_mutex_lock(&runner->cutover->lock);
    if (!runner->has_begun && !runner->cutover->is_stopping) {
        int64_t now_ms = clock_monotonic_ms();
        for (size_t i = 0; i < runner->plan_count; i++)
            runner->plans[i].at_ms = now_ms + demo_world_pace_ms(runner->cutover->world, runner->plans[i].after_s);
        runner->has_begun = true;
        pthread_create(&runner->thread, NULL, run_watch, runner);
    }
    pthread_mutex_unlock(&runner->cutover->lock);
}

void demo_cutover_runner_stop(struct demo_cutover_runner *runner)
{
    if (runner->has_begun)
        pthread_join(runner->thread, NULL);
    runner->has_begun = false;
    while (runner->job_count > 0)
        drop_job(runner, runner->job_count - 1);
}
