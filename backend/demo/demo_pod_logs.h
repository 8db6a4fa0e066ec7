/* GET .../pods/NAME/log: plain text, with container, follow, tailLines, limitBytes, previous, sinceSeconds, sinceTime and
 * timestamps. */
#ifndef DEMO_DEMO_POD_LOGS_H
#define DEMO_DEMO_POD_LOGS_H

#include "demo/demo_call.h"

void demo_pod_logs_reply(struct demo_call *call);

#endif
