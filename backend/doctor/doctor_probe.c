/* One address: a first look with the handshake in view, then samples of the latency; see doctor_probe.h. Nothing goes over an
 * unverified connection but a bare request without credentials, made to see the certificate that was not accepted. */
#include "doctor/doctor_probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "doctor/doctor_certificate.h"
#include "doctor/doctor_clock.h"

#define CONNECT_TIMEOUT_MS 3000
#define ANSWER_TIMEOUT_MS 4000
#define FRESH_SAMPLES 3 /* connections */
#define WARM_SAMPLES 5  /* requests on a kept one */
#define SAMPLING_MS 2500
#define SLOW_US 1000000
#define BODY_MAXIMUM ((size_t)256 << 10)

struct samples {
    int64_t connect_us[FRESH_SAMPLES], tls_us[FRESH_SAMPLES], request_us[WARM_SAMPLES];
    size_t fresh, warm;
};

static enum status fetch(struct doctor_look *look, const struct doctor_target *target, struct tls_identity *identity, bool want_peer,
                         struct http_response *response, struct error *err)
{
    struct http_request request = {.url = target->url, .identity = identity, .proxy = target->proxy, .want_peer = want_peer,
                                   .connect_timeout_ms = CONNECT_TIMEOUT_MS, .total_timeout_ms = ANSWER_TIMEOUT_MS};
    http_response_init(response, BODY_MAXIMUM);
    return http_thread_fetch(look->options->sovereign->thread, &request, look->stop, response, err);
}

static void take_fresh(struct samples *samples, const struct http_response *response)
{
    samples->connect_us[samples->fresh] = response->timing.lookup_us + response->timing.connect_us;
    samples->tls_us[samples->fresh++] = response->timing.tls_us;
}

static void sample(struct doctor_look *look, const struct doctor_target *target, struct samples *samples)
{
    int64_t until_ms = doctor_look_now() + SAMPLING_MS;
    struct http_response response;
    while (samples->fresh < FRESH_SAMPLES && doctor_look_now() < until_ms) {
        if (fetch(look, target, target->identity, true, &response, NULL) == STATUS_OK)
            take_fresh(samples, &response);
        else
            until_ms = 0;
        http_response_done(&response);
    }
    for (size_t i = 0; i <= WARM_SAMPLES && samples->warm < WARM_SAMPLES && doctor_look_now() < until_ms; i++) {
        if (fetch(look, target, target->identity, false, &response, NULL) != STATUS_OK)
            until_ms = 0;
        else if (response.timing.reused)
            samples->request_us[samples->warm++] = response.timing.request_us;
        http_response_done(&response);
    }
}

