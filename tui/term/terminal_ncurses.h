/* The real terminal, by ncurses. One at a time per process. LC_CTYPE must be set (setlocale) before. */
#ifndef TERM_TERMINAL_NCURSES_H
#define TERM_TERMINAL_NCURSES_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "term/terminal.h"

struct terminal_ncurses_options {
    const char *term;  /* NULL: $TERM */
    FILE *out, *in;    /* NULL: stdout, stdin */
    const struct theme *theme; /* NULL: the dark one */
    bool ascii;        /* only ASCII characters, whatever the locale */
    bool mono;         /* no colours; also by NO_COLOR in the environment */
};

/* STATUS_UNSUPPORTED when TERM is unknown or cannot address the cursor, STATUS_IO when out is no terminal at all and
 * no size is known. */
enum status terminal_ncurses_open(const struct terminal_ncurses_options *options, struct terminal **ret_terminal,
                                  struct error *err);

#endif
