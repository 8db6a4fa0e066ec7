/* Natural order, and that its prefix never says otherwise. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/array.h"
#include "resource/text_order.h"

Test(text_order, is_that_of_people)
{
    cr_assert_lt(text_order_compare(span_of("web-9"), span_of("web-10")), 0);
    cr_assert_eq(text_order_compare(span_of("Web-010"), span_of("web-10")), 0);
    cr_assert_lt(text_order_compare(span_of("1.9.0"), span_of("1.10.0")), 0);
    cr_assert_lt(text_order_compare(span_of("a"), span_of("ab")), 0);
    cr_assert_gt(text_order_compare(span_of("a99999999999999999999999"), span_of("a2")), 0);
    cr_assert_eq(text_order_compare(SPAN_EMPTY, SPAN_EMPTY), 0);
}

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

Test(text_order, prefix_agrees_with_compare)
{
    static const char ALPHABET[] = "ab-0129/Z\xc3";
    char texts[300][16];
    srandom(7);
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        size_t length = (size_t)random() % 15;
        for (size_t k = 0; k < length; k++)
            texts[i][k] = ALPHABET[(size_t)random() % (sizeof ALPHABET - 1)];
        texts[i][length] = '\0';
    }
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        for (size_t k = 0; k < ARRAY_LENGTH(texts); k++) {
            struct span a = span_of(texts[i]), b = span_of(texts[k]);
            size_t common = text_order_common(a, b, SIZE_MAX);
            for (size_t skip = 0; skip <= common; skip += common == 0 ? 1 : common) {
                uint64_t left = text_order_prefix(a, skip), right = text_order_prefix(b, skip);
                cr_assert(left == right || sign(text_order_compare(a, b)) == (left < right ? -1 : 1), "'%s' '%s' skip %zu", texts[i], texts[k],
                          skip);
            }
        }
}
