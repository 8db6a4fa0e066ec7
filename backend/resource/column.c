/* Values of cells: a fact, an age, or what a derive function makes of a row. */
#include "resource/column.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/sanitize.h"
#include "base/timestamp.h"

void column_set_text(struct column_value *value, struct span text)
{
    value->text = text;
}

void column_set_state(struct column_value *value, struct span text, enum tone tone)
{
    value->text = text;
    value->tone = tone;
    value->order = tone;
}

void column_printf(struct column_value *value, const char *format, ...)
{
    char text[2 * COLUMN_BUFFER_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sanitize_line_into(value->buffer, sizeof value->buffer, text, strlen(text));
    value->text = span_of(value->buffer);
}

void column_set_count(struct column_value *value, int64_t number, enum tone tone)
{
    snprintf(value->buffer, sizeof value->buffer, "%lld", (long long)number);
    value->text = span_of(value->buffer);
    value->tone = tone;
    value->order = number;
}

/* "a, b" of a cell with several items; "a=b" of a pair with two parts. */
static void join_items(struct column_value *value, struct span list)
{
    size_t length = 0;
    struct span first, second;
    while (row_next_item(&list, &first, &second) && length < sizeof value->buffer - 1) {
        int added = snprintf(value->buffer + length, sizeof value->buffer - length, "%s%.*s%s%.*s", length > 0 ? ", " : "",
                             SPAN_PRINT(first), second.length > 0 ? "=" : "", SPAN_PRINT(second));
        length += added < 0 ? 0 : (size_t)added;
    }
    if (length >= sizeof value->buffer) { /* cut inside a character: leave that out */
        char whole[sizeof value->buffer];
        sanitize_line_into(whole, sizeof whole - 4, value->buffer, strlen(value->buffer));
        memcpy(value->buffer, whole, sizeof whole);
    }
    value->text = span_of(value->buffer);
}

static void take_fact(const struct column *column, const struct column_context *context, struct span text, struct column_value *value)
{
    int64_t number = 0, at_ms = 0;
    switch (column->type) {
    case COLUMN_TYPE_AGE:
        at_ms = timestamp_parse(text);
        if (at_ms == TIMESTAMP_NONE)
            return;
        timestamp_format_age(value->buffer, context->now_ms - at_ms);
        value->text = span_of(value->buffer);
        value->order = -at_ms;
        return;
    case COLUMN_TYPE_COUNT:
        if (span_to_int64(text, &number))
            value->order = number;
        value->text = text;
        return;
    case COLUMN_TYPE_STATE:
        column_set_state(value, text, health_tone_of(text));
        return;
    default:
        if (text.length > 0 && (memchr(text.data, KIND_ITEM_SEPARATOR, text.length) != NULL ||
                                memchr(text.data, KIND_PAIR_SEPARATOR, text.length) != NULL))
            join_items(value, text);
        else
            value->text = text;
    }
}

void column_value(const struct column *column, const struct column_context *context, const struct row *row, struct column_value *value)
{
    value->text = SPAN_EMPTY;
    value->tone = TONE_NEUTRAL;
    value->order = COLUMN_ORDER_LAST;
    value->buffer[0] = '\0';
    if (column->derive != NULL)
        column->derive(context, row, value);
    else if (column->field != FIELD_COUNT)
        take_fact(column, context, row_text(row, column->field), value);
    else
        value->text = row_dynamic(row, column->dynamic);
}
