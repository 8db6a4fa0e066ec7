/* Decoding base64, strictly but for white space. */
#include "base/base64.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static int value_of(char c)
{
    static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c != '\0' ? strchr(ALPHABET, c) : NULL;
    return at != NULL ? (int)(at - ALPHABET) : -1;
}

static bool is_blank(char c)
{
    return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

char *base64_decode(struct span text, size_t *length)
{
    char *out = alloc_bytes(text.length / 4 * 3 + 4);
    size_t count = 0, digits = 0, padding = 0;
    unsigned bits = 0;
    bool good = true;
    for (size_t i = 0; i < text.length && good; i++) {
        char c = text.data[i];
        if (is_blank(c))
            continue;
        int value = value_of(c);
        if (c == '=') {
            padding++;
            continue;
        }
        good = value >= 0 && padding == 0;
        bits = bits << 6 | ((unsigned)value & 63u);
        if (++digits % 4 == 0) {
            out[count++] = (char)(bits >> 16 & 255u);
            out[count++] = (char)(bits >> 8 & 255u);
            out[count++] = (char)(bits & 255u);
        }
    }
    size_t left = digits % 4;
    if (left == 2) {
        out[count++] = (char)(bits >> 4 & 255u);
    } else if (left == 3) {
        out[count++] = (char)(bits >> 10 & 255u);
        out[count++] = (char)(bits >> 2 & 255u);
    }
    if (!good || left == 1 || padding > 2) {
        free(out);
        return NULL;
    }
    out[count] = '\0';
    *length = count;
    return out;
}

char *base64_encode(struct span bytes)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = alloc_zeroed((bytes.length + 2) / 3 * 4 + 1, 1), *out = text;
    for (size_t i = 0; i < bytes.length; i += 3) {
        size_t left = bytes.length - i;
        uint32_t group = (uint32_t)(unsigned char)bytes.data[i] << 16;
        group |= left > 1 ? (uint32_t)(unsigned char)bytes.data[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)(unsigned char)bytes.data[i + 2] : 0;
        *out++ = DIGITS[group >> 18 & 63];
        *out++ = DIGITS[group >> 12 & 63];
        *out++ = left > 1 ? DIGITS[group >> 6 & 63] : '=';
        *out++ = left > 2 ? DIGITS[group & 63] : '=';
    }
    return text;
}
