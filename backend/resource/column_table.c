/* The columns as data. A column more is a line more; the order here is the order on the screen. */
#include "resource/column_table.h"

#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "resource/column_derive.h"
#include "resource/drift.h"

#define KIND(id) .kind_id = id
#define FACT(name, id) .title = name, .field = FIELD_##id
#define DERIVED(name, fn) .title = name, .field = FIELD_COUNT, .derive = column_derive_##fn
#define WIDTH(minimum, maximum) .least = minimum, .most = maximum
#define RIGHT .align = COLUMN_ALIGN_RIGHT

#define NAMESPACE(id) {KIND(id), FACT("NAMESPACE", NAMESPACE), WIDTH(11, 24), .priority = 3}
#define NAME(id) {KIND(id), FACT("NAME", NAME), WIDTH(20, 48), .priority = 1, .weight = 1}
#define FIRST_NAME(id) {KIND(id), FACT("NAME", NAME), WIDTH(20, 48), .priority = 1, .weight = 1, .is_default = true}
#define STATE(id, name) {KIND(id), DERIVED(name, state), .type = COLUMN_TYPE_STATE, WIDTH(13, 22), .priority = 1, .is_default = true}
#define PLAIN_STATE(id) {KIND(id), DERIVED("STATE", state), .type = COLUMN_TYPE_STATE, WIDTH(13, 22), .priority = 1}
#define CAUSE(id, name) {KIND(id), DERIVED(name, cause), WIDTH(16, 0), .priority = 4, .weight = 6}
#define AGE(id) {KIND(id), FACT("AGE", CREATED), .type = COLUMN_TYPE_AGE, WIDTH(5, 7), .priority = 5, RIGHT}
#define TEXT(id, name, field, minimum, maximum, order) {KIND(id), FACT(name, field), WIDTH(minimum, maximum), .priority = order}
#define WIDE(id, name, field) {KIND(id), FACT(name, field), WIDTH(4, 60), .priority = 9, .wide = true}
#define SINCE(id) {KIND(id), FACT("SINCE", READY_CHANGED), .type = COLUMN_TYPE_AGE, WIDTH(3, 7), .priority = 9, RIGHT, .wide = true}

#define HR KIND_ID_HELMRELEASES
#define KS KIND_ID_KUSTOMIZATIONS
#define GR KIND_ID_GITREPOSITORIES
#define HREPO KIND_ID_HELMREPOSITORIES
#define OCI KIND_ID_OCIREPOSITORIES
#define ORG KIND_ID_ORGANIZATIONS
#define ENV KIND_ID_ENVIRONMENTS
#define APP KIND_ID_APPLICATIONS
#define BP KIND_ID_BLUEPRINTS

#define WORKLOAD(id)                                                                                                          \
    NAMESPACE(id), NAME(id), STATE(id, "STATE"),                                                                              \
        {KIND(id), DERIVED("READY", replicas), .type = COLUMN_TYPE_COUNT, WIDTH(5, 9), .priority = 2, RIGHT},                 \
        CAUSE(id, "MESSAGE"), AGE(id), WIDE(id, "IMAGES", IMAGES)

