/* Root causes, blast radius, ghosts and cycles, from the shapes seen on live Sovereigns (domain.md 4.6). */
#include <criterion/criterion.h>
#include <stdio.h>

#include "flux/dependency_graph.h"
#include "support/leak_check.h"
#include "support/rows.h"

static void add(struct store *store, const char *key, const char *depends_on, const char *state)
{
    bool blocked = state[0] == 'B', failed = state[0] == 'F', ready = state[0] == 'R';
    rows_add(store, KIND_ID_HELMRELEASES, 0, key, FIELD_DEPENDS_ON, depends_on, FIELD_READY, ready ? "True" : "False", FIELD_READY_REASON,
             blocked ? "DependencyNotReady" : failed ? "InstallFailed" : "Progressing", FIELD_READY_MESSAGE, failed ? "hook failed" : "",
             ROWS_END);
}

static size_t find(const struct dependency_graph *graph, const char *key)
{
    size_t index = dependency_graph_find(graph, span_of(key));
    cr_assert_neq(index, DEPENDENCY_GRAPH_NONE, "%s", key);
    return index;
}

Test(dependency_graph, few_roots_explain_the_many)
{
    struct store *store = rows_store("fsn1", NULL);
    add(store, "flux-system/bp-cilium", "", "Ready");
    add(store, "flux-system/bp-openbao", "bp-cilium", "Failed");
    add(store, "flux-system/bp-external-secrets", "bp-openbao|bp-cilium", "Blocked");
    add(store, "flux-system/bp-stores", "bp-external-secrets", "Blocked");
    add(store, "flux-system/bp-newapi", "bp-stores|bp-harbor", "Blocked");
    add(store, "flux-system/bp-harbor", "bp-cilium", "Progressing");
    add(store, "flux-system/bp-velero", "bp-harbor", "Blocked");
    struct dependency_graph *graph = dependency_graph_new(store, KIND_ID_HELMRELEASES, 0);
    struct dependency_summary sum = dependency_graph_summary(graph);
    cr_assert_eq(sum.total, 7);
    cr_assert_eq(sum.not_ready, 6);
    cr_assert_eq(sum.roots, 2);
    cr_assert_eq(sum.blocked, 4);
    size_t openbao = find(graph, "flux-system/bp-openbao"), newapi = find(graph, "flux-system/bp-newapi");
    cr_assert_eq(dependency_graph_at(graph, newapi)->root, openbao, "a failure explains more than something on its way");
    cr_assert_eq(dependency_graph_at(graph, openbao)->blocked, 3);
    size_t path[8];
    cr_assert_eq(dependency_graph_path(graph, newapi, path, 8), 4);
    cr_assert_eq(path[3], openbao);
    cr_assert_eq(dependency_graph_reach(graph, openbao, DEPENDENCY_DIRECTION_DEPENDENTS, NULL, 0), 3);
    cr_assert_eq(dependency_graph_reach(graph, newapi, DEPENDENCY_DIRECTION_NEEDS, path, 8), 5);
    char text[256];
    cr_assert_str_eq(dependency_graph_explain(graph, newapi, text, sizeof text),
                     "waits for flux-system/bp-stores, at the root flux-system/bp-openbao: hook failed");
    cr_assert_eq(dependency_graph_path(graph, find(graph, "flux-system/bp-cilium"), path, 8), 0);
    dependency_graph_free(graph);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(dependency_graph, a_missing_dependency_is_a_ghost)
{
    struct store *store = rows_store("fsn1", NULL);
    add(store, "a/one", "gone|gone=b", "Blocked");
    add(store, "a/two", "gone", "Blocked");
    struct dependency_graph *graph = dependency_graph_new(store, KIND_ID_HELMRELEASES, 0);
    cr_assert_eq(dependency_graph_count(graph), 4);
    const struct dependency_node *ghost = dependency_graph_at(graph, find(graph, "a/gone"));
    cr_assert_null(ghost->row);
    cr_assert_eq(ghost->blocked, 2);
    cr_assert_eq(dependency_graph_summary(graph).ghosts, 2);
    char text[256];
    cr_assert_str_eq(dependency_graph_explain(graph, find(graph, "a/two"), text, sizeof text), "waits for a/gone: it does not exist");
    dependency_graph_free(graph);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(dependency_graph, cycles_end)
{
    struct store *store = rows_store("fsn1", NULL);
    add(store, "a/one", "three", "Blocked");
    add(store, "a/two", "one", "Blocked");
    add(store, "a/three", "two", "Blocked");
    add(store, "a/behind", "one", "Blocked");
    add(store, "a/self", "self", "Blocked");
    struct dependency_graph *graph = dependency_graph_new(store, KIND_ID_HELMRELEASES, 0);
    char text[256];
    static const char *const cyclic[] = {"a/one", "a/two", "a/three", "a/self"};
    for (int i = 0; i < 4; i++) {
        size_t index = find(graph, cyclic[i]);
        cr_assert(dependency_graph_at(graph, index)->in_cycle, "%s", cyclic[i]);
        cr_assert_str_eq(dependency_graph_explain(graph, index, text, sizeof text),
                         "its dependsOn leads back to itself: nothing in this cycle can become ready");
    }
    cr_assert_not(dependency_graph_at(graph, find(graph, "a/behind"))->in_cycle);
    cr_assert_eq(dependency_graph_reach(graph, find(graph, "a/one"), DEPENDENCY_DIRECTION_DEPENDENTS, NULL, 0), 3);
    dependency_graph_free(graph);
    store_free(store);
    TEST_NO_LEAKS();
}

Test(dependency_graph, empty_without_a_table_and_quick_with_thousands)
{
    struct store *store = rows_store("fsn1", NULL);
    struct dependency_graph *graph = dependency_graph_new(store, KIND_ID_HELMRELEASES, 0);
    cr_assert_eq(dependency_graph_count(graph), 0);
    cr_assert_eq(dependency_graph_find(graph, span_of("x")), DEPENDENCY_GRAPH_NONE);
    dependency_graph_free(graph);
    char key[32], need[64];
    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "a/r%d", i);
        snprintf(need, sizeof need, "r%d|r%d", (i + 1) % 5000, i / 2);
        add(store, key, need, i == 7 ? "Failed" : "Blocked");
    }
    graph = dependency_graph_new(store, KIND_ID_HELMRELEASES, 0);
    cr_assert_eq(dependency_graph_summary(graph).blocked, 4999);
    dependency_graph_free(graph);
    store_free(store);
}
