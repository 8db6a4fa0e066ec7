/* What this identity may do at NATS, by doing it: each question that sovdeck asks, and following the events. Inside the doctor only. */
#ifndef DOCTOR_DOCTOR_NATS_RIGHTS_H
#define DOCTOR_DOCTOR_NATS_RIGHTS_H

#include "doctor/doctor_look.h"

struct doctor_nats_rights;

/* Begins to follow the events: what comes of it is told in doctor_nats_rights_end, so that other questions need not wait. Leaves nothing
 * behind: a consumer is ephemeral and goes with the connection. */
struct doctor_nats_rights *doctor_nats_rights_new(struct nats_link *link);

/* A line per question that is not permitted (one for all when all are), a line for the events, and the fact "rights"; frees. `stream`:
 * the events'; "" when there is none. */
void doctor_nats_rights_end(struct doctor_nats_rights *rights, struct doctor_look *look, struct nats_link *link, const char *stream);

#endif
