/* How every style looks at every colour depth. A theme is a value; shipped ones are built in from themes/(name).yaml.
 *
 * A cell has a style (its text) and a ground (what is behind it). At 256 colours and more the text keeps its own colour
 * on the ground's background, so that the selected row still shows what is good and bad. With 16 colours or none the
 * ground's colour wins where it gives one: contrast first. Attributes add up. */
#ifndef THEME_THEME_H
#define THEME_THEME_H

#include <stdint.h>

#include "canvas/style_ids.h"
#include "theme/color_depth.h"

#define THEME_NAME_MAX 32
#define THEME_COLOR_DEFAULT (-1) /* the terminal's own */

enum theme_attribute {
    THEME_BOLD = 1,
    THEME_DIM = 2,
    THEME_UNDERLINE = 4,
    THEME_REVERSE = 8,
    THEME_ITALIC = 16,
};

struct theme_color {
    int32_t rgb; /* 0xRRGGBB, or THEME_COLOR_DEFAULT */
    int16_t index256, index16;
};

struct theme_style {
    struct theme_color foreground, background;
    uint8_t attributes; /* enum theme_attribute bits, with colour */
    uint8_t mono;       /* and without */
};

struct theme {
    char name[THEME_NAME_MAX];
    struct theme_style styles[STYLE_COUNT];
};

/* What a terminal shall show: colour numbers in the terms of the depth, or THEME_COLOR_DEFAULT. */
struct theme_look {
    int32_t foreground, background;
    uint8_t attributes;
};

struct theme_look theme_look(const struct theme *theme, enum color_depth depth, enum style_id style, enum style_id ground);

#endif
