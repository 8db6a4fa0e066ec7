/* What the YAML reader accepts, what it refuses, and that every refusal says where and what was expected. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/array.h"
#include "decode/yaml_tree.h"
#include "support/leak_check.h"

static enum status load(const char *text, struct yaml_tree **tree, struct error *err)
{
    return yaml_tree_load_text("test.yaml", span_of(text), tree, err);
}

Test(yaml_tree, reads_maps_lists_and_types_with_their_lines)
{
    struct yaml_tree *tree = NULL;
    struct error err = {0};
    const char *text = "name: acme\nregions:\n  - fsn1\n  - {code: hel1, main: true}\nport: 0x1F\nquoted: \"true\"\nno: no\nnothing: ~\n";
    cr_assert_eq(load(text, &tree, &err), STATUS_OK, "%s", err.text);
    const struct yaml_node *root = yaml_tree_root(tree);
    cr_assert_eq(yaml_node_count(root), 6);
    cr_assert_str_eq(yaml_node_text_or(yaml_node_get(root, "name"), "?"), "acme");
    const struct yaml_node *second = yaml_node_at(yaml_node_get(root, "regions"), 1);
    cr_assert_eq(yaml_node_line(second), 4);
    bool main_region = false;
    cr_assert_eq(yaml_node_bool(yaml_node_get(second, "main"), "main", &main_region, &err), STATUS_OK);
    cr_assert(main_region);
    int64_t port = 0;
    cr_assert_eq(yaml_node_int(yaml_node_get(root, "port"), "port", 1, 65535, &port, &err), STATUS_OK);
    cr_assert_eq(port, 31);
    cr_assert_eq(yaml_node_bool(yaml_node_get(root, "quoted"), "quoted", &main_region, &err), STATUS_INVALID);
    cr_assert_str_eq(err.text, "test.yaml:6: quoted is 'true', expected true or false");
    cr_assert_eq(yaml_node_bool(yaml_node_get(root, "no"), "no", &main_region, &err), STATUS_INVALID);
    cr_assert(yaml_node_is_null(yaml_node_get(root, "nothing")));
    cr_assert_eq(yaml_node_bool(yaml_node_get(root, "absent"), "absent", &main_region, &err), STATUS_NOT_FOUND);
    yaml_tree_free(tree);
    TEST_NO_LEAKS();
}

static const struct {
    const char *name, *text, *error;
} REFUSED[] = {
    {"anchor", "a: &x 1\n", "test.yaml:1: an anchor (&), expected the value written out"},
    {"cycle", "&a [*a]\n", "test.yaml:1: an anchor (&), expected the value written out"},
    {"alias", "a: 1\nb: *a\n", "test.yaml:2: an alias (*), expected the value written out"},
    {"tag", "a: !!binary xx\n", "test.yaml:1: a type tag (!), expected a plain value"},
    {"duplicate", "a: 1\nb: 2\na: 3\n", "test.yaml:3: 'a' is already set on line 1, expected it once"},
    {"list as key", "? [a]\n: 1\n", "test.yaml:1: a key is a list, expected a text"},
    {"two documents", "a: 1\n---\nb: 2\n", "test.yaml:2: a second document (---), expected one"},
    {"not UTF-8", "a: 1\nb: \xFF\n", "test.yaml:2: byte 0xFF, expected UTF-8 text"},
    {"NUL", "a: \"x\\0y\"\n", "test.yaml:1: a NUL byte inside a text, expected none"},
};

Test(yaml_tree, refuses_with_file_and_line)
{
    for (size_t i = 0; i < ARRAY_LENGTH(REFUSED); i++) {
        struct yaml_tree *tree = NULL;
        struct error err = {0};
        cr_assert_neq(load(REFUSED[i].text, &tree, &err), STATUS_OK, "%s", REFUSED[i].name);
        cr_assert_str_eq(err.text, REFUSED[i].error, "%s gave '%s'", REFUSED[i].name, err.text);
        cr_assert_null(tree);
    }
    struct yaml_tree *tree = NULL;
    struct error err = {0};
    cr_assert_eq(load("a: [1, 2\nb: 3\n", &tree, &err), STATUS_INVALID);
    cr_assert(strncmp(err.text, "test.yaml:2: ", 13) == 0, "%s", err.text);
    TEST_NO_LEAKS();
}

Test(yaml_tree, bounds_depth_and_size)
{
    struct yaml_tree *tree = NULL;
    struct error err = {0};
    char deep[80];
    memset(deep, '[', 40);
    memset(deep + 40, ']', 39);
    deep[79] = '\0';
    cr_assert_eq(load(deep, &tree, &err), STATUS_TOO_BIG);
    char path[] = "/tmp/yaml_tree_XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    cr_assert_eq(ftruncate(fd, YAML_TREE_FILE_MAX + 1), 0);
    close(fd);
    cr_assert_eq(yaml_tree_load_file(path, &tree, &err), STATUS_TOO_BIG, "%s", err.text);
    unlink(path);
    cr_assert_eq(yaml_tree_load_file(path, &tree, &err), STATUS_NOT_FOUND);
    cr_assert_eq(yaml_tree_load_file("/", &tree, &err), STATUS_IO);
    TEST_NO_LEAKS();
}

Test(yaml_tree, unknown_keys_get_a_hint_and_an_empty_file_is_null)
{
    static const char *const KNOWN[] = {"fqdn", "class", "regions"};
    struct yaml_tree *tree = NULL;
    struct error err = {0};
    cr_assert_eq(load("\xEF\xBB\xBF" "fqdn: a\nregoins: []\n", &tree, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(yaml_node_only_keys(yaml_tree_root(tree), "a Sovereign", KNOWN, 3, &err), STATUS_INVALID);
    cr_assert_str_eq(err.text, "test.yaml:2: a Sovereign has no setting 'regoins'; did you mean 'regions'?");
    yaml_tree_free(tree);
    cr_assert_eq(load("# only a comment\n", &tree, &err), STATUS_OK);
    cr_assert(yaml_node_is_null(yaml_tree_root(tree)));
    yaml_tree_free(tree);
    TEST_NO_LEAKS();
}
