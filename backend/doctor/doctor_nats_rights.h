/* What this identity may do at NATS, by doing it: each question that sovdeck asks, and following the events. Inside the doctor only. */
#ifndef DOCTOR_DOCTOR_NATS_RIGHTS_H
#define DOCTOR_DOCTOR_NATS_RIGHTS_H

#include "doctor/doctor_look.h"

/* A line per question that is not permitted (one for all when all are), a line for the events, and the fact "rights". `stream`: the
 * events'; "" when there is none. Leaves nothing behind: a consumer is ephemeral and goes with the connection. */
void doctor_nats_rights_note(struct doctor_look *look, struct nats_link *link, const char *stream);

#endif
