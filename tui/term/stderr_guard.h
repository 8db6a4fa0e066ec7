/* Keeps stderr off the screen: while it is active, what anybody prints there goes to a file in memory, and is shown (sanitized,
 * its last lines) when the terminal has been given back. */
#ifndef TERM_STDERR_GUARD_H
#define TERM_STDERR_GUARD_H

#include "base/error.h"

enum status stderr_guard_start(struct error *err);
void stderr_guard_stop(void); /* restores stderr and prints what was caught, at most 200 lines; fine when not active */

#endif
