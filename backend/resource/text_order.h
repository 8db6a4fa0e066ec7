/* The order of texts as people expect it: case folded (ASCII), runs of digits by value ("web-9" before "web-10"). Pure. */
#ifndef RESOURCE_TEXT_ORDER_H
#define RESOURCE_TEXT_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

int text_order_compare(struct span a, struct span b);

/* A number that orders texts as text_order_compare does wherever two numbers differ; equal numbers say nothing. `skip`: bytes
 * that all texts share, from text_order_common. */
uint64_t text_order_prefix(struct span text, size_t skip);

/* How many bytes at the front two texts share in this order, at most `most`; never ends inside a run of digits. */
size_t text_order_common(struct span a, struct span b, size_t most);

#endif
