/* Painting a pager, ready-made line styles, and the source over a text. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "widget/highlight.h"
#include "widget/pager.h"

/* Puts bytes [from, to) of the line in the styles of its pieces. */
static void put_pieces(struct canvas *canvas, int x, int y, struct span line, size_t from, size_t to,
                       const struct pager_piece *pieces, size_t count)
{
    size_t start = 0;
    for (size_t i = 0; i < count && start < to; i++) {
        bool last = i + 1 == count;
        size_t end = last || pieces[i].length > line.length - start ? line.length : start + pieces[i].length;
        size_t low = start > from ? start : from, high = end < to ? end : to;
        if (low < high)
            x += canvas_put(canvas, x, y, pieces[i].style, span_make(line.data + low, high - low));
        start = end;
    }
}

static void mark_matches(struct canvas *canvas, int x, int y, struct span shown, const struct pager_view *view, size_t index)
{
    struct span needle = span_of(view->search);
    enum style_id style = index == view->match ? STYLE_MATCH_CURRENT : STYLE_MATCH;
    for (ptrdiff_t at = highlight_find(shown, needle, 0); at >= 0; at = highlight_find(shown, needle, (size_t)at + needle.length))
        canvas_put(canvas, x + (int)utf8_width(span_first(shown, (size_t)at)), y, style,
                   span_first(span_from(shown, (size_t)at), needle.length));
}

/* One screen line: bytes [from, to) of line `index`. */
static void paint_part(struct canvas *canvas, struct rect line_rect, const struct pager_source *source, const struct pager_view *view,
                       size_t index, struct span line, size_t from, size_t to)
{
    struct pager_piece pieces[PAGER_PIECES_MAX] = {{.length = line.length, .style = STYLE_TEXT}};
    size_t count = source->pieces == NULL ? 1 : source->pieces(source->context, index, line, pieces);
    put_pieces(canvas, line_rect.x, line_rect.y, line, from, to, pieces, count);
    if (view->search[0] != '\0')
        mark_matches(canvas, line_rect.x, line_rect.y, span_make(line.data + from, to - from), view, index);
}

static int paint_wrapped(struct canvas *canvas, struct rect rest, const struct pager_source *source, const struct pager_view *view,
                         size_t index, struct span line)
{
    size_t from = 0, part = 0;
    int y = 0;
    do {
        size_t length = utf8_cut(span_from(line, from), (size_t)rest.width, NULL).length;
        if (length == 0)
            length = line.length - from;
        if (index != view->top || part >= view->part) {
            struct rect screen_line = rect_make(rest.x, rest.y + y, rest.width, 1);
            paint_part(canvas, screen_line, source, view, index, line, from, from + length);
            y++;
        }
        from += length;
        part++;
    } while (from < line.length && y < rest.height);
    return y;
}

static int paint_cut(struct canvas *canvas, struct rect rest, const struct pager_source *source, const struct pager_view *view,
                     size_t index, struct span line)
{
    size_t from = utf8_cut(line, view->shift, NULL).length;
    size_t used;
    size_t length = utf8_cut(span_from(line, from), (size_t)rest.width, &used).length;
    paint_part(canvas, rest, source, view, index, line, from, from + length);
    if (from + length < line.length)
        canvas_text(canvas, rest.x + rest.width - 1, rest.y, STYLE_DIM, TEXT_FIT_ELLIPSIS);
    if (from > 0)
        canvas_text(canvas, rest.x, rest.y, STYLE_DIM, TEXT_FIT_ELLIPSIS);
    return 1;
}

