/* The filter of a list: words that all must match, "!word" that must not, "column:word". Parsed once, matched against folded
 * text. Pure. */
#ifndef RESOURCE_LIST_FILTER_H
#define RESOURCE_LIST_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "resource/column_table.h"

#define LIST_FILTER_TEXT_MAX 128
#define LIST_FILTER_TERMS_MAX 8

struct list_filter_term {
    bool is_negated;
    int column;      /* -1: any column */
    size_t at, length; /* of the folded word in `folded` */
};

struct list_filter {
    char text[LIST_FILTER_TEXT_MAX];   /* sanitized, as typed */
    char folded[LIST_FILTER_TEXT_MAX]; /* lower case */
    struct list_filter_term terms[LIST_FILTER_TERMS_MAX];
    size_t count;
    bool needs_row_text; /* a term looks at any column */
};

void list_filter_set(struct list_filter *filter, const char *text); /* NULL: empty */

/* Resolves column names; call again when the columns changed. */
void list_filter_parse(struct list_filter *filter, const struct column_set *columns);

/* A row that `filter` shows was shown by `before` too: what is typed at the end only narrows. */
bool list_filter_narrows(const struct list_filter *filter, const char *before);

struct span list_filter_word(const struct list_filter *filter, size_t term);
bool list_filter_matches_text(const struct list_filter *filter, size_t term, struct span folded_text);

/* Appends text in lower case (ASCII), at most to `size`; returns the new length. */
size_t list_filter_fold(char *out, size_t length, size_t size, struct span text);

#endif
