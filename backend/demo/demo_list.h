/* GET of one object and LIST with limit, continue, selectors and the three forms. */
#ifndef DEMO_DEMO_LIST_H
#define DEMO_DEMO_LIST_H

#include "demo/demo_call.h"
#include "demo/demo_form.h"
#include "demo/demo_selector.h"

void demo_list_get(struct demo_call *call);
void demo_list_reply(struct demo_call *call);

/* Both selectors of the call; false: it has been refused. Clear with demo_selector_clear either way. */
bool demo_list_selectors(struct demo_call *call, struct demo_selector *selector);

/* Replies with one object in the form the client asked for. */
void demo_list_reply_object(struct demo_call *call, int code, const struct demo_object *object);

#endif