void pager_paint(struct canvas *canvas, struct rect rect, const struct pager_source *source, struct pager_view *view)
{
    if (rect_is_empty(rect))
        return;
    struct rect before = canvas_narrow_clip(canvas, rect), rest = rect;
    size_t count = source->count(source->context);
    view->page = (size_t)rect.height;
    view->width = (size_t)rect.width;
    pager_view_limit(view, source);
    for (size_t index = view->top; index < count && rest.height > 0; index++) {
        struct span line = source->line(source->context, index);
        int used = view->wrap ? paint_wrapped(canvas, rest, source, view, index, line) : paint_cut(canvas, rest, source, view, index, line);
        rect_take_top(&rest, used);
    }
    canvas_restore_clip(canvas, before);
}

size_t pager_diff_pieces(void *context, size_t index, struct span line, struct pager_piece pieces[PAGER_PIECES_MAX])
{
    enum style_id style = STYLE_TEXT;
    if (span_starts_with(line, "+++ ") || span_starts_with(line, "--- "))
        style = STYLE_TITLE;
    else if (span_starts_with(line, "@@"))
        style = STYLE_DIFF_HUNK;
    else if (span_starts_with(line, "+"))
        style = STYLE_DIFF_ADD;
    else if (span_starts_with(line, "-"))
        style = STYLE_DIFF_DEL;
    pieces[0] = (struct pager_piece){.length = line.length, .style = style};
    return 1;
}

static size_t indentation(struct span line)
{
    size_t at = 0;
    while (at < line.length && (line.data[at] == ' ' || (line.data[at] == '-' && at + 1 < line.length && line.data[at + 1] == ' ')))
        at++;
    return at;
}

size_t pager_yaml_pieces(void *context, size_t index, struct span line, struct pager_piece pieces[PAGER_PIECES_MAX])
{
    size_t start = indentation(line);
    pieces[0] = (struct pager_piece){.length = start, .style = STYLE_DIM};
    if (start < line.length && line.data[start] == '#') {
        pieces[1] = (struct pager_piece){.length = line.length - start, .style = STYLE_DOC_COMMENT};
        return 2;
    }
    size_t at = start;
    bool quoted = at < line.length && line.data[at] == '"';
    while (at < line.length) {
        bool ends = line.data[at] == ':' && (at + 1 == line.length || line.data[at + 1] == ' ');
        if (ends && (!quoted || (at > start && line.data[at - 1] == '"')))
            break;
        at++;
    }
    if (at >= line.length) {
        pieces[1] = (struct pager_piece){.length = line.length - start, .style = STYLE_DOC_VALUE};
        return 2;
    }
    pieces[1] = (struct pager_piece){.length = at - start, .style = STYLE_DOC_KEY};
    pieces[2] = (struct pager_piece){.length = 1, .style = STYLE_DIM};
    pieces[3] = (struct pager_piece){.length = line.length - at - 1, .style = STYLE_DOC_VALUE};
    return 4;
}

static size_t count_text(void *context)
{
    return ((const struct pager_text *)context)->count;
}

static struct span line_of_text(void *context, size_t index)
{
    const struct pager_text *pager = context;
    size_t start = pager->starts[index];
    size_t end = index + 1 < pager->count ? pager->starts[index + 1] - 1 : pager->text.length;
    if (index + 1 == pager->count && end > start && pager->text.data[end - 1] == '\n')
        end--;
    return span_make(pager->text.data + start, end - start);
}

void pager_text_init(struct pager_text *pager, struct span text)
{
    size_t lines = text.length > 0 ? 1 : 0;
    for (size_t i = 0; i + 1 < text.length; i++)
        lines += text.data[i] == '\n';
    *pager = (struct pager_text){.text = text, .count = lines};
    pager->starts = alloc_zeroed(lines + 1, sizeof *pager->starts);
    size_t at = 1;
    for (size_t i = 0; i + 1 < text.length; i++)
        if (text.data[i] == '\n')
            pager->starts[at++] = i + 1;
    pager->source = (struct pager_source){.context = pager, .count = count_text, .line = line_of_text};
}

void pager_text_done(struct pager_text *pager)
{
    free(pager->starts);
    memset(pager, 0, sizeof *pager);
}