static int order(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

static int64_t median(int64_t *values, size_t count)
{
    qsort(values, count, sizeof values[0], order);
    return count == 0 ? 0 : values[count / 2];
}

static void note_latency(struct doctor_look *look, struct samples *samples, int64_t first_request_us)
{
    int64_t connect_us = median(samples->connect_us, samples->fresh), tls_us = median(samples->tls_us, samples->fresh);
    int64_t request_us = samples->warm > 0 ? median(samples->request_us, samples->warm) : first_request_us;
    diagnosis_fact(look->section, "latency",
                   json_pack("{s:I,s:I,s:I,s:I,s:I}", "connectUs", (json_int_t)connect_us, "tlsUs", (json_int_t)tls_us, "requestUs",
                             (json_int_t)request_us, "connections", (json_int_t)samples->fresh, "requests",
                             (json_int_t)(samples->warm > 0 ? samples->warm : 1)));
    enum diagnosis_result result = request_us > SLOW_US ? DIAGNOSIS_WARNING : DIAGNOSIS_OK;
    diagnosis_note(look->section, "latency", result, "connect %.1f ms, TLS %.1f ms, request %.1f ms (medians of %zu and %zu)",
                   (double)connect_us / 1000, (double)tls_us / 1000, (double)request_us / 1000, samples->fresh,
                   samples->warm > 0 ? samples->warm : 1);
    if (result == DIAGNOSIS_WARNING)
        diagnosis_remedy(look->section, "the link or the server is slow: run sovdeck nearer to the Sovereign, or look at the API server's load");
}

static void note_protocol(struct doctor_look *look, const struct http_response *response)
{
    const struct http_peer *peer = &response->peer;
    diagnosis_fact_text(look->section, "protocol", response->head.protocol);
    if (peer->tls_version[0] == '\0')
        diagnosis_note(look->section, "protocol", DIAGNOSIS_WARNING, "%s without TLS: what is sent can be read on the way", response->head.protocol);
    else
        diagnosis_note(look->section, "protocol", DIAGNOSIS_OK, "%s, %s, %s", response->head.protocol, peer->tls_version, peer->cipher);
    if (peer->tls_version[0] == '\0')
        diagnosis_remedy(look->section, "use an https:// address");
}

/* --- what was not accepted --- */

static void advise(struct doctor_look *look, const struct doctor_target *target, const struct http_peer *peer, const char *why)
{
    const struct http_certificate *own = &peer->chain[0];
    int64_t now_ms = clock_wall_ms();
    char day[TIMESTAMP_TEXT_MAX];
    if (own->not_after_ms != TIMESTAMP_NONE && own->not_after_ms < now_ms) {
        diagnosis_remedy(look->section, "renew the server's certificate '%s' (%s)", own->subject, look->renewal);
    } else if (own->not_before_ms != TIMESTAMP_NONE && own->not_before_ms > now_ms) {
        timestamp_format(day, own->not_before_ms);
        diagnosis_remedy(look->section, "the certificate is valid from %s on: set this machine's clock, or have the certificate issued again", day);
    } else if (strstr(why, "another name") != NULL) {
        diagnosis_remedy(look->section, "address the server by a name its certificate has (%s)%s%s", own->names[0] != '\0' ? own->names : "none",
                         target->name_key != NULL ? ", or name one of them as " : "", target->name_key != NULL ? target->name_key : "");
    } else {
        diagnosis_remedy(look->section, "put the CA '%s' into %s, if you expect that issuer", peer->chain[peer->chain_count - 1].issuer,
                         target->ca_key);
    }
}

/* Sees the refused certificate over a connection that sends nothing worth hiding. */
static void look_at_refused(struct doctor_look *look, const struct doctor_target *target, const char *why)
{
    struct tls_identity_options options = {.insecure = true};
    struct tls_identity *nobody = NULL;
    struct http_response response;
    if (tls_identity_new(&options, &nobody, NULL) != STATUS_OK)
        return;
    (void)fetch(look, target, nobody, true, &response, NULL);
    if (response.peer.known) {
        advise(look, target, &response.peer, why);
        doctor_certificate_chain(look, &response.peer, false);
    }
    http_response_done(&response);
    tls_identity_unref(nobody);
}

static void note_trust(struct doctor_look *look, const struct doctor_target *target)
{
    if (target->identity == NULL || !tls_identity_is_insecure(target->identity))
        return;
    diagnosis_note(look->section, "trust", DIAGNOSIS_WARNING, "the server's certificate is not verified: anybody could answer in its place");
    diagnosis_remedy(look->section, "take insecure-skip-tls-verify out and put the CA into %s", target->ca_key);
}

bool doctor_probe(struct doctor_look *look, const struct doctor_target *target, struct doctor_answer *answer)
{
    struct http_response response;
    struct samples samples = {0};
    struct error problem;
    *answer = (struct doctor_answer){0};
    bytebuf_init(&answer->body, BODY_MAXIMUM);
    diagnosis_fact_text(look->section, "address", target->url);
    enum status status = fetch(look, target, target->identity, true, &response, &problem);
    if (status != STATUS_OK) {
        doctor_look_fail(look, "reachable", &problem);
        if (status == STATUS_UNTRUSTED)
            look_at_refused(look, target, problem.text);
        http_response_done(&response);
        return false;
    }
    int64_t received_ms = clock_wall_ms();
    diagnosis_note(look->section, "reachable", DIAGNOSIS_OK, "%s", target->url);
    note_trust(look, target);
    note_protocol(look, &response);
    doctor_certificate_chain(look, &response.peer, target->identity == NULL || !tls_identity_is_insecure(target->identity));
    doctor_clock_note(look->section, response.head.date_ms, received_ms, response.timing.request_us / 1000);
    take_fresh(&samples, &response);
    if (!target->is_quick)
        sample(look, target, &samples);
    note_latency(look, &samples, response.timing.request_us);
    answer->code = response.head.code;
    bytebuf_append_span(&answer->body, bytebuf_span(&response.body));
    http_response_done(&response);
    return true;
}

enum status doctor_probe_get(struct doctor_look *look, const char *url, struct tls_identity *identity, struct doctor_answer *answer,
                             struct error *err)
{
    struct doctor_target target = {.url = url, .identity = identity};
    struct http_response response;
    enum status status = fetch(look, &target, identity, false, &response, err);
    *answer = (struct doctor_answer){.code = status == STATUS_OK ? response.head.code : 0};
    bytebuf_init(&answer->body, BODY_MAXIMUM);
    bytebuf_append_span(&answer->body, bytebuf_span(&response.body));
    snprintf(answer->type, sizeof answer->type, "%s", response.head.content_type);
    http_response_done(&response);
    return status;
}

void doctor_probe_done(struct doctor_answer *answer)
{
    bytebuf_done(&answer->body);
}
