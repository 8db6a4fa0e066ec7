/* Pagers and trees. */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bytebuf.h"
#include "support/golden.h"
#include "support/leak_check.h"
#include "widget/pager.h"
#include "widget/tree.h"

static const char *const DOCUMENT = "apiVersion: helm.toolkit.fluxcd.io/v2\n"
                                    "kind: HelmRelease\n"
                                    "metadata:\n"
                                    "  name: bp-harbor\n"
                                    "# not in Git\n"
                                    "spec:\n"
                                    "  values:\n"
                                    "    - image: \"harbor.acme.example/library/a-rather-long-name-that-does-not-fit:2.13.1\"\n"
                                    "  \"quoted: key\": 日本語\n";

Test(pager, golden_documents)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct pager_text text;
    struct pager_view view;
    pager_text_init(&text, span_of(DOCUMENT));
    cr_assert_eq(text.count, 9);
    text.source.pieces = pager_yaml_pieces;
    pager_view_init(&view);
    struct canvas *canvas = canvas_new(48, 10);
    pager_paint(canvas, canvas_area(canvas), &text.source, &view);
    golden_check("widget/pager_yaml", canvas);
    view.wrap = true;
    cr_assert(pager_view_search(&view, &text.source, span_of("HARBOR")));
    canvas_clear(canvas);
    pager_paint(canvas, canvas_area(canvas), &text.source, &view);
    golden_check("widget/pager_wrapped", canvas);
    pager_text_done(&text);
    pager_text_init(&text, span_of("--- before\n+++ after\n@@ spec @@\n kept\n-replicas: 1\n+replicas: 2\n"));
    text.source.pieces = pager_diff_pieces;
    pager_view_init(&view);
    canvas_clear(canvas);
    pager_paint(canvas, canvas_area(canvas), &text.source, &view);
    golden_check("widget/pager_diff", canvas);
    pager_text_done(&text);
    canvas_free(canvas);
    TEST_NO_LEAKS();
}

static void number_lines(struct bytebuf *lines, struct pager_text *text, int count)
{
    bytebuf_init(lines, 1 << 20);
    for (int i = 0; i < count; i++)
        bytebuf_printf(lines, "line %d %s\n", i, i % 7 == 3 ? "a longer line that needs to be wrapped at this width" : "");
    pager_text_init(text, bytebuf_span(lines));
}

Test(pager, scrolls_within_the_text_and_finds)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct bytebuf lines;
    struct pager_text text;
    struct pager_view view;
    struct canvas *canvas = canvas_new(20, 10);
    char line[128], position[32];
    number_lines(&lines, &text, 100);
    pager_view_init(&view);
    pager_paint(canvas, canvas_area(canvas), &text.source, &view);
    pager_view_command(&view, &text.source, COMMAND_PAGE_DOWN);
    cr_assert_eq(view.top, 9);
    pager_view_command(&view, &text.source, COMMAND_END);
    cr_assert_eq(view.top, 90);
    pager_view_command(&view, &text.source, COMMAND_DOWN);
    cr_assert_eq(view.top, 90);
    pager_view_position(&view, &text.source, position);
    cr_assert_str_eq(position, "end");
    cr_assert(pager_view_search(&view, &text.source, span_of("LINE 42")));
    cr_assert_eq(view.match, 42);
    cr_assert(view.top <= 42 && 42 < view.top + 10);
    pager_view_search(&view, &text.source, span_of("longer"));
    size_t first = view.match;
    pager_view_command(&view, &text.source, COMMAND_NEXT_MATCH);
    cr_assert_eq(view.match, first + 7);
    pager_view_command(&view, &text.source, COMMAND_PREVIOUS_MATCH);
    pager_view_command(&view, &text.source, COMMAND_PREVIOUS_MATCH);
    cr_assert_eq(view.match, first - 7);
    cr_assert_not(pager_view_search(&view, &text.source, span_of("nowhere")));
    view.follow = view.wrap = true;
    pager_paint(canvas, canvas_area(canvas), &text.source, &view);
    canvas_line_text(canvas, 9, line, sizeof line);
    cr_assert_str_eq(line, "line 99");
    pager_view_command(&view, &text.source, COMMAND_UP);
    cr_assert_not(view.follow);
    canvas_free(canvas);
    pager_text_done(&text);
    bytebuf_done(&lines);
    TEST_NO_LEAKS();
}

