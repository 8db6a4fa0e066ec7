/* Small builders for Kubernetes documents of the demo: metadata with an age, conditions with an age. Pure functions. */
#ifndef DEMO_DEMO_BUILD_H
#define DEMO_DEMO_BUILD_H

#include <jansson.h>
#include <stdint.h>

#define DEMO_BUILD_HOUR 3600
#define DEMO_BUILD_DAY 86400

/* RFC 3339 of now minus `seconds`. New reference. */
json_t *demo_build_ago(int64_t seconds);

/* {"metadata": {...}} created `age_seconds` ago; name_space NULL: cluster-scoped. Takes `labels` (NULL: none). */
json_t *demo_build_object(const char *name_space, const char *name, json_t *labels, int64_t age_seconds);

/* Appends a condition to status.conditions, last changed `age_seconds` ago, with observedGeneration when >= 0. */
void demo_build_condition(json_t *document, const char *type, const char *status, const char *reason,
                          const char *message, int64_t age_seconds, json_int_t observed_generation);

/* Makes `time` (borrowed) the lastTransitionTime of every condition. */
void demo_build_date_conditions(json_t *document, json_t *time);

/* Appends {"apiVersion","kind","name","uid","controller":true} to metadata.ownerReferences. */
void demo_build_owner(json_t *document, const json_t *owner);

/* "sha256:..." of the value's text. Caller frees. */
char *demo_build_digest(const json_t *value);

/* {"key": text} in base64, for Secret data. Takes nothing; returns the base64 text as a new JSON string. */
json_t *demo_build_base64(const char *text);

/* Decoded text of a base64 string; caller frees; NULL when not base64. */
char *demo_build_unbase64(const char *text);

#endif
