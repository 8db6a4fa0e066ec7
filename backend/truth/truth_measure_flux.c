/* Measurements by Flux and Crossplane objects. What is a tether is judged by the audit's own rules, so that the board and the
 * audit never disagree about one object; what the contract tolerates is counted beside the number, not in it. */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "truth/truth_measure.h"
#include "tether/host.h"
#include "tether/rule_table.h"
#include "tether/value_check.h"

#define FLUX_NAMESPACE "flux-system"
#define MOTHERSHIP_REGISTRY "harbor.openova.io"

static const char *const TOLERATED[] = {"bp-newapi", "bp-self-sovereign-cutover"};

/* Releases whose global.imageRegistry the step sets (cutover contract 2.2, 5.3 T-REL-04). */
static const char *const REGISTRY_RELEASES[] = {
    "bp-catalyst-platform", "bp-openova-flow-server",  "bp-continuum",    "bp-guacamole", "bp-newapi",
    "bp-sandbox",           "bp-openova-flow-emitter", "bp-k8s-ws-proxy",
};

static const char *const VCLUSTER_RELEASES[] = {"bp-mgmt-vcluster", "bp-dmz-vcluster", "bp-rtz-vcluster", "bp-sso-bridge"};
static const char *const VCLUSTER_RULES[] = {"T-REL-01", "T-REL-02", "T-REL-03"};

static enum host_class classof(const struct truth_context *context, struct span url)
{
    struct host host;
    host_of_url(&host, url);
    return host_classify(&host, context->fqdn);
}

static bool istolerated(struct span name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(TOLERATED); i++) {
        if (span_equals_text(name, TOLERATED[i]))
            return true;
    }
    return false;
}

static void nodomain(struct truth_cell *cell)
{
    truth_measure_say(cell, TRUTH_OUTCOME_UNKNOWN, NULL,
                      "the Sovereign's domain is not known, so that its own hosts cannot be told from others");
}

static const struct row *mainsource(const struct truth_context *context, int region)
{
    return store_find(context->store, KIND_ID_GITREPOSITORIES, region, FLUX_NAMESPACE, "openova");
}

struct span truth_measure_local_revision(const struct truth_context *context, int region)
{
    const struct row *row = mainsource(context, region);
    bool is_local = row != NULL && classof(context, row_text(row, FIELD_URL)) == HOST_CLASS_LOCAL;
    bool is_current = is_local && row_true(row, FIELD_READY) &&
                      row_integer(row, FIELD_OBSERVED_GENERATION, -1) == row_integer(row, FIELD_GENERATION, -2);
    return is_current ? row_text(row, FIELD_REVISION) : SPAN_EMPTY;
}

void truth_measure_git_source(const struct truth_context *context, int region, struct truth_cell *cell)
{
    if (!truth_measure_known(context, KIND_ID_GITREPOSITORIES, region, cell))
        return;
    const struct row *row = mainsource(context, region);
    if (row == NULL) {
        truth_measure_say(cell, TRUTH_OUTCOME_UNKNOWN, NULL, "there is no GitRepository flux-system/openova");
        return;
    }
    struct span url = row_text(row, FIELD_URL), message = row_text(row, FIELD_READY_MESSAGE);
    int64_t generation = row_integer(row, FIELD_GENERATION, -1), observed = row_integer(row, FIELD_OBSERVED_GENERATION, -1);
    enum host_class class = classof(context, url);
    if (class == HOST_CLASS_UNDECIDED)
        nodomain(cell);
    else if (class != HOST_CLASS_LOCAL)
        truth_measure_say(cell, TRUTH_OUTCOME_NOT_DONE, NULL, "Flux reads %.*s", SPAN_PRINT(url));
    else if (generation != observed)
        truth_measure_say(cell, TRUTH_OUTCOME_PARTIAL, NULL,
                          "the URL is local, but Flux has seen generation %lld of %lld: its Ready is old", (long long)observed,
                          (long long)generation);
    else if (!row_true(row, FIELD_READY))
        truth_measure_say(cell, TRUTH_OUTCOME_PARTIAL, NULL, "the URL is local, but the source is not Ready: %.*s",
                          SPAN_PRINT(span_first(message, 160)));
    else
        truth_measure_say(cell, TRUTH_OUTCOME_DONE, NULL, "local and Ready at generation %lld", (long long)generation);
}

#define TALLY_HOSTS_MAX 8

struct tally {
    size_t total, local, tolerated, suspended, undecided;
    struct span first; /* an object that is not local: what it says, or its name */
    struct {
        char name[HOST_NAME_MAX];
        size_t count;
    } hosts[TALLY_HOSTS_MAX]; /* that are not local */
};

