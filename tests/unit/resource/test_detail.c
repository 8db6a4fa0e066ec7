/* States, facts and children of single objects; columns of kinds that are not built in. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "resource/column_table.h"
#include "resource/detail.h"
#include "support/leak_check.h"
#include "support/rows.h"

#define NOW 1785128211000

static const struct detail_line *find(const struct detail *detail, const char *label, const char *text)
{
    for (size_t i = 0; i < detail->lines.count; i++) {
        const struct detail_line *line = &detail->lines.items[i];
        bool labelled = label == NULL ? line->label == NULL : line->label != NULL && strcmp(line->label, label) == 0;
        if (labelled && strcmp(line->text, text) == 0)
            return line;
    }
    return NULL;
}

static struct store *make_store(void)
{
    struct store *store = rows_store("fsn1", "hel1", NULL);
    rows_add(store, KIND_ID_ORGANIZATIONS, 0, "acme", FIELD_READY, "True", ROWS_END);
    rows_add(store, KIND_ID_ENVIRONMENTS, 0, "acme-prod", FIELD_ORGANIZATION, "acme", FIELD_PHASE, "Ready", ROWS_END);
    rows_add(store, KIND_ID_APPLICATIONS, 0, "acme/shop", FIELD_ENVIRONMENT, "acme-prod", FIELD_PHASE, "Ready", FIELD_PLACEMENT,
             "active-hotstandby", FIELD_REGIONS, "hz-fsn-rtz-prod|hel", ROWS_END);
    rows_add(store, KIND_ID_APPLICATIONS, 0, "acme/tool", FIELD_PHASE, "Ready", ROWS_END);
    rows_add(store, KIND_ID_HELMRELEASES, 0, "acme/shop", FIELD_READY, "False", FIELD_READY_REASON, "DependencyNotReady",
             FIELD_DEPENDS_ON, "db", FIELD_HISTORY, "1.2.3=deployed|1.2.2=superseded", FIELD_RELEASE_NAME, "shop", ROWS_END);
    rows_add(store, KIND_ID_HELMRELEASES, 1, "acme/shop", FIELD_READY, "True", FIELD_RELEASE_NAME, "shop", ROWS_END);
    rows_add(store, KIND_ID_HELMRELEASES, 0, "acme/db", FIELD_READY, "False", FIELD_READY_REASON, "InstallFailed", FIELD_READY_MESSAGE,
             "no disk", ROWS_END);
    rows_add(store, KIND_ID_PODS, 0, "acme/shop-0", FIELD_LABELS, "app.kubernetes.io/instance=shop", FIELD_PHASE, "Pending", FIELD_WAITING,
             "ImagePullBackOff", ROWS_END);
    rows_all_live(store);
    return store;
}

Test(detail, tells_state_cause_and_neighbours_of_a_release)
{
    struct store *store = make_store();
    struct estate *estate = estate_new(store);
    estate_refresh(estate);
    struct column_context context = {store, estate, NOW};
    struct detail detail = {0};
    detail_build(&detail, &context, store_find(store, KIND_ID_HELMRELEASES, 0, "acme", "shop"));
    cr_assert_not_null(find(&detail, "State", "Blocked"));
    cr_assert_not_null(find(&detail, "Cause", "waits for acme/db: no disk"));
    cr_assert_not_null(find(&detail, "Application", "acme/shop, Progressing"));
    cr_assert_not_null(find(&detail, NULL, "acme/db  Failed"));
    cr_assert_not_null(find(&detail, "Root cause", "no disk"));
    cr_assert_not_null(find(&detail, NULL, "1.2.3  deployed"));
    cr_assert_eq(detail.children.count, 1);
    cr_assert_str_eq(detail.children.items[0].state, "ImagePullBackOff");
    cr_assert_eq(detail.children.items[0].tone, TONE_BAD);
    detail_build(&detail, &context, store_find(store, KIND_ID_HELMRELEASES, 0, "acme", "db"));
    cr_assert_not_null(find(&detail, NULL, "Needed by"));
    detail_clear(&detail);
    estate_free(estate);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(detail, drills_from_the_organization_to_the_pods)
{
    struct store *store = make_store();
    struct estate *estate = estate_new(store);
    estate_refresh(estate);
    struct column_context context = {store, estate, NOW};
    struct detail detail = {0};
    detail_build(&detail, &context, store_find(store, KIND_ID_ORGANIZATIONS, 0, NULL, "acme"));
    cr_assert_eq(detail.children.count, 2, "the Environment, and the Application without one");
    const struct row *environment = store_find(store, KIND_ID_ENVIRONMENTS, 0, NULL, "acme-prod");
    detail_build(&detail, &context, environment);
    cr_assert_eq(detail.children.count, 1);
    const struct row *shop = row_ref(detail.children.items[0].row);
    detail_build(&detail, &context, shop);
    cr_assert_eq(detail.children.count, 2, "one HelmRelease in each region");
    cr_assert_eq(row_region(detail.children.items[0].row), 0, "worst first");
    cr_assert_not_null(find(&detail, "Placement", "active-hot-standby"));
    cr_assert_not_null(find(&detail, "Regions", "fsn, hel"));
    row_unref(shop);
    table_set_state(store_table(store, rows_kind(KIND_ID_PODS), 1), TABLE_STATE_OFF, "");
    detail_build(&detail, &context, store_find(store, KIND_ID_HELMRELEASES, 1, "acme", "shop"));
    cr_assert_str_eq(detail.note, "pods in hel1: not asked for");
    detail_clear(&detail);
    estate_free(estate);
    store_free(store);
    TEST_NO_LEAKS();
}

static const struct {
    const char *kind, *ready, *phase, *waiting, *suspended, *replicas, *replicas_ready, *conditions, *word;
    enum tone tone;
} STATES[] = {
    {"nodes", .ready = "True", .word = "Ready", .tone = TONE_GOOD},
    {"nodes", .ready = "Unknown", .word = "NotReady", .tone = TONE_BAD},
    {"nodes", .ready = "True", .suspended = "true", .word = "Cordoned", .tone = TONE_PAUSED},
    {"nodes", .ready = "True", .conditions = "MemoryPressure=True", .word = "Pressure", .tone = TONE_WARN},
    {"pods", .phase = "Running", .ready = "True", .word = "Running", .tone = TONE_GOOD},
    {"pods", .phase = "Running", .ready = "False", .word = "NotReady", .tone = TONE_WARN},
    {"pods", .phase = "Running", .waiting = "CrashLoopBackOff", .word = "CrashLoopBackOff", .tone = TONE_BAD},
    {"pods", .phase = "Pending", .waiting = "ContainerCreating", .word = "ContainerCreating", .tone = TONE_PROGRESS},
    {"pods", .phase = "Succeeded", .word = "Completed", .tone = TONE_NEUTRAL},
    {"daemonsets", .replicas = "3", .replicas_ready = "3", .word = "Ready", .tone = TONE_GOOD},
    {"daemonsets", .replicas = "3", .replicas_ready = "1", .word = "Degraded", .tone = TONE_WARN},
    {"daemonsets", .replicas = "3", .word = "Down", .tone = TONE_BAD},
    {"daemonsets", .word = "Unknown", .tone = TONE_UNKNOWN},
    {"namespaces", .phase = "Terminating", .word = "Terminating", .tone = TONE_PROGRESS},
    {"blueprints", .ready = "False", .phase = "Draft", .word = "Draft", .tone = TONE_BAD},
};

Test(row_state, knows_every_kind)
{
    struct store *store = rows_store("fsn1", NULL);
    struct column_context context = {store, NULL, NOW};
    for (size_t i = 0; i < ARRAY_LENGTH(STATES); i++) {
        const struct row *row =
            rows_add(store, STATES[i].kind, 0, "a/b", FIELD_READY, STATES[i].ready, FIELD_PHASE, STATES[i].phase, FIELD_WAITING,
                     STATES[i].waiting, FIELD_SUSPENDED, STATES[i].suspended, FIELD_REPLICAS, STATES[i].replicas, FIELD_REPLICAS_READY,
                     STATES[i].replicas_ready, FIELD_CONDITIONS, STATES[i].conditions, ROWS_END);
        struct row_state state;
        row_state_of(&context, row, &state);
        cr_assert(span_equals_text(state.word, STATES[i].word), "%zu: %.*s", i, SPAN_PRINT(state.word));
        cr_assert_eq(state.tone, STATES[i].tone, "%zu", i);
    }
    store_free(store);
}

Test(column_table, takes_the_servers_columns_for_other_kinds)
{
    static const char *const columns[] = {"Name", "Status", "Age"};
    struct kind kind = {.id = "widgets.example.org", .singular = "Widget", .namespaced = true, .dynamic_columns = columns, .dynamic_count = 3};
    struct column_set set;
    column_table_build(&set, &kind, 2);
    cr_assert_eq(set.count, 5);
    cr_assert_str_eq(set.columns[0].title, "REGION");
    cr_assert_str_eq(set.columns[1].title, "NAMESPACE");
    cr_assert_eq(column_table_find(&set, span_of("status")), 3);
    cr_assert_eq(set.sort, 2);
    struct kind plain = {.id = "runtime-config", .namespaced = true};
    column_table_build(&set, &plain, 1);
    cr_assert_eq(set.count, 4, "REGION is there, as a wide column");
}
