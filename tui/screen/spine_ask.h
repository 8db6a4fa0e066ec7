/* A question that a Spine screen asks again every 5 s while it is looked at: on the link's worker, answered through the inbox. UI
 * thread. */
#ifndef SCREEN_SPINE_ASK_H
#define SCREEN_SPINE_ASK_H

#include "screen/screen.h"
#include "spine/spine_facts.h"
#include "spine/spine_message.h"

struct spine_ask;

/* `stream` NULL: the streams; else the stream's consumers. */
struct spine_ask *spine_ask_new(struct screen_host *host, const char *stream);
void spine_ask_free(struct spine_ask *ask); /* an answer under way does nothing; NULL is fine */

/* Asks when it is time; true when an answer has come since the last turn. Call it from recalc. */
bool spine_ask_turn(struct spine_ask *ask);
void spine_ask_take_streams(struct spine_ask *ask, struct spine_streams *ret);
void spine_ask_take_consumers(struct spine_ask *ask, struct spine_consumers *ret);

bool spine_ask_is_answered(const struct spine_ask *ask); /* at least once */
const char *spine_ask_problem(const struct spine_ask *ask); /* why there is no (fresh) answer; "" for none */

#endif
