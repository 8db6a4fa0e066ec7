/* Two comparisons keep a slow link quiet: ours finds the lines that changed since the last present (none: no call at all), curses'
 * own finds the cells. */
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"
#include "term/glyphs.h"
#include "term/ncurses_paint.h"

void ncurses_paint_init(struct ncurses_paint *paint, const struct theme *theme, enum color_depth depth, enum terminal_glyphs glyphs)
{
    memset(paint, 0, sizeof *paint);
    paint->depth = depth;
    paint->glyphs = glyphs;
    paint->shown = canvas_new(0, 0);
    paint->cursor_stays = curs_set(0) == ERR;
    ncurses_paint_set_theme(paint, theme);
}

void ncurses_paint_done(struct ncurses_paint *paint)
{
    canvas_free(paint->shown);
    paint->shown = NULL;
}

/* Eight-colour terminals show the bright half as bold; direct colour takes 1-7 for palette entries. */
static int color_number(const struct ncurses_paint *paint, int32_t color, bool *bold)
{
    if (color == THEME_COLOR_DEFAULT)
        return -1;
    if (paint->depth == COLOR_DEPTH_DIRECT)
        return color >= 1 && color < 8 ? 8 : color;
    if (paint->depth == COLOR_DEPTH_16 && COLORS < 16 && color >= 8) {
        *bold = true;
        return color - 8;
    }
    return color;
}

static uint32_t attributes_of(uint8_t bits)
{
    uint32_t attributes = A_NORMAL;
    attributes |= (bits & THEME_BOLD) != 0 ? A_BOLD : 0;
    attributes |= (bits & THEME_DIM) != 0 ? A_DIM : 0;
    attributes |= (bits & THEME_UNDERLINE) != 0 ? A_UNDERLINE : 0;
    attributes |= (bits & THEME_REVERSE) != 0 ? A_REVERSE : 0;
    attributes |= (bits & THEME_ITALIC) != 0 ? A_ITALIC : 0;
    return attributes;
}

static struct ncurses_paint_look find_look(struct ncurses_paint *paint, uint8_t style, uint8_t ground)
{
    struct ncurses_paint_look *look = &paint->looks[style][ground];
    if (look->known)
        return *look;
    struct theme_look wanted = theme_look(&paint->theme, paint->depth, (enum style_id)style, (enum style_id)ground);
    bool bold = false, ignored = false;
    int foreground = color_number(paint, wanted.foreground, &bold);
    int background = color_number(paint, wanted.background, &ignored);
    look->attributes = attributes_of(wanted.attributes) | (bold ? A_BOLD : 0);
    look->pair = 0;
    if (paint->depth != COLOR_DEPTH_MONO && (foreground >= 0 || background >= 0))
        look->pair = alloc_pair(foreground, background);
    if (look->pair < 0)
        look->pair = 0;
    look->known = true;
    return *look;
}

static void make_cchar(struct ncurses_paint *paint, struct cell cell, cchar_t *ret)
{
    wchar_t characters[CCHARW_MAX + 1] = {0};
    size_t count = 0;
    struct span bytes = span_make(cell.bytes, cell.length);
    while (bytes.length > 0 && count < CCHARW_MAX) {
        uint32_t code;
        bytes = span_from(bytes, utf8_decode(bytes, &code, NULL));
        bool printable = wcwidth((wchar_t)code) >= (count == 0 ? 1 : 0);
        characters[count++] = printable ? (wchar_t)code : paint->glyphs == TERMINAL_GLYPHS_ASCII ? L'?' : (wchar_t)UTF8_REPLACEMENT;
    }
    struct ncurses_paint_look look = find_look(paint, cell.style, cell.ground);
    setcchar(ret, count == 0 ? L" " : characters, look.attributes, (short)look.pair, &look.pair);
}

void ncurses_paint_set_theme(struct ncurses_paint *paint, const struct theme *theme)
{
    paint->theme = *theme; /* pairs of the old theme are left to be recycled: a reused number would look unchanged to curses */
    memset(paint->looks, 0, sizeof paint->looks);
    paint->valid = false;
    cchar_t blank; /* what erased parts of the screen look like: lets curses clear to the end of a line */
    make_cchar(paint, (struct cell){.bytes = {' '}, .length = 1, .width = 1}, &blank);
    wbkgrndset(stdscr, &blank);
}

static void write_line(struct ncurses_paint *paint, const struct canvas *canvas, int y, int width)
{
    static cchar_t line[CANVAS_WIDTH_MAX];
    int count = 0;
    for (int x = 0; x < width; x++) {
        struct cell cell = glyphs_substitute(paint->glyphs, *canvas_at(canvas, x, y));
        if (cell.width == 0 && cell.length == 0)
            continue; /* curses fills the right half itself */
        if (cell.width == 2 && x + 1 >= width)
            cell = (struct cell){.bytes = {' '}, .length = 1, .width = 1, .style = cell.style, .ground = cell.ground};
        make_cchar(paint, cell, &line[count++]);
    }
    mvwadd_wchnstr(stdscr, y, 0, line, count);
}

static bool line_differs(const struct ncurses_paint *paint, const struct canvas *canvas, int y)
{
    size_t bytes = (size_t)canvas->width * sizeof *canvas->cells;
    return canvas->width > 0 && memcmp(canvas_at(canvas, 0, y), canvas_at(paint->shown, 0, y), bytes) != 0;
}

static bool show_cursor(struct ncurses_paint *paint, const struct canvas *canvas)
{
    bool moved = canvas->cursor_visible != paint->cursor_visible ||
                 (canvas->cursor_visible && (canvas->cursor_x != paint->shown->cursor_x || canvas->cursor_y != paint->shown->cursor_y));
    if (canvas->cursor_visible != paint->cursor_visible)
        curs_set(canvas->cursor_visible ? 1 : 0);
    paint->cursor_visible = canvas->cursor_visible;
    leaveok(stdscr, !canvas->cursor_visible && !paint->cursor_stays);
    if (canvas->cursor_visible)
        wmove(stdscr, canvas->cursor_y, canvas->cursor_x);
    else if (paint->cursor_stays)
        wmove(stdscr, getmaxy(stdscr) - 1, 0);
    return moved;
}

void ncurses_paint_present(struct ncurses_paint *paint, const struct canvas *canvas)
{
    bool all = !paint->valid || canvas->width != paint->shown->width || canvas->height != paint->shown->height;
    int width = canvas->width < getmaxx(stdscr) ? canvas->width : getmaxx(stdscr);
    int height = canvas->height < getmaxy(stdscr) ? canvas->height : getmaxy(stdscr);
    bool changed = all;
    if (all)
        werase(stdscr);
    for (int y = 0; y < height; y++)
        if (all || line_differs(paint, canvas, y)) {
            write_line(paint, canvas, y, width);
            changed = true;
        }
    changed |= show_cursor(paint, canvas);
    if (!changed)
        return;
    canvas_copy(paint->shown, canvas);
    paint->valid = true;
    wnoutrefresh(stdscr);
    doupdate();
}
