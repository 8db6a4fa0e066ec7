/* Names, letters and purposes of the styles, all from the one table. */
#include "canvas/style_ids.h"

#include "base/array.h"

static const char *const NAMES[] = {
#define STYLE_NAME(id, name, letter, purpose) name,
    STYLE_TABLE(STYLE_NAME)
#undef STYLE_NAME
};

static const char *const PURPOSES[] = {
#define STYLE_PURPOSE(id, name, letter, purpose) purpose,
    STYLE_TABLE(STYLE_PURPOSE)
#undef STYLE_PURPOSE
};

static const char LETTERS[] = {
#define STYLE_LETTER(id, name, letter, purpose) letter,
    STYLE_TABLE(STYLE_LETTER)
#undef STYLE_LETTER
};

const char *style_ids_name(enum style_id style)
{
    return NAMES[style];
}

const char *style_ids_purpose(enum style_id style)
{
    return PURPOSES[style];
}

char style_ids_letter(enum style_id style)
{
    return LETTERS[style];
}

bool style_ids_find(struct span name, enum style_id *ret_style)
{
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES); i++)
        if (span_equals_text(name, NAMES[i])) {
            *ret_style = (enum style_id)i;
            return true;
        }
    return false;
}

const char *const *style_ids_names(void)
{
    return NAMES;
}
