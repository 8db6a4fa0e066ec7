/* Gitea under examination: reached, a Gitea at all, the token accepted. */
#include <stdio.h>

#include "base/alloc.h"
#include "doctor/doctor_look.h"
#include "doctor/doctor_probe.h"
#include "doctor/doctor_service.h"

/* {"version": "1.22.3"} */
static void note_gitea(struct doctor_look *look, const struct doctor_answer *answer, bool has_token, const char *key)
{
    json_t *document = json_loadb(bytebuf_text(&answer->body), answer->body.length, 0, NULL);
    const char *version = json_is_object(document) ? json_string_value(json_object_get(document, "version")) : NULL;
    if (answer->code == 401 || answer->code == 403) {
        diagnosis_bad(look->section, "identity", STATUS_UNAUTHENTICATED, "gitea answers %d %s", answer->code, http_response_reason(answer->code));
        diagnosis_remedy(look->section, "make a token with read access to the repository (Gitea: Settings, Applications) and put it into %s",
                         key);
    } else if (version == NULL) {
        diagnosis_bad(look->section, "version", STATUS_INVALID, "what answers there is no Gitea (%d %s)", answer->code,
                      http_response_reason(answer->code));
        diagnosis_remedy(look->section, "check gitea.url of the configuration");
    } else {
        diagnosis_fact_text(look->section, "serverVersion", version);
        diagnosis_note(look->section, "version", DIAGNOSIS_OK, "Gitea %s%s", version, has_token ? "" : ", without a token");
    }
    json_decref(document);
}

/* Who the token is. /version answers without one, so that it proves nothing about it. */
static void note_gitea_user(struct doctor_look *look, const char *base, struct tls_identity *identity, const char *key)
{
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/api/v1/user", base);
    struct doctor_answer answer;
    struct error problem;
    if (doctor_probe_get(look, url, identity, &answer, &problem) != STATUS_OK) {
        doctor_look_fail(look, "identity", &problem);
    } else if (answer.code == 200) {
        json_t *document = json_loadb(bytebuf_text(&answer.body), answer.body.length, 0, NULL);
        const char *login = json_is_object(document) ? json_string_value(json_object_get(document, "login")) : NULL;
        diagnosis_fact_text(look->section, "user", login != NULL ? login : "");
        diagnosis_note(look->section, "identity", DIAGNOSIS_OK, "%s by token", login != NULL ? login : "(no name)");
        json_decref(document);
    } else if (answer.code == 401) {
        diagnosis_bad(look->section, "identity", STATUS_UNAUTHENTICATED, "the token is not accepted (401)");
        diagnosis_remedy(look->section, "make a new token (Gitea: Settings, Applications) and put it into %s", key);
    } else if (answer.code == 403) {
        diagnosis_note(look->section, "identity", DIAGNOSIS_OK, "the token is accepted; it may not read who it is (scope read:user)");
    }
    doctor_probe_done(&answer);
}

void doctor_gitea_examine(struct doctor_look *look)
{
    const struct profile_sovereign *profile = look->options->sovereign->profile;
    const struct profile_service *gitea = profile != NULL && profile->has_gitea ? &profile->gitea : NULL;
    struct doctor_service service = {0};
    struct doctor_answer answer;
    char key[64];
    if (gitea == NULL || (gitea->url == NULL && gitea->problem == NULL)) {
        diagnosis_note(look->section, "configured", DIAGNOSIS_OFF, "no: what Git holds is read off managedFields only");
        return;
    }
    if (doctor_service_open(look, gitea, "gitea", &service)) {
        CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/api/v1/version", gitea->url);
        struct doctor_target target = {.url = url, .identity = service.identity, .ca_key = "gitea.ca-file of the configuration"};
        doctor_service_token_key(gitea, "gitea", key, sizeof key);
        bool reached = doctor_probe(look, &target, &answer);
        if (reached)
            note_gitea(look, &answer, service.has_token, key);
        if (reached && answer.code == 200 && service.has_token)
            note_gitea_user(look, gitea->url, service.identity, key);
        doctor_probe_done(&answer);
    }
    doctor_service_done(&service);
}
