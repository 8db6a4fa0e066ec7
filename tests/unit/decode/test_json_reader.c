/* The reader behind the C header: kinds, look-ups, iteration, and that absent values chain. */
#include <criterion/criterion.h>
#include <string.h>

#include "decode/json_reader.h"
#include "support/leak_check.h"

static struct json_value parse(struct json_reader *reader, const char *text)
{
    struct json_value root = {0};
    struct error err = {0};
    cr_assert_eq(json_reader_parse(reader, span_of(text), &root, &err), STATUS_OK, "%s", err.text);
    return root;
}

Test(json_reader, answers_every_kind_and_chains_over_what_is_absent)
{
    struct json_reader *reader = json_reader_new();
    struct json_value root = parse(reader, "{\"t\":\"a\\u00e9\\n\",\"i\":-7,\"b\":true,\"r\":1.5,\"n\":null,\"a\":[1,\"x\",false],\"o\":{}}");
    char scratch[32];
    cr_assert(span_equals_text(json_reader_string(json_reader_get(root, "t")), "a\xc3\xa9\n"));
    cr_assert_eq(json_reader_integer(json_reader_get(root, "i"), 0), -7);
    cr_assert(json_reader_bool(json_reader_get(root, "b"), false));
    cr_assert(span_equals_text(json_reader_scalar(json_reader_get(root, "r"), scratch), "1.5"));
    cr_assert(span_equals_text(json_reader_scalar(json_reader_get(root, "b"), scratch), "true"));
    cr_assert_eq(json_reader_kind(json_reader_get(root, "n")), JSON_KIND_NULL);
    cr_assert_eq(json_reader_count(json_reader_get(root, "a")), 3);
    cr_assert_eq(json_reader_count(json_reader_get(root, "o")), 0);
    struct json_value nowhere = json_reader_at(json_reader_get(json_reader_get(root, "zz"), "y"), 4);
    cr_assert_eq(json_reader_kind(nowhere), JSON_KIND_ABSENT);
    cr_assert(span_is_empty(json_reader_string(nowhere)));
    cr_assert_eq(json_reader_integer(nowhere, 42), 42);
    struct json_iterator none = json_reader_iterate(nowhere);
    cr_assert_not(json_reader_next(&none));
    json_reader_free(reader);
    TEST_NO_LEAKS();
}

Test(json_reader, iterates_in_document_order_over_nested_values)
{
    struct json_reader *reader = json_reader_new();
    struct json_value root = parse(reader, "{\"one\":{\"deep\":[1,[2,{\"k\":3}]]},\"two\":[],\"three\":\"x\"}");
    struct json_iterator it = json_reader_iterate(root);
    const char *const keys[] = {"one", "two", "three"};
    size_t count = 0;
    while (json_reader_next(&it)) {
        cr_assert(count < 3 && span_equals_text(it.key, keys[count]), "key %zu", count);
        count++;
    }
    cr_assert_eq(count, 3);
    json_reader_free(reader);
    TEST_NO_LEAKS();
}

Test(json_reader, refuses_what_is_not_json_and_goes_on_working)
{
    static const char *const BROKEN[] = {"", "{", "{\"a\":}", "[1,2", "{\"a\":\"\xff\"}", "nul", "{\"a\":1} x"};
    struct json_reader *reader = json_reader_new();
    for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++) {
        struct json_value root = {0};
        struct error err = {0};
        cr_assert_eq(json_reader_parse(reader, span_of(BROKEN[i]), &root, &err), STATUS_INVALID, "case %zu", i);
        cr_assert(err.text[0] != '\0', "case %zu says nothing", i);
    }
    json_reader_trim(reader);
    cr_assert_eq(json_reader_count(parse(reader, "[1]")), 1);
    json_reader_free(reader);
    TEST_NO_LEAKS();
}
