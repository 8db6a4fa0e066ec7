/* The grid. Two invariants hold after every call: the cell right of a wide cell has width 0 and belongs to it, and no
 * cell outside the clip has changed, except that a wide character cut by the clip's edge is blanked as a whole (half of it
 * cannot be shown). Grounds are independent of text. */
#include "canvas/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

static int clamp(int value, int most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

static struct cell blank(enum style_id style, uint8_t ground)
{
    return (struct cell){.bytes = {' '}, .length = 1, .width = 1, .style = (uint8_t)style, .ground = ground};
}

static struct cell *cell_at(struct canvas *canvas, int x, int y)
{
    return canvas->cells + (size_t)y * (size_t)canvas->width + (size_t)x;
}

struct canvas *canvas_new(int width, int height)
{
    struct canvas *canvas = alloc_new(struct canvas);
    canvas_resize(canvas, width, height);
    return canvas;
}

void canvas_free(struct canvas *canvas)
{
    if (canvas == NULL)
        return;
    free(canvas->cells);
    free(canvas);
}

void canvas_resize(struct canvas *canvas, int width, int height)
{
    canvas->width = clamp(width, CANVAS_WIDTH_MAX);
    canvas->height = clamp(height, CANVAS_HEIGHT_MAX);
    size_t count = (size_t)canvas->width * (size_t)canvas->height;
    canvas->cells = alloc_resize(canvas->cells, count > 0 ? count : 1, sizeof *canvas->cells);
    canvas_clear(canvas);
}

void canvas_clear(struct canvas *canvas)
{
    size_t count = (size_t)canvas->width * (size_t)canvas->height;
    for (size_t i = 0; i < count; i++)
        canvas->cells[i] = blank(STYLE_TEXT, STYLE_TEXT);
    canvas->clip = canvas_area(canvas);
    canvas->cursor_visible = false;
    canvas->cursor_x = canvas->cursor_y = 0;
}

struct rect canvas_area(const struct canvas *canvas)
{
    return rect_make(0, 0, canvas->width, canvas->height);
}

struct rect canvas_narrow_clip(struct canvas *canvas, struct rect rect)
{
    struct rect before = canvas->clip;
    canvas->clip = rect_intersect(before, rect);
    return before;
}

void canvas_restore_clip(struct canvas *canvas, struct rect before)
{
    canvas->clip = rect_intersect(before, canvas_area(canvas));
}

/* Before the cell at (x, y) is overwritten: the other half of a wide character there becomes a blank. */
static void split_wide(struct canvas *canvas, int x, int y)
{
    struct cell *cell = cell_at(canvas, x, y);
    if (cell->width == 0 && x > 0) {
        struct cell *left = cell - 1;
        *left = blank((enum style_id)left->style, left->ground);
    } else if (cell->width == 2 && x + 1 < canvas->width) {
        struct cell *right = cell + 1;
        *right = blank((enum style_id)right->style, right->ground);
    }
}

static void write_blank(struct canvas *canvas, int x, int y, enum style_id style)
{
    split_wide(canvas, x, y);
    struct cell *cell = cell_at(canvas, x, y);
    *cell = blank(style, cell->ground);
}

static void write_cluster(struct canvas *canvas, int x, int y, enum style_id style, struct span cluster, int width)
{
    struct cell *cell = cell_at(canvas, x, y);
    split_wide(canvas, x, y);
    if (width == 2) {
        split_wide(canvas, x + 1, y);
        cell[1] = (struct cell){.style = (uint8_t)style, .ground = cell[1].ground};
    }
    uint8_t ground = cell->ground;
    *cell = (struct cell){.length = (uint8_t)cluster.length, .width = (uint8_t)width, .style = (uint8_t)style, .ground = ground};
    memcpy(cell->bytes, cluster.data, cluster.length);
}

/* Cuts marks that do not fit a cell and replaces what must never reach a terminal. */
static struct span make_safe(struct span cluster, int *width)
{
    unsigned char lead = (unsigned char)cluster.data[0];
    uint32_t code;
    bool valid;
    size_t base = utf8_decode(cluster, &code, &valid);
    bool control = lead < 0x20 || lead == 0x7F || (code >= 0x80 && code < 0xA0);
    if (!valid || control || *width == 0) {
        *width = 1;
        return SPAN_LITERAL("\xEF\xBF\xBD");
    }
    while (cluster.length > CELL_BYTES_MAX) { /* drop the last mark, whole */
        size_t length = cluster.length - 1;
        while (length > base && ((unsigned char)cluster.data[length] & 0xC0) == 0x80)
            length--;
        cluster = span_first(cluster, length);
    }
    return cluster;
}

int canvas_put(struct canvas *canvas, int x, int y, enum style_id style, struct span text)
{
    struct rect clip = canvas->clip;
    bool line_shown = y >= clip.y && y < clip.y + clip.height;
    int right = clip.x + clip.width, start = x;
    while (text.length > 0) {
        int width;
        struct span cluster = span_first(text, utf8_cluster(text, &width));
        text = span_from(text, cluster.length);
        struct span safe = make_safe(cluster, &width);
        if (line_shown && x >= clip.x && x + width <= right)
            write_cluster(canvas, x, y, style, safe, width);
        else if (line_shown && width == 2 && x + 1 >= clip.x && x < right) /* half of it is inside: a blank there */
            write_blank(canvas, x < clip.x ? x + 1 : x, y, style);
        x += width;
    }
    return x - start;
}

int canvas_text(struct canvas *canvas, int x, int y, enum style_id style, const char *text)
{
    return canvas_put(canvas, x, y, style, span_of(text));
}

int canvas_printf(struct canvas *canvas, int x, int y, enum style_id style, const char *format, ...)
{
    char text[CANVAS_WIDTH_MAX * 4 + 1];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return canvas_text(canvas, x, y, style, text);
}

static int put_blanks(struct canvas *canvas, int x, int y, int count, enum style_id style)
{
    canvas_fill(canvas, rect_make(x, y, count, 1), style);
    return count;
}

void canvas_put_fit(struct canvas *canvas, int x, int y, int width, enum style_id style, struct span text,
                    enum text_align align, enum text_cut cut)
{
    if (width <= 0)
        return;
    struct text_fit fit = text_fit_plan(text, (size_t)width, align, cut);
    x += put_blanks(canvas, x, y, (int)fit.pad_left, style);
    x += canvas_put(canvas, x, y, style, fit.head);
    if (fit.ellipsis)
        x += canvas_put(canvas, x, y, style, SPAN_LITERAL(TEXT_FIT_ELLIPSIS));
    x += canvas_put(canvas, x, y, style, fit.tail);
    put_blanks(canvas, x, y, (int)fit.pad_right, style);
}

void canvas_fill(struct canvas *canvas, struct rect rect, enum style_id style)
{
    struct rect shown = rect_intersect(rect, canvas->clip);
    for (int y = shown.y; y < shown.y + shown.height; y++)
        for (int x = shown.x; x < shown.x + shown.width; x++)
            write_blank(canvas, x, y, style);
}

void canvas_erase(struct canvas *canvas, struct rect rect, enum style_id ground)
{
    canvas_fill(canvas, rect, STYLE_TEXT);
    canvas_ground(canvas, rect, ground);
}

void canvas_ground(struct canvas *canvas, struct rect rect, enum style_id ground)
{
    struct rect shown = rect_intersect(rect, canvas->clip);
    for (int y = shown.y; y < shown.y + shown.height; y++)
        for (int x = shown.x; x < shown.x + shown.width; x++)
            cell_at(canvas, x, y)->ground = (uint8_t)ground;
}

void canvas_restyle(struct canvas *canvas, struct rect rect, enum style_id style)
{
    struct rect shown = rect_intersect(rect, canvas->clip);
    for (int y = shown.y; y < shown.y + shown.height; y++)
        for (int x = shown.x; x < shown.x + shown.width; x++)
            cell_at(canvas, x, y)->style = (uint8_t)style;
}

void canvas_rule(struct canvas *canvas, int x, int y, int width, enum style_id style)
{
    for (int i = 0; i < width; i++)
        canvas_put(canvas, x + i, y, style, SPAN_LITERAL("─"));
}

void canvas_rule_down(struct canvas *canvas, int x, int y, int height, enum style_id style)
{
    for (int i = 0; i < height; i++)
        canvas_put(canvas, x, y + i, style, SPAN_LITERAL("│"));
}

void canvas_box(struct canvas *canvas, struct rect rect, enum style_id style, const char *title)
{
    if (rect.width < 2 || rect.height < 2)
        return;
    int right = rect.x + rect.width - 1, bottom = rect.y + rect.height - 1;
    canvas_rule(canvas, rect.x + 1, rect.y, rect.width - 2, style);
    canvas_rule(canvas, rect.x + 1, bottom, rect.width - 2, style);
    canvas_rule_down(canvas, rect.x, rect.y + 1, rect.height - 2, style);
    canvas_rule_down(canvas, right, rect.y + 1, rect.height - 2, style);
    canvas_text(canvas, rect.x, rect.y, style, "╭");
    canvas_text(canvas, right, rect.y, style, "╮");
    canvas_text(canvas, rect.x, bottom, style, "╰");
    canvas_text(canvas, right, bottom, style, "╯");
    if (title == NULL || title[0] == '\0' || rect.width < 7)
        return;
    size_t room = (size_t)rect.width - 6, width = utf8_width(span_of(title));
    int used = (int)(width < room ? width : room);
    canvas_text(canvas, rect.x + 2, rect.y, style, " ");
    canvas_put_fit(canvas, rect.x + 3, rect.y, used, style, span_of(title), TEXT_ALIGN_LEFT, TEXT_CUT_END);
    canvas_text(canvas, rect.x + 3 + used, rect.y, style, " ");
}

void canvas_set_cursor(struct canvas *canvas, int x, int y)
{
    canvas->cursor_visible = rect_contains(canvas_area(canvas), x, y);
    canvas->cursor_x = canvas->cursor_visible ? x : 0;
    canvas->cursor_y = canvas->cursor_visible ? y : 0;
}

const struct cell *canvas_at(const struct canvas *canvas, int x, int y)
{
    if (!rect_contains(canvas_area(canvas), x, y))
        return NULL;
    return canvas->cells + (size_t)y * (size_t)canvas->width + (size_t)x;
}

bool canvas_equals(const struct canvas *a, const struct canvas *b)
{
    size_t count = (size_t)a->width * (size_t)a->height;
    return a->width == b->width && a->height == b->height && a->cursor_visible == b->cursor_visible &&
           a->cursor_x == b->cursor_x && a->cursor_y == b->cursor_y &&
           memcmp(a->cells, b->cells, count * sizeof *a->cells) == 0; /* unused bytes are always zero */
}

void canvas_copy(struct canvas *to, const struct canvas *from)
{
    if (to->width != from->width || to->height != from->height)
        canvas_resize(to, from->width, from->height);
    memcpy(to->cells, from->cells, (size_t)from->width * (size_t)from->height * sizeof *from->cells);
    to->clip = from->clip;
    to->cursor_visible = from->cursor_visible;
    to->cursor_x = from->cursor_x;
    to->cursor_y = from->cursor_y;
}

size_t canvas_line_text(const struct canvas *canvas, int y, char *out, size_t size)
{
    size_t length = 0, kept = 0;
    if (size == 0)
        return 0;
    for (int x = 0; y >= 0 && y < canvas->height && x < canvas->width; x++) {
        const struct cell *cell = canvas_at(canvas, x, y);
        if (length + cell->length >= size)
            break;
        memcpy(out + length, cell->bytes, cell->length);
        length += cell->length;
        if (cell->length != 0 && !(cell->length == 1 && cell->bytes[0] == ' '))
            kept = length;
    }
    out[kept] = '\0';
    return kept;
}
