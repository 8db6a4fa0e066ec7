/* The full-screen console: opens configuration, terminal and feeds, runs until the user leaves, gives everything back. */
#ifndef APP_CONSOLE_H
#define APP_CONSOLE_H

#include <stdbool.h>

#include "sovereign/sovereign.h"

struct console_options {
    struct sovereign_options sovereign;
    const char *theme;   /* name or file; NULL: the configuration's, else "dark" */
    const char *keymap;  /* file; NULL: the configuration's, else built in */
    const char *journal; /* file; NULL: the default place */
    const char *log;     /* file for diagnostics; NULL: none */
    bool ascii, mono;
};

/* Returns the process's exit code. The caller has set the locale. Blocks signals before any thread is started. */
int console_run(const struct console_options *options);

#endif
