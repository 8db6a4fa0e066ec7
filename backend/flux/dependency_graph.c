/* Nodes sorted by key, edges in two flat arrays (needs, and the same reversed), root causes by one breadth-first search
 * from all roots at once: first from those that failed, then from those that are merely not there yet. */
#include "flux/dependency_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bytebuf.h"
#include "base/sanitize.h"
#include "store/row_sort.h"

#define NONE DEPENDENCY_GRAPH_NONE

struct edge {
    size_t from, to;
};

struct dependency_graph {
    struct dependency_node *nodes;
    size_t count;
    char **ghost_keys;
    size_t ghost_count;
    size_t *needs, *dependents; /* all edges, by node */
    size_t omitted;
};

static int compare_nodes(const void *left, const void *right)
{
    const struct dependency_node *a = left, *b = right;
    return span_compare(a->key, b->key);
}

size_t dependency_graph_find(const struct dependency_graph *graph, struct span key)
{
    struct dependency_node wanted = {.key = key};
    const struct dependency_node *found =
        graph->count == 0 ? NULL : bsearch(&wanted, graph->nodes, graph->count, sizeof wanted, compare_nodes);
    return found == NULL ? NONE : (size_t)(found - graph->nodes);
}

/* "namespace/name" of a dependency: the namespace defaults to that of the object that has it. */
static void make_key(struct bytebuf *out, const struct row *row, struct span name, struct span namespace)
{
    bytebuf_clear(out);
    bytebuf_append_span(out, span_is_empty(namespace) ? row_namespace(row) : namespace);
    bytebuf_append_byte(out, '/');
    bytebuf_append_span(out, name);
}

