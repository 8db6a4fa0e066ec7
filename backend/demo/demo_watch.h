/* WATCH: one JSON event per line, from a resourceVersion on, with selectors, bookmarks and the three forms. */
#ifndef DEMO_DEMO_WATCH_H
#define DEMO_DEMO_WATCH_H

#include "demo/demo_call.h"

#define DEMO_WATCH_BOOKMARK_MS 60000 /* of the injectable clock */

void demo_watch_reply(struct demo_call *call);

#endif