static void beside(const struct tally *tally, char *out, size_t size)
{
    out[0] = '\0';
    if (tally->tolerated > 0 && tally->suspended > 0)
        snprintf(out, size, " (%zu tolerated and %zu suspended beside)", tally->tolerated, tally->suspended);
    else if (tally->tolerated > 0)
        snprintf(out, size, " (%zu tolerated beside)", tally->tolerated);
    else if (tally->suspended > 0)
        snprintf(out, size, " (%zu suspended beside)", tally->suspended);
}

static void tallyhost(struct tally *tally, const char *name)
{
    for (size_t i = 0; i < TALLY_HOSTS_MAX; i++) {
        if (tally->hosts[i].count == 0)
            snprintf(tally->hosts[i].name, sizeof tally->hosts[i].name, "%s", name);
        if (strcmp(tally->hosts[i].name, name) == 0) {
            tally->hosts[i].count++;
            return;
        }
    }
}

/* The host that most objects name; the first by name among equals, so that the sentence does not flicker. */
static size_t busiest(const struct tally *tally)
{
    size_t best = 0;
    for (size_t i = 1; i < TALLY_HOSTS_MAX && tally->hosts[i].count > 0; i++) {
        bool is_more = tally->hosts[i].count > tally->hosts[best].count;
        bool is_equal = tally->hosts[i].count == tally->hosts[best].count;
        if (is_more || (is_equal && strcmp(tally->hosts[i].name, tally->hosts[best].name) < 0))
            best = i;
    }
    return best;
}

/* Suspended sources that point outside are beside the number: suspending buys no tick. Local ones count as local. */
static void tallysource(const struct truth_context *context, const struct row *row, struct tally *tally)
{
    struct host host;
    host_of_url(&host, row_text(row, FIELD_URL));
    enum host_class class = host_classify(&host, context->fqdn);
    if (class != HOST_CLASS_LOCAL && istolerated(row_name(row))) {
        tally->tolerated++;
    } else if (class != HOST_CLASS_LOCAL && row_true(row, FIELD_SUSPENDED)) {
        tally->suspended++;
    } else {
        tally->total++;
        tally->local += class == HOST_CLASS_LOCAL ? 1 : 0;
        tally->undecided += class == HOST_CLASS_UNDECIDED ? 1 : 0;
        if (class != HOST_CLASS_LOCAL)
            tallyhost(tally, host.name);
    }
}

static void sayhelmsources(const struct tally *tally, const char *more, struct truth_cell *cell)
{
    char text[16], others[48] = "";
    snprintf(text, sizeof text, "%zu/%zu", tally->local, tally->total);
    size_t best = busiest(tally), rest = tally->total - tally->local - tally->hosts[best].count;
    if (rest > 0)
        snprintf(others, sizeof others, " and %zu elsewhere", rest);
    if (tally->local == tally->total)
        truth_measure_say(cell, TRUTH_OUTCOME_DONE, text, "all %zu local%s", tally->total, more);
    else
        truth_measure_say(cell, tally->local == 0 ? TRUTH_OUTCOME_NOT_DONE : TRUTH_OUTCOME_PARTIAL, text,
                          "%zu of %zu local, %zu still %s%s%s", tally->local, tally->total, tally->hosts[best].count,
                          tally->hosts[best].name, others, more);
}

void truth_measure_helm_sources(const struct truth_context *context, int region, struct truth_cell *cell)
{
    if (!truth_measure_known(context, KIND_ID_HELMREPOSITORIES, region, cell))
        return;
    struct tally tally = {0};
    const struct table *table = store_find_table(context->store, KIND_ID_HELMREPOSITORIES, region);
    size_t at = 0;
    const struct row *row;
    while ((row = table_next(table, &at)) != NULL)
        tallysource(context, row, &tally);
    char more[64];
    beside(&tally, more, sizeof more);
    if (tally.undecided > 0 && tally.local + tally.undecided == tally.total)
        nodomain(cell);
    else if (tally.total == 0)
        truth_measure_say(cell, TRUTH_OUTCOME_UNKNOWN, NULL, "there is no active HelmRepository to measure%s", more);
    else
        sayhelmsources(&tally, more, cell);
}

