/* Merge patches both ways, and the unified diff of documents. */
#include <criterion/criterion.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/bytebuf.h"
#include "decode/json_diff.h"
#include "support/leak_check.h"

static json_t *read(const char *text)
{
    json_t *document = NULL;
    struct error err;
    cr_assert_eq(json_edit_parse("test", span_of(text), &document, &err), STATUS_OK, "%s: %s", text, err.text);
    return document;
}

Test(json_edit, a_patch_between_two_documents_leads_from_one_to_the_other)
{
    static const struct {
        const char *before, *after, *patch;
    } CASES[] = {
        {"{\"a\":1}", "{\"a\":1}", "{}"},
        {"{\"a\":1}", "{\"a\":2}", "{\"a\":2}"},
        {"{\"a\":1,\"b\":2}", "{\"a\":1}", "{\"b\":null}"},
        {"{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":{\"b\":1,\"c\":3}}", "{\"a\":{\"c\":3}}"},
        {"{\"a\":{\"b\":1}}", "{\"a\":{\"d\":1}}", "{\"a\":{\"b\":null,\"d\":1}}"},
        {"{\"a\":[1,2]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"{\"a\":1}", "{\"a\":{\"b\":{\"c\":\"x\"}}}", "{\"a\":{\"b\":{\"c\":\"x\"}}}"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        json_t *before = read(CASES[i].before), *after = read(CASES[i].after);
        bool exact;
        json_t *patch = json_edit_merge_between(before, after, &exact);
        char *text = json_edit_print(patch);
        cr_expect_str_eq(text, CASES[i].patch);
        cr_expect(exact);
        before = json_edit_merge(before, patch);
        cr_expect(json_equal(before, after), "case %zu", i);
        free(text);
        json_decref(patch);
        json_decref(before);
        json_decref(after);
    }
    TEST_NO_LEAKS();
}

Test(json_edit, knows_what_a_merge_patch_cannot_say)
{
    json_t *before = read("{\"a\":1}"), *after = read("{\"a\":{\"b\":null}}");
    bool exact;
    json_t *patch = json_edit_merge_between(before, after, &exact);
    cr_assert_not(exact);
    json_decref(patch);
    json_decref(before);
    json_decref(after);
    TEST_NO_LEAKS();
}

Test(json_edit, refuses_broken_text_with_the_place)
{
    json_t *document = NULL;
    struct error err;
    cr_assert_eq(json_edit_parse("reply of x", span_of("{\"a\":1,\"a\":2}"), &document, &err), STATUS_INVALID);
    cr_assert(strstr(err.text, "reply of x is not JSON: ") != NULL, "%s", err.text);
}

static char *show(const struct json_diff *diff)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, 1 << 20);
    for (size_t i = 0; i < diff->count; i++)
        bytebuf_printf(&out, "%c%s\n", diff->items[i].sign, diff->items[i].text);
    return strdup(bytebuf_text(&out));
}

static void expect_diff(const char *before_text, const char *after_text, const char *expected)
{
    json_t *before = before_text != NULL ? read(before_text) : NULL, *after = read(after_text);
    struct json_diff diff;
    json_diff_make(before, after, 1, &diff);
    char *text = show(&diff);
    cr_expect_str_eq(text, expected, "got:\n%s", text);
    free(text);
    json_diff_done(&diff);
    json_decref(before);
    json_decref(after);
}

Test(json_diff, shows_hunks_with_their_place)
{
    expect_diff("{\"a\":1}", "{\"a\":1}", "");
    expect_diff("{\"spec\":{\"values\":{\"image\":{\"repository\":\"r\",\"tag\":\"1.0\"},\"replicas\":2},\"interval\":\"15m\"}}",
                "{\"spec\":{\"values\":{\"image\":{\"repository\":\"r\",\"tag\":\"1.1\"},\"replicas\":2},\"interval\":\"15m\"}}",
                "@spec.values.image\n"
                "       repository: r\n"
                "-      tag: \"1.0\"\n"
                "+      tag: \"1.1\"\n"
                "     replicas: 2\n");
    expect_diff("{\"l\":[{\"n\":\"a\",\"v\":1},{\"n\":\"b\",\"v\":2}]}", "{\"l\":[{\"n\":\"a\",\"v\":1},{\"n\":\"b\",\"v\":3}]}",
                "@l[1]\n"
                "   n: b\n"
                "-  v: 2\n"
                "+  v: 3\n");
    expect_diff(NULL, "{\"a\":{\"b\":[]}}", "@\n+a:\n+  b: []\n");
    expect_diff("{\"t\":\"one\\ntwo\\n\"}", "{\"t\":\"one\\n2\\n\"}", "@t\n   one\n-  two\n+  2\n");
    TEST_NO_LEAKS();
}

Test(json_diff, renders_texts_so_that_nothing_is_mistaken)
{
    json_t *document = read("{\"a\":\"true\",\"b\":\"5\",\"c\":\"x: y\",\"d\":\"\",\"e\":\"oci://h/p\",\"f\":\"\\u001B[31mred\",\"g\":\"v1.2\","
                            "\"h\":null,\"i\":1.5,\"j\":\"1.5\",\"k k\":\"- x\"}");
    char *text = json_diff_render(document);
    cr_expect_str_eq(text, "a: \"true\"\nb: \"5\"\nc: \"x: y\"\nd: \"\"\ne: oci://h/p\nf: \"\\u001B[31mred\"\ng: v1.2\nh: null\n"
                           "i: 1.5\nj: \"1.5\"\nk k: \"- x\"\n", "%s", text);
    free(text);
    json_decref(document);
    TEST_NO_LEAKS();
}

Test(json_diff, strips_what_changes_by_itself)
{
    json_t *object = read("{\"metadata\":{\"name\":\"x\",\"managedFields\":[1],\"resourceVersion\":\"7\",\"generation\":2,"
                          "\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":\"{}\",\"k\":\"v\"}},\"spec\":{},\"status\":{}}");
    json_t *stripped = json_diff_strip(object);
    char *text = json_edit_print(stripped);
    cr_expect_str_eq(text, "{\"metadata\":{\"annotations\":{\"k\":\"v\"},\"name\":\"x\"},\"spec\":{}}");
    free(text);
    json_decref(stripped);
    json_decref(object);
    TEST_NO_LEAKS();
}

Test(json_diff, survives_big_documents)
{
    json_t *before = json_object(), *after = json_object();
    for (int i = 0; i < 30000; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        json_object_set_new(before, key, json_integer(i));
        json_object_set_new(after, key, json_integer(i + 1));
    }
    struct json_diff diff;
    json_diff_make(before, after, 3, &diff);
    cr_expect_eq(diff.removed, (size_t)JSON_DIFF_LINES_MAX - 1, "%zu", diff.removed);
    cr_expect_eq(diff.added, (size_t)JSON_DIFF_LINES_MAX - 1, "%zu", diff.added);
    json_diff_done(&diff);
    json_decref(before);
    json_decref(after);
    TEST_NO_LEAKS();
}
