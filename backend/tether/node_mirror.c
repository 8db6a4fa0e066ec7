/* Acknowledgements are looked up by node, never split out of keys, because node names hold dots. A region without its own
 * status ConfigMap is judged by the primary's: the step runs there (cutover contract 2.1, slot 06a). */
#include "tether/node_mirror.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hash_table.h"
#include "base/sanitize.h"

#define ACK_PREFIX "node."
#define ACK_SUFFIX ".registriesYaml"
#define DAEMONSET_NAMESPACE "catalyst"
#define DAEMONSET_NAME "registry-pivot"

const struct row *node_mirror_status_row(const struct store *store, int region)
{
    size_t at = 0;
    return table_next(store_find_table(store, KIND_ID_CUTOVER_STATUS, region), &at);
}

static void collect(const struct row *status, struct hash_table *acknowledged)
{
    struct span rest = row_text(status, FIELD_DATA), key, value;
    while (row_next_item(&rest, &key, &value)) {
        size_t around = strlen(ACK_PREFIX) + strlen(ACK_SUFFIX);
        if (!span_starts_with(key, ACK_PREFIX) || !span_ends_with(key, ACK_SUFFIX) || key.length <= around)
            continue;
        if (span_equals_text(value, "v2"))
            hash_table_put(acknowledged, span_make(key.data + strlen(ACK_PREFIX), key.length - around), (void *)status);
    }
}

static int byname(const void *a, const void *b)
{
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

static void count(const struct table *nodes, const struct hash_table *acknowledged, struct node_mirror *mirror)
{
    struct span *missing = alloc_zeroed(nodes->rows.count + 1, sizeof *missing);
    size_t missing_count = 0, at = 0;
    const struct row *node;
    while ((node = table_next(nodes, &at)) != NULL) {
        mirror->nodes++;
        if (hash_table_get(acknowledged, row_name(node)) != NULL)
            mirror->acknowledged++;
        else
            missing[missing_count++] = row_name(node);
    }
    qsort(missing, missing_count, sizeof *missing, byname);
    CLEANUP(bytebuf_done) struct bytebuf names;
    bytebuf_init(&names, 4096);
    for (size_t i = 0; i < missing_count && i < 4; i++)
        bytebuf_printf(&names, "%s%.*s", i == 0 ? "" : ", ", SPAN_PRINT(missing[i]));
    if (missing_count > 4)
        bytebuf_printf(&names, " and %zu more", missing_count - 4);
    sanitize_line_into(mirror->missing, sizeof mirror->missing, bytebuf_text(&names), names.length);
    free(missing);
}

static bool fail(struct node_mirror *mirror, const char *what, const struct table *table)
{
    snprintf(mirror->reason, sizeof mirror->reason, "%s: %s", what, table_reason(table));
    return false;
}

static bool measure(const struct store *store, int region, const struct row *status, struct node_mirror *mirror)
{
    const struct table *nodes = store_find_table(store, KIND_ID_NODES, region);
    const struct table *statuses = store_find_table(store, KIND_ID_CUTOVER_STATUS, store_primary_region(store));
    if (!table_is_known(nodes))
        return fail(mirror, "nodes are not known", nodes);
    if (status == NULL && !table_is_known(statuses))
        return fail(mirror, "the cutover status ConfigMap is not known", statuses);
    struct hash_table acknowledged;
    hash_table_init(&acknowledged, NULL);
    if (status != NULL)
        collect(status, &acknowledged);
    count(nodes, &acknowledged, mirror);
    hash_table_done(&acknowledged);
    if (status == NULL)
        snprintf(mirror->reason, sizeof mirror->reason, "there is no cutover status ConfigMap");
    else if (row_is_cut(status, FIELD_DATA) && mirror->acknowledged < mirror->nodes)
        snprintf(mirror->reason, sizeof mirror->reason, "the cutover status ConfigMap is too large to be read whole");
    else if (mirror->nodes == 0)
        snprintf(mirror->reason, sizeof mirror->reason, "the region lists no nodes");
    else if (!mirror->has_daemonset && mirror->acknowledged == 0)
        snprintf(mirror->reason, sizeof mirror->reason, "no DaemonSet %s here: its nodes cannot be measured this way",
                 DAEMONSET_NAME);
    return mirror->reason[0] == '\0';
}

void node_mirror_measure(const struct store *store, int region, struct node_mirror *mirror)
{
    memset(mirror, 0, sizeof *mirror);
    mirror->ready = mirror->desired = -1;
    const struct row *daemonset = store_find(store, KIND_ID_DAEMONSETS, region, DAEMONSET_NAMESPACE, DAEMONSET_NAME);
    if (daemonset != NULL) {
        mirror->has_daemonset = true;
        mirror->ready = row_integer(daemonset, FIELD_REPLICAS_READY, -1);
        mirror->desired = row_integer(daemonset, FIELD_REPLICAS, -1);
    }
    const struct row *status = node_mirror_status_row(store, region);
    if (status == NULL)
        status = node_mirror_status_row(store, store_primary_region(store));
    if (status != NULL) {
        struct span active = row_lookup(status, FIELD_DATA, "registriesYamlActive");
        sanitize_line_into(mirror->active, sizeof mirror->active, active.data, active.length);
    }
    mirror->is_known = measure(store, region, status, mirror);
}

bool node_mirror_is_active(const struct node_mirror *mirror)
{
    return mirror->is_known && strcmp(mirror->active, "v2") == 0 && mirror->nodes > 0 && mirror->acknowledged == mirror->nodes;
}
