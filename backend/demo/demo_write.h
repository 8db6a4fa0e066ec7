/* Create, update and patch over the API, with dry run, conflicts and field managers. */
#ifndef DEMO_DEMO_WRITE_H
#define DEMO_DEMO_WRITE_H

#include "demo/demo_call.h"

void demo_write_create(struct demo_call *call);
void demo_write_update(struct demo_call *call);
void demo_write_patch(struct demo_call *call);

#endif