static const struct column COLUMNS[] = {
    NAMESPACE(HR),
    NAME(HR),
    STATE(HR, "STATE"),
    {KIND(HR), DERIVED("BLOCKS", blocked), .type = COLUMN_TYPE_COUNT, WIDTH(6, 6), .priority = 8, RIGHT},
    {KIND(HR), DERIVED("CHART", chart), WIDTH(10, 40), .priority = 6},
    CAUSE(HR, "MESSAGE"),
    AGE(HR),
    SINCE(HR),
    {KIND(HR), DERIVED("SOURCE", source), WIDTH(8, 40), .priority = 9, .wide = true},
    WIDE(HR, "TARGET", TARGET_NAMESPACE),
    WIDE(HR, "APPLICATION", APPLICATION),

    NAMESPACE(KS),
    NAME(KS),
    STATE(KS, "STATE"),
    TEXT(KS, "PATH", PATH, 8, 40, 7),
    {KIND(KS), DERIVED("REVISION", version), WIDTH(10, 40), .priority = 6},
    CAUSE(KS, "MESSAGE"),
    AGE(KS),
    SINCE(KS),
    {KIND(KS), DERIVED("SOURCE", source), WIDTH(8, 40), .priority = 9, .wide = true},

    NAMESPACE(GR),
    NAME(GR),
    STATE(GR, "STATE"),
    TEXT(GR, "URL", URL, 12, 60, 2),
    TEXT(GR, "REF", BRANCH, 4, 20, 6),
    TEXT(GR, "REVISION", REVISION, 10, 40, 7),
    CAUSE(GR, "MESSAGE"),
    AGE(GR),
    SINCE(GR),
    WIDE(GR, "SECRET", SECRET_REF),

    NAMESPACE(HREPO),
    NAME(HREPO),
    STATE(HREPO, "STATE"),
    TEXT(HREPO, "TYPE", TYPE, 3, 8, 7),
    TEXT(HREPO, "URL", URL, 12, 60, 2),
    TEXT(HREPO, "SECRET", SECRET_REF, 6, 24, 6),
    CAUSE(HREPO, "MESSAGE"),
    AGE(HREPO),

    NAMESPACE(OCI),
    NAME(OCI),
    STATE(OCI, "STATE"),
    TEXT(OCI, "URL", URL, 12, 60, 2),
    TEXT(OCI, "REF", VERSION, 4, 24, 6),
    TEXT(OCI, "REVISION", REVISION, 10, 40, 7),
    CAUSE(OCI, "MESSAGE"),
    AGE(OCI),

    NAME(ORG),
    STATE(ORG, "HEALTH"),
    TEXT(ORG, "KIND", ORGANIZATION_KIND, 4, 10, 6),
    TEXT(ORG, "TIER", TIER, 3, 12, 6),
    {KIND(ORG), DERIVED("ENVS", environments), .type = COLUMN_TYPE_COUNT, WIDTH(4, 5), .priority = 3, RIGHT},
    {KIND(ORG), DERIVED("APPS", applications), .type = COLUMN_TYPE_COUNT, WIDTH(4, 9), .priority = 2, RIGHT},
    CAUSE(ORG, "CAUSE"),
    AGE(ORG),
    WIDE(ORG, "DISPLAY", DISPLAY_NAME),
    WIDE(ORG, "BILLING", BILLING),
    WIDE(ORG, "VCLUSTER", VCLUSTER_PHASE),

    NAME(ENV),
    STATE(ENV, "HEALTH"),
    TEXT(ENV, "ORGANIZATION", ORGANIZATION, 6, 24, 2),
    TEXT(ENV, "TYPE", ENVIRONMENT_TYPE, 4, 6, 5),
    TEXT(ENV, "PLACEMENT", PLACEMENT, 6, 14, 7),
    {KIND(ENV), DERIVED("REGIONS", regions), WIDTH(4, 24), .priority = 6},
    {KIND(ENV), DERIVED("APPS", applications), .type = COLUMN_TYPE_COUNT, WIDTH(4, 9), .priority = 2, RIGHT},
    TEXT(ENV, "PHASE", PHASE, 5, 14, 7),
    CAUSE(ENV, "CAUSE"),
    AGE(ENV),
    WIDE(ENV, "BRANCH", BRANCH),

    NAMESPACE(APP),
    NAME(APP),
    STATE(APP, "HEALTH"),
    TEXT(APP, "BLUEPRINT", BLUEPRINT, 6, 28, 4),
    {KIND(APP), DERIVED("VERSION", blueprint_version), WIDTH(5, 18), .priority = 5},
    TEXT(APP, "ENVIRONMENT", ENVIRONMENT, 6, 24, 5),
    {KIND(APP), DERIVED("PLACEMENT", placement), WIDTH(6, 18), .priority = 8},
    {KIND(APP), DERIVED("REGIONS", regions), WIDTH(4, 24), .priority = 7},
    TEXT(APP, "PHASE", PHASE, 5, 14, 7),
    CAUSE(APP, "CAUSE"),
    AGE(APP),
    {KIND(APP), DERIVED("RELEASES", releases), .type = COLUMN_TYPE_COUNT, WIDTH(4, 9), .priority = 9, .wide = true, RIGHT},
    {KIND(APP), DERIVED("ORGANIZATION", organization), WIDTH(6, 24), .priority = 9, .wide = true},
    WIDE(APP, "PRIMARY", PRIMARY_REGION),

    FIRST_NAME(BP),
    TEXT(BP, "VERSION", VERSION, 5, 18, 2),
    {KIND(BP), DERIVED("PHASE", state), .type = COLUMN_TYPE_STATE, WIDTH(5, 12), .priority = 2},
    TEXT(BP, "VISIBILITY", TYPE, 6, 10, 4),
    TEXT(BP, "TITLE", DISPLAY_NAME, 8, 40, 3),
    CAUSE(BP, "MESSAGE"),
    AGE(BP),

    NAME(KIND_ID_NODES),
    STATE(KIND_ID_NODES, "STATE"),
    TEXT(KIND_ID_NODES, "ROLES", ROLES, 6, 28, 3),
    TEXT(KIND_ID_NODES, "VERSION", VERSION, 6, 18, 4),
    CAUSE(KIND_ID_NODES, "MESSAGE"),
    AGE(KIND_ID_NODES),

    NAMESPACE(KIND_ID_PODS),
    NAME(KIND_ID_PODS),
    {KIND(KIND_ID_PODS), DERIVED("READY", containers), .type = COLUMN_TYPE_COUNT, WIDTH(5, 7), .priority = 2, RIGHT},
    STATE(KIND_ID_PODS, "STATE"),
    {KIND(KIND_ID_PODS), FACT("RESTARTS", RESTARTS), .type = COLUMN_TYPE_COUNT, WIDTH(4, 8), .priority = 3, RIGHT},
    TEXT(KIND_ID_PODS, "NODE", NODE, 6, 24, 6),
    CAUSE(KIND_ID_PODS, "MESSAGE"),
    AGE(KIND_ID_PODS),
    WIDE(KIND_ID_PODS, "IMAGES", IMAGES),

    FIRST_NAME(KIND_ID_NAMESPACES),
    PLAIN_STATE(KIND_ID_NAMESPACES),
    TEXT(KIND_ID_NAMESPACES, "ORGANIZATION", ORGANIZATION, 6, 24, 3),
    AGE(KIND_ID_NAMESPACES),

    WORKLOAD(KIND_ID_DEPLOYMENTS),
    WORKLOAD(KIND_ID_STATEFULSETS),
    WORKLOAD(KIND_ID_DAEMONSETS),

    NAMESPACE(KIND_ID_JOBS),
    NAME(KIND_ID_JOBS),
    STATE(KIND_ID_JOBS, "STATE"),
    TEXT(KIND_ID_JOBS, "STEP", STEP_NAME, 4, 28, 5),
    {KIND(KIND_ID_JOBS), DERIVED("DURATION", duration), .type = COLUMN_TYPE_COUNT, WIDTH(4, 8), .priority = 4, RIGHT},
    CAUSE(KIND_ID_JOBS, "MESSAGE"),
    AGE(KIND_ID_JOBS),

    {KIND(KIND_ID_CUTOVER_STEPS), FACT("ORDER", STEP_ORDER), .type = COLUMN_TYPE_COUNT, WIDTH(3, 5), .priority = 1, RIGHT, .is_default = true},
    TEXT(KIND_ID_CUTOVER_STEPS, "STEP", STEP_NAME, 8, 32, 1),
    TEXT(KIND_ID_CUTOVER_STEPS, "MODE", STEP_MODE, 3, 12, 3),
    {KIND(KIND_ID_CUTOVER_STEPS), FACT("DEADLINE", STEP_DEADLINE), .type = COLUMN_TYPE_COUNT, WIDTH(4, 9), .priority = 4, RIGHT},
    {KIND(KIND_ID_CUTOVER_STEPS), FACT("NAME", NAME), WIDTH(12, 48), .priority = 5},
    AGE(KIND_ID_CUTOVER_STEPS),

    NAME(KIND_ID_CUTOVER_STATUS),
    STATE(KIND_ID_CUTOVER_STATUS, "STATE"),
    CAUSE(KIND_ID_CUTOVER_STATUS, "CLAIM"),
    AGE(KIND_ID_CUTOVER_STATUS),

    NAME(KIND_ID_PROVIDERS),
    STATE(KIND_ID_PROVIDERS, "STATE"),
    TEXT(KIND_ID_PROVIDERS, "PACKAGE", PACKAGE, 12, 60, 2),
    CAUSE(KIND_ID_PROVIDERS, "MESSAGE"),
    AGE(KIND_ID_PROVIDERS),

    FIRST_NAME(KIND_ID_EGRESS_POLICIES),
    TEXT(KIND_ID_EGRESS_POLICIES, "DEFAULT DENY EGRESS", EGRESS_DEFAULT_DENY, 5, 19, 2),
    AGE(KIND_ID_EGRESS_POLICIES),
};

