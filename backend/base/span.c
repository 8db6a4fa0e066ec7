/* Slices; see span.h. */
#include "base/span.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"

struct span span_of(const char *text)
{
    return (struct span){text, text == NULL ? 0 : strlen(text)};
}

struct span span_make(const char *data, size_t length)
{
    return (struct span){data, length};
}

bool span_is_empty(struct span span)
{
    return span.length == 0;
}

bool span_equals(struct span a, struct span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool span_equals_text(struct span a, const char *b)
{
    return span_equals(a, span_of(b));
}

int span_compare(struct span a, struct span b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0)
        return order;
    return (a.length > b.length) - (a.length < b.length);
}

bool span_starts_with(struct span span, const char *prefix)
{
    size_t length = strlen(prefix);
    return span.length >= length && (length == 0 || memcmp(span.data, prefix, length) == 0);
}

bool span_ends_with(struct span span, const char *suffix)
{
    size_t length = strlen(suffix);
    return span.length >= length && (length == 0 || memcmp(span.data + span.length - length, suffix, length) == 0);
}

bool span_contains(struct span span, const char *needle)
{
    size_t length = strlen(needle);
    return length == 0 || (span.length >= length && memmem(span.data, span.length, needle, length) != NULL);
}

static char folded(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

bool span_contains_folded(struct span span, struct span needle)
{
    if (needle.length == 0)
        return true;
    for (size_t start = 0; start + needle.length <= span.length; start++) {
        size_t i = 0;
        while (i < needle.length && folded(span.data[start + i]) == folded(needle.data[i]))
            i++;
        if (i == needle.length)
            return true;
    }
    return false;
}

ptrdiff_t span_find_byte(struct span span, char byte)
{
    const char *at = span.length == 0 ? NULL : memchr(span.data, byte, span.length);
    return at == NULL ? -1 : at - span.data;
}

struct span span_from(struct span span, size_t start)
{
    if (start > span.length)
        start = span.length;
    return (struct span){span.length == 0 ? NULL : span.data + start, span.length - start};
}

struct span span_first(struct span span, size_t length)
{
    return (struct span){span.data, length < span.length ? length : span.length};
}

static bool is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

struct span span_trim(struct span span)
{
    while (span.length > 0 && is_blank(span.data[0]))
        span = span_from(span, 1);
    while (span.length > 0 && is_blank(span.data[span.length - 1]))
        span.length--;
    return span;
}

bool span_split(struct span *rest, char separator, struct span *part)
{
    if (rest->data == NULL)
        return false;
    ptrdiff_t at = span_find_byte(*rest, separator);
    if (at < 0) {
        *part = *rest;
        *rest = SPAN_EMPTY;
        return true;
    }
    *part = span_first(*rest, (size_t)at);
    *rest = (struct span){rest->data + at + 1, rest->length - (size_t)at - 1};
    return true;
}

bool span_to_int64(struct span span, int64_t *value)
{
    char digits[24];
    if (span.length == 0 || span.length >= sizeof digits || is_blank(span.data[0]) || span.data[0] == '+')
        return false;
    memcpy(digits, span.data, span.length);
    digits[span.length] = '\0';
    char *end = NULL;
    long long parsed = strtoll(digits, &end, 10);
    if (end != digits + span.length)
        return false;
    *value = parsed;
    return true;
}

static uint64_t hash_seed(void)
{
    static uint64_t seed;
    uint64_t current = __atomic_load_n(&seed, __ATOMIC_RELAXED);
    if (current != 0)
        return current;
    if (getrandom(&current, sizeof current, 0) != sizeof current)
        current = 0x9e3779b97f4a7c15u;
    uint64_t expected = 0;
    current |= 1;
    return __atomic_compare_exchange_n(&seed, &expected, current, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED) ? current
                                                                                                           : expected;
}

uint64_t span_hash(struct span span)
{
    uint64_t hash = hash_seed();
    for (size_t i = 0; i < span.length; i++) {
        hash ^= (unsigned char)span.data[i];
        hash *= 0x100000001b3u;
        hash ^= hash >> 29;
    }
    hash *= 0xbf58476d1ce4e5b9u;
    return hash ^ (hash >> 32);
}

char *span_dup(struct span span)
{
    return alloc_strndup(span.data, span.length);
}
