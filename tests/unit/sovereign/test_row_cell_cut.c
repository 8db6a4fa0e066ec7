/* What a cell leaves out is never silent: readers see that it was cut. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "decode/json_reader.h"
#include "sovereign/kind_table.h"
#include "sovereign/row_decoder.h"

static struct row *decode(struct json_reader *reader, const char *kind, const char *text)
{
    struct json_value root;
    struct error err;
    cr_assert_eq(json_reader_parse(reader, span_of(text), &root, &err), STATUS_OK, "%s", err.text);
    struct row_decoder *decoder = row_decoder_new(kind_table_get(kind), 0, reader);
    struct row *row = row_decoder_read_object(decoder, root);
    row_decoder_free(decoder);
    cr_assert_not_null(row);
    return row;
}

static struct row *release(struct json_reader *reader, const char *values)
{
    CLEANUP(alloc_free_pointer)
    char *text =
        alloc_printf("{\"metadata\":{\"name\":\"bp-a\",\"namespace\":\"flux-system\"},\"spec\":{\"values\":%s}}", values);
    return decode(reader, KIND_ID_HELMRELEASES, text);
}

static char *repeat(const char *begin, const char *pattern, int count, const char *end)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, 1 << 20);
    bytebuf_append_text(&out, begin);
    for (int i = 0; i < count; i++) {
        bytebuf_append_text(&out, i == 0 ? "" : ",");
        bytebuf_printf(&out, "\"k%d\":\"%s\"", i, pattern);
    }
    bytebuf_append_text(&out, end);
    return bytebuf_take(&out);
}

Test(row_cell, marks_a_cell_that_holds_only_its_first_items)
{
    struct json_reader *reader = json_reader_new();
    struct row *row = release(reader, "{\"image\":{\"repository\":\"ghcr.io/a\"}}");
    cr_assert(span_equals_text(row_lookup(row, FIELD_VALUES_SUSPECT, "image.repository"), "ghcr.io/a"));
    cr_assert_not(row_is_cut(row, FIELD_VALUES_SUSPECT));
    row_unref(row);

    CLEANUP(alloc_free_pointer) char *many = repeat("{", "https://ghcr.io/some/long/path/of/an/image", 200, "}");
    row = release(reader, many);
    cr_assert(row_is_cut(row, FIELD_VALUES_SUSPECT));
    cr_assert(span_equals_text(row_lookup(row, FIELD_VALUES_SUSPECT, "k0"), "https://ghcr.io/some/long/path/of/an/image"));
    row_unref(row);

    CLEANUP(alloc_free_pointer)
    char *nodes = repeat("{\"metadata\":{\"name\":\"s\",\"namespace\":\"catalyst\"},\"data\":{", "v2", 600, "}}");
    row = decode(reader, KIND_ID_CUTOVER_STATUS, nodes);
    cr_assert(row_is_cut(row, FIELD_DATA), "more items than are read of one map");
    row_unref(row);
    json_reader_free(reader);
}

Test(row_cell, keeps_the_host_of_a_text_that_is_too_long)
{
    struct json_reader *reader = json_reader_new();
    static const char *const HOSTS[] = {"console.openova.io", "GitHub.com"};
    for (int lead = 400; lead < 1200; lead += 37) {
        CLEANUP(alloc_free_pointer) char *values = alloc_printf("{\"script\":\"%0*d %s %0600d\"}", lead, 0, HOSTS[lead % 2], 0);
        struct row *row = release(reader, values);
        struct span kept = row_lookup(row, FIELD_VALUES_SUSPECT, "script");
        cr_assert(span_contains(kept, HOSTS[lead % 2]), "lead %d kept %.*s", lead, SPAN_PRINT(kept));
        row_unref(row);
    }
    CLEANUP(alloc_free_pointer) char *two = alloc_printf("{\"script\":\"ghcr.io %02000d github.com\"}", 0);
    struct row *row = release(reader, two);
    cr_assert(row_is_cut(row, FIELD_VALUES_SUSPECT), "the second host is not in the kept part");
    row_unref(row);
    json_reader_free(reader);
}
