/* Reading one object in two regions for the compare screen: begun on the UI thread, done on the worker. */
#ifndef SCREEN_COMPARE_LOAD_H
#define SCREEN_COMPARE_LOAD_H

#include "resource/compare_fetch.h"
#include "screen/screen.h"

#define COMPARE_LOAD_SIDES 2

struct compare_load;

/* Starts reading. Never NULL; what cannot be started is done with its reason. */
struct compare_load *compare_load_new(struct screen_host *host, const struct screen_object *object, int left, int right);
void compare_load_free(struct compare_load *load); /* what is under way ends by itself; NULL is fine */

bool compare_load_is_done(const struct compare_load *load);
const struct compare_side *compare_load_side(const struct compare_load *load, size_t side); /* once it is done */

#endif
