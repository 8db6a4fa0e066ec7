/* UTF-8; see utf8.h. */
#include "base/utf8.h"

#include <wchar.h>

static size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    if (lead >= 0xF0 && lead <= 0xF4)
        return 4;
    return 0;
}

size_t utf8_decode(struct span text, uint32_t *code, bool *valid)
{
    *code = UTF8_REPLACEMENT;
    if (valid != NULL)
        *valid = false;
    if (text.length == 0)
        return 0;
    const unsigned char *bytes = (const unsigned char *)text.data;
    size_t length = sequence_length(bytes[0]);
    if (length == 0 || length > text.length)
        return 1;
    uint32_t value = length == 1 ? bytes[0] : bytes[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 1;
        value = value << 6 | (bytes[i] & 0x3F);
    }
    bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 1;
    *code = value;
    if (valid != NULL)
        *valid = true;
    return length;
}

size_t utf8_encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

int utf8_code_width(uint32_t code)
{
    if (code < 0x7F)
        return 1;
    int width = wcwidth((wchar_t)code);
    if (width < 0)
        return 1;
    return width > 2 ? 2 : width;
}

size_t utf8_cluster(struct span text, int *width)
{
    uint32_t code;
    size_t length = utf8_decode(text, &code, NULL);
    *width = length == 0 ? 0 : utf8_code_width(code);
    while (length > 0 && length < text.length) {
        if ((unsigned char)text.data[length] < 0x80)
            break;
        bool valid;
        size_t next = utf8_decode(span_from(text, length), &code, &valid);
        if (!valid || utf8_code_width(code) != 0)
            break;
        length += next;
    }
    return length;
}

size_t utf8_width(struct span text)
{
    size_t total = 0;
    while (text.length > 0) {
        int width;
        text = span_from(text, utf8_cluster(text, &width));
        total += (size_t)width;
    }
    return total;
}

struct span utf8_cut(struct span text, size_t cells, size_t *used)
{
    size_t bytes = 0;
    size_t total = 0;
    while (bytes < text.length) {
        int width;
        size_t length = utf8_cluster(span_from(text, bytes), &width);
        if (total + (size_t)width > cells)
            break;
        total += (size_t)width;
        bytes += length;
    }
    if (used != NULL)
        *used = total;
    return span_first(text, bytes);
}
