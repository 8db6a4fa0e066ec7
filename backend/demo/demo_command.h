/* `sovdeck demo`: serve a demo Sovereign, or serve one and open the console on it. */
#ifndef DEMO_DEMO_COMMAND_H
#define DEMO_DEMO_COMMAND_H

#include <stdbool.h>

struct demo_command_options {
    bool serve_only;
    const char *folder;                  /* NULL: a temporary one, removed at the end */
    const char *scenario, *scale, *speed, *seed, *port_base; /* words of the command line; NULL: not given */
    const char *theme, *keymap;                              /* for the console; NULL: not given */
    bool ascii, mono;                                        /* for the console */
};

/* Main thread, before any other thread. Returns the process's exit code; errors are on stderr. */
int demo_command_execute(const struct demo_command_options *options);

#endif
