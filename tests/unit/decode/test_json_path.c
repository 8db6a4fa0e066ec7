/* Every form of a path, what it finds, and what is no path. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/bytebuf.h"
#include "decode/json_path.h"
#include "support/leak_check.h"

static const char DOCUMENT[] =
    "{\"metadata\":{\"name\":\"x\",\"labels\":{\"a.b/c\":\"dotted\"}},"
    "\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"},{\"type\":\"Stalled\",\"status\":\"False\"},"
    "{\"type\":\"Ready\",\"status\":\"second\"}],\"history\":[{\"v\":\"2\"},{\"v\":\"1\"}]},"
    "\"spec\":{\"containers\":[{\"image\":\"i1\"},{\"name\":\"bare\"},{\"image\":\"i2\"}],\"values\":{\"p\":{\"r\":\"vp\"},\"q\":{\"r\":\"vq\"}}}}";

static void join(struct json_value value, void *context)
{
    char scratch[32];
    struct bytebuf *out = context;
    bytebuf_append_span(out, json_reader_scalar(value, scratch));
    bytebuf_append_byte(out, ' ');
}

Test(json_path, finds_what_each_form_names)
{
    static const struct {
        const char *path, *found;
    } CASES[] = {
        {"metadata.name", "x "},
        {"metadata.labels.\"a.b/c\"", "dotted "},
        {"status.conditions[type=Ready].status", "True "},
        {"status.conditions[type=Nothing].status", ""},
        {"status.history[0].v", "2 "},
        {"status.history[1].v", "1 "},
        {"status.history[2].v", ""},
        {"spec.containers[*].image", "i1 i2 "},
        {"spec.values[*].r", "vp vq "},
        {"spec.nothing.at.all[*].x", ""},
        {"metadata.name.too.deep", ""},
    };
    struct json_reader *reader = json_reader_new();
    struct json_value root;
    cr_assert_eq(json_reader_parse(reader, span_of(DOCUMENT), &root, NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct error err = {0};
        struct bytebuf out;
        bytebuf_init(&out, 200);
        struct json_path *path = json_path_compile(CASES[i].path, &err);
        cr_assert_not_null(path, "%s: %s", CASES[i].path, err.text);
        json_path_each(path, root, 100, join, &out);
        cr_assert_str_eq(bytebuf_text(&out), CASES[i].found, "%s gave '%s'", CASES[i].path, bytebuf_text(&out));
        json_path_free(path);
        bytebuf_done(&out);
    }
    json_reader_free(reader);
    TEST_NO_LEAKS();
}

Test(json_path, stops_at_the_maximum_and_refuses_what_is_no_path)
{
    static const char *const BROKEN[] = {"", ".", "a[", "a[]", "a[x", "a[-1]", "a.\"open", "a..b"};
    struct json_reader *reader = json_reader_new();
    struct json_value root;
    struct bytebuf out;
    bytebuf_init(&out, 200);
    json_reader_parse(reader, span_of("[1,2,3,4]"), &root, NULL);
    struct json_path *path = json_path_compile("[*]", NULL);
    cr_assert_eq(json_path_each(path, root, 2, join, &out), 2);
    cr_assert_str_eq(bytebuf_text(&out), "1 2 ");
    json_path_free(path);
    for (size_t i = 0; i < sizeof BROKEN / sizeof BROKEN[0]; i++) {
        struct error err = {0};
        cr_assert_null(json_path_compile(BROKEN[i], &err), "'%s' is no path", BROKEN[i]);
        cr_assert(err.text[0] != '\0');
    }
    bytebuf_done(&out);
    json_reader_free(reader);
    TEST_NO_LEAKS();
}
