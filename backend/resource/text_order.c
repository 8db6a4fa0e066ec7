/* Natural order, and a prefix of it that fits one integer compare. */
#include "resource/text_order.h"

static unsigned char fold(char byte)
{
    return (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

static bool is_digit(struct span text, size_t at)
{
    return at < text.length && text.data[at] >= '0' && text.data[at] <= '9';
}

/* Compares the digit runs at *i and *j by value and moves behind them. */
static int compare_numbers(struct span a, struct span b, size_t *i, size_t *j)
{
    while (is_digit(a, *i) && a.data[*i] == '0')
        ++*i;
    while (is_digit(b, *j) && b.data[*j] == '0')
        ++*j;
    int order = 0;
    for (; is_digit(a, *i) && is_digit(b, *j); ++*i, ++*j)
        if (order == 0)
            order = a.data[*i] - b.data[*j];
    if (is_digit(a, *i) != is_digit(b, *j))
        return is_digit(a, *i) ? 1 : -1; /* the longer number is the larger one */
    return order;
}

int text_order_compare(struct span a, struct span b)
{
    size_t i = 0, j = 0;
    while (i < a.length && j < b.length) {
        if (is_digit(a, i) && is_digit(b, j)) {
            int order = compare_numbers(a, b, &i, &j);
            if (order != 0)
                return order;
            continue;
        }
        unsigned char left = fold(a.data[i++]), right = fold(b.data[j++]);
        if (left != right)
            return left < right ? -1 : 1;
    }
    if (i < a.length || j < b.length)
        return i < a.length ? 1 : -1;
    return 0;
}

/* A run of digits is written as its length among the digits' bytes, then the digits: longer numbers come later, and a number
 * keeps its place among other characters. A run too long for that ends the prefix. */
uint64_t text_order_prefix(struct span text, size_t skip)
{
    uint64_t prefix = 0;
    size_t used = 0, at = skip;
    while (used < sizeof prefix && at < text.length) {
        if (!is_digit(text, at)) {
            prefix = prefix << 8 | fold(text.data[at++]);
            used++;
            continue;
        }
        while (is_digit(text, at) && text.data[at] == '0')
            at++;
        size_t length = 0;
        while (is_digit(text, at + length))
            length++;
        prefix = prefix << 8 | (unsigned)('0' + (length < 9 ? length : 9));
        used++;
        if (length >= 9)
            break;
        for (; length > 0 && used < sizeof prefix; length--, used++)
            prefix = prefix << 8 | (unsigned char)text.data[at++];
        if (length > 0)
            break;
    }
    for (; used < sizeof prefix; used++)
        prefix <<= 8;
    return prefix;
}

size_t text_order_common(struct span a, struct span b, size_t most)
{
    size_t length = 0;
    while (length < most && length < a.length && length < b.length && fold(a.data[length]) == fold(b.data[length]))
        length++;
    while (length > 0 && (is_digit(a, length - 1) || is_digit(b, length - 1)))
        length--;
    return length;
}
