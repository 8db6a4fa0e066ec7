/* Painting a question: as small as its text allows, the body scrolls when it is longer than the screen. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "widget/dialog_private.h"

#define WIDTH_LEAST 44
#define WIDTH_MOST 110
#define MARGIN 3        /* frame and blanks on each side */
#define FIELD_WIDTH 42    /* of an input line, when there is room */
#define WRAPPED_MAX 64  /* painted lines of one line */

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int buttons_width(const struct dialog *dialog)
{
    int width = 0;
    for (size_t i = 0; i < dialog->choice_count; i++)
        width += (int)utf8_width(span_of(dialog->choices[i].label)) + 4 + (i > 0 ? 2 : 0);
    return width;
}

static int wanted_width(const struct dialog *dialog)
{
    int width = larger((int)utf8_width(span_of(dialog->title)) + 4, buttons_width(dialog));
    for (size_t i = 0; i < dialog->lines.count; i++)
        width = larger(width, (int)utf8_width(span_of(dialog->lines.items[i].text)));
    if (dialog->has_field)
        width = larger(width, (int)utf8_width(span_of(dialog->field.label)) + FIELD_WIDTH);
    if (dialog->name != NULL)
        width = larger(width, (int)utf8_width(span_of(dialog->name)) + 20);
    return smaller(larger(width + 2 * MARGIN, WIDTH_LEAST), WIDTH_MOST);
}

static size_t wrap(const struct dialog_line *line, int width, struct span *parts)
{
    return text_fit_wrap(span_of(line->text), (size_t)width, parts, WRAPPED_MAX);
}

static size_t body_lines(const struct dialog *dialog, int width)
{
    struct span parts[WRAPPED_MAX];
    size_t lines = 0;
    for (size_t i = 0; i < dialog->lines.count; i++)
        lines += wrap(&dialog->lines.items[i], width, parts);
    return lines;
}

static void paint_body(struct canvas *canvas, struct rect body, const struct dialog *dialog)
{
    struct span parts[WRAPPED_MAX];
    size_t at = 0;
    for (size_t i = 0; i < dialog->lines.count; i++) {
        size_t count = wrap(&dialog->lines.items[i], body.width, parts);
        for (size_t part = 0; part < count; part++, at++) {
            if (at < dialog->top || at >= dialog->top + (size_t)body.height)
                continue;
            int y = body.y + (int)(at - dialog->top);
            canvas_put_fit(canvas, body.x, y, body.width, dialog->lines.items[i].style, parts[part], TEXT_ALIGN_LEFT, TEXT_CUT_END);
        }
    }
}

/* Where the body stands when it does not fit, in the lower edge of the frame. */
static void paint_scroll(struct canvas *canvas, struct rect frame, const struct dialog *dialog, size_t total)
{
    char text[64];
    if (total <= dialog->page)
        return;
    size_t last = dialog->top + dialog->page < total ? dialog->top + dialog->page : total;
    snprintf(text, sizeof text, " lines %zu-%zu of %zu ", dialog->top + 1, last, total);
    canvas_text(canvas, frame.x + frame.width - 2 - (int)utf8_width(span_of(text)), frame.y + frame.height - 1, STYLE_SCROLL, text);
}

static void paint_name(struct canvas *canvas, struct rect line, const struct dialog *dialog)
{
    int x = line.x;
    x += canvas_text(canvas, x, line.y, dialog->complaint ? STYLE_BAD : STYLE_DIM, "Type ");
    x += canvas_text(canvas, x, line.y, STYLE_STRONG, dialog->name);
    x += canvas_text(canvas, x, line.y, dialog->complaint ? STYLE_BAD : STYLE_DIM, " to go on: ");
    canvas_put(canvas, x, line.y, dialog_name_matches(dialog) ? STYLE_GOOD : STYLE_INPUT, line_edit_span(&dialog->edit));
    int cursor = x + (int)utf8_width(span_first(line_edit_span(&dialog->edit), dialog->edit.cursor));
    canvas_set_cursor(canvas, smaller(cursor, line.x + line.width), line.y);
}

/* "●●●···": how many are typed and how many are missing. */
static void paint_mask(struct canvas *canvas, int x, int y, const struct dialog *dialog)
{
    size_t typed = utf8_width(line_edit_span(&dialog->edit));
    for (size_t i = 0; i < dialog->field.most && i < FIELD_WIDTH; i++)
        canvas_text(canvas, x + (int)i, y, i < typed ? STYLE_INPUT : STYLE_DIM, i < typed ? "•" : "·");
}

