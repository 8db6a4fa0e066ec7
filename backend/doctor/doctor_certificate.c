/* Chains and expiry in words; see doctor_certificate.h. */
#include "doctor/doctor_certificate.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "base/clock.h"
#include "base/timestamp.h"

enum diagnosis_result doctor_certificate_weigh(int64_t not_after_ms, int64_t now_ms)
{
    if (not_after_ms == TIMESTAMP_NONE)
        return DIAGNOSIS_WARNING;
    int64_t left_ms = not_after_ms - now_ms;
    return left_ms < DOCTOR_CERTIFICATE_NOW_MS ? DIAGNOSIS_BAD : left_ms < DOCTOR_CERTIFICATE_SOON_MS ? DIAGNOSIS_WARNING : DIAGNOSIS_OK;
}

void doctor_certificate_validity(int64_t not_after_ms, int64_t now_ms, char *out, size_t size)
{
    char until[TIMESTAMP_TEXT_MAX], age[TIMESTAMP_TEXT_MAX];
    if (not_after_ms == TIMESTAMP_NONE) {
        snprintf(out, size, "its end could not be read");
        return;
    }
    timestamp_format(until, not_after_ms);
    timestamp_format_age(age, not_after_ms > now_ms ? not_after_ms - now_ms : now_ms - not_after_ms);
    if (not_after_ms > now_ms)
        snprintf(out, size, "until %.10s (%s left)", until, age);
    else
        snprintf(out, size, "expired %s ago (%.10s)", age, until);
}

static json_t *time_fact(int64_t at_ms)
{
    char text[TIMESTAMP_TEXT_MAX];
    timestamp_format(text, at_ms);
    return json_string(text);
}

static json_t *peer_fact(const struct http_peer *peer)
{
    json_t *chain = json_array();
    for (size_t i = 0; i < peer->chain_count; i++) {
        const struct http_certificate *one = &peer->chain[i];
        json_array_append_new(chain, json_pack("{s:s,s:s,s:s,s:o,s:o}", "subject", one->subject, "issuer", one->issuer, "names", one->names,
                                               "notBefore", time_fact(one->not_before_ms), "notAfter", time_fact(one->not_after_ms)));
    }
    return json_pack("{s:s,s:s,s:o}", "version", peer->tls_version, "cipher", peer->cipher, "chain", chain);
}

static void write_chain(const struct http_peer *peer, struct bytebuf *out)
{
    for (size_t i = 0; i < peer->chain_count; i++)
        bytebuf_printf(out, "%s%s", i > 0 ? " <- " : "", peer->chain[i].subject);
    const struct http_certificate *last = &peer->chain[peer->chain_count - 1];
    if (strcmp(last->subject, last->issuer) == 0)
        bytebuf_append_text(out, peer->chain_count == 1 ? " (signed by itself)" : " (root)");
    else
        bytebuf_printf(out, " <- %s%s", last->issuer, peer->chain_left_out > 0 ? " ..." : "");
}

/* The one of the chain that ends first. */
static const struct http_certificate *first_to_end(const struct http_peer *peer)
{
    const struct http_certificate *first = &peer->chain[0];
    for (size_t i = 1; i < peer->chain_count; i++)
        if (peer->chain[i].not_after_ms != TIMESTAMP_NONE &&
            (first->not_after_ms == TIMESTAMP_NONE || peer->chain[i].not_after_ms < first->not_after_ms))
            first = &peer->chain[i];
    return first;
}

void doctor_certificate_chain(struct doctor_look *look, const struct http_peer *peer, bool proven)
{
    if (!peer->known)
        return;
    int64_t now_ms = clock_wall_ms();
    CLEANUP(bytebuf_done) struct bytebuf chain;
    bytebuf_init(&chain, 8192);
    write_chain(peer, &chain);
    diagnosis_fact(look->section, "tls", peer_fact(peer));
    const struct http_certificate *first = first_to_end(peer);
    enum diagnosis_result result = doctor_certificate_weigh(first->not_after_ms, now_ms);
    char validity[96];
    doctor_certificate_validity(first->not_after_ms, now_ms, validity, sizeof validity);
    const char *whose = first == &peer->chain[0] ? "" : first->subject, *of = whose[0] != '\0' ? " of " : "";
    if (result == DIAGNOSIS_BAD)
        diagnosis_bad(look->section, "certificate", STATUS_UNTRUSTED, "%s, %s%s%s", bytebuf_text(&chain), validity, of, whose);
    else
        diagnosis_note(look->section, "certificate", result, "%s, %s%s%s%s", bytebuf_text(&chain), validity, of, whose,
                       proven ? "" : " (not verified)");
    if (result != DIAGNOSIS_OK)
        diagnosis_remedy(look->section, "renew the server's certificate '%s' (%s)", first->subject, look->renewal);
}

void doctor_certificate_own(struct doctor_look *look, struct tls_identity *identity)
{
    struct tls_identity_summary summary;
    char validity[96];
    if (identity == NULL)
        return;
    tls_identity_summary(identity, &summary);
    if (!summary.has_certificate)
        return;
    int64_t now_ms = clock_wall_ms();
    enum diagnosis_result result = doctor_certificate_weigh(summary.certificate_not_after_ms, now_ms);
    doctor_certificate_validity(summary.certificate_not_after_ms, now_ms, validity, sizeof validity);
    json_t *fact = json_pack("{s:s,s:s,s:o}", "name", summary.certificate_name, "organizations", summary.certificate_groups, "notAfter",
                             time_fact(summary.certificate_not_after_ms));
    diagnosis_fact(look->section, "clientCertificate", fact);
    if (result == DIAGNOSIS_BAD)
        diagnosis_bad(look->section, "own certificate", STATUS_UNAUTHENTICATED, "%s, %s", summary.certificate_name, validity);
    else
        diagnosis_note(look->section, "own certificate", result, "%s, %s", summary.certificate_name, validity);
    if (result != DIAGNOSIS_OK)
        diagnosis_remedy(look->section, "have a new client certificate signed and put it into client-certificate-data and client-key-data "
                         "of the kubeconfig's user");
}
