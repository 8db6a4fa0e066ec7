/* The one door for text from outside; see sanitize.h. */
#include "base/sanitize.h"

#include <string.h>

#include "base/utf8.h"

/* Invisible or direction-changing characters, as closed ranges (Unicode general category Cf, and their relatives). */
static const struct {
    uint32_t first, last;
} HIDDEN_RANGES[] = {
    {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x0600, 0x0605}, {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},
    {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},
    {0x3164, 0x3164}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},
    {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}, {0xE000, 0xF8FF}, {0xF0000, 0x10FFFF},
};

static bool is_hidden(uint32_t code)
{
    for (size_t i = 0; i < sizeof HIDDEN_RANGES / sizeof HIDDEN_RANGES[0]; i++)
        if (code >= HIDDEN_RANGES[i].first && code <= HIDDEN_RANGES[i].last)
            return true;
    return false;
}

static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/* State of one pass: how wide the line is so far (for tabs) and how many marks the current base has. */
struct pass {
    struct bytebuf *out;
    bool multiline;
    size_t column;
    int marks; /* -1: no base yet */
};

static bool put_code(struct pass *pass, uint32_t code)
{
    char encoded[4];
    return bytebuf_append(pass->out, encoded, utf8_encode(code, encoded));
}

static bool put_blank(struct pass *pass, uint32_t code)
{
    pass->marks = -1;
    if (pass->multiline && code == '\n') {
        pass->column = 0;
        return bytebuf_append_byte(pass->out, '\n');
    }
    size_t count = pass->multiline && code == '\t' ? 8 - pass->column % 8 : 1;
    for (size_t i = 0; i < count; i++)
        if (!bytebuf_append_byte(pass->out, ' '))
            return false;
    pass->column += count;
    return true;
}

static bool put_visible(struct pass *pass, uint32_t code)
{
    int width = utf8_code_width(code);
    if (width > 0 || code == UTF8_REPLACEMENT) {
        pass->marks = 0;
        pass->column += (size_t)width;
        return put_code(pass, code);
    }
    if (pass->marks >= SANITIZE_MARKS_MAX)
        return true;
    if (pass->marks < 0) {
        pass->marks = 0;
        pass->column++;
        if (!put_code(pass, 0x25CC))
            return false;
    }
    pass->marks++;
    return put_code(pass, code);
}

static bool run(struct pass *pass, struct span raw)
{
    while (raw.length > 0) {
        unsigned char byte = (unsigned char)raw.data[0];
        if (byte >= 0x20 && byte < 0x7F) { /* the common case, without decoding */
            size_t plain = 1;
            while (plain < raw.length && (unsigned char)raw.data[plain] >= 0x20 && (unsigned char)raw.data[plain] < 0x7F)
                plain++;
            if (plain > pass->out->maximum - pass->out->length) {
                bytebuf_append(pass->out, raw.data, pass->out->maximum - pass->out->length);
                pass->out->overflowed = true;
                return false;
            }
            bytebuf_append(pass->out, raw.data, plain);
            pass->column += plain;
            pass->marks = 0;
            raw = span_from(raw, plain);
            continue;
        }
        uint32_t code;
        size_t length = utf8_decode(raw, &code, NULL);
        raw = span_from(raw, length);
        bool fits;
        if (code == '\r' && raw.length > 0 && raw.data[0] == '\n')
            continue;
        if (code == '\n' || code == '\t' || code == '\r')
            fits = put_blank(pass, code);
        else if (is_control(code) || is_hidden(code))
            fits = put_visible(pass, UTF8_REPLACEMENT);
        else
            fits = put_visible(pass, code);
        if (!fits)
            return false;
    }
    return true;
}

bool sanitize_line(struct bytebuf *out, struct span raw)
{
    struct pass pass = {.out = out, .marks = -1};
    return run(&pass, raw);
}

bool sanitize_text(struct bytebuf *out, struct span raw)
{
    struct pass pass = {.out = out, .multiline = true, .marks = -1};
    return run(&pass, raw);
}

void sanitize_line_into(char *out, size_t size, const char *raw, size_t length)
{
    struct bytebuf buf;
    bytebuf_init(&buf, size - 1);
    sanitize_line(&buf, span_make(raw, length));
    memcpy(out, bytebuf_text(&buf), buf.length);
    out[buf.length] = '\0';
    bytebuf_done(&buf);
}

char *sanitize_dup(struct span raw, size_t maximum)
{
    struct bytebuf buf;
    bytebuf_init(&buf, maximum);
    sanitize_line(&buf, raw);
    return bytebuf_take(&buf);
}