/* The end of a long text stays in sight. */
static void paint_field(struct canvas *canvas, struct rect line, const struct dialog *dialog)
{
    int x = line.x + canvas_text(canvas, line.x, line.y, STYLE_DIM, dialog->field.label);
    x += canvas_text(canvas, x, line.y, STYLE_DIM, ": ");
    int room = larger(line.x + line.width - x - 1, 1);
    struct span text = line_edit_span(&dialog->edit);
    size_t start = 0, before = utf8_width(span_first(text, dialog->edit.cursor));
    while (!dialog->field.is_masked && utf8_width(span_from(span_first(text, dialog->edit.cursor), start)) >= (size_t)room)
        do
            start++;
        while (start < text.length && ((unsigned char)text.data[start] & 0xc0) == 0x80);
    if (dialog->field.is_masked) {
        paint_mask(canvas, x, line.y, dialog);
    } else {
        canvas_put_fit(canvas, x, line.y, room, STYLE_INPUT, span_from(text, start), TEXT_ALIGN_LEFT, TEXT_CUT_END);
        before = utf8_width(span_from(span_first(text, dialog->edit.cursor), start));
    }
    canvas_set_cursor(canvas, smaller(x + (int)before, line.x + line.width), line.y);
}

static void paint_button(struct canvas *canvas, int x, int y, const struct dialog_choice *choice, bool active, bool shows_key)
{
    enum style_id style = active ? STYLE_BUTTON_ACTIVE : STYLE_BUTTON;
    canvas_text(canvas, x, y, style, active ? "[ " : "  ");
    int end = x + 2 + canvas_text(canvas, x + 2, y, style, choice->label);
    canvas_text(canvas, end, y, style, active ? " ]" : "  ");
    for (size_t i = 0; shows_key && choice->key != '\0' && choice->label[i] != '\0'; i++)
        if (tolower((unsigned char)choice->label[i]) == choice->key) {
            struct span label = span_of(choice->label);
            canvas_ground(canvas, rect_make(x, y, end + 2 - x, 1), style);
            canvas_put(canvas, x + 2 + (int)utf8_width(span_first(label, i)), y, STYLE_KEY, span_make(choice->label + i, 1));
            return;
        }
}

static void paint_buttons(struct canvas *canvas, struct rect line, const struct dialog *dialog)
{
    int x = line.x + larger(line.width - buttons_width(dialog), 0);
    for (size_t i = 0; i < dialog->choice_count; i++) {
        paint_button(canvas, x, line.y, &dialog->choices[i], i == dialog->choice, !dialog_wants_text(dialog));
        x += (int)utf8_width(span_of(dialog->choices[i].label)) + 6;
    }
}

void dialog_paint(struct canvas *canvas, struct rect area, struct dialog *dialog)
{
    int room = area.width >= 60 ? area.width - 4 : area.width; /* a rim of the screen behind it stays in sight */
    int width = smaller(wanted_width(dialog), room), inner = larger(width - 2 * MARGIN, 1);
    size_t total = body_lines(dialog, inner);
    int tail = 2 + (dialog_wants_text(dialog) ? 2 : 0); /* blank, [name or field, blank,] buttons */
    int lines = total < (size_t)area.height ? (int)total : area.height;
    int height = smaller(lines + tail + 4, area.height); /* frame and a blank line above and below */
    struct rect frame = rect_center(area, width, height);
    struct rect body = rect_make(frame.x + MARGIN, frame.y + 2, inner, frame.height - 4 - tail);
    dialog->page = body.height > 0 ? (size_t)body.height : 1;
    if (dialog->top + dialog->page > total)
        dialog->top = total > dialog->page ? total - dialog->page : 0;
    struct rect before = canvas_narrow_clip(canvas, frame);
    canvas_erase(canvas, frame, STYLE_DIALOG);
    canvas_box(canvas, frame, dialog->kind == DIALOG_KIND_DANGER ? STYLE_DIALOG_DANGER : STYLE_BORDER, dialog->title);
    if (dialog->kind != DIALOG_KIND_DANGER)
        canvas_restyle(canvas, rect_make(frame.x + 3, frame.y, smaller((int)utf8_width(span_of(dialog->title)), frame.width - 6), 1),
                       STYLE_DIALOG_TITLE);
    paint_body(canvas, body, dialog);
    paint_scroll(canvas, frame, dialog, total);
    int y = frame.y + frame.height - 3;
    if (dialog->name != NULL)
        paint_name(canvas, rect_make(body.x, y - 2, inner, 1), dialog);
    if (dialog->has_field)
        paint_field(canvas, rect_make(body.x, y - 2, inner, 1), dialog);
    paint_buttons(canvas, rect_make(body.x, y, inner, 1), dialog);
    canvas_restore_clip(canvas, before);
}
