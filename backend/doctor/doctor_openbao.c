/* OpenBao under examination: initialised, unsealed, and what the token is worth. Its answers name the token itself; of them only
 * whose it is, its policies and its end are read (openbao.org/api-docs: sys/health, auth/token/lookup-self). */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "doctor/doctor_look.h"
#include "doctor/doctor_probe.h"
#include "doctor/doctor_service.h"

#define POLICIES_TEXT_MAX 400

/* The codes of sys/health only repeat the body (429 standby, 501 not initialised, 503 sealed), which all of them have. True: it can be
 * asked about tokens. */
static bool note_health(struct doctor_look *look, const struct doctor_answer *answer)
{
    json_t *health = json_loadb(bytebuf_text(&answer->body), answer->body.length, 0, NULL);
    const json_t *initialised = json_object_get(health, "initialized"), *sealed = json_object_get(health, "sealed");
    const char *version = json_string_value(json_object_get(health, "version"));
    bool is_standby = json_is_true(json_object_get(health, "standby")), works = false;
    if (!json_is_boolean(initialised) || !json_is_boolean(sealed)) {
        diagnosis_bad(look->section, "health", STATUS_INVALID, "what answers there is no OpenBao (%d %s)", answer->code,
                      http_response_reason(answer->code));
        diagnosis_remedy(look->section, "check openbao.url of the configuration");
        json_decref(health);
        return false;
    }
    diagnosis_fact_text(look->section, "serverVersion", version != NULL ? version : "");
    diagnosis_fact(look->section, "initialised", json_boolean(json_is_true(initialised)));
    diagnosis_fact(look->section, "sealed", json_boolean(json_is_true(sealed)));
    diagnosis_note(look->section, "version", DIAGNOSIS_OK, "OpenBao %s", version != NULL ? version : "of a version it does not tell");
    if (json_is_false(initialised)) {
        diagnosis_bad(look->section, "health", STATUS_UNREACHABLE, "not initialised: it holds nothing and has no keys");
        diagnosis_remedy(look->section, "initialise it once ('bao operator init'), or look at HelmRelease bp-openbao, whose job does that");
    } else if (json_is_true(sealed)) {
        diagnosis_bad(look->section, "health", STATUS_UNREACHABLE, "sealed: no secret can be read, external-secrets and certificates stop renewing");
        diagnosis_remedy(look->section, "unseal it ('bao operator unseal'), or look at Deployment openbao/openbao-unseal-reconciler");
    } else {
        works = true;
        diagnosis_note(look->section, "health", DIAGNOSIS_OK, "initialised, unsealed, %s", is_standby ? "standby" : "active");
    }
    json_decref(health);
    return works;
}

static void join_policies(const json_t *policies, char *out, size_t size)
{
    size_t i, used = 0;
    json_t *policy;
    out[0] = '\0';
    json_array_foreach(policies, i, policy)
    {
        const char *name = json_string_value(policy);
        int written = name != NULL ? snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", name) : 0;
        used = used + (size_t)written < size ? used + (size_t)written : size - 1;
    }
}

static void note_token(struct doctor_look *look, const json_t *data, const char *key)
{
    char policies[POLICIES_TEXT_MAX], remedy[200];
    const char *name = json_string_value(json_object_get(data, "display_name")), *end = json_string_value(json_object_get(data, "expire_time"));
    int64_t now_ms = clock_wall_ms(), ttl_s = json_integer_value(json_object_get(data, "ttl"));
    int64_t expires_ms = end != NULL ? timestamp_parse(span_of(end)) : TIMESTAMP_NONE;
    if (expires_ms == TIMESTAMP_NONE && ttl_s > 0)
        expires_ms = now_ms + ttl_s * 1000;
    join_policies(json_object_get(data, "policies"), policies, sizeof policies);
    diagnosis_fact_text(look->section, "user", name != NULL ? name : "");
    diagnosis_fact(look->section, "policies", json_is_array(json_object_get(data, "policies")) ? json_deep_copy(json_object_get(data, "policies"))
                                                                                           : json_array());
    diagnosis_note(look->section, "identity", DIAGNOSIS_OK, "%s by token; policies %s", name != NULL && name[0] != '\0' ? name : "(no name)",
                   policies[0] != '\0' ? policies : "none");
    snprintf(remedy, sizeof remedy, "renew the token ('bao token renew'), or put a new one into %s", key);
    doctor_service_note_end(look->section, "token", "accepted", expires_ms, now_ms, "it does not end", remedy);
}

static void note_login(struct doctor_look *look, const char *base, struct tls_identity *identity, const char *key)
{
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/v1/auth/token/lookup-self", base);
    struct doctor_answer answer;
    struct error problem;
    enum status status = doctor_probe_get(look, url, identity, &answer, &problem);
    json_t *document = json_loadb(bytebuf_text(&answer.body), answer.body.length, 0, NULL);
    const json_t *data = json_object_get(document, "data");
    if (status != STATUS_OK) {
        doctor_look_fail(look, "identity", &problem);
    } else if (answer.code == 200 && json_is_object(data)) {
        note_token(look, data, key);
    } else if (answer.code == 401 || answer.code == 403) {
        diagnosis_bad(look->section, "identity", STATUS_UNAUTHENTICATED, "the token is not accepted (%d)", answer.code);
        diagnosis_remedy(look->section, "it may have ended or been revoked: log in again ('bao login') and put the new token into %s", key);
    } else {
        diagnosis_bad(look->section, "identity", STATUS_INVALID, "lookup-self answers %d %s", answer.code, http_response_reason(answer.code));
    }
    json_decref(document);
    doctor_probe_done(&answer);
}

void doctor_openbao_examine(struct doctor_look *look)
{
    const struct profile_sovereign *profile = look->options->sovereign->profile;
    const struct profile_service *bao = profile != NULL && profile->has_openbao ? &profile->openbao : NULL;
    struct doctor_service service = {0};
    struct doctor_answer answer;
    char key[64];
    if (bao == NULL || (bao->url == NULL && bao->problem == NULL)) {
        diagnosis_note(look->section, "configured", DIAGNOSIS_OFF, "no: whether secrets are sealed is not looked at");
        return;
    }
    if (doctor_service_open(look, bao, "openbao", &service)) {
        CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/v1/sys/health", bao->url);
        struct doctor_target target = {.url = url, .identity = service.identity, .ca_key = "openbao.ca-file of the configuration"};
        doctor_service_token_key(bao, "openbao", key, sizeof key);
        bool works = doctor_probe(look, &target, &answer) && note_health(look, &answer);
        if (works && service.has_token)
            note_login(look, bao->url, service.identity, key);
        else if (works && !service.is_refused)
            diagnosis_note(look->section, "identity", DIAGNOSIS_OFF, "no token is configured");
        doctor_probe_done(&answer);
    }
    doctor_service_done(&service);
}