/* global.imageRegistry of the releases that are here. */
static void tallyregistries(const struct truth_context *context, int region, struct tally *tally)
{
    for (size_t i = 0; i < ARRAY_LENGTH(REGISTRY_RELEASES); i++) {
        const struct row *row = store_find(context->store, KIND_ID_HELMRELEASES, region, FLUX_NAMESPACE, REGISTRY_RELEASES[i]);
        if (row == NULL)
            continue;
        enum host_class class = classof(context, row_text(row, FIELD_VALUES_IMAGE_REGISTRY));
        if (class != HOST_CLASS_LOCAL && istolerated(row_name(row))) {
            tally->tolerated++;
            continue;
        }
        tally->total++;
        tally->local += class == HOST_CLASS_LOCAL ? 1 : 0;
        tally->undecided += class == HOST_CLASS_UNDECIDED ? 1 : 0;
        if (class != HOST_CLASS_LOCAL && span_is_empty(tally->first))
            tally->first = row_name(row);
    }
}

void truth_measure_api_environment(const struct truth_context *context, int region, struct truth_cell *cell)
{
    if (!truth_measure_known(context, KIND_ID_DEPLOYMENTS, region, cell) ||
        !truth_measure_known(context, KIND_ID_HELMRELEASES, region, cell))
        return;
    const struct row *row = store_find(context->store, KIND_ID_DEPLOYMENTS, region, "catalyst-system", "catalyst-api");
    if (row == NULL) {
        truth_measure_say(cell, TRUTH_OUTCOME_UNKNOWN, NULL, "there is no Deployment catalyst-system/catalyst-api");
        return;
    }
    struct span url = row_lookup(row, FIELD_ENVIRONMENT_VALUES, "CATALYST_GITOPS_REPO_URL");
    struct tally tally = {0};
    char text[16], more[64];
    tallyregistries(context, region, &tally);
    beside(&tally, more, sizeof more);
    enum host_class class = classof(context, url);
    size_t local = tally.local + (class == HOST_CLASS_LOCAL ? 1 : 0), total = tally.total + 1;
    snprintf(text, sizeof text, "%zu/%zu", local, total);
    bool is_ready = row_integer(row, FIELD_REPLICAS_READY, 0) >= row_integer(row, FIELD_REPLICAS, 1);
    enum truth_outcome undone = local == 0 ? TRUTH_OUTCOME_NOT_DONE : TRUTH_OUTCOME_PARTIAL;
    if (class == HOST_CLASS_UNDECIDED || tally.undecided > 0)
        nodomain(cell);
    else if (class == HOST_CLASS_NONE && row_is_cut(row, FIELD_ENVIRONMENT_VALUES))
        truth_measure_say(cell, TRUTH_OUTCOME_UNKNOWN, NULL, "catalyst-api has more environment than is kept of one object");
    else if (class == HOST_CLASS_NONE)
        truth_measure_say(cell, undone, text, "catalyst-api's CATALYST_GITOPS_REPO_URL is not set: it falls back to github.com");
    else if (class != HOST_CLASS_LOCAL)
        truth_measure_say(cell, undone, text, "catalyst-api's Git URL is %.*s", SPAN_PRINT(span_first(url, 120)));
    else if (tally.local < tally.total)
        truth_measure_say(cell, undone, text, "Git URL local; image registry set in %zu of %zu releases (%.*s is not)%s",
                          tally.local, tally.total, SPAN_PRINT(tally.first), more);
    else if (row_integer(row, FIELD_OBSERVED_GENERATION, -1) != row_integer(row, FIELD_GENERATION, -1))
        truth_measure_say(cell, TRUTH_OUTCOME_PARTIAL, text, "set, but catalyst-api's pods are still the old ones");
    else
        truth_measure_say(cell, TRUTH_OUTCOME_DONE, text, "Git URL local; image registry local in %zu of %zu releases%s%s",
                          tally.local, tally.total, more, is_ready ? "" : "; catalyst-api is not ready");
}

static enum value_check_result judgevcluster(const struct truth_context *context, const struct row *row)
{
    enum value_check_result worst = VALUE_CHECK_CLEAN;
    for (size_t i = 0; i < ARRAY_LENGTH(VCLUSTER_RULES); i++) {
        const struct rule *rule = rule_table_find(VCLUSTER_RULES[i]);
        if (rule == NULL || !value_check_covers(rule, row_key(row)))
            continue;
        enum value_check_result result = value_check_row(rule, row, context->fqdn, NULL, NULL);
        worst = result > worst ? result : worst;
    }
    /* the step's own residual check is a text search (cutover contract 2.3, phase 1c) */
    if (span_contains_folded(row_text(row, FIELD_VALUES_SUSPECT), SPAN_LITERAL(MOTHERSHIP_REGISTRY)))
        return VALUE_CHECK_TETHER;
    return worst == VALUE_CHECK_CLEAN && row_is_cut(row, FIELD_VALUES_SUSPECT) ? VALUE_CHECK_UNDECIDED : worst;
}

