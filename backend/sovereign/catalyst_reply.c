/* catalyst-api's documents through jansson: they are small, single, and read leniently. */
#include "sovereign/catalyst_reply.h"

#include <jansson.h>
#include <string.h>

#include "base/array.h"
#include "base/sanitize.h"
#include "base/timestamp.h"

static void put(char *out, size_t size, const char *raw)
{
    sanitize_line_into(out, size, raw != NULL ? raw : "", raw != NULL ? strlen(raw) : 0);
}

static void get_text(const json_t *object, const char *key, char *out, size_t size)
{
    put(out, size, json_string_value(json_object_get(object, key)));
}

static int64_t get_time(const json_t *object, const char *key)
{
    return timestamp_parse(span_of(json_string_value(json_object_get(object, key))));
}

/* Counts are ints, but a lenient reader takes "11" too. */
static int get_int(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    int64_t number = json_integer_value(value);
    if (json_is_string(value) && !span_to_int64(span_of(json_string_value(value)), &number))
        number = 0;
    return number < 0 ? 0 : number > 1000000 ? 1000000 : (int)number;
}

static enum status parse(struct span body, json_t **root, const char *what, struct error *err)
{
    json_error_t problem;
    *root = json_loadb(body.length > 0 ? body.data : "", body.length, 0, &problem);
    if (*root != NULL && json_is_object(*root))
        return STATUS_OK;
    json_decref(*root);
    *root = NULL;
    return error_set(err, STATUS_INVALID, "catalyst-api: the reply about %s is no JSON object", what);
}

enum status catalyst_reply_self(struct span body, struct catalyst_self *ret, struct error *err)
{
    json_t *root;
    enum status status = parse(body, &root, "itself", err);
    if (status != STATUS_OK)
        return status;
    *ret = (struct catalyst_self){0};
    get_text(root, "deploymentId", ret->deployment_id, sizeof ret->deployment_id);
    get_text(root, "sovereignFQDN", ret->fqdn, sizeof ret->fqdn);
    if (ret->fqdn[0] == '\0')
        get_text(root, "fqdn", ret->fqdn, sizeof ret->fqdn);
    json_decref(root);
    return STATUS_OK;
}

enum status catalyst_reply_whoami(struct span body, struct catalyst_whoami *ret, struct error *err)
{
    json_t *root;
    enum status status = parse(body, &root, "who we are", err);
    if (status != STATUS_OK)
        return status;
    *ret = (struct catalyst_whoami){.org_scoped = json_is_true(json_object_get(root, "orgScoped"))};
    get_text(root, "email", ret->email, sizeof ret->email);
    if (ret->email[0] == '\0')
        get_text(root, "sub", ret->email, sizeof ret->email);
    get_text(root, "tier", ret->tier, sizeof ret->tier);
    get_text(root, "deploymentId", ret->deployment_id, sizeof ret->deployment_id);
    get_text(root, "sovereignFQDN", ret->fqdn, sizeof ret->fqdn);
    json_decref(root);
    return STATUS_OK;
}

static void read_step(const json_t *entry, struct catalyst_step *step)
{
    get_text(entry, "name", step->name, sizeof step->name);
    get_text(entry, "result", step->result, sizeof step->result);
    get_text(entry, "jobName", step->job, sizeof step->job);
    step->started_ms = get_time(entry, "startedAt");
    step->finished_ms = get_time(entry, "finishedAt");
}

enum status catalyst_reply_cutover(struct span body, struct catalyst_cutover *ret, struct error *err)
{
    json_t *root;
    enum status status = parse(body, &root, "the cutover", err);
    if (status != STATUS_OK)
        return status;
    *ret = (struct catalyst_cutover){
        .complete = json_is_true(json_object_get(root, "cutoverComplete")),
        .current_index = get_int(root, "currentStepIndex"),
        .total_steps = get_int(root, "totalSteps"),
        .progress_percent = get_int(root, "progressPercent"),
        .started_ms = get_time(root, "cutoverStartedAt"),
        .last_attempt_ms = get_time(root, "cutoverLastAttemptStartedAt"),
        .finished_ms = get_time(root, "cutoverFinishedAt"),
    };
    get_text(root, "state", ret->state, sizeof ret->state);
    get_text(root, "currentStep", ret->current_step, sizeof ret->current_step);
    get_text(root, "failedStep", ret->failed_step, sizeof ret->failed_step);
    get_text(root, "lastError", ret->last_error, sizeof ret->last_error);
    const json_t *steps = json_object_get(root, "steps");
    size_t count = json_array_size(steps);
    for (size_t i = 0; i < count && i < CATALYST_STEPS_MAX; i++)
        read_step(json_array_get(steps, i), &ret->steps[ret->step_count++]);
    ret->steps_left_out = count - ret->step_count;
    json_decref(root);
    return STATUS_OK;
}

enum status catalyst_reply_event(struct span data, struct catalyst_event *ret, struct error *err)
{
    json_t *root;
    enum status status = parse(data, &root, "a cutover event", err);
    if (status != STATUS_OK)
        return status;
    *ret = (struct catalyst_event){.at_ms = get_time(root, "time")};
    get_text(root, "phase", ret->phase, sizeof ret->phase);
    get_text(root, "level", ret->level, sizeof ret->level);
    get_text(root, "step", ret->step, sizeof ret->step);
    get_text(root, "jobName", ret->job, sizeof ret->job);
    get_text(root, "message", ret->message, sizeof ret->message);
    json_decref(root);
    return STATUS_OK;
}

enum status catalyst_reply_reconcilers(struct span body, struct catalyst_reconcilers *ret, struct error *err)
{
    json_t *root;
    enum status status = parse(body, &root, "reconcilers", err);
    if (status != STATUS_OK)
        return status;
    *ret = (struct catalyst_reconcilers){get_int(root, "reconciled"), get_int(root, "total")};
    json_decref(root);
    return STATUS_OK;
}

enum status catalyst_reply_version(struct span body, struct catalyst_version *ret, struct error *err)
{
    json_t *root;
    enum status status = parse(body, &root, "its version", err);
    if (status != STATUS_OK)
        return status;
    *ret = (struct catalyst_version){0};
    get_text(root, "version", ret->version, sizeof ret->version);
    get_text(root, "sha", ret->sha, sizeof ret->sha);
    json_decref(root);
    return STATUS_OK;
}

void catalyst_reply_failure(struct span body, char *code, size_t code_size, char *detail, size_t detail_size)
{
    code[0] = detail[0] = '\0';
    json_t *root = json_loadb(body.length > 0 ? body.data : "", body.length, 0, NULL);
    if (json_is_object(root)) {
        get_text(root, "error", code, code_size);
        get_text(root, "detail", detail, detail_size);
        if (detail[0] == '\0') /* the catalog says message (contract 11, trap 12) */
            get_text(root, "message", detail, detail_size);
    } else {
        struct span rest = span_trim(body), line = SPAN_EMPTY;
        span_split(&rest, '\n', &line);
        if (!span_starts_with(line, "<")) /* a proxy's HTML page says nothing to a person */
            sanitize_line_into(detail, detail_size, line.data, line.length);
    }
    json_decref(root);
}

bool catalyst_reply_is_running(const struct catalyst_cutover *cutover)
{
    return !cutover->complete && cutover->current_step[0] != '\0' && cutover->failed_step[0] == '\0';
}
