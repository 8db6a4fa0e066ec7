/* Why a running step does not get on: pods first, then the clock. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/timestamp.h"
#include "cutover/step_progress.h"
#include "support/leak_check.h"
#include "support/rows.h"

#define NOW_MS 1785128211000 /* 2026-07-27T04:56:51Z */

static const struct {
    const char *name;
    const char *phase, *waiting, *message, *terminated, *node, *owner, *created; /* phase NULL: no pod */
    int elapsed_s;
    enum step_trouble trouble;
    const char *text;
} CASES[] = {
    {"gets on", "Running", .node = "w1", .elapsed_s = 120, .trouble = STEP_TROUBLE_NONE, .text = ""},
    {"no pod", .elapsed_s = 120, .trouble = STEP_TROUBLE_NO_POD, .text = "Job cutover-harbor-prewarm-1 has no pod"},
    {"of another Job", "Running", .owner = "Job=cutover-harbor-prewarm-0", .elapsed_s = 120, .trouble = STEP_TROUBLE_NO_POD, .text = "no pod"},
    {"no image", "Pending", "ImagePullBackOff", "403 from registry", .node = "w1", .elapsed_s = 120, .trouble = STEP_TROUBLE_IMAGE,
     .text = "pod catalyst-pod cannot pull alpine/k8s:1.31.4 (ImagePullBackOff): 403 from registry"},
    {"no memory", "Running", .terminated = "OOMKilled", .node = "w1", .elapsed_s = 120, .trouble = STEP_TROUBLE_MEMORY, .text = "OOMKilled"},
    {"crashes", "Running", "CrashLoopBackOff", "back-off 40s", .terminated = "Error", .node = "w1", .elapsed_s = 120,
     .trouble = STEP_TROUBLE_CRASH, .text = "CrashLoopBackOff: back-off 40s"},
    {"not scheduled", "Pending", NULL, "0/4 nodes are available: 4 Insufficient memory.", .elapsed_s = 120, .trouble = STEP_TROUBLE_PENDING,
     .text = "is not scheduled: 0/4 nodes are available"},
    {"just made", "Pending", NULL, NULL, .created = "2026-07-27T04:56:41Z", .elapsed_s = 120, .trouble = STEP_TROUBLE_NONE, .text = ""},
    {"slow", "Running", .node = "w1", .elapsed_s = 7000, .trouble = STEP_TROUBLE_SLOW, .text = "runs for 116m, usually 16-105 min"},
    {"deadline near", "Running", .node = "w1", .elapsed_s = 8700, .trouble = STEP_TROUBLE_DEADLINE_NEAR, .text = "of at most 160m"},
    {"over its deadline", "Running", .node = "w1", .elapsed_s = 9700, .trouble = STEP_TROUBLE_OVER_DEADLINE, .text = "over its deadline of 160m"},
    {"the pod counts more than the clock", "Pending", "ErrImagePull", NULL, .node = "w1", .elapsed_s = 9700, .trouble = STEP_TROUBLE_IMAGE,
     .text = "ErrImagePull"},
};

static struct step_progress judge(size_t i, enum step_result result)
{
    struct store *store = rows_store("fsn1", NULL);
    if (CASES[i].phase != NULL)
        rows_add(store, KIND_ID_CUTOVER_PODS, 0, "catalyst/catalyst-pod", FIELD_OWNER,
                 CASES[i].owner != NULL ? CASES[i].owner : "Job=cutover-harbor-prewarm-1", FIELD_PHASE, CASES[i].phase, FIELD_WAITING,
                 CASES[i].waiting, FIELD_WAITING_MESSAGE, CASES[i].message, FIELD_TERMINATED, CASES[i].terminated, FIELD_NODE, CASES[i].node,
                 FIELD_IMAGES, "alpine/k8s:1.31.4|other", FIELD_CREATED,
                 CASES[i].created != NULL ? CASES[i].created : "2026-07-27T04:40:00Z", ROWS_END);
    rows_live(store, KIND_ID_CUTOVER_PODS, 0);
    struct step step = {.name = "harbor-prewarm", .mode = STEP_MODE_JOB, .facts = step_facts_find(SPAN_LITERAL("harbor-prewarm"))};
    struct cutover_step_claim claim = {.result = result};
    struct step_job job = {.state = result == STEP_RESULT_RUNNING ? STEP_JOB_ACTIVE : STEP_JOB_SUCCEEDED, .name = "cutover-harbor-prewarm-1",
                           .started_ms = NOW_MS - CASES[i].elapsed_s * 1000, .finished_ms = TIMESTAMP_NONE};
    struct step_progress progress;
    step_progress_read(store, &step, &claim, &job, (int64_t)CASES[i].elapsed_s * 1000, 9600, NOW_MS, &progress);
    store_free(store);
    return progress;
}

Test(step_progress, names_what_stands_in_the_way)
{
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct step_progress progress = judge(i, STEP_RESULT_RUNNING);
        cr_assert_eq(progress.trouble, CASES[i].trouble, "%s: %s: %s", CASES[i].name, step_progress_name(progress.trouble), progress.text);
        cr_assert_not_null(strstr(progress.text, CASES[i].text), "%s: %s", CASES[i].name, progress.text);
        cr_assert_eq(judge(i, STEP_RESULT_SUCCESS).trouble, STEP_TROUBLE_NONE, "%s: a step that has ended has no trouble", CASES[i].name);
    }
    TEST_NO_LEAKS();
}

Test(step_progress, a_daemonset_step_names_the_pod_that_cannot_start)
{
    struct store *store = rows_store("fsn1", NULL);
    rows_add(store, KIND_ID_CUTOVER_PODS, 0, "catalyst/registry-pivot-x", FIELD_OWNER, "DaemonSet=registry-pivot", FIELD_PHASE, "Running",
             FIELD_WAITING, "CrashLoopBackOff", FIELD_WAITING_MESSAGE, "nsenter: not found", FIELD_NODE, "w1", FIELD_CREATED,
             "2026-07-27T04:40:00Z", ROWS_END);
    rows_live(store, KIND_ID_CUTOVER_PODS, 0);
    struct step step = {.name = "registry-pivot", .mode = STEP_MODE_DAEMONSET_WAIT, .daemonset = "registry-pivot"};
    struct cutover_step_claim claim = {.result = STEP_RESULT_RUNNING};
    struct step_job job = {.state = STEP_JOB_NONE, .started_ms = TIMESTAMP_NONE, .finished_ms = TIMESTAMP_NONE};
    struct step_progress progress;
    step_progress_read(store, &step, &claim, &job, 30000, 600, NOW_MS, &progress);
    cr_assert_eq(progress.trouble, STEP_TROUBLE_CRASH);
    cr_assert_not_null(strstr(progress.text, "registry-pivot-x: CrashLoopBackOff: nsenter: not found"), "%s", progress.text);
    store_free(store);
    TEST_NO_LEAKS();
}
