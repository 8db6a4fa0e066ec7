/* A text that arrives from elsewhere: an object's YAML, its events, a log. Loading runs on the worker or the HTTP thread;
 * the text grows here on the UI thread, through the inbox, as long as somebody holds the document.
 *
 * Bounded: DOCUMENT_MAXIMUM bytes; a log that is longer loses its oldest lines, which is counted and shown. */
#ifndef SCREEN_DOCUMENT_H
#define SCREEN_DOCUMENT_H

#include <stdatomic.h>

#include "screen/screen.h"
#include "widget/pager.h"

#define DOCUMENT_MAXIMUM ((size_t)4 << 20)

enum document_kind { DOCUMENT_KIND_YAML, DOCUMENT_KIND_EVENTS, DOCUMENT_KIND_LOG, DOCUMENT_KIND_PLAN, DOCUMENT_KIND_TEXT, DOCUMENT_KIND_REPORT };

struct document;

/* Starts loading `kind` of the object. */
struct document *document_load(struct screen_host *host, enum document_kind kind, const struct screen_object *object);
/* A document that is complete already (a plan, a report); `text` is sanitized multi-line text, copied. */
struct document *document_of_text(enum document_kind kind, const char *title, struct span text);
/* A text that `produce` makes on the reports' worker (it may block, and should stop when *closed becomes true): returns new text of at most
 * DOCUMENT_MAXIMUM bytes, or NULL with the reason in *err. `dispose` frees the context, once, in any case. */
struct document *document_produce(struct screen_host *host, const char *title,
                                  char *(*produce)(void *context, const atomic_bool *closed, struct error *err),
                                  void (*dispose)(void *context), void *context);
void document_close(struct document *document); /* stops what still loads; NULL is fine */

const char *document_title(const struct document *document);
enum document_kind document_kind(const struct document *document);
struct span document_text(const struct document *document); /* valid until the next turn of the loop */
bool document_is_loading(const struct document *document);
const char *document_note(const struct document *document); /* why there is no text, or what is special; "" for nothing */
uint64_t document_generation(const struct document *document); /* grows when the text or the note changes */

/* The screen for a document: a pager. Takes it. */
struct screen *document_screen_new(struct screen_host *host, struct document *document);

#endif
