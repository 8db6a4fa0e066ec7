/* Measurements by Jobs, nodes, flags and the egress policy; those by Flux objects are in truth_measure_flux.c. Steps of the
 * primary region have nothing to do in the others and say so: a dash, not a tick. */
#include "truth/truth_measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/sanitize.h"
#include "base/timestamp.h"
#include "tether/node_mirror.h"

struct measuring {
    const struct truth_context *context;
    const struct step *step;
    const struct step_job *job;
    const struct cutover_step_claim *claim;
    int region;
    struct truth_cell *cell;
};

static const char *const WORDS[] = {
    [TRUTH_OUTCOME_UNKNOWN] = "?",    [TRUTH_OUTCOME_NOT_APPLICABLE] = "-", [TRUTH_OUTCOME_NOT_DONE] = "no",
    [TRUTH_OUTCOME_PARTIAL] = "part", [TRUTH_OUTCOME_DONE] = "ok",
};

void truth_measure_say(struct truth_cell *cell, enum truth_outcome outcome, const char *text, const char *format, ...)
{
    char sentence[2 * TRUTH_SENTENCE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    cell->outcome = outcome;
    snprintf(cell->text, sizeof cell->text, "%s", text != NULL ? text : WORDS[outcome]);
    sanitize_line_into(cell->sentence, sizeof cell->sentence, sentence, strlen(sentence));
}

bool truth_measure_known(const struct truth_context *context, const char *kind_id, int region, struct truth_cell *cell)
{
    const struct table *table = store_find_table(context->store, kind_id, region);
    if (table_is_known(table))
        return true;
    truth_measure_say(cell, TRUTH_OUTCOME_UNKNOWN, NULL, "%s are not known: %s", kind_id, table_reason(table));
    return false;
}

static bool isprimary(const struct measuring *m)
{
    return m->region == store_primary_region(m->context->store);
}

static void elsewhere(struct measuring *m)
{
    truth_measure_say(m->cell, TRUTH_OUTCOME_NOT_APPLICABLE, NULL, "this step acts in the primary region");
}

static const struct row *statusrow(const struct measuring *m)
{
    return node_mirror_status_row(m->context->store, store_primary_region(m->context->store));
}

/* The live flag that nodes obey. "" when it cannot be read. */
static struct span activeflag(const struct measuring *m)
{
    const struct row *row = statusrow(m);
    return row == NULL ? SPAN_EMPTY : row_lookup(row, FIELD_DATA, "registriesYamlActive");
}

static enum step_result claimed(const struct measuring *m)
{
    return m->claim == NULL ? STEP_RESULT_PENDING : m->claim->result;
}

/* By the step's Job alone; `unseen` says what it does not show. */
static void byjob(struct measuring *m, const char *unseen)
{
    char phrase[320];
    if (m->job->state == STEP_JOB_NONE && claimed(m) == STEP_RESULT_PENDING) {
        truth_measure_say(m->cell, TRUTH_OUTCOME_UNKNOWN, NULL, "not yet measured: there is no Job of this step");
        return;
    }
    step_job_phrase(m->job, phrase, sizeof phrase);
    enum truth_outcome outcome = TRUTH_OUTCOME_UNKNOWN;
    if (m->job->state == STEP_JOB_SUCCEEDED)
        outcome = TRUTH_OUTCOME_DONE;
    else if (m->job->state == STEP_JOB_ACTIVE || m->job->state == STEP_JOB_FAILED)
        outcome = TRUTH_OUTCOME_NOT_DONE;
    truth_measure_say(m->cell, outcome, NULL, "%s; %s", phrase, unseen);
}

static void measureunknownstep(struct measuring *m)
{
    if (!isprimary(m)) {
        elsewhere(m);
        return;
    }
    char phrase[320];
    step_job_phrase(m->job, phrase, sizeof phrase);
    truth_measure_say(m->cell, TRUTH_OUTCOME_UNKNOWN, NULL, "a step we do not know how to measure; %s", phrase);
}

/* "main@sha1:53359ebe3d8b": branch and the first digits. */
static struct span shortrevision(struct span revision)
{
    ptrdiff_t colon = span_find_byte(revision, ':');
    return span_first(revision, colon < 0 ? 48 : (size_t)colon + 13);
}

static void measuregitmirror(struct measuring *m)
{
    struct span revision = shortrevision(truth_measure_local_revision(m->context, m->region));
    if (!isprimary(m))
        elsewhere(m);
    else if (!span_is_empty(revision))
        truth_measure_say(m->cell, TRUTH_OUTCOME_DONE, NULL, "Flux serves %.*s from the local Gitea", SPAN_PRINT(revision));
    else
        byjob(m, "Gitea itself is not asked");
}

static void measureprojects(struct measuring *m)
{
    if (!isprimary(m))
        elsewhere(m);
    else if (m->job->state <= STEP_JOB_UNKNOWN && span_equals_text(activeflag(m), "v2"))
        truth_measure_say(m->cell, TRUTH_OUTCOME_DONE, NULL,
                          "registriesYamlActive v2: the registry was filled; Harbor itself is not asked");
    else
        byjob(m, "Harbor itself is not asked");
}

/* A secondary region may have a Harbor of its own, filled by a Job named after the region (#6764). */
static void measuresecondaryprewarm(struct measuring *m)
{
    char name[128];
    struct step_job job;
    snprintf(name, sizeof name, "cutover-harbor-prewarm-secondary-%s", m->context->store->regions[m->region].name);
    step_job_find(m->context->store, store_primary_region(m->context->store), name, &job);
    m->job = &job;
    if (job.state == STEP_JOB_NONE)
        truth_measure_say(m->cell, TRUTH_OUTCOME_NOT_APPLICABLE, NULL,
                          "no Job %s: this region has no registry of its own to fill", name);
    else
        byjob(m, "Harbor itself is not asked");
}

static void measureprewarm(struct measuring *m)
{
    struct span flag = activeflag(m);
    char phrase[320];
    step_job_phrase(m->job, phrase, sizeof phrase);
    bool has_job = m->job->state > STEP_JOB_UNKNOWN;
    if (!isprimary(m))
        measuresecondaryprewarm(m);
    else if (span_is_empty(flag))
        truth_measure_say(m->cell, TRUTH_OUTCOME_UNKNOWN, NULL, "registriesYamlActive cannot be read; %s", phrase);
    else if (span_equals_text(flag, "v2"))
        truth_measure_say(m->cell, TRUTH_OUTCOME_DONE, NULL, "registriesYamlActive v2");
    else
        truth_measure_say(m->cell, TRUTH_OUTCOME_NOT_DONE, NULL,
                          "registriesYamlActive is %.*s: nodes still pull from outside%s%s", SPAN_PRINT(flag),
                          has_job ? "; " : "", has_job ? phrase : "");
}

static void measurepivot(struct measuring *m)
{
    struct node_mirror mirror;
    char text[16];
    node_mirror_measure(m->context->store, m->region, &mirror);
    snprintf(text, sizeof text, "%zu/%zu", mirror.acknowledged, mirror.nodes);
    if (!mirror.is_known)
        truth_measure_say(m->cell, TRUTH_OUTCOME_UNKNOWN, NULL, "%s", mirror.reason);
    else if (strcmp(mirror.active, "v2") != 0)
        truth_measure_say(m->cell, TRUTH_OUTCOME_NOT_DONE, text, "registriesYamlActive is %s: nodes do not switch",
                          mirror.active[0] == '\0' ? "not set" : mirror.active);
    else if (mirror.acknowledged < mirror.nodes)
        truth_measure_say(m->cell, TRUTH_OUTCOME_PARTIAL, text, "%zu of %zu nodes acknowledged (%s missing)", mirror.acknowledged,
                          mirror.nodes, mirror.missing);
    else if (mirror.has_daemonset && (mirror.desired <= 0 || mirror.ready < mirror.desired))
        truth_measure_say(m->cell, TRUTH_OUTCOME_PARTIAL, text,
                          "all %zu nodes acknowledged, but only %lld of %lld pods of registry-pivot are ready", mirror.nodes,
                          (long long)(mirror.ready < 0 ? 0 : mirror.ready), (long long)(mirror.desired < 0 ? 0 : mirror.desired));
    else
        truth_measure_say(m->cell, TRUTH_OUTCOME_DONE, text, "%zu of %zu nodes acknowledged", mirror.acknowledged, mirror.nodes);
}

static void measuretoken(struct measuring *m)
{
    if (isprimary(m))
        byjob(m, "the Secret org-services/provisioning-github-token is not read");
    else
        elsewhere(m);
}

/* Times of day and not ages: a sentence that ticks would repaint an idle screen. */
static void measureapplied(struct measuring *m, const struct row *policy)
{
    char since[TIMESTAMP_TEXT_MAX];
    int64_t created_ms = row_time(policy, FIELD_CREATED);
    bool has_start = created_ms != TIMESTAMP_NONE && m->claim != NULL && m->claim->started_ms != TIMESTAMP_NONE;
    timestamp_format_clock(since, created_ms);
    m->cell->is_alarm = true;
    if (claimed(m) != STEP_RESULT_RUNNING) {
        truth_measure_say(m->cell, TRUTH_OUTCOME_NOT_DONE, "leak",
                          "the policy " CUTOVER_ALARM_POLICY " is still there (since %s) and blocks egress: delete it", since);
    } else if (!row_true(policy, FIELD_EGRESS_DEFAULT_DENY)) {
        truth_measure_say(m->cell, TRUTH_OUTCOME_NOT_DONE, NULL, "the policy is applied without default deny: it blocks nothing");
    } else if (has_start && created_ms + 1000 < m->claim->started_ms) {
        truth_measure_say(m->cell, TRUTH_OUTCOME_NOT_DONE, NULL,
                          "the policy is there since %s, longer than this attempt: left over from another", since);
    } else {
        m->cell->is_alarm = false;
        truth_measure_say(m->cell, TRUTH_OUTCOME_PARTIAL, "hold", "the policy denies egress since %s", since);
    }
}

static void measuregone(struct measuring *m)
{
    char seen[TIMESTAMP_TEXT_MAX];
    int64_t longest_ms =
        hold_witness_longest_ms(m->context->witness, m->region, m->claim == NULL ? TIMESTAMP_NONE : m->claim->started_ms);
    timestamp_format_age(seen, longest_ms);
    if (claimed(m) == STEP_RESULT_RUNNING)
        truth_measure_say(m->cell, TRUTH_OUTCOME_NOT_DONE, NULL, "the policy is not applied (yet)");
    else if (claimed(m) != STEP_RESULT_SUCCESS)
        truth_measure_say(m->cell, TRUTH_OUTCOME_NOT_DONE, NULL, "no policy " CUTOVER_ALARM_POLICY);
    else if (longest_ms >= HOLD_WITNESS_REQUIRED_MS)
        truth_measure_say(m->cell, TRUTH_OUTCOME_DONE, NULL, "the policy was seen denying egress for %s, and is gone", seen);
    else if (longest_ms > 0)
        truth_measure_say(m->cell, TRUTH_OUTCOME_UNKNOWN, NULL, "the policy is gone; it was seen for %s of the 10m of a hold",
                          seen);
    else
        truth_measure_say(m->cell, TRUTH_OUTCOME_UNKNOWN, NULL,
                          "the policy is gone, as it must be; the hold itself was not seen by this console");
}

static void measurehold(struct measuring *m)
{
    if (!truth_measure_known(m->context, KIND_ID_EGRESS_POLICIES, m->region, m->cell))
        return;
    const struct row *policy = store_find(m->context->store, KIND_ID_EGRESS_POLICIES, m->region, NULL, CUTOVER_ALARM_POLICY);
    if (policy != NULL)
        measureapplied(m, policy);
    else
        measuregone(m);
}

static void measuregitsource(struct measuring *m)
{
    truth_measure_git_source(m->context, m->region, m->cell);
}
static void measurehelmsources(struct measuring *m)
{
    truth_measure_helm_sources(m->context, m->region, m->cell);
}
static void measurevclusters(struct measuring *m)
{
    truth_measure_vclusters(m->context, m->region, m->cell);
}
static void measureproviders(struct measuring *m)
{
    truth_measure_providers(m->context, m->region, m->cell);
}

static void measureenvironment(struct measuring *m)
{
    if (isprimary(m))
        truth_measure_api_environment(m->context, m->region, m->cell);
    else
        elsewhere(m);
}

static void (*const MEASURES[STEP_MEASURE_COUNT])(struct measuring *m) = {
    [STEP_MEASURE_NONE] = measureunknownstep,         [STEP_MEASURE_GIT_MIRROR] = measuregitmirror,
    [STEP_MEASURE_HARBOR_PROJECTS] = measureprojects, [STEP_MEASURE_HARBOR_PREWARM] = measureprewarm,
    [STEP_MEASURE_REGISTRY_PIVOT] = measurepivot,     [STEP_MEASURE_GIT_SOURCE] = measuregitsource,
    [STEP_MEASURE_HELM_SOURCES] = measurehelmsources, [STEP_MEASURE_API_ENVIRONMENT] = measureenvironment,
    [STEP_MEASURE_GITEA_TOKEN] = measuretoken,        [STEP_MEASURE_VCLUSTERS] = measurevclusters,
    [STEP_MEASURE_PROVIDERS] = measureproviders,      [STEP_MEASURE_EGRESS_HOLD] = measurehold,
};

void truth_measure(const struct truth_context *context, const struct step *step, const struct step_job *job,
                   const struct cutover_step_claim *claim, int region, struct truth_cell *cell)
{
    struct measuring m = {.context = context, .step = step, .job = job, .claim = claim, .region = region, .cell = cell};
    memset(cell, 0, sizeof *cell);
    MEASURES[step->facts == NULL ? STEP_MEASURE_NONE : step->facts->measure](&m);
}
