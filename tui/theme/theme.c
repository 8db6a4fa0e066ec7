/* Composing a style with a ground into one look. */
#include "theme/theme.h"

#include <stdbool.h>

static int32_t number_of(struct theme_color color, enum color_depth depth)
{
    switch (depth) {
    case COLOR_DEPTH_DIRECT:
        return color.rgb;
    case COLOR_DEPTH_256:
        return color.index256;
    case COLOR_DEPTH_16:
        return color.index16;
    case COLOR_DEPTH_MONO:
    case COLOR_DEPTH_COUNT:
        break;
    }
    return THEME_COLOR_DEFAULT;
}

struct theme_look theme_look(const struct theme *theme, enum color_depth depth, enum style_id style, enum style_id ground)
{
    const struct theme_style *text = &theme->styles[style], *behind = &theme->styles[ground];
    const struct theme_style *plain = &theme->styles[STYLE_TEXT];
    struct theme_look look = {
        .foreground = number_of(text->foreground, depth),
        .background = number_of(text->background, depth),
        .attributes = depth == COLOR_DEPTH_MONO ? text->mono : text->attributes,
    };
    if (ground != STYLE_TEXT) {
        int32_t foreground = number_of(behind->foreground, depth), background = number_of(behind->background, depth);
        bool text_is_plain = look.foreground == number_of(plain->foreground, depth);
        bool ground_wins = depth <= COLOR_DEPTH_16 || text_is_plain;
        if (foreground != THEME_COLOR_DEFAULT && ground_wins)
            look.foreground = foreground;
        if (look.background == THEME_COLOR_DEFAULT || look.background == number_of(plain->background, depth))
            look.background = background;
        look.attributes |= depth == COLOR_DEPTH_MONO ? behind->mono : behind->attributes;
    }
    if (look.foreground == THEME_COLOR_DEFAULT)
        look.foreground = number_of(plain->foreground, depth);
    if (look.background == THEME_COLOR_DEFAULT)
        look.background = number_of(plain->background, depth);
    return look;
}
