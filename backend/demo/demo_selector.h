/* labelSelector and fieldSelector of lists and watches. */
#ifndef DEMO_DEMO_SELECTOR_H
#define DEMO_DEMO_SELECTOR_H

#include <stdbool.h>

#include "base/array.h"
#include "base/error.h"
#include "demo/demo_object.h"

struct demo_requirement;

struct demo_selector {
    ARRAY(struct demo_requirement) requirements;
};

/* Adds the requirements of `text`; STATUS_INVALID with an API server's words. */
enum status demo_selector_add_labels(struct demo_selector *selector, const char *text, struct error *err);
enum status demo_selector_add_fields(struct demo_selector *selector, const struct demo_kind *kind, const char *text,
                                     struct error *err);
void demo_selector_clear(struct demo_selector *selector);
bool demo_selector_is_empty(const struct demo_selector *selector);
bool demo_selector_matches(const struct demo_selector *selector, const struct demo_object *object);

#endif
