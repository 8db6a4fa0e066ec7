/* Sanitized text holds no control, bidirectional or hidden character, and sanitizing it again changes nothing. */
#include <string.h>

#include "base/sanitize.h"
#include "base/utf8.h"
#include "fuzz.h"

static void check(struct span text, int multiline)
{
    while (text.length > 0) {
        uint32_t code;
        bool valid;
        text = span_from(text, utf8_decode(text, &code, &valid));
        FUZZ_REQUIRE(valid);
        FUZZ_REQUIRE(code >= 0x20 || (multiline && code == '\n'));
        FUZZ_REQUIRE(!(code >= 0x7F && code < 0xA0) && !(code >= 0x202A && code <= 0x202E) && !(code >= 0x2066 && code <= 0x2069));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytebuf once, twice, text;
    bytebuf_init(&once, 1 << 20);
    bytebuf_init(&twice, 1 << 20);
    bytebuf_init(&text, 4 << 20);
    sanitize_line(&once, span_make((const char *)data, size));
    sanitize_line(&twice, bytebuf_span(&once));
    sanitize_text(&text, span_make((const char *)data, size));
    FUZZ_REQUIRE(span_equals(bytebuf_span(&once), bytebuf_span(&twice)));
    check(bytebuf_span(&once), 0);
    check(bytebuf_span(&text), 1);
    bytebuf_done(&once);
    bytebuf_done(&twice);
    bytebuf_done(&text);
    return 0;
}
