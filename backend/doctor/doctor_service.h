/* Who we are at an HTTP service of the profile (Gitea, OpenBao), and how long a token lasts. Inside the doctor only. */
#ifndef DOCTOR_DOCTOR_SERVICE_H
#define DOCTOR_DOCTOR_SERVICE_H

#include "doctor/doctor_look.h"
#include "transport/tls_identity.h"

#define DOCTOR_SERVICE_TOKEN_PATIENCE_MS 5000 /* a token command; what is left of the patience is for the service */
#define DOCTOR_SERVICE_SOON_MS ((int64_t)10 * 60 * 1000)

struct doctor_service {
    struct tls_identity *identity;
    bool has_token; /* it carries one */
    bool is_refused; /* a token is configured, and could not be had: a bad line says why */
};

/* The identity for `service`, its token read from the file or printed by the command; blocks on it. `part` is the profile's word:
 * "gitea". False, with a bad line: nothing can be asked. doctor_service_done in any case. */
bool doctor_service_open(struct doctor_look *look, const struct profile_service *service, const char *part, struct doctor_service *ret);
void doctor_service_done(struct doctor_service *service);

/* Where the token of `service` comes from, for remedies: "gitea.token-file", "gitea.token-command". */
void doctor_service_token_key(const struct profile_service *service, const char *part, char *out, size_t size);

/* Adds the line `name`: until when something lasts; a warning below DOCTOR_SERVICE_SOON_MS, bad when it is over; and the fact
 * "expiresAt". expires_ms TIMESTAMP_NONE: `unknown` is said. */
void doctor_service_note_end(struct diagnosis_section *section, const char *name, const char *what, int64_t expires_ms, int64_t now_ms,
                             const char *unknown, const char *remedy);

#endif
