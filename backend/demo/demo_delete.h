/* DELETE over the API: preconditions, dry run, finalizers, and what the garbage collector removes with the object. */
#ifndef DEMO_DEMO_DELETE_H
#define DEMO_DEMO_DELETE_H

#include "demo/demo_call.h"

void demo_delete_reply(struct demo_call *call);

#endif
