/* Checks every source of truth of a Sovereign: reachable, trusted, as whom, with which rights. Main thread; blocks. */
#ifndef HEADLESS_DOCTOR_FEEDS_H
#define HEADLESS_DOCTOR_FEEDS_H

#include "headless/diagnosis.h"
#include "headless/session.h"

void doctor_feeds_check(const struct session *session, struct diagnosis *diagnosis);

#endif
