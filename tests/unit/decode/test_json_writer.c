/* What is written can be read again, whatever the text holds. */
#include <criterion/criterion.h>

#include "base/alloc.h"
#include "base/timestamp.h"
#include "decode/json_reader.h"
#include "decode/json_writer.h"
#include "support/leak_check.h"

Test(json_writer, writes_nested_values_with_commas_where_they_belong)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, 4096);
    struct json_writer writer;
    json_writer_init(&writer, &out);
    json_writer_begin_object(&writer, NULL);
    json_writer_text(&writer, "name", "a");
    json_writer_begin_array(&writer, "list");
    json_writer_integer(&writer, NULL, -7);
    json_writer_begin_object(&writer, NULL);
    json_writer_end(&writer);
    json_writer_bool(&writer, NULL, true);
    json_writer_end(&writer);
    json_writer_begin_array(&writer, "empty");
    json_writer_end(&writer);
    json_writer_null(&writer, "nothing");
    json_writer_text(&writer, "none", NULL);
    json_writer_time(&writer, "at", 1785128211000);
    json_writer_time(&writer, "never", TIMESTAMP_NONE);
    json_writer_end(&writer);
    cr_assert_str_eq(bytebuf_text(&out),
                     "{\n  \"name\": \"a\",\n  \"list\": [\n    -7,\n    {},\n    true\n  ],\n  \"empty\": [],\n"
                     "  \"nothing\": null,\n  \"none\": null,\n  \"at\": \"2026-07-27T04:56:51Z\",\n"
                     "  \"never\": null\n}\n");
}

Test(json_writer, every_text_survives_a_round_trip)
{
    static const char TEXT[] = "q\" b\\ t\t n\n c\x01 d\x7f \xc3\xa4 \xe2\x98\x83 end";
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, 4096);
    struct json_writer writer;
    json_writer_init(&writer, &out);
    json_writer_begin_array(&writer, NULL);
    json_writer_text(&writer, NULL, TEXT);
    json_writer_span(&writer, NULL, SPAN_LITERAL("a\0b"));
    json_writer_span(&writer, NULL, SPAN_LITERAL("cut \xe2\x98"));
    json_writer_end(&writer);
    struct json_reader *reader = json_reader_new();
    struct json_value root;
    struct error err;
    cr_assert_eq(json_reader_parse(reader, bytebuf_span(&out), &root, &err), STATUS_OK, "%s", err.text);
    cr_assert(span_equals_text(json_reader_string(json_reader_at(root, 0)), TEXT));
    cr_assert(span_equals(json_reader_string(json_reader_at(root, 1)), SPAN_LITERAL("a\0b")));
    cr_assert(span_equals_text(json_reader_string(json_reader_at(root, 2)), "cut \xef\xbf\xbd\xef\xbf\xbd"));
    json_reader_free(reader);
    bytebuf_done(&out);
    TEST_NO_LEAKS();
}
