/* The truth board as text and JSON, for `sovdeck cutover status [-o json]`. */
#ifndef CUTOVER_TRUTH_TEXT_H
#define CUTOVER_TRUTH_TEXT_H

#include "base/bytebuf.h"
#include "truth/truth_board.h"

#define TRUTH_TEXT_MAXIMUM ((size_t)1 << 20)

/* Head line, table (one row per step), then warnings and the last error. Columns line up for a terminal of any width. */
void truth_text_table(const struct truth_board *board, struct bytebuf *out);

/* Schema "sovdeck.cutover/1": claim, steps in order each with claim, measurement per region and verdict, counts. */
void truth_text_json(const struct truth_board *board, struct bytebuf *out);

/* "16m02s", "45s", "1h04m"; "" for a negative time. */
void truth_text_elapsed(char *out, size_t size, int64_t elapsed_ms);

#endif
