/* What a column is, and the value of one cell. Lists, `get`, filters and sorting all stand on the same columns. */
#ifndef RESOURCE_COLUMN_H
#define RESOURCE_COLUMN_H

#include <stdint.h>

#include "estate/estate.h"

#define COLUMN_BUFFER_MAX 320
#define COLUMN_ORDER_LAST INT64_MAX /* order of a value that is not there: last in either direction */

enum column_type {
    COLUMN_TYPE_TEXT,  /* sorts by text, numbers in it by value */
    COLUMN_TYPE_AGE,   /* of a time: shown as "3d4h"; sorts youngest first */
    COLUMN_TYPE_COUNT, /* sorts by number */
    COLUMN_TYPE_STATE, /* has a tone; sorts worst first */
};

enum column_align { COLUMN_ALIGN_LEFT, COLUMN_ALIGN_RIGHT };

/* What values are derived from. The estate is refreshed by the caller (resource_list_update does it). */
struct column_context {
    const struct store *store;
    struct estate *estate;
    int64_t now_ms; /* wall time, for ages */
};

struct column_value {
    struct span text; /* borrowed from the row, a constant, or `buffer` */
    enum tone tone;   /* TONE_NEUTRAL: plain text */
    int64_t order;    /* for AGE, COUNT and STATE; smaller comes first when ascending */
    char buffer[COLUMN_BUFFER_MAX];
};

struct column {
    const char *kind_id;
    const char *title; /* upper-case, as `column:word` in filters in any case */
    enum column_type type;
    enum field field; /* FIELD_COUNT: `derive`, or `dynamic` */
    void (*derive)(const struct column_context *context, const struct row *row, struct column_value *value);
    size_t dynamic; /* with neither: index of the server's own column */
    uint8_t priority, weight;   /* priority 1 is never dropped; weight: share of spare cells */
    uint16_t least, most;       /* width in cells; most 0: no limit */
    enum column_align align;
    bool wide;       /* only where there is room to spare, and in `get -o wide` */
    bool is_default; /* the list is sorted by it at first */
};

/* Fills *value; never fails: what is not there is the empty text. */
void column_value(const struct column *column, const struct column_context *context, const struct row *row,
                  struct column_value *value);

/* For derive functions. */
void column_set_text(struct column_value *value, struct span text);
void column_set_state(struct column_value *value, struct span text, enum tone tone); /* order follows the tone */
void column_set_count(struct column_value *value, int64_t number, enum tone tone);
void column_printf(struct column_value *value, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
