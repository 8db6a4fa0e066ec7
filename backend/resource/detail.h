/* The facts of one object for the detail pane, and what is below it for the drill down:
 * Organization -> Environments and Applications -> HelmReleases -> pods (domain.md 2.1-2.3). */
#ifndef RESOURCE_DETAIL_H
#define RESOURCE_DETAIL_H

#include "base/array.h"
#include "resource/column.h"

#define DETAIL_LINES_MAX 400
#define DETAIL_CHILDREN_MAX 5000

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
    const char *state; /* constant word: "Ready", "Failed", ... */
    char cause[HEALTH_CAUSE_MAX];
};

struct detail {
    ARRAY(struct detail_line) lines;
    ARRAY(struct detail_child) children;
    char note[HEALTH_CAUSE_MAX]; /* why children may be missing: "pods are not known: ..."; "" otherwise */
};

/* Fills an empty (zeroed) or used detail. The estate is refreshed. */
void detail_build(struct detail *detail, const struct column_context *context, const struct row *row);
void detail_clear(struct detail *detail);

/* State and cause of any row: what the HEALTH, STATE or READY column shows. cause[HEALTH_CAUSE_MAX]. */
enum tone detail_state(const struct column_context *context, const struct row *row, const char **word, char *cause);

/* Direct child in the drill down. */
bool detail_is_child(const struct column_context *context, const struct row *parent, const struct row *row);

/* Kind id of the children a row of this kind has ("environments" of organizations); NULL: none. */
const char *detail_child_kind(const struct kind *kind);

#endif
