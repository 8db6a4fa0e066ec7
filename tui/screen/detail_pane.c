/* Facts as lines; see detail_pane.h. */
#include "screen/detail_pane.h"

#define LABEL_WIDTH 20
#define WRAP_LINES_MAX 8

struct pen {
    struct canvas *canvas;
    struct rect area;
    size_t top, line;
};

static void put(struct pen *pen, int indent, enum style_id style, struct span text)
{
    if (pen->line >= pen->top && pen->line - pen->top < (size_t)pen->area.height)
        canvas_put_fit(pen->canvas, pen->area.x + indent, pen->area.y + (int)(pen->line - pen->top), pen->area.width - indent, style, text,
                       TEXT_ALIGN_LEFT, TEXT_CUT_END);
}

/* Cut before the value's column, so that the two never touch. */
static void put_label(struct pen *pen, const char *label)
{
    if (pen->line >= pen->top && pen->line - pen->top < (size_t)pen->area.height)
        canvas_put_fit(pen->canvas, pen->area.x + 1, pen->area.y + (int)(pen->line - pen->top), LABEL_WIDTH - 2, STYLE_DIM, span_of(label),
                       TEXT_ALIGN_LEFT, TEXT_CUT_END);
}

static void put_wrapped(struct pen *pen, int indent, enum style_id style, struct span text)
{
    struct span lines[WRAP_LINES_MAX];
    int width = pen->area.width - indent > 8 ? pen->area.width - indent : 8;
    size_t count = text_fit_wrap(text, (size_t)width, lines, WRAP_LINES_MAX);
    for (size_t i = 0; i < count && i < WRAP_LINES_MAX; i++, pen->line++)
        put(pen, indent, style, lines[i]);
}

static void put_line(struct pen *pen, const struct detail_line *line)
{
    struct span text = span_of(line->text);
    switch (line->kind) {
    case DETAIL_LINE_TITLE:
        if (pen->line > 0)
            pen->line++;
        put(pen, 0, STYLE_TITLE, text);
        pen->line++;
        break;
    case DETAIL_LINE_FACT:
        put_label(pen, line->label);
        put_wrapped(pen, LABEL_WIDTH, screen_style(line->tone), text);
        break;
    case DETAIL_LINE_ITEM:
        if (line->tone != TONE_NEUTRAL)
            put(pen, 1, screen_style(line->tone), span_of(screen_glyph(line->tone)));
        put_wrapped(pen, 3, screen_style(line->tone), text);
        break;
    }
}

size_t detail_pane_paint(struct canvas *canvas, struct rect area, const struct detail *detail, size_t top)
{
    struct pen pen = {canvas, area, top, 0};
    struct rect clip = canvas_narrow_clip(canvas, area);
    for (size_t i = 0; i < detail->lines.count; i++)
        put_line(&pen, &detail->lines.items[i]);
    if (detail->note[0] != '\0') {
        pen.line++;
        put_wrapped(&pen, 1, STYLE_UNKNOWN, span_of(detail->note));
    }
    canvas_restore_clip(canvas, clip);
    return pen.line;
}
