/* One cell of a canvas: a cluster (base character and its marks), its width, and what it means. */
#ifndef CANVAS_CELL_H
#define CANVAS_CELL_H

#include <stdint.h>

#define CELL_BYTES_MAX 16

struct cell {
    char bytes[CELL_BYTES_MAX]; /* UTF-8, not NUL-terminated */
    uint8_t length;             /* bytes used; 0 only in the right half of a wide cell */
    uint8_t width;              /* 1, 2, or 0 for the right half of a wide cell */
    uint8_t style;              /* enum style_id: the meaning of the text */
    uint8_t ground;             /* enum style_id: the meaning of what is behind it; STYLE_TEXT for nothing special */
};

#endif
