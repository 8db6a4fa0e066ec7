/* Tabs, status lines, meters, toasts, notices. Each paints within the rectangle it is given. Key hints are in key_hints.c. */
#include "widget/chrome.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define NOTICE_LINES_MAX 12

static int width_of(const char *text)
{
    return text == NULL ? 0 : (int)utf8_width(span_of(text));
}

static const char *title_of(const struct chrome_tab *tab, bool narrow)
{
    return narrow && tab->narrow != NULL ? tab->narrow : tab->title;
}

/* Title with a blank on each side, badge with a blank behind. */
static int tab_width(const struct chrome_tab *tab, bool narrow)
{
    return width_of(title_of(tab, narrow)) + 2 + (tab->badge != NULL && tab->badge[0] != '\0' ? width_of(tab->badge) + 1 : 0);
}

static int paint_tab(struct canvas *canvas, int x, int y, const struct chrome_tab *tab, bool narrow, bool open)
{
    enum style_id style = open ? STYLE_TAB_ACTIVE : STYLE_TAB;
    int start = x;
    x += canvas_text(canvas, x, y, style, " ");
    x += canvas_text(canvas, x, y, style, title_of(tab, narrow));
    x += canvas_text(canvas, x, y, style, " ");
    if (tab->badge != NULL && tab->badge[0] != '\0') {
        x += canvas_text(canvas, x, y, tab->badge_style, tab->badge);
        x += canvas_text(canvas, x, y, STYLE_TEXT, " ");
    }
    return x - start;
}

static int tabs_width(const struct chrome_tab *tabs, size_t count, bool narrow)
{
    int total = 0;
    for (size_t i = 0; i < count; i++)
        total += tab_width(&tabs[i], narrow);
    return total;
}

void chrome_tab_bar(struct canvas *canvas, struct rect line, const struct chrome_tab *tabs, size_t count, size_t open)
{
    struct rect before = canvas_narrow_clip(canvas, line);
    size_t first = 0, last = count;
    bool narrow = tabs_width(tabs, count, false) > line.width;
    int total = tabs_width(tabs, count, narrow);
    while (total > line.width - (first > 0) - (last < count) && last - first > 1) {
        bool from_left = open - first > last - 1 - open; /* the end that is farther from the open tab goes */
        total -= tab_width(from_left ? &tabs[first] : &tabs[last - 1], narrow);
        first += from_left;
        last -= !from_left;
    }
    int x = line.x;
    if (first > 0)
        x += canvas_text(canvas, x, line.y, STYLE_DIM, TEXT_FIT_ELLIPSIS);
    for (size_t i = first; i < last; i++)
        x += paint_tab(canvas, x, line.y, &tabs[i], narrow, i == open);
    if (last < count)
        canvas_text(canvas, x, line.y, STYLE_DIM, TEXT_FIT_ELLIPSIS);
    canvas_restore_clip(canvas, before);
}

static int gap_of(const struct chrome_piece *piece, bool first)
{
    if (first || piece->gap == CHROME_GAP_NONE)
        return 0;
    return piece->gap == 0 ? 2 : piece->gap;
}

static int side_width(const struct chrome_piece *pieces, const bool *dropped, size_t count, bool right)
{
    int width = 0;
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (dropped[i] || pieces[i].right != right)
            continue;
        width += width_of(pieces[i].text) + gap_of(&pieces[i], first);
        first = false;
    }
    return width;
}

static void paint_side(struct canvas *canvas, int x, int y, const struct chrome_piece *pieces, const bool *dropped, size_t count, bool right)
{
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (dropped[i] || pieces[i].right != right)
            continue;
        x += gap_of(&pieces[i], first);
        x += canvas_text(canvas, x, y, pieces[i].style, pieces[i].text);
        first = false;
    }
}

static bool drop_one(const struct chrome_piece *pieces, bool *dropped, size_t count)
{
    size_t worst = count, kept = 0;
    for (size_t i = 0; i < count; i++) {
        kept += !dropped[i];
        if (!dropped[i] && (worst == count || pieces[i].priority >= pieces[worst].priority))
            worst = i;
    }
    if (kept <= 1)
        return false;
    dropped[worst] = true;
    return true;
}

