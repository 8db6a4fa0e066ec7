/* Found words; see highlight.h. */
#include "widget/highlight.h"

#include "base/utf8.h"

static char fold(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool matches_at(struct span text, struct span needle, size_t at)
{
    for (size_t i = 0; i < needle.length; i++)
        if (fold(text.data[at + i]) != fold(needle.data[i]))
            return false;
    return true;
}

ptrdiff_t highlight_find(struct span text, struct span needle, size_t from)
{
    if (needle.length == 0)
        return -1;
    for (size_t at = from; at + needle.length <= text.length; at++)
        if (matches_at(text, needle, at))
            return (ptrdiff_t)at;
    return -1;
}

static void mark_word(struct canvas *canvas, int x, int y, struct span text, struct span word, enum style_id style)
{
    for (ptrdiff_t at = highlight_find(text, word, 0); at >= 0; at = highlight_find(text, word, (size_t)at + word.length)) {
        size_t before = utf8_width(span_first(text, (size_t)at));
        canvas_put(canvas, x + (int)before, y, style, span_first(span_from(text, (size_t)at), word.length));
    }
}

void highlight_words(struct canvas *canvas, int x, int y, struct span text, const char *words, enum style_id style)
{
    struct span rest = span_of(words), word;
    while (span_split(&rest, ' ', &word))
        if (word.length > 0 && word.data[0] != '!')
            mark_word(canvas, x, y, text, word, style);
}
