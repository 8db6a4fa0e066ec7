/* What certificates are worth: expiry of a chain or of our own. Inside the doctor only. */
#ifndef DOCTOR_DOCTOR_CERTIFICATE_H
#define DOCTOR_DOCTOR_CERTIFICATE_H

#include "doctor/doctor_look.h"
#include "transport/http_response.h"

#define DOCTOR_CERTIFICATE_SOON_MS ((int64_t)30 * 24 * 3600 * 1000)
#define DOCTOR_CERTIFICATE_NOW_MS ((int64_t)7 * 24 * 3600 * 1000)

/* Good, a warning below 30 days, bad below 7 or when it is over. Pure. */
enum diagnosis_result doctor_certificate_weigh(int64_t not_after_ms, int64_t now_ms);

/* "until 2027-01-02 (98d left)", "expired 3d ago (2026-07-01)". Pure. */
void doctor_certificate_validity(int64_t not_after_ms, int64_t now_ms, char *out, size_t size);

/* The chain as a line "CN=apiserver <- CN=kubernetes, until …" and as the fact "tls". `proven`: the transfer verified it. */
void doctor_certificate_chain(struct doctor_look *look, const struct http_peer *peer, bool proven);

/* The line "own certificate" of the identity, when it has one. */
void doctor_certificate_own(struct doctor_look *look, struct tls_identity *identity);

#endif
