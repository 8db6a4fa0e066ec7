/* The facts of one object for the detail pane, line by line, and what is below it. A snapshot: it holds its rows. One thread. */
#ifndef RESOURCE_DETAIL_H
#define RESOURCE_DETAIL_H

#include "base/array.h"
#include "resource/drill.h"
#include "resource/row_state.h"

#define DETAIL_LINES_MAX 400
#define DETAIL_CHILDREN_MAX 2000

enum detail_line_kind {
    DETAIL_LINE_TITLE, /* a section: `text` only */
    DETAIL_LINE_FACT,  /* label and text */
    DETAIL_LINE_ITEM,  /* text only, of the section above */
};

struct detail_line {
    enum detail_line_kind kind;
    enum tone tone;
    const char *label; /* constant; NULL unless a FACT */
    char *text;        /* owned, one line */
};

struct detail_child {
    const struct row *row; /* held */
    enum tone tone;
    char state[32];
    char cause[HEALTH_CAUSE_MAX];
};

struct detail {
    ARRAY(struct detail_line) lines;
    ARRAY(struct detail_child) children; /* sorted: worst first, then by kind, name and region */
    size_t omitted;                      /* children beyond DETAIL_CHILDREN_MAX */
    char note[HEALTH_CAUSE_MAX];         /* why children may be missing: "pods in fsn1: not asked for"; "" otherwise */
};

/* Fills a zeroed or used detail. The estate must be refreshed. */
void detail_build(struct detail *detail, const struct column_context *context, const struct row *row);
void detail_clear(struct detail *detail);

#endif
