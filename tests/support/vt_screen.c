/* libvterm 0.1.4 crashes on very long writes, so it is fed in small pieces. */
#include "support/vt_screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "base/utf8.h"

#define CHUNK 4096

struct vt_screen {
    VTerm *terminal;
    VTermScreen *screen;
    int width, height;
    bool cursor_visible, alternate;
    unsigned bells;
    char title[256];
};

static int set_property(VTermProp property, VTermValue *value, void *user)
{
    struct vt_screen *vt = user;
    switch ((int)property) {
    case VTERM_PROP_CURSORVISIBLE:
        vt->cursor_visible = value->boolean;
        break;
    case VTERM_PROP_ALTSCREEN:
        vt->alternate = value->boolean;
        break;
    case VTERM_PROP_TITLE:
        snprintf(vt->title, sizeof vt->title, "%s", value->string);
        break;
    default:
        break;
    }
    return 1;
}

static int ring(void *user)
{
    ((struct vt_screen *)user)->bells++;
    return 1;
}

struct vt_screen *vt_screen_new(int width, int height)
{
    static const VTermScreenCallbacks CALLBACKS = {.settermprop = set_property, .bell = ring};
    struct vt_screen *vt = alloc_new(struct vt_screen);
    vt->width = width;
    vt->height = height;
    vt->cursor_visible = true;
    vt->terminal = vterm_new(height, width);
    vterm_set_utf8(vt->terminal, 1);
    vt->screen = vterm_obtain_screen(vt->terminal);
    vterm_screen_set_callbacks(vt->screen, &CALLBACKS, vt);
    vterm_screen_enable_altscreen(vt->screen, 1);
    vterm_screen_reset(vt->screen, 1);
    return vt;
}

void vt_screen_free(struct vt_screen *vt)
{
    if (vt == NULL)
        return;
    vterm_free(vt->terminal);
    free(vt);
}

void vt_screen_feed(struct vt_screen *vt, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        size_t piece = length < CHUNK ? length : CHUNK;
        vterm_input_write(vt->terminal, at, piece);
        at += piece;
        length -= piece;
    }
}

void vt_screen_resize(struct vt_screen *vt, int width, int height)
{
    vt->width = width;
    vt->height = height;
    vterm_set_size(vt->terminal, height, width);
}

int vt_screen_width(const struct vt_screen *vt)
{
    return vt->width;
}

int vt_screen_height(const struct vt_screen *vt)
{
    return vt->height;
}

static int32_t color_of(const VTermColor *color)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color))
        return VT_SCREEN_DEFAULT;
    if (VTERM_COLOR_IS_INDEXED(color))
        return color->indexed.idx;
    return VT_SCREEN_RGB | color->rgb.red << 16 | color->rgb.green << 8 | color->rgb.blue;
}

void vt_screen_cell(const struct vt_screen *vt, int x, int y, struct vt_screen_cell *ret_cell)
{
    VTermScreenCell cell;
    size_t length = 0;
    memset(ret_cell, 0, sizeof *ret_cell);
    if (!vterm_screen_get_cell(vt->screen, (VTermPos){.row = y, .col = x}, &cell))
        return;
    bool right_half = cell.chars[0] == (uint32_t)-1;
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0 && !right_half; i++)
        length += utf8_encode(cell.chars[i], ret_cell->text + length);
    if (length == 0 && !right_half)
        strcpy(ret_cell->text, " ");
    ret_cell->width = right_half ? 0 : cell.width;
    ret_cell->foreground = color_of(&cell.fg);
    ret_cell->background = color_of(&cell.bg);
    ret_cell->bold = cell.attrs.bold;
    ret_cell->underline = cell.attrs.underline != 0;
    ret_cell->reverse = cell.attrs.reverse;
    ret_cell->italic = cell.attrs.italic;
}

size_t vt_screen_line(const struct vt_screen *vt, int y, char *out, size_t size)
{
    size_t length = 0, kept = 0;
    for (int x = 0; x < vt->width; x++) {
        struct vt_screen_cell cell;
        vt_screen_cell(vt, x, y, &cell);
        size_t more = strlen(cell.text);
        if (length + more >= size)
            break;
        memcpy(out + length, cell.text, more);
        length += more;
        if (more > 0 && strcmp(cell.text, " ") != 0)
            kept = length;
    }
    out[kept] = '\0';
    return kept;
}

char *vt_screen_text(const struct vt_screen *vt)
{
    struct bytebuf text;
    char line[8192];
    bytebuf_init(&text, 4u << 20);
    for (int y = 0; y < vt->height; y++) {
        bytebuf_append(&text, line, vt_screen_line(vt, y, line, sizeof line));
        bytebuf_append_byte(&text, '\n');
    }
    return bytebuf_take(&text);
}

bool vt_screen_find(const struct vt_screen *vt, const char *text, int *ret_x, int *ret_y)
{
    char line[8192];
    for (int y = 0; y < vt->height; y++) {
        vt_screen_line(vt, y, line, sizeof line);
        const char *at = strstr(line, text);
        if (at == NULL)
            continue;
        *ret_x = (int)utf8_width(span_make(line, (size_t)(at - line)));
        *ret_y = y;
        return true;
    }
    return false;
}

bool vt_screen_contains(const struct vt_screen *vt, const char *text)
{
    int x, y;
    return vt_screen_find(vt, text, &x, &y);
}

bool vt_screen_cursor(const struct vt_screen *vt, int *ret_x, int *ret_y)
{
    VTermPos at;
    vterm_state_get_cursorpos(vterm_obtain_state(vt->terminal), &at);
    *ret_x = at.col;
    *ret_y = at.row;
    return vt->cursor_visible;
}

bool vt_screen_is_alternate(const struct vt_screen *vt)
{
    return vt->alternate;
}

const char *vt_screen_title(const struct vt_screen *vt)
{
    return vt->title;
}

unsigned vt_screen_bells(const struct vt_screen *vt)
{
    return vt->bells;
}
