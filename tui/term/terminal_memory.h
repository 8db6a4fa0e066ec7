/* A terminal in memory for tests: keeps the last canvas, counts, and gives the keys it was fed. */
#ifndef TERM_TERMINAL_MEMORY_H
#define TERM_TERMINAL_MEMORY_H

#include "term/terminal.h"

struct terminal *terminal_memory_new(int width, int height);
void terminal_memory_resize(struct terminal *terminal, int width, int height);
void terminal_memory_feed(struct terminal *terminal, const char *keys); /* "g g Enter": key names between spaces */
const struct canvas *terminal_memory_shown(const struct terminal *terminal); /* as of the last present */
unsigned terminal_memory_presents(const struct terminal *terminal); /* presents that changed something */
const char *terminal_memory_copied(const struct terminal *terminal); /* "" before any copy */

#endif
