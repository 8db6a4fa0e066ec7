/* Rows as text for `sovdeck get`: an aligned table, names, or JSON. */
#ifndef RESOURCE_RESOURCE_TEXT_H
#define RESOURCE_RESOURCE_TEXT_H

#include "base/bytebuf.h"
#include "resource/resource_list.h"

enum resource_text_format { RESOURCE_TEXT_TABLE, RESOURCE_TEXT_WIDE, RESOURCE_TEXT_NAME, RESOURCE_TEXT_JSON };

/* "table", "wide", "name", "json"; false: another word. */
bool resource_text_parse_format(const char *word, enum resource_text_format *format);

/* The whole list. TABLE: header line and rows, columns parted by three blanks, nothing cut. NAME: "helmreleases/namespace/name" lines,
 * "@region" behind when there is more than one region. JSON: {"kind", "known", "unknown": [{region, reason}], "items": [...]}.
 * False when `out` overflowed. */
bool resource_text_write(struct resource_list *list, const struct column_context *context, enum resource_text_format format,
                         struct bytebuf *out);

/* One row for --watch, in widths measured before (of the first table). JSON: one object in one line. */
struct resource_text_widths {
    size_t cells[COLUMN_SET_MAX];
};
void resource_text_measure(struct resource_list *list, const struct column_context *context, enum resource_text_format format,
                           struct resource_text_widths *widths);
bool resource_text_write_row(const struct column_set *columns, const struct column_context *context, const struct row *row,
                             enum resource_text_format format, const struct resource_text_widths *widths, struct bytebuf *out);

/* All facts of a row as the members of a JSON object (names of field.h), lists as arrays, maps as objects. */
struct json_writer;
void resource_text_write_facts(struct json_writer *writer, const struct column_context *context, const struct row *row);

#endif
