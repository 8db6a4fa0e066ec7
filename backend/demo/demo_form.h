/* The three forms a client may ask an object in: whole, as Table rows, as metadata only. */
#ifndef DEMO_DEMO_FORM_H
#define DEMO_DEMO_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytebuf.h"
#include "demo/demo_call.h"
#include "demo/demo_object.h"

enum demo_form_shape { DEMO_FORM_WHOLE, DEMO_FORM_TABLE, DEMO_FORM_METADATA };
enum demo_form_row_object { DEMO_FORM_ROW_METADATA, DEMO_FORM_ROW_NONE, DEMO_FORM_ROW_WHOLE }; /* ?includeObject */

struct demo_form {
    enum demo_form_shape shape;
    enum demo_form_row_object row_object;
    const struct demo_kind *kind;
    char api_version[128]; /* as asked for */
    int64_t now_ms;        /* for ages in cells; set anew for every event of a watch */
};

/* From the Accept header (the first form we know wins) and ?includeObject. False: nothing acceptable, 406. */
bool demo_form_choose(struct demo_form *form, const struct demo_call *call);

/* One item of a list: `before` (cleared and filled), the bytes of `middle` (inside the object), then the text of *after. */
void demo_form_item(const struct demo_form *form, const struct demo_object *object, struct bytebuf *before,
                    struct span *middle, const char **after);

/* Appends what precedes and follows the items of a list. `token` may be "", `remaining` < 0 leaves the count out. */
void demo_form_list_head(const struct demo_form *form, struct bytebuf *out, uint64_t version, const char *token,
                         int64_t remaining);
void demo_form_list_tail(const struct demo_form *form, struct bytebuf *out, uint64_t version, const char *token,
                         int64_t remaining);

/* One object by itself: a reply, or the object of a watch event (then a Table names its columns only at first). */
void demo_form_single(const struct demo_form *form, const struct demo_object *object, bool has_columns,
                      struct bytebuf *out);

/* The object of a BOOKMARK event; ends_initial: the one behind the last of the initial events. */
void demo_form_bookmark(const struct demo_form *form, uint64_t version, bool ends_initial, struct bytebuf *out);

#endif
