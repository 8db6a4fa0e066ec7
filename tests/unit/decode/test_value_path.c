/* Typed paths and assignments: what they mean, and what they refuse. */
#include <criterion/criterion.h>

#include "base/array.h"
#include "decode/assignment.h"
#include "support/leak_check.h"

Test(value_path, parses_prints_and_points)
{
    static const struct {
        const char *text, *canonical, *pointer;
    } CASES[] = {
        {"a", "a", "/a"},
        {"a.b.c", "a.b.c", "/a/b/c"},
        {"a.b\\.c.d[0]", "a.b\\.c.d[0]", "/a/b.c/d/0"},
        {"a.\"b.c/~d\"", "a.b\\.c/~d", "/a/b.c~1~0d"},
        {"a[0][12].x", "a[0][12].x", "/a/0/12/x"},
        {"a\\=b", "a\\=b", "/a=b"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct value_path path;
        struct error err;
        cr_assert_eq(value_path_parse(span_of(CASES[i].text), &path, &err), STATUS_OK, "%s: %s", CASES[i].text, err.text);
        char *text = value_path_text(&path), *pointer = value_path_pointer(&path, path.count);
        cr_assert_str_eq(text, CASES[i].canonical);
        cr_assert_str_eq(pointer, CASES[i].pointer);
        free(text);
        free(pointer);
        value_path_done(&path);
    }
    TEST_NO_LEAKS();
}

Test(value_path, refuses_what_is_no_path)
{
    static const char *const CASES[] = {"", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[-1]", "a]", "[0]", "a\\", "a[0]b", "\"a", "\"\"", "a\"b"};
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct value_path path;
        struct error err;
        cr_assert_eq(value_path_parse(span_of(CASES[i]), &path, &err), STATUS_USAGE, "%s was taken", CASES[i]);
        cr_assert(strlen(err.text) > 20);
    }
    TEST_NO_LEAKS();
}

static json_t *read(const char *text)
{
    json_t *document = NULL;
    struct error err;
    cr_assert_eq(json_edit_parse("test", span_of(text), &document, &err), STATUS_OK, "%s: %s", text, err.text);
    return document;
}

/* Applies one assignment to a document; the outcome as compact JSON, or the error's text. Caller frees. */
static char *assign(const char *document_text, const char *assignment_text)
{
    json_t *document = read(document_text), *value = NULL;
    struct assignment assignment;
    struct error err;
    enum status status = assignment_parse(assignment_text, &assignment, &err);
    if (status == STATUS_OK) {
        status = assignment_value(&assignment, value_path_get(&assignment.path, document), &value, &err);
        if (status == STATUS_OK)
            status = value_path_set(&assignment.path, document, value, &err);
        assignment_done(&assignment);
    }
    char *text = status == STATUS_OK ? json_edit_print(document) : strdup(err.text);
    json_decref(value);
    json_decref(document);
    return text;
}

Test(assignment, keeps_types_and_says_when_it_cannot)
{
    static const struct {
        const char *document, *assignment, *outcome;
    } CASES[] = {
        {"{\"a\":\"x\"}", "a=5", "{\"a\":\"5\"}"},
        {"{\"a\":1}", "a=5", "{\"a\":5}"},
        {"{\"a\":1.5}", "a=2", "{\"a\":2}"},
        {"{\"a\":true}", "a=false", "{\"a\":false}"},
        {"{\"a\":null}", "a=x", "{\"a\":\"x\"}"},
        {"{}", "a=5", "{\"a\":\"5\"}"},
        {"{}", "a.b.c=true", "{\"a\":{\"b\":{\"c\":\"true\"}}}"},
        {"{}", "a:=5", "{\"a\":5}"},
        {"{\"a\":1}", "a:=\"x\"", "{\"a\":\"x\"}"},
        {"{\"a\":1,\"b\":2}", "a:=null", "{\"b\":2}"},
        {"{\"a\":{\"b\":1}}", "a:={\"c\":2}", "{\"a\":{\"c\":2}}"},
        {"{\"a\":[{\"n\":\"x\"},{\"n\":\"y\"}]}", "a[1].n=z", "{\"a\":[{\"n\":\"x\"},{\"n\":\"z\"}]}"},
        {"{\"u\":\"\"}", "u=a=b:=c", "{\"u\":\"a=b:=c\"}"},
        {"{\"a\":1}", "a=x", "a is a whole number, 'x' is not; to change the type write a:=JSON"},
        {"{\"a\":1}", "a=1.5", "a is a whole number, '1.5' is not; to change the type write a:=JSON"},
        {"{\"a\":1}", "a=", "a is a whole number, '' is not; to change the type write a:=JSON"},
        {"{\"a\":false}", "a=yes", "a is a boolean, 'yes' is not; to change the type write a:=JSON"},
        {"{\"a\":{}}", "a=x", "a is a map; to replace it as a whole write a:=JSON"},
        {"{\"a\":[1]}", "a[1]=x", "a has 1 elements, there is no [1]"},
        {"{\"a\":\"x\"}", "a.b=c", "a is a text, not a map"},
        {"{\"a\":{\"b\":1}}", "a[0]=c", "a is a map, not a list"},
        {"{}", "novalue", "'novalue' is not PATH=VALUE or PATH:=JSON"},
        {"{}", "a:={", "'a:={': the value behind ':=' is not JSON (a text needs its double quotes)"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        char *outcome = assign(CASES[i].document, CASES[i].assignment);
        cr_expect_str_eq(outcome, CASES[i].outcome, "%s on %s", CASES[i].assignment, CASES[i].document);
        free(outcome);
    }
    TEST_NO_LEAKS();
}
