/* Keys of one kind share long beginnings ("flux-system/bp-") and lie all over the memory: comparing them byte by byte is most
 * of the time a sort takes. */
#include "store/row_sort.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct item {
    uint64_t prefix, next;
    const struct row *row;
};

static size_t common_length(struct span a, struct span b, size_t most)
{
    size_t length = 0;
    if (most > b.length)
        most = b.length;
    if (most > a.length)
        most = a.length;
    while (length < most && a.data[length] == b.data[length])
        length++;
    return length;
}

static uint64_t take_prefix(struct span key, size_t skip)
{
    uint64_t prefix = 0;
    for (size_t i = skip; i < skip + sizeof prefix; i++)
        prefix = prefix << 8 | (i < key.length ? (unsigned char)key.data[i] : 0);
    return prefix;
}

static int compare(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    if (a->next != b->next)
        return a->next < b->next ? -1 : 1;
    return span_compare(row_key(a->row), row_key(b->row));
}

void row_sort_by_key(const struct row **rows, size_t count)
{
    if (count < 2)
        return;
    size_t skip = SIZE_MAX;
    for (size_t i = 1; i < count; i++)
        skip = common_length(row_key(rows[0]), row_key(rows[i]), skip);
    struct item *items = alloc_zeroed(count, sizeof *items);
    for (size_t i = 0; i < count; i++)
        items[i] = (struct item){take_prefix(row_key(rows[i]), skip), take_prefix(row_key(rows[i]), skip + sizeof(uint64_t)), rows[i]};
    qsort(items, count, sizeof *items, compare);
    for (size_t i = 0; i < count; i++)
        rows[i] = items[i].row;
    free(items);
}
