/* Lengths of time as Go writes them, and as people type them. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* "5s", "1m30s", "1.5h", "250ms", and bare seconds: "5". False when it is none of these, negative, or longer than a year. */
bool duration_parse(struct span text, int64_t *ms);

#endif