void chrome_status_line(struct canvas *canvas, struct rect line, const struct chrome_piece *pieces, size_t count)
{
    bool dropped[CHROME_PIECES_MAX] = {false};
    struct rect before = canvas_narrow_clip(canvas, line);
    int left, right;
    if (count > CHROME_PIECES_MAX)
        count = CHROME_PIECES_MAX;
    for (size_t i = 0; i < count; i++)
        dropped[i] = pieces[i].text == NULL || pieces[i].text[0] == '\0';
    do {
        left = side_width(pieces, dropped, count, false);
        right = side_width(pieces, dropped, count, true);
    } while (left + right + (left > 0 && right > 0 ? 2 : 0) > line.width && drop_one(pieces, dropped, count));
    paint_side(canvas, line.x, line.y, pieces, dropped, count, false);
    paint_side(canvas, line.x + line.width - right, line.y, pieces, dropped, count, true);
    canvas_restore_clip(canvas, before);
}

void chrome_meter(struct canvas *canvas, int x, int y, int width, uint64_t done, uint64_t total)
{
    static const char *const EIGHTHS[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (width <= 0)
        return;
    double part = total == 0 ? 0.0 : (double)(done < total ? done : total) / (double)total;
    int eighths = (int)(part * width * 8 + 0.5);
    if (done < total && eighths == width * 8)
        eighths--; /* full only when all is done */
    for (int i = 0; i < width; i++) {
        int here = eighths - i * 8;
        if (here >= 8)
            canvas_text(canvas, x + i, y, STYLE_METER_FULL, "█");
        else if (here > 0)
            canvas_text(canvas, x + i, y, STYLE_METER_FULL, EIGHTHS[here]);
        else
            canvas_text(canvas, x + i, y, STYLE_METER_EMPTY, "░");
    }
}

void chrome_toast(struct canvas *canvas, struct rect rect, const char *text, enum style_id style)
{
    struct span lines[3];
    int room = rect.width - 4 < 72 ? rect.width - 4 : 72;
    if (room < 8 || rect.height < 1 || text == NULL || text[0] == '\0')
        return;
    size_t count = text_fit_wrap(span_of(text), (size_t)room, lines, 3);
    int width = 0;
    for (size_t i = 0; i < count; i++) {
        int line = (int)utf8_width(lines[i]);
        width = line > width ? line : width;
    }
    width = width < room ? width : room;
    for (size_t i = 0; i < count; i++) {
        int y = rect.y + rect.height - (int)(count - i), x = rect.x + rect.width - width - 3;
        canvas_erase(canvas, rect_make(x, y, width + 2, 1), STYLE_TEXT);
        canvas_fill(canvas, rect_make(x, y, width + 2, 1), style);
        canvas_put_fit(canvas, x + 1, y, width, style, lines[i], TEXT_ALIGN_LEFT, TEXT_CUT_END);
    }
}

void chrome_notice(struct canvas *canvas, struct rect rect, enum style_id style, const char *text)
{
    struct span lines[NOTICE_LINES_MAX];
    int room = rect.width - 4 < 76 ? rect.width - 4 : 76;
    if (room < 4 || rect.height < 1)
        return;
    struct rect before = canvas_narrow_clip(canvas, rect);
    int count = (int)text_fit_wrap(span_of(text), (size_t)room, lines, NOTICE_LINES_MAX);
    int y = rect.y + (rect.height > count ? (rect.height - count) / 3 : 0);
    for (int i = 0; i < count; i++)
        canvas_put_fit(canvas, rect.x + (rect.width - room) / 2, y + i, room, style, lines[i], TEXT_ALIGN_CENTER, TEXT_CUT_END);
    canvas_restore_clip(canvas, before);
}

bool chrome_is_too_small(int width, int height)
{
    return width < CHROME_WIDTH_LEAST || height < CHROME_HEIGHT_LEAST;
}

void chrome_too_small(struct canvas *canvas)
{
    char text[96];
    struct span lines[4];
    canvas_clear(canvas);
    if (canvas->width < 1 || canvas->height < 1)
        return;
    snprintf(text, sizeof text, "The terminal is %d×%d. sovdeck needs %d×%d.", canvas->width, canvas->height, CHROME_WIDTH_LEAST,
             CHROME_HEIGHT_LEAST);
    int count = (int)text_fit_wrap(span_of(text), (size_t)canvas->width, lines, 4);
    int y = canvas->height > count ? (canvas->height - count) / 2 : 0;
    for (int i = 0; i < count; i++)
        canvas_put_fit(canvas, 0, y + i, canvas->width, STYLE_WARN, lines[i], TEXT_ALIGN_CENTER, TEXT_CUT_END);
}
