/* Nearest name by edit distance; see nearest.h. */
#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

#define WORD_MAX 48

static char fold(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t low = a < b ? a : b;
    return low < c ? low : c;
}

size_t nearest_distance(struct span a, struct span b)
{
    a = span_first(a, WORD_MAX);
    b = span_first(b, WORD_MAX);
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *current = rows[2];
    memset(rows, 0, sizeof rows);
    for (size_t j = 0; j <= b.length; j++)
        above[j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        current[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            char left = fold(a.data[i - 1]), right = fold(b.data[j - 1]);
            current[j] = least(above[j] + 1, current[j - 1] + 1, above[j - 1] + (left == right ? 0 : 1));
            bool swapped = i > 1 && j > 1 && left == fold(b.data[j - 2]) && fold(a.data[i - 2]) == right;
            if (swapped && before[j - 2] + 1 < current[j])
                current[j] = before[j - 2] + 1;
        }
        size_t *oldest = before;
        before = above;
        above = current;
        current = oldest;
    }
    return above[b.length];
}

const char *nearest_name(struct span word, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t lowest = word.length / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t distance = nearest_distance(word, span_of(names[i]));
        bool better = nearest == NULL ? distance <= lowest : distance < lowest;
        if (!better || distance >= strlen(names[i]))
            continue;
        lowest = distance;
        nearest = names[i];
    }
    return nearest;
}

void nearest_hint(char hint[NEAREST_HINT_MAX], struct span word, const char *const *names, size_t count)
{
    const char *name = nearest_name(word, names, count);
    hint[0] = '\0';
    if (name != NULL)
        snprintf(hint, NEAREST_HINT_MAX, "; did you mean '%.64s'?", name);
}
