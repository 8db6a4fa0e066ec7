/* Parses what a person types into a filter line; half-typed words must never empty the list by accident. */
#include "resource/list_filter.h"

#include <string.h>
#include <strings.h>

#include "base/sanitize.h"

size_t list_filter_fold(char *out, size_t length, size_t size, struct span text)
{
    for (size_t i = 0; i < text.length && length < size; i++) {
        char byte = text.data[i];
        out[length++] = (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
    }
    return length;
}

void list_filter_set(struct list_filter *filter, const char *text)
{
    sanitize_line_into(filter->text, sizeof filter->text, text, text == NULL ? 0 : strlen(text));
    filter->count = 0;
}

/* The one column whose title begins with `name`; an exact title wins; -1: none, or several. */
static int find_column(const struct column_set *columns, struct span name)
{
    int found = name.length == 0 ? -1 : column_table_find(columns, name);
    if (found >= 0 || name.length == 0)
        return found;
    for (size_t i = 0; i < columns->count; i++)
        if (strncasecmp(columns->columns[i].title, name.data, name.length) == 0) {
            if (found >= 0)
                return -1;
            found = (int)i;
        }
    return found;
}

static void add_term(struct list_filter *filter, const struct column_set *columns, struct span word, size_t *folded)
{
    struct list_filter_term term = {.column = -1};
    if (span_starts_with(word, "!")) {
        term.is_negated = true;
        word = span_from(word, 1);
    }
    ptrdiff_t colon = span_find_byte(word, ':');
    if (colon > 0) {
        term.column = find_column(columns, span_first(word, (size_t)colon));
        if (term.column >= 0)
            word = span_from(word, (size_t)colon + 1);
    }
    if (span_is_empty(word) || filter->count == LIST_FILTER_TERMS_MAX)
        return; /* "!" or "state:" so far */
    term.at = *folded;
    *folded = list_filter_fold(filter->folded, *folded, sizeof filter->folded, word);
    term.length = *folded - term.at;
    filter->needs_row_text |= term.column < 0;
    filter->terms[filter->count++] = term;
}

void list_filter_parse(struct list_filter *filter, const struct column_set *columns)
{
    size_t folded = 0;
    filter->count = 0;
    filter->needs_row_text = false;
    struct span rest = span_of(filter->text), word;
    while (span_split(&rest, ' ', &word))
        if (!span_is_empty(word))
            add_term(filter, columns, word, &folded);
}

/* "state:" may become a column, and a longer negated or column word may mean something else: only plain words narrow. */
bool list_filter_narrows(const struct list_filter *filter, const char *before)
{
    size_t length = strlen(before);
    return strncmp(filter->text, before, length) == 0 && strpbrk(filter->text, "!:") == NULL;
}

struct span list_filter_word(const struct list_filter *filter, size_t term)
{
    return span_make(filter->folded + filter->terms[term].at, filter->terms[term].length);
}

bool list_filter_matches_text(const struct list_filter *filter, size_t term, struct span folded_text)
{
    struct span word = list_filter_word(filter, term);
    bool found = folded_text.length >= word.length && memmem(folded_text.data, folded_text.length, word.data, word.length) != NULL;
    return found != filter->terms[term].is_negated;
}
