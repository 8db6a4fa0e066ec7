/* An Environment. Health = worst of status.phase and its Applications (domain.md 2.2, 11.4). */
#ifndef ESTATE_ENVIRONMENT_H
#define ESTATE_ENVIRONMENT_H

#include "estate/application.h"

struct environment {
    const struct row *row;
    size_t organization, next_in_organization; /* ESTATE_NONE */
    size_t first_application;                  /* ESTATE_NONE */
    size_t application_count, applications_ready, applications_unknown;
    struct health health;
};

/* `applications` are the estate's, already judged. */
void environment_judge(struct environment *environment, const struct application *applications, const struct store *store);

#endif
