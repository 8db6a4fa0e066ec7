/* Completion scripts for shells, made from the command table. Pure: they append to a buffer. */
#ifndef HEADLESS_COMPLETION_H
#define HEADLESS_COMPLETION_H

#include "base/bytebuf.h"

void completion_bash(struct bytebuf *out);
void completion_zsh(struct bytebuf *out);

#endif
