/* This machine's part of the doctor: configuration, folders, journal, terminal, libraries. */
#ifndef DOCTOR_DOCTOR_LOCAL_H
#define DOCTOR_DOCTOR_LOCAL_H

#include "doctor/doctor.h"

void doctor_local_configuration(const struct doctor_options *options, struct diagnosis *diagnosis);
void doctor_local_machine(const struct doctor_options *options, struct diagnosis *diagnosis);

#endif
