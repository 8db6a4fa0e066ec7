/* Signs for terminals that cannot show every character: each has a stand-in of the same width. Pure. */
#ifndef TERM_GLYPHS_H
#define TERM_GLYPHS_H

#include "canvas/cell.h"
#include "term/terminal.h"

/* The cell as it shall be sent. Bytes that are not ASCII and have no stand-in become '?' at TERMINAL_GLYPHS_ASCII (a wide one in
 * its left cell; its right half becomes '?' of its own). */
struct cell glyphs_substitute(enum terminal_glyphs glyphs, struct cell cell);

#endif
