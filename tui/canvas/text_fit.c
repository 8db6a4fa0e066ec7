/* Cutting, padding and wrapping by display width; see text_fit.h. */
#include "canvas/text_fit.h"

#include <string.h>

#include "base/utf8.h"

/* The longest end of `text` of whole clusters that is at most `cells` wide. */
static struct span cut_front(struct span text, size_t cells, size_t *used)
{
    size_t width = utf8_width(text);
    while (width > cells && text.length > 0) {
        int first;
        text = span_from(text, utf8_cluster(text, &first));
        width -= (size_t)first;
    }
    *used = width;
    return text;
}

static struct text_fit cut_text(struct span text, size_t cells, enum text_cut cut, size_t *used)
{
    struct text_fit fit = {.ellipsis = true};
    size_t room = cells - 1, head_used = 0, tail_used = 0;
    size_t tail_room = cut == TEXT_CUT_END ? 0 : cut == TEXT_CUT_START ? room : room / 2;
    if (tail_room > 0)
        fit.tail = cut_front(text, tail_room, &tail_used);
    if (cut != TEXT_CUT_START)
        fit.head = utf8_cut(text, room - tail_room, &head_used);
    *used = head_used + 1 + tail_used;
    return fit;
}

struct text_fit text_fit_plan(struct span text, size_t cells, enum text_align align, enum text_cut cut)
{
    struct text_fit fit = {0};
    if (cells == 0)
        return fit;
    size_t used;
    fit.head = utf8_cut(text, cells, &used);
    if (fit.head.length < text.length)
        fit = cut_text(text, cells, cut, &used);
    size_t spare = cells - used;
    switch (align) {
    case TEXT_ALIGN_LEFT:
        fit.pad_right = spare;
        break;
    case TEXT_ALIGN_RIGHT:
        fit.pad_left = spare;
        break;
    case TEXT_ALIGN_CENTER:
        fit.pad_left = spare / 2;
        fit.pad_right = spare - spare / 2;
        break;
    }
    return fit;
}

/* Appends whole clusters while they fit. False once something did not. */
static bool append(char *out, size_t size, size_t *length, struct span text)
{
    while (text.length > 0) {
        int width;
        size_t cluster = utf8_cluster(text, &width);
        if (*length + cluster >= size)
            return false;
        memcpy(out + *length, text.data, cluster);
        *length += cluster;
        text = span_from(text, cluster);
    }
    return true;
}

static bool append_blanks(char *out, size_t size, size_t *length, size_t count)
{
    for (; count > 0; count--)
        if (!append(out, size, length, SPAN_LITERAL(" ")))
            return false;
    return true;
}

size_t text_fit_into(char *out, size_t size, struct span text, size_t cells, enum text_align align, enum text_cut cut)
{
    struct text_fit fit = text_fit_plan(text, cells, align, cut);
    size_t length = 0;
    if (size == 0)
        return 0;
    bool fits = append_blanks(out, size, &length, fit.pad_left) && append(out, size, &length, fit.head) &&
                (!fit.ellipsis || append(out, size, &length, SPAN_LITERAL(TEXT_FIT_ELLIPSIS))) &&
                append(out, size, &length, fit.tail) && append_blanks(out, size, &length, fit.pad_right);
    (void)fits;
    out[length] = '\0';
    return length;
}

static struct span trim_blanks_behind(struct span text)
{
    while (text.length > 0 && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

/* Takes one wrapped line off the front of *rest, which holds no '\n'. */
static struct span take_line(struct span *rest, size_t cells)
{
    struct span line = utf8_cut(*rest, cells, NULL);
    if (line.length == 0 && rest->length > 0) { /* one character wider than the line: it goes alone */
        int width;
        line = span_first(*rest, utf8_cluster(*rest, &width));
    }
    if (line.length < rest->length && rest->data[line.length] != ' ') {
        size_t at = line.length;
        while (at > 0 && line.data[at - 1] != ' ')
            at--;
        if (trim_blanks_behind(span_first(line, at)).length > 0)
            line = span_first(line, at);
    }
    *rest = span_from(*rest, line.length);
    while (rest->length > 0 && rest->data[0] == ' ')
        *rest = span_from(*rest, 1);
    return rest->length > 0 ? trim_blanks_behind(line) : line;
}

size_t text_fit_wrap(struct span text, size_t cells, struct span *lines, size_t maximum)
{
    size_t count = 0;
    if (maximum == 0)
        return 0;
    struct span rest = text, paragraph;
    const char *end = text.data + text.length;
    while (count < maximum && span_split(&rest, '\n', &paragraph)) {
        do {
            const char *start = paragraph.data;
            lines[count++] = take_line(&paragraph, cells == 0 ? 1 : cells);
            if (count == maximum && (paragraph.length > 0 || rest.length > 0))
                lines[count - 1] = span_make(start, (size_t)(end - start));
        } while (paragraph.length > 0 && count < maximum);
    }
    if (count == 0)
        lines[count++] = span_first(text, 0);
    return count;
}
