/* What a SelfSubjectRulesReview answers (authorization.k8s.io/v1): the rules that hold for us in one namespace. Pure. */
#ifndef SOVEREIGN_RULES_REVIEW_H
#define SOVEREIGN_RULES_REVIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "decode/json_reader.h"

#define RULES_REVIEW_PATH "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"

/* The request's body for a namespace; false: it does not fit. */
bool rules_review_request(const char *namespace, char *out, size_t size);

/* Whether a rule without resourceNames allows the verb on every object of the resource in that namespace. */
bool rules_review_allows(struct json_value review, const char *verb, const char *group, const char *resource);

/* The answer may lack rules (an authorizer that cannot list them): what it does not name may be allowed all the same. */
bool rules_review_is_incomplete(struct json_value review);

/* Calls `name` for each namespace that a rule names (resourceNames of "namespaces"): it is there, and it is ours to see. */
void rules_review_each_namespace(struct json_value review, void (*name)(void *context, struct span text), void *context);

#endif
