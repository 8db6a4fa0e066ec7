/* Contexts of the nats CLI: $XDG_CONFIG_HOME/nats/context/NAME.json, and context.txt with the name of the selected one. Only read. */
#ifndef SOVEREIGN_NATS_CONTEXT_H
#define SOVEREIGN_NATS_CONTEXT_H

#include "sovereign/nats_target.h"

/* Fills `target` from the context: a name, "current" for the selected one, or a file with a slash in it. Keys that are set and not
 * supported are named in target->unsupported; a file that is missing or cannot be read is target->error. */
void nats_context_read(const char *name, struct nats_target *target);

#endif
