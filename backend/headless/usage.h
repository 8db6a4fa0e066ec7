/* Help texts, made from the command table. Pure: they append to a buffer. */
#ifndef HEADLESS_USAGE_H
#define HEADLESS_USAGE_H

#include "base/bytebuf.h"
#include "headless/command.h"

void usage_overview(struct bytebuf *out);
void usage_group(struct bytebuf *out, const char *word); /* the commands that begin with this word */
void usage_command(struct bytebuf *out, const struct command *command);

#endif
