/* Kinds a server has, and the rights of each capability: two parts of a region's examination. Inside the doctor only. */
#ifndef DOCTOR_DOCTOR_RIGHTS_H
#define DOCTOR_DOCTOR_RIGHTS_H

#include "doctor/doctor_look.h"
#include "sovereign/capability_check.h"

/* The lines "kinds" and the fact "kinds". */
void doctor_rights_kinds(struct doctor_look *look, struct kube_client *client);

/* A line for each capability and the fact "rights". `user` is whom a rule would be bound to. */
void doctor_rights_ask(struct doctor_look *look, struct kube_client *client, const char *user);

/* The lines alone, from answers that are there. Pure. */
void doctor_rights_note(struct diagnosis_section *section, const struct capability_answer *answers, size_t count, const char *user);

#endif
