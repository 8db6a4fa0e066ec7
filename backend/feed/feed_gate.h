/* Counts what of the feeds still lives on other threads, so that stopping can wait for the last of it. Any thread. */
#ifndef FEED_FEED_GATE_H
#define FEED_FEED_GATE_H

struct feed_gate;

struct feed_gate *feed_gate_new(void);
void feed_gate_free(struct feed_gate *gate);
void feed_gate_enter(struct feed_gate *gate);
void feed_gate_leave(struct feed_gate *gate);
void feed_gate_wait(struct feed_gate *gate); /* until everybody who entered has left */

#endif
