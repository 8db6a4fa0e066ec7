/* The door of the command line: finds the subcommand, runs it, gives the exit code (base/error.h). The console and the demo
 * live in layers this one does not know; main gives them as hooks. */
#ifndef HEADLESS_HEADLESS_H
#define HEADLESS_HEADLESS_H

#include "headless/arguments.h"

struct headless_hooks {
    int (*console)(const struct arguments *arguments); /* exit code; NULL: this build has no console */
    int (*demo)(const struct arguments *arguments);    /* exit code; NULL: this build has no demo */
};

/* Main thread; nothing was initialised before but the locale. Returns the process's exit code. */
int headless_main(int argc, char **argv, const struct headless_hooks *hooks);

#endif
