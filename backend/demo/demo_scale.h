/* The scale subresource of workloads: GET, PUT and PATCH. */
#ifndef DEMO_DEMO_SCALE_H
#define DEMO_DEMO_SCALE_H

#include "demo/demo_call.h"

void demo_scale_reply(struct demo_call *call);

#endif
