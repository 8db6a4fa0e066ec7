/* A terminal emulator (libvterm) as a test's eyes: what a person would see after these bytes. */
#ifndef SUPPORT_VT_SCREEN_H
#define SUPPORT_VT_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VT_SCREEN_DEFAULT (-1)       /* the terminal's own colour */
#define VT_SCREEN_RGB 0x1000000      /* bit of a 24-bit colour: VT_SCREEN_RGB | 0xRRGGBB; else a palette index */

struct vt_screen_cell {
    char text[32]; /* "" in the right half of a wide character, " " for blank */
    int width;
    int32_t foreground, background;
    bool bold, underline, reverse, italic;
};

struct vt_screen;

struct vt_screen *vt_screen_new(int width, int height);
void vt_screen_free(struct vt_screen *vt);
void vt_screen_feed(struct vt_screen *vt, const void *bytes, size_t length);
void vt_screen_resize(struct vt_screen *vt, int width, int height);
int vt_screen_width(const struct vt_screen *vt);
int vt_screen_height(const struct vt_screen *vt);

void vt_screen_cell(const struct vt_screen *vt, int x, int y, struct vt_screen_cell *ret_cell);
size_t vt_screen_line(const struct vt_screen *vt, int y, char *out, size_t size); /* without trailing blanks */
char *vt_screen_text(const struct vt_screen *vt);                                 /* all lines with '\n'; caller frees */
bool vt_screen_contains(const struct vt_screen *vt, const char *text);            /* within one line */
bool vt_screen_find(const struct vt_screen *vt, const char *text, int *ret_x, int *ret_y); /* cell of its first character */

bool vt_screen_cursor(const struct vt_screen *vt, int *ret_x, int *ret_y); /* false: hidden */
bool vt_screen_is_alternate(const struct vt_screen *vt);                   /* the full-screen buffer is in use */
const char *vt_screen_title(const struct vt_screen *vt);
unsigned vt_screen_bells(const struct vt_screen *vt);

#endif
