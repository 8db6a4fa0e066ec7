/* The man page and the Markdown reference, made from the command table. Pure: they append to a buffer. */
#ifndef HEADLESS_MANUAL_H
#define HEADLESS_MANUAL_H

#include "base/bytebuf.h"

void manual_page(struct bytebuf *out);
void manual_markdown(struct bytebuf *out);

#endif
