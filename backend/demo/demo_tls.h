/* The demo's certificate authority, made at start (or taken over from an earlier run); this file writes nothing: everything is PEM text.
 * EC P-256, valid from one hour ago for 30 days. One thread at a time. */
#ifndef DEMO_DEMO_TLS_H
#define DEMO_DEMO_TLS_H

#include <stdint.h>

#include "base/error.h"

struct demo_tls;

struct demo_tls_pair {
    char *certificate_pem; /* owned */
    char *key_pem;         /* owned */
};

enum status demo_tls_new(struct demo_tls **ret, struct error *err);
/* The authority of an earlier run, so that clients of that run trust this one too. STATUS_INVALID: the texts do not belong together. */
enum status demo_tls_load(struct demo_tls **ret, const char *ca_pem, const char *key_pem, struct error *err);
char *demo_tls_ca_key_pem(const struct demo_tls *tls); /* caller frees */
void demo_tls_free(struct demo_tls *tls);
const char *demo_tls_ca_pem(const struct demo_tls *tls); /* lives as long as tls */

/* Certificate for 127.0.0.1, ::1, localhost and the `names` (ends with NULL; NULL allowed). */
enum status demo_tls_server_pair(struct demo_tls *tls, const char *const *names, struct demo_tls_pair *ret,
                                 struct error *err);

/* Client certificate: CN is the user, O entries the groups (ends with NULL). lifetime_ms may be negative: expired. */
enum status demo_tls_client_pair(struct demo_tls *tls, const char *user, const char *const *groups,
                                 int64_t lifetime_ms, struct demo_tls_pair *ret, struct error *err);
void demo_tls_pair_clear(struct demo_tls_pair *pair);

#endif