void truth_measure_vclusters(const struct truth_context *context, int region, struct truth_cell *cell)
{
    if (!truth_measure_known(context, KIND_ID_HELMRELEASES, region, cell))
        return;
    struct tally tally = {0};
    for (size_t i = 0; i < ARRAY_LENGTH(VCLUSTER_RELEASES); i++) {
        const struct row *row = store_find(context->store, KIND_ID_HELMRELEASES, region, FLUX_NAMESPACE, VCLUSTER_RELEASES[i]);
        if (row == NULL)
            continue;
        enum value_check_result result = judgevcluster(context, row);
        tally.total++;
        tally.local += result == VALUE_CHECK_CLEAN ? 1 : 0;
        tally.undecided += result == VALUE_CHECK_UNDECIDED ? 1 : 0;
        if (result == VALUE_CHECK_TETHER && span_is_empty(tally.first))
            tally.first = row_name(row);
    }
    char text[16];
    snprintf(text, sizeof text, "%zu/%zu", tally.local, tally.total);
    if (tally.total == 0)
        truth_measure_say(cell, TRUTH_OUTCOME_NOT_APPLICABLE, NULL, "none of the four releases is here");
    else if (tally.local == tally.total)
        truth_measure_say(cell, TRUTH_OUTCOME_DONE, text, "all %zu releases pull locally", tally.total);
    else if (tally.local + tally.undecided == tally.total)
        truth_measure_say(cell, TRUTH_OUTCOME_UNKNOWN, NULL, "the values of %zu of %zu releases cannot be judged",
                          tally.undecided, tally.total);
    else
        truth_measure_say(cell, tally.local == 0 ? TRUTH_OUTCOME_NOT_DONE : TRUTH_OUTCOME_PARTIAL, text,
                          "%zu of %zu releases pull locally, %.*s does not", tally.local, tally.total, SPAN_PRINT(tally.first));
}

void truth_measure_providers(const struct truth_context *context, int region, struct truth_cell *cell)
{
    const struct table *table = store_find_table(context->store, KIND_ID_PROVIDERS, region);
    if (table != NULL && table->state == TABLE_STATE_ABSENT) {
        truth_measure_say(cell, TRUTH_OUTCOME_NOT_APPLICABLE, NULL, "Crossplane is not installed here");
        return;
    }
    if (!truth_measure_known(context, KIND_ID_PROVIDERS, region, cell))
        return;
    const struct rule *rule = rule_table_find("T-XP-01");
    struct tally tally = {0};
    size_t at = 0, unhealthy = 0;
    const struct row *row;
    while ((row = table_next(table, &at)) != NULL) {
        enum value_check_result result = value_check_row(rule, row, context->fqdn, NULL, NULL);
        tally.total++;
        tally.local += result == VALUE_CHECK_CLEAN ? 1 : 0;
        tally.undecided += result == VALUE_CHECK_UNDECIDED ? 1 : 0;
        unhealthy += row_true(row, FIELD_INSTALLED) && row_true(row, FIELD_HEALTHY) ? 0 : 1;
        struct span package = row_text(row, FIELD_PACKAGE);
        if (result == VALUE_CHECK_TETHER && (span_is_empty(tally.first) || span_compare(package, tally.first) < 0))
            tally.first = package;
    }
    char text[16];
    snprintf(text, sizeof text, "%zu/%zu", tally.local, tally.total);
    if (tally.total == 0)
        truth_measure_say(cell, TRUTH_OUTCOME_NOT_APPLICABLE, NULL, "there is no Provider here");
    else if (tally.undecided > 0 && tally.local + tally.undecided == tally.total)
        nodomain(cell);
    else if (tally.local < tally.total)
        truth_measure_say(cell, tally.local == 0 ? TRUTH_OUTCOME_NOT_DONE : TRUTH_OUTCOME_PARTIAL, text,
                          "%zu of %zu packages local (%.*s is not)", tally.local, tally.total,
                          SPAN_PRINT(span_first(tally.first, 100)));
    else if (unhealthy > 0)
        truth_measure_say(cell, TRUTH_OUTCOME_PARTIAL, text,
                          "all %zu packages local, but %zu Providers are not installed or not healthy", tally.total, unhealthy);
    else
        truth_measure_say(cell, TRUTH_OUTCOME_DONE, text, "all %zu packages local", tally.total);
}
