/* JSON of one kind in one region to rows: a page of a list, a line of a watch, a single object. Paths are compiled once.
 * Cells are sanitized and cut at their declared maximum. Kinds with dynamic columns read the server's Table form.
 * One decoder, one thread (the HTTP thread, or a worker of its own). */
#ifndef SOVEREIGN_ROW_DECODER_H
#define SOVEREIGN_ROW_DECODER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/span.h"
#include "decode/json_reader.h"
#include "store/row.h"
#include "transport/kube_watch.h"

#define ROW_DECODER_VERSION_MAX 64
#define ROW_DECODER_TABLE_ACCEPT "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

struct row_decoder;

/* `kind` must outlive decoder and rows. `reader` is borrowed and may serve many decoders of one thread, since a decoder
 * keeps nothing of a document between calls. */
struct row_decoder *row_decoder_new(const struct kind *kind, int region, struct json_reader *reader);
void row_decoder_free(struct row_decoder *decoder);

struct row_decoder_page {
    struct row **rows; /* one count each; whoever takes them sets the member to NULL */
    size_t count;
    size_t bytes;    /* sum of row_size */
    size_t refused;  /* items that are not objects with a name: left out and counted */
    char resource_version[ROW_DECODER_VERSION_MAX];
    char *continue_token; /* malloc'd; NULL on the last page */
};

/* A body of a list (or Table). STATUS_INVALID: not JSON, or no list. */
enum status row_decoder_read_page(struct row_decoder *decoder, struct span body, struct row_decoder_page *page, struct error *err);
void row_decoder_page_done(struct row_decoder_page *page);

enum row_decoder_event_type {
    ROW_DECODER_EVENT_ADDED,
    ROW_DECODER_EVENT_MODIFIED,
    ROW_DECODER_EVENT_DELETED, /* `row` is the last state */
    ROW_DECODER_EVENT_BOOKMARK,
    ROW_DECODER_EVENT_ERROR,
};

struct row_decoder_event {
    enum row_decoder_event_type type;
    struct row *row; /* one count, or NULL */
    char resource_version[ROW_DECODER_VERSION_MAX];
    bool ends_initial; /* a bookmark after the last of the initial events */
    struct kube_watch_failure failure; /* of an ERROR event */
};

/* A line of a watch. STATUS_INVALID: not JSON, an unknown type, or an object without a name. */
enum status row_decoder_read_line(struct row_decoder *decoder, struct span line, struct row_decoder_event *event, struct error *err);

/* What kube_watch wants to know of it: everything but the row. */
void row_decoder_tell(const struct row_decoder_event *read, struct kube_watch_event *event);

/* A single object; NULL when it has no name. */
struct row *row_decoder_read_object(struct row_decoder *decoder, struct json_value object);

/* A Kubernetes Status as the body of a refused reply; what is no Status leaves `failure` as it was. */
void row_decoder_read_failure(struct json_reader *reader, struct span body, struct kube_watch_failure *failure);

/* metadata.resourceVersion of a list's body; "" when there is none. */
void row_decoder_read_version(struct json_reader *reader, struct span body, char version[ROW_DECODER_VERSION_MAX]);

/* Message of a Kubernetes Status document, sanitized; "" when the body is none. */
void row_decoder_status_message(struct json_reader *reader, struct span body, char *out, size_t size);

#endif