static void take_rows(struct dependency_graph *graph, const struct table *table)
{
    size_t at = 0;
    const struct row *row, **rows = alloc_zeroed(table->rows.count + 1, sizeof *rows);
    while ((row = table_next(table, &at)) != NULL)
        rows[graph->count++] = row_ref(row);
    row_sort_by_key(rows, graph->count);
    graph->nodes = alloc_zeroed(graph->count + 1, sizeof *graph->nodes);
    for (size_t i = 0; i < graph->count; i++)
        graph->nodes[i] = (struct dependency_node){.key = row_key(rows[i]), .row = rows[i], .state = release_state_of(rows[i])};
    free(rows);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void add_ghosts(struct dependency_graph *graph)
{
    ARRAY(char *) missing = {0};
    CLEANUP(bytebuf_done) struct bytebuf key;
    bytebuf_init(&key, 4 * KIND_CELL_MAXIMUM);
    for (size_t i = 0; i < graph->count; i++) {
        struct span rest = row_text(graph->nodes[i].row, FIELD_DEPENDS_ON), name, namespace;
        while (row_next_item(&rest, &name, &namespace)) {
            make_key(&key, graph->nodes[i].row, name, namespace);
            if (missing.count < DEPENDENCY_GRAPH_EDGES_MAX && dependency_graph_find(graph, bytebuf_span(&key)) == NONE)
                ARRAY_PUSH(&missing, span_dup(bytebuf_span(&key)));
        }
    }
    if (missing.count > 0)
        qsort(missing.items, missing.count, sizeof missing.items[0], compare_texts);
    graph->nodes = alloc_resize(graph->nodes, graph->count + missing.count + 1, sizeof *graph->nodes);
    for (size_t i = 0; i < missing.count; i++) {
        if (i > 0 && strcmp(missing.items[i], missing.items[i - 1]) == 0)
            continue;
        graph->nodes[graph->count++] = (struct dependency_node){
            .key = span_of(missing.items[i]),
            .state = {.phase = RELEASE_PHASE_UNKNOWN, .tone = TONE_BAD, .cause = SPAN_LITERAL("it does not exist")}};
    }
    graph->ghost_keys = missing.items;
    graph->ghost_count = missing.count;
    if (missing.count > 0)
        qsort(graph->nodes, graph->count, sizeof *graph->nodes, compare_nodes);
}

/* Lays the edges out by node: `from` or `to` decides whose list an edge belongs to. */
static size_t *lay_out(struct dependency_graph *graph, const struct edge *edges, size_t count, enum dependency_direction direction)
{
    bool is_needs = direction == DEPENDENCY_DIRECTION_NEEDS;
    size_t *flat = alloc_zeroed(count + 1, sizeof *flat), *starts = alloc_zeroed(graph->count + 2, sizeof *starts);
    for (size_t i = 0; i < count; i++)
        starts[(is_needs ? edges[i].from : edges[i].to) + 1]++;
    for (size_t i = 0; i < graph->count; i++) {
        size_t number = starts[i + 1];
        starts[i + 1] += starts[i];
        if (is_needs)
            graph->nodes[i].needs = flat + starts[i], graph->nodes[i].need_count = number;
        else
            graph->nodes[i].dependents = flat + starts[i], graph->nodes[i].dependent_count = number;
    }
    for (size_t i = 0; i < count; i++)
        flat[starts[is_needs ? edges[i].from : edges[i].to]++] = is_needs ? edges[i].to : edges[i].from;
    free(starts);
    return flat;
}

static void connect_nodes(struct dependency_graph *graph)
{
    ARRAY(struct edge) edges = {0};
    CLEANUP(bytebuf_done) struct bytebuf key;
    bytebuf_init(&key, 4 * KIND_CELL_MAXIMUM);
    for (size_t i = 0; i < graph->count; i++) {
        struct span rest = graph->nodes[i].row == NULL ? SPAN_EMPTY : row_text(graph->nodes[i].row, FIELD_DEPENDS_ON), name, namespace;
        while (row_next_item(&rest, &name, &namespace)) {
            make_key(&key, graph->nodes[i].row, name, namespace);
            size_t to = edges.count < DEPENDENCY_GRAPH_EDGES_MAX ? dependency_graph_find(graph, bytebuf_span(&key)) : NONE;
            if (to != NONE)
                ARRAY_PUSH(&edges, ((struct edge){i, to}));
            else
                graph->omitted++;
        }
    }
    graph->needs = lay_out(graph, edges.items, edges.count, DEPENDENCY_DIRECTION_NEEDS);
    graph->dependents = lay_out(graph, edges.items, edges.count, DEPENDENCY_DIRECTION_DEPENDENTS);
    ARRAY_FREE(&edges);
}

/* Tarjan's strongly connected components without recursion (a chain can be as long as the table): linear however the
 * graph looks. */
struct search {
    struct dependency_graph *graph;
    size_t *order, *low;   /* 0: not visited yet */
    size_t *edge;          /* next need to follow */
    size_t *stack, *calls; /* open component members; nodes being visited */
    bool *open;
    size_t stacked, depth, visited;
};

static void enter(struct search *search, size_t node)
{
    search->order[node] = search->low[node] = ++search->visited;
    search->stack[search->stacked++] = node;
    search->open[node] = true;
    search->calls[search->depth++] = node;
}

static void leave(struct search *search, size_t node)
{
    search->depth--;
    if (search->depth > 0) {
        size_t parent = search->calls[search->depth - 1];
        if (search->low[node] < search->low[parent])
            search->low[parent] = search->low[node];
    }
    if (search->low[node] != search->order[node])
        return;
    bool alone = search->stack[search->stacked - 1] == node;
    for (size_t member = NONE; member != node;) {
        member = search->stack[--search->stacked];
        search->open[member] = false;
        search->graph->nodes[member].in_cycle |= !alone;
    }
}

static void visit(struct search *search)
{
    while (search->depth > 0) {
        size_t node = search->calls[search->depth - 1];
        struct dependency_node *from = &search->graph->nodes[node];
        if (search->edge[node] == from->need_count) {
            leave(search, node);
            continue;
        }
        size_t to = from->needs[search->edge[node]++];
        if (to == node)
            from->in_cycle = true;
        else if (search->order[to] == 0)
            enter(search, to);
        else if (search->open[to] && search->order[to] < search->low[node])
            search->low[node] = search->order[to];
    }
}

static void find_cycles(struct dependency_graph *graph)
{
    size_t size = graph->count + 1;
    struct search search = {.graph = graph,
                            .order = alloc_zeroed(size, sizeof(size_t)),
                            .low = alloc_zeroed(size, sizeof(size_t)),
                            .edge = alloc_zeroed(size, sizeof(size_t)),
                            .stack = alloc_zeroed(size, sizeof(size_t)),
                            .calls = alloc_zeroed(size, sizeof(size_t)),
                            .open = alloc_zeroed(size, sizeof(bool))};
    for (size_t i = 0; i < graph->count; i++)
        if (search.order[i] == 0) {
            enter(&search, i);
            visit(&search);
        }
    free(search.order);
    free(search.low);
    free(search.edge);
    free(search.stack);
    free(search.calls);
    free(search.open);
}

/* Nodes that stop others without waiting for anybody. */
static bool is_root(const struct dependency_node *node)
{
    if (node->row == NULL)
        return true;
    if (node->state.phase == RELEASE_PHASE_SUSPENDED)
        return !node->state.usable && node->dependent_count > 0;
    return node->state.phase != RELEASE_PHASE_READY && node->state.phase != RELEASE_PHASE_BLOCKED &&
           node->state.phase != RELEASE_PHASE_STATIC;
}

static bool is_hard(const struct dependency_node *node)
{
    return node->row == NULL || node->state.phase == RELEASE_PHASE_FAILED || node->state.phase == RELEASE_PHASE_STALLED ||
           node->state.phase == RELEASE_PHASE_SUSPENDED;
}

static void spread(struct dependency_graph *graph, bool hard)
{
    size_t *queue = alloc_zeroed(graph->count + 1, sizeof *queue), tail = 0;
    for (size_t i = 0; i < graph->count; i++)
        if (is_root(&graph->nodes[i]) && is_hard(&graph->nodes[i]) == hard) {
            graph->nodes[i].root = i;
            queue[tail++] = i;
        }
    for (size_t head = 0; head < tail; head++) {
        const struct dependency_node *from = &graph->nodes[queue[head]];
        for (size_t i = 0; i < from->dependent_count; i++) {
            struct dependency_node *to = &graph->nodes[from->dependents[i]];
            if (to->root != NONE || to->state.phase != RELEASE_PHASE_BLOCKED)
                continue;
            to->root = from->root;
            to->next = queue[head];
            graph->nodes[to->root].blocked++;
            queue[tail++] = from->dependents[i];
        }
    }
    free(queue);
}

static void find_roots(struct dependency_graph *graph)
{
    for (size_t i = 0; i < graph->count; i++)
        graph->nodes[i].root = graph->nodes[i].next = NONE;
    spread(graph, true);
    spread(graph, false);
    for (size_t i = 0; i < graph->count; i++)
        if (graph->nodes[i].state.phase == RELEASE_PHASE_BLOCKED && graph->nodes[i].root == NONE)
            graph->nodes[i].root = i; /* a cycle, or its needs have just become ready */
}

struct dependency_graph *dependency_graph_new(const struct store *store, const char *kind_id, int region)
{
    struct dependency_graph *graph = alloc_new(struct dependency_graph);
    const struct table *table = store_find_table(store, kind_id, region);
    if (table == NULL)
        return graph;
    take_rows(graph, table);
    add_ghosts(graph);
    connect_nodes(graph);
    find_cycles(graph);
    find_roots(graph);
    return graph;
}

void dependency_graph_free(struct dependency_graph *graph)
{
    if (graph == NULL)
        return;
    for (size_t i = 0; i < graph->count; i++)
        row_unref(graph->nodes[i].row);
    for (size_t i = 0; i < graph->ghost_count; i++)
        free(graph->ghost_keys[i]);
    free(graph->ghost_keys);
    free(graph->nodes);
    free(graph->needs);
    free(graph->dependents);
    free(graph);
}

size_t dependency_graph_count(const struct dependency_graph *graph)
{
    return graph->count;
}

const struct dependency_node *dependency_graph_at(const struct dependency_graph *graph, size_t index)
{
    return index < graph->count ? &graph->nodes[index] : NULL;
}

struct dependency_summary dependency_graph_summary(const struct dependency_graph *graph)
{
    struct dependency_summary sum = {.omitted = graph->omitted};
    for (size_t i = 0; i < graph->count; i++) {
        const struct dependency_node *node = &graph->nodes[i];
        if (node->row == NULL) {
            sum.ghosts++;
            continue;
        }
        sum.total++;
        switch (node->state.phase) {
        case RELEASE_PHASE_READY:
        case RELEASE_PHASE_STATIC: sum.ready++; break;
        case RELEASE_PHASE_SUSPENDED: sum.suspended++; break;
        case RELEASE_PHASE_BLOCKED: sum.blocked++; break;
        case RELEASE_PHASE_FAILED:
        case RELEASE_PHASE_STALLED: sum.failed++; break;
        case RELEASE_PHASE_PROGRESSING: sum.progressing++; break;
        default: sum.unknown++; break;
        }
    }
    sum.roots = sum.failed + sum.progressing + sum.unknown;
    sum.not_ready = sum.roots + sum.blocked;
    return sum;
}

size_t dependency_graph_path(const struct dependency_graph *graph, size_t index, size_t *path, size_t maximum)
{
    if (index >= graph->count || graph->nodes[index].root == NONE)
        return 0;
    size_t length = 0;
    for (; index != NONE; index = graph->nodes[index].next, length++)
        if (length < maximum)
            path[length] = index;
    return length;
}

size_t dependency_graph_reach(const struct dependency_graph *graph, size_t index, enum dependency_direction direction,
                              size_t *found, size_t maximum)
{
    if (index >= graph->count)
        return 0;
    bool *seen = alloc_zeroed(graph->count, sizeof *seen);
    size_t *queue = alloc_zeroed(graph->count, sizeof *queue), tail = 0;
    seen[index] = true;
    queue[tail++] = index;
    for (size_t head = 0; head < tail; head++) {
        const struct dependency_node *node = &graph->nodes[queue[head]];
        bool is_needs = direction == DEPENDENCY_DIRECTION_NEEDS;
        size_t count = is_needs ? node->need_count : node->dependent_count;
        for (size_t i = 0; i < count; i++) {
            size_t to = is_needs ? node->needs[i] : node->dependents[i];
            if (!seen[to])
                seen[to] = true, queue[tail++] = to;
        }
    }
    for (size_t i = 1; found != NULL && i < tail && i <= maximum; i++)
        found[i - 1] = queue[i];
    free(seen);
    free(queue);
    return tail - 1;
}

const char *dependency_graph_explain(const struct dependency_graph *graph, size_t index, char *out, size_t size)
{
    CLEANUP(bytebuf_done) struct bytebuf text;
    bytebuf_init(&text, 4 * KIND_CELL_MAXIMUM);
    const struct dependency_node *node = dependency_graph_at(graph, index);
    if (node != NULL && node->root != NONE && node->root != index) {
        const struct dependency_node *root = &graph->nodes[node->root];
        bytebuf_printf(&text, "waits for %.*s", SPAN_PRINT(graph->nodes[node->next].key));
        if (node->next != node->root)
            bytebuf_printf(&text, ", at the root %.*s", SPAN_PRINT(root->key));
        bytebuf_printf(&text, ": %.*s", SPAN_PRINT(root->state.cause));
    } else if (node != NULL && node->in_cycle && node->state.phase == RELEASE_PHASE_BLOCKED) {
        bytebuf_append_text(&text, "its dependsOn leads back to itself: nothing in this cycle can become ready");
    } else if (node != NULL && node->state.phase == RELEASE_PHASE_BLOCKED) {
        bytebuf_append_text(&text, "what it waited for is ready now: the next reconcile takes it up");
    } else if (node != NULL) {
        bytebuf_append_span(&text, node->state.cause);
    }
    sanitize_line_into(out, size, bytebuf_text(&text), text.length);
    return out;
}
