/* Colour depths and the mapping between them. Pure. */
#ifndef THEME_COLOR_DEPTH_H
#define THEME_COLOR_DEPTH_H

#include <stdint.h>

enum color_depth { COLOR_DEPTH_MONO, COLOR_DEPTH_16, COLOR_DEPTH_256, COLOR_DEPTH_DIRECT, COLOR_DEPTH_COUNT };

const char *color_depth_name(enum color_depth depth); /* "mono", "16", "256", "direct" */

/* The nearest entry of the xterm 256 palette for 0xRRGGBB, from 16 on: 0-15 look different on every terminal. */
int color_depth_to_256(int32_t rgb);
int color_depth_to_16(int32_t rgb);         /* nearest of the 16 usual colours */
int32_t color_depth_rgb_of_256(int index);  /* 0xRRGGBB of a palette entry (xterm's values for 0-15) */

#endif
