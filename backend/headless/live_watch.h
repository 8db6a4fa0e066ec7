/* Keeps the store of a snapshot alive: one list-and-watch per kind and region, posted to the main thread. For --watch. */
#ifndef HEADLESS_LIVE_WATCH_H
#define HEADLESS_LIVE_WATCH_H

#include "headless/snapshot.h"

struct live_watch;

/* Watches everything the snapshot wanted, in regions whose client works. Borrowed: both outlive the watch. */
struct live_watch *live_watch_start(struct snapshot *snapshot, const struct session *session);
void live_watch_stop(struct live_watch *watch);

/* Takes in what came; waits up to timeout_ms (real time) when there is nothing. False: interrupted. */
bool live_watch_turn(struct live_watch *watch, int timeout_ms);

#endif