static const struct column REGION = {DERIVED("REGION", region), WIDTH(6, 16), .priority = 2};
static const struct column DRIFT = {DERIVED("DRIFT", drift), .type = COLUMN_TYPE_COUNT, WIDTH(11, 12), .priority = 4};
static const struct column ANY_NAMESPACE = NAMESPACE(NULL), ANY_NAME = FIRST_NAME(NULL), ANY_AGE = AGE(NULL);
static const struct column ANY_KEYS = {DERIVED("KEYS", keys), .type = COLUMN_TYPE_COUNT, WIDTH(4, 6), .priority = 3, RIGHT};

static void push(struct column_set *set, struct column column)
{
    if (set->count == COLUMN_SET_MAX)
        return;
    if (column.is_default)
        set->sort = set->count;
    set->columns[set->count++] = column;
}

static void add_server_columns(struct column_set *set)
{
    const struct kind *kind = set->kind;
    if (kind->namespaced)
        push(set, ANY_NAMESPACE);
    if (kind->dynamic_count == 0 || strcasecmp(kind->dynamic_columns[0], "name") != 0)
        push(set, ANY_NAME);
    for (size_t i = 0; i < kind->dynamic_count; i++) {
        bool is_name = i == 0 && strcasecmp(kind->dynamic_columns[0], "name") == 0;
        push(set, (struct column){.title = kind->dynamic_columns[i], .field = FIELD_COUNT, .dynamic = i, WIDTH(3, 60),
                                  .priority = is_name ? 1 : i < 4 ? 2 : (uint8_t)(i < 8 ? i : 8), .weight = is_name, .is_default = is_name});
    }
}

