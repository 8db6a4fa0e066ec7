/* Columns of workloads, computed as the API server's printers do (pkg/printers/internalversion). */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/timestamp.h"
#include "demo/demo_cell.h"
#include "demo/demo_columns.h"
#include "demo/demo_json.h"

#define NAME {.name = "Name", .type = "string", .format = "name", .path = ".metadata.name"}
#define AGE {.name = "Age", .type = "string", .cell = demo_cell_age}
#define CELL(title, fn) {.name = title, .type = "string", .cell = fn}
#define WIDE_CELL(title, fn) {.name = title, .type = "string", .cell = fn, .priority = 1}
#define COUNT(title, fn) {.name = title, .type = "integer", .cell = fn}

static void replicas_ready(const json_t *object, struct demo_cell *cell)
{
    demo_cell_format(cell, "%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT,
               demo_json_integer(object, "status.readyReplicas", 0), demo_json_integer(object, "spec.replicas", 1));
}

#define STATUS_NUMBER(fn, path)                                        \
    static void fn(const json_t *object, struct demo_cell *cell)       \
    {                                                                  \
        demo_cell_integer(cell, demo_json_integer(object, path, 0));         \
    }
STATUS_NUMBER(updated_replicas, "status.updatedReplicas")
STATUS_NUMBER(available_replicas, "status.availableReplicas")
STATUS_NUMBER(desired_replicas, "spec.replicas")
STATUS_NUMBER(current_replicas, "status.replicas")
STATUS_NUMBER(ready_replicas, "status.readyReplicas")
STATUS_NUMBER(daemon_desired, "status.desiredNumberScheduled")
STATUS_NUMBER(daemon_current, "status.currentNumberScheduled")
STATUS_NUMBER(daemon_ready, "status.numberReady")
STATUS_NUMBER(daemon_updated, "status.updatedNumberScheduled")
STATUS_NUMBER(daemon_available, "status.numberAvailable")

static void daemon_selector(const json_t *object, struct demo_cell *cell)
{
    demo_cell_selector(cell, demo_json_at(object, "spec.template.spec.nodeSelector"));
}

static void template_containers(const json_t *object, struct demo_cell *cell)
{
    demo_cell_joined(cell, demo_json_at(object, "spec.template.spec.containers"), "name");
}

static void template_images(const json_t *object, struct demo_cell *cell)
{
    demo_cell_joined(cell, demo_json_at(object, "spec.template.spec.containers"), "image");
}

static void match_selector(const json_t *object, struct demo_cell *cell)
{
    demo_cell_selector(cell, demo_json_at(object, "spec.selector.matchLabels"));
}

static void job_status(const json_t *object, struct demo_cell *cell)
{
    static const char *const types[] = {"Complete", "Failed", "Suspended", "FailureTarget"};
    const char *word = demo_json_at(object, "metadata.deletionTimestamp") != NULL ? "Terminating" : "Running";
    for (size_t i = ARRAY_LENGTH(types); i-- > 0;) {
        char path[96];
        snprintf(path, sizeof path, "status.conditions[?(@.type==\"%s\")].status", types[i]);
        if (strcmp(demo_json_text(object, path), "True") == 0)
            word = types[i];
    }
    demo_cell_text(cell, word);
}

static void job_completions(const json_t *object, struct demo_cell *cell)
{
    demo_cell_format(cell, "%" JSON_INTEGER_FORMAT "/%" JSON_INTEGER_FORMAT,
               demo_json_integer(object, "status.succeeded", 0), demo_json_integer(object, "spec.completions", 1));
}

static void job_duration(const json_t *object, struct demo_cell *cell)
{
    const char *start = demo_json_text(object, "status.startTime");
    int64_t end_ms = timestamp_parse(span_of(demo_json_text(object, "status.completionTime")));
    if (start[0] == '\0' || end_ms == TIMESTAMP_NONE) {
        demo_cell_since(cell, start, "");
        return;
    }
    char text[TIMESTAMP_TEXT_MAX];
    timestamp_format_age(text, end_ms - timestamp_parse(span_of(start)));
    demo_cell_text(cell, text);
}

static void cron_schedule(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.schedule", "");
}

static void cron_zone(const json_t *object, struct demo_cell *cell)
{
    demo_cell_path(cell, object, "spec.timeZone", "<none>");
}

static void cron_suspend(const json_t *object, struct demo_cell *cell)
{
    demo_cell_text(cell, demo_json_bool(object, "spec.suspend") ? "True" : "False");
}

static void cron_active(const json_t *object, struct demo_cell *cell)
{
    demo_cell_integer(cell, (json_int_t)json_array_size(demo_json_at(object, "status.active")));
}

static void cron_last(const json_t *object, struct demo_cell *cell)
{
    demo_cell_since(cell, demo_json_text(object, "status.lastScheduleTime"), "<none>");
}

static void cron_containers(const json_t *object, struct demo_cell *cell)
{
    demo_cell_joined(cell, demo_json_at(object, "spec.jobTemplate.spec.template.spec.containers"), "name");
}

static void cron_images(const json_t *object, struct demo_cell *cell)
{
    demo_cell_joined(cell, demo_json_at(object, "spec.jobTemplate.spec.template.spec.containers"), "image");
}

const struct demo_column demo_columns_deployment[] = {NAME, CELL("Ready", replicas_ready),
    COUNT("Up-to-date", updated_replicas), COUNT("Available", available_replicas), AGE,
    WIDE_CELL("Containers", template_containers), WIDE_CELL("Images", template_images),
    WIDE_CELL("Selector", match_selector), {0}};
const struct demo_column demo_columns_statefulset[] = {NAME, CELL("Ready", replicas_ready), AGE,
    WIDE_CELL("Containers", template_containers), WIDE_CELL("Images", template_images), {0}};
const struct demo_column demo_columns_daemonset[] = {NAME, COUNT("Desired", daemon_desired),
    COUNT("Current", daemon_current), COUNT("Ready", daemon_ready), COUNT("Up-to-date", daemon_updated),
    COUNT("Available", daemon_available), CELL("Node Selector", daemon_selector), AGE,
    WIDE_CELL("Containers", template_containers), WIDE_CELL("Images", template_images),
    WIDE_CELL("Selector", match_selector), {0}};
const struct demo_column demo_columns_replicaset[] = {NAME, COUNT("Desired", desired_replicas),
    COUNT("Current", current_replicas), COUNT("Ready", ready_replicas), AGE,
    WIDE_CELL("Containers", template_containers), WIDE_CELL("Images", template_images),
    WIDE_CELL("Selector", match_selector), {0}};
const struct demo_column demo_columns_job[] = {NAME, CELL("Status", job_status), CELL("Completions", job_completions),
    CELL("Duration", job_duration), AGE, WIDE_CELL("Containers", template_containers),
    WIDE_CELL("Images", template_images), WIDE_CELL("Selector", match_selector), {0}};
const struct demo_column demo_columns_cronjob[] = {NAME, CELL("Schedule", cron_schedule), CELL("Timezone", cron_zone),
    CELL("Suspend", cron_suspend), COUNT("Active", cron_active), CELL("Last Schedule", cron_last), AGE,
    WIDE_CELL("Containers", cron_containers), WIDE_CELL("Images", cron_images), {0}};
