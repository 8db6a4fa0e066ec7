/* Typed growable arrays: struct { T *items; size_t count, capacity; }.
 *
 *   ARRAY(int) numbers = {0};
 *   ARRAY_PUSH(&numbers, 7);
 *   ARRAY_FREE(&numbers);
 *
 * The owner of the array bounds its growth where a peer can grow it. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define ARRAY(type)      \
    struct {             \
        type *items;     \
        size_t count;    \
        size_t capacity; \
    }

#define ARRAY_RESERVE(array, wanted)                                                                      \
    do {                                                                                                  \
        if ((array)->capacity < (wanted)) {                                                               \
            size_t array_capacity_ = (array)->capacity < 8 ? 8 : (array)->capacity * 2;                   \
            if (array_capacity_ < (wanted))                                                               \
                array_capacity_ = (wanted);                                                               \
            (array)->items = alloc_resize((array)->items, array_capacity_, sizeof *(array)->items);       \
            (array)->capacity = array_capacity_;                                                          \
        }                                                                                                 \
    } while (0)

#define ARRAY_PUSH(array, value)                      \
    do {                                              \
        ARRAY_RESERVE((array), (array)->count + 1);   \
        (array)->items[(array)->count++] = (value);   \
    } while (0)

#define ARRAY_REMOVE(array, index)                                                          \
    do {                                                                                    \
        size_t array_at_ = (index);                                                         \
        memmove((array)->items + array_at_, (array)->items + array_at_ + 1,                 \
                ((array)->count - array_at_ - 1) * sizeof *(array)->items);                 \
        (array)->count--;                                                                   \
    } while (0)

#define ARRAY_FREE(array)                               \
    do {                                                \
        free((array)->items);                           \
        (array)->items = NULL;                          \
        (array)->count = (array)->capacity = 0;         \
    } while (0)

#define ARRAY_LENGTH(fixed) (sizeof(fixed) / sizeof((fixed)[0]))

#endif
