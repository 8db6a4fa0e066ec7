/* Questions about rights: SelfSubjectAccessReview, SelfSubjectRulesReview, SubjectAccessReview, SelfSubjectReview. */
#ifndef DEMO_DEMO_REVIEW_H
#define DEMO_DEMO_REVIEW_H

#include "demo/demo_call.h"

/* Answers a POST to /apis/GROUP/v1/[namespaces/NS/]RESOURCE. False: there is no such review. */
bool demo_review_reply(struct demo_call *call, const char *group, const char *version, const char *resource);

#endif