Test(pager, any_walk_shows_a_full_page)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    static const enum command_id WALK[] = {COMMAND_UP, COMMAND_DOWN, COMMAND_PAGE_UP, COMMAND_PAGE_DOWN, COMMAND_HOME, COMMAND_END,
                                           COMMAND_LEFT, COMMAND_RIGHT, COMMAND_TOGGLE_WRAP};
    struct bytebuf lines;
    struct pager_text text;
    struct pager_view view;
    pager_view_init(&view);
    number_lines(&lines, &text, 60);
    srand(13);
    for (int round = 0; round < 1500; round++) {
        struct canvas *canvas = canvas_new(12 + rand() % 40, 1 + rand() % 12);
        char bottom[128];
        pager_view_command(&view, &text.source, WALK[rand() % 9]);
        view.shift = 0;
        pager_paint(canvas, canvas_area(canvas), &text.source, &view);
        cr_assert(canvas_line_text(canvas, canvas->height - 1, bottom, sizeof bottom) > 0, "round %d shows less than there is", round);
        canvas_free(canvas);
    }
    pager_text_done(&text);
    bytebuf_done(&lines);
    TEST_NO_LEAKS();
}

/* A small forest: 0 has 1 and 2, 1 has 3, 4 is alone. */
static const struct {
    const char *name;
    size_t parent;
} NODES[] = {{"cilium", SIZE_MAX}, {"cert-manager", 0}, {"harbor", 0}, {"issuers", 1}, {"alone", SIZE_MAX}};

static size_t child(void *context, size_t node, size_t position)
{
    for (size_t i = 0; i < ARRAY_LENGTH(NODES); i++)
        if (NODES[i].parent == node && position-- == 0)
            return i;
    return SIZE_MAX;
}

static size_t child_count(void *context, size_t node)
{
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(NODES); i++)
        count += NODES[i].parent == node;
    return count;
}

static struct span node_identity(void *context, size_t node)
{
    return span_of(NODES[node].name);
}

static void check_tree(const struct tree *tree, const char *expected)
{
    char shown[512] = "";
    for (size_t i = 0; i < tree->rows.count; i++) {
        char prefix[TREE_PREFIX_MAX];
        tree_prefix(&tree->rows.items[i], prefix);
        snprintf(shown + strlen(shown), sizeof shown - strlen(shown), "%s%s\n", prefix, NODES[tree->rows.items[i].node].name);
    }
    cr_assert_str_eq(shown, expected);
}

Test(tree, flattens_folds_and_draws_its_lines)
{
    struct tree_source source = {.child_count = child_count, .child = child, .identity = node_identity};
    struct tree tree;
    tree_init(&tree);
    tree_flatten(&tree, &source);
    check_tree(&tree, "▾ cilium\n├─▾ cert-manager\n│  └─ issuers\n└─ harbor\nalone\n");
    tree_fold(&tree, span_of("cert-manager"), true);
    tree_flatten(&tree, &source);
    check_tree(&tree, "▾ cilium\n├─▸ cert-manager\n└─ harbor\nalone\n");
    tree_fold(&tree, span_of("cert-manager"), false);
    cr_assert_not(tree_is_folded(&tree, span_of("cert-manager")));
    tree_done(&tree);
    TEST_NO_LEAKS();
}

static size_t one_child(void *context, size_t node)
{
    return 1;
}

static size_t same_child(void *context, size_t node, size_t position)
{
    return 0;
}

Test(tree, a_cycle_ends_at_the_depth_limit)
{
    struct tree_source source = {.child_count = one_child, .child = same_child, .identity = node_identity};
    struct tree tree;
    tree_init(&tree);
    tree_flatten(&tree, &source);
    cr_assert(tree.truncated);
    cr_assert_eq(tree.rows.count, TREE_DEPTH_MAX);
    char prefix[TREE_PREFIX_MAX];
    tree_prefix(&tree.rows.items[TREE_DEPTH_MAX - 1], prefix);
    tree_done(&tree);
    TEST_NO_LEAKS();
}