static bool has_data(const struct kind *kind)
{
    for (size_t i = 0; i < kind->field_count; i++)
        if (kind->fields[i].field == FIELD_DATA)
            return true;
    return false;
}

void column_table_build(struct column_set *set, const struct kind *kind, int region_count)
{
    *set = (struct column_set){.kind = kind};
    if (region_count > 0) {
        struct column region = REGION;
        region.wide = region_count == 1;
        push(set, region);
    }
    size_t before = set->count;
    for (size_t i = 0; i < ARRAY_LENGTH(COLUMNS); i++) {
        if (strcmp(COLUMNS[i].kind_id, kind->id) != 0)
            continue;
        push(set, COLUMNS[i]);
        if (region_count > 1 && COLUMNS[i].derive == column_derive_state && drift_applies(kind))
            push(set, DRIFT);
    }
    if (set->count > before)
        return;
    if (kind->dynamic_count > 0) {
        add_server_columns(set);
        return;
    }
    if (kind->namespaced)
        push(set, ANY_NAMESPACE);
    push(set, ANY_NAME);
    if (has_data(kind))
        push(set, ANY_KEYS);
    push(set, ANY_AGE);
}

int column_table_find(const struct column_set *set, struct span title)
{
    for (size_t i = 0; i < set->count; i++)
        if (title.length == strlen(set->columns[i].title) && strncasecmp(title.data, set->columns[i].title, title.length) == 0)
            return (int)i;
    return -1;
}
