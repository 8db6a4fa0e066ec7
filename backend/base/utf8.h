/* UTF-8: decoding, display width, cutting at a width. Width is that of the C library's tables (LC_CTYPE must be UTF-8),
 * clamped to 0..2. A cluster is a base character with the combining marks behind it. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define UTF8_REPLACEMENT 0xFFFDu

/* Decodes the character at the front of `text` into *code; returns its length in bytes (at least 1 unless text is empty).
 * Invalid bytes give UTF8_REPLACEMENT, one byte at a time. Sets *valid (may be NULL). */
size_t utf8_decode(struct span text, uint32_t *code, bool *valid);

/* Writes `code` as UTF-8 into out (4 bytes at least); returns the length. */
size_t utf8_encode(uint32_t code, char out[4]);

int utf8_code_width(uint32_t code); /* 0, 1 or 2; control characters count 1 */

/* Length in bytes of the cluster at the front; *width gets its display width (0..2). */
size_t utf8_cluster(struct span text, int *width);

size_t utf8_width(struct span text); /* display width in cells */

/* Longest prefix of whole clusters at most `cells` wide; *used (may be NULL) gets its width. */
struct span utf8_cut(struct span text, size_t cells, size_t *used);

#endif
