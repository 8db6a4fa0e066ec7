/* "did you mean …?": the name nearest to a mistyped word (Damerau-Levenshtein distance). Any thread. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

#include "base/span.h"

#define NEAREST_HINT_MAX 96

/* Number of edits between the words, ASCII case folded; words over 48 bytes are compared by their first 48. */
size_t nearest_distance(struct span a, struct span b);

/* The nearest of `names` when it is near enough to be meant (a third of the word, at least one edit), else NULL. */
const char *nearest_name(struct span word, const char *const *names, size_t count);

/* "; did you mean 'filter'?" or "" into hint. */
void nearest_hint(char hint[NEAREST_HINT_MAX], struct span word, const char *const *names, size_t count);

#endif
