/* Numbers with units, added up; see duration.h. */
#include "base/duration.h"

#include <ctype.h>
#include <stddef.h>

#include "base/array.h"

#define YEAR_MS ((double)365 * 86400 * 1000)

static const struct {
    const char *name;
    double ms;
} UNITS[] = {{"ns", 1e-6}, {"us", 1e-3}, {"\xc2\xb5s", 1e-3}, {"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}};

static bool take_number(struct span *text, double *number)
{
    bool any = false, fraction = false;
    double scale = 1;
    *number = 0;
    for (; text->length > 0 && (isdigit((unsigned char)text->data[0]) || (text->data[0] == '.' && !fraction)); *text = span_from(*text, 1)) {
        if (text->data[0] == '.') {
            fraction = true;
            continue;
        }
        any = true;
        if (fraction)
            scale /= 10;
        *number = fraction ? *number + (text->data[0] - '0') * scale : *number * 10 + (text->data[0] - '0');
    }
    return any && *number <= YEAR_MS * 1e6;
}

static bool take_unit(struct span *text, double *ms)
{
    size_t length = 0;
    while (length < text->length && !isdigit((unsigned char)text->data[length]) && text->data[length] != '.')
        length++;
    for (size_t i = 0; i < ARRAY_LENGTH(UNITS); i++)
        if (span_equals_text(span_first(*text, length), UNITS[i].name)) {
            *ms = UNITS[i].ms;
            *text = span_from(*text, length);
            return true;
        }
    return false;
}

bool duration_parse(struct span text, int64_t *ms)
{
    double total = 0, number, unit;
    text = span_trim(text);
    for (bool first = true; first || text.length > 0; first = false) {
        if (!take_number(&text, &number))
            return false;
        if (first && text.length == 0)
            unit = 1000;
        else if (!take_unit(&text, &unit))
            return false;
        total += number * unit;
    }
    if (total > YEAR_MS)
        return false;
    *ms = (int64_t)total;
    return total == 0 || *ms > 0;
}
