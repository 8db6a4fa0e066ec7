/* catalyst-api under examination: both of its hosts, health, version, and who we are to it. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "doctor/doctor_look.h"
#include "doctor/doctor_probe.h"

static void note_version(struct doctor_look *look, struct catalyst_client *client)
{
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/api/v1/version", catalyst_client_url(client));
    struct doctor_answer answer;
    struct catalyst_version version;
    if (doctor_probe_get(look, url, catalyst_client_identity(client), &answer, NULL) == STATUS_OK && answer.code == 200 &&
        catalyst_reply_version(bytebuf_span(&answer.body), &version, NULL) == STATUS_OK) {
        diagnosis_fact_text(look->section, "serverVersion", version.version);
        diagnosis_note(look->section, "version", DIAGNOSIS_OK, "%s %s", version.version, version.sha);
    }
    doctor_probe_done(&answer);
}

static void note_user(struct doctor_look *look, const struct catalyst_whoami *who)
{
    diagnosis_fact_text(look->section, "user", who->email);
    diagnosis_fact_text(look->section, "tier", who->tier);
    diagnosis_note(look->section, "identity", DIAGNOSIS_OK, "%s, tier %s", who->email[0] != '\0' ? who->email : "(no e-mail)",
                   who->tier[0] != '\0' ? who->tier : "not named");
}

static void note_login(struct doctor_look *look, struct catalyst_client *client)
{
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/api/v1/whoami", catalyst_client_url(client));
    struct tls_identity *identity = catalyst_client_identity(client);
    struct doctor_answer answer;
    struct catalyst_whoami who;
    struct error problem = {0};
    enum status status = doctor_probe_get(look, url, identity, &answer, &problem);
    if (status == STATUS_OK && answer.code == 401 && catalyst_client_can_login(client) && catalyst_client_login(client, &problem) == STATUS_OK) {
        doctor_probe_done(&answer);
        status = doctor_probe_get(look, url, identity, &answer, &problem);
    }
    if (status == STATUS_OK && answer.code != 200)
        status = catalyst_client_explain("whoami", answer.code, bytebuf_span(&answer.body), &problem);
    else if (status == STATUS_OK)
        status = catalyst_reply_whoami(bytebuf_span(&answer.body), &who, &problem);
    if (status == STATUS_OK)
        note_user(look, &who);
    else
        doctor_look_fail(look, "identity", &problem);
    if (status == STATUS_UNAUTHENTICATED)
        diagnosis_remedy(look->section, "log in again in the console, or set catalyst.token-file or catalyst.token-command in the configuration");
    doctor_probe_done(&answer);
}

/* The same API stands behind both names (catalyst-api contract 1); the other one is worth knowing when this one fails. */
static void note_other_host(struct doctor_look *look, const char *url, struct tls_identity *identity)
{
    static const char *const HOSTS[] = {"https://api.", "https://console."};
    for (size_t i = 0; i < ARRAY_LENGTH(HOSTS); i++) {
        if (strncmp(url, HOSTS[i], strlen(HOSTS[i])) != 0)
            continue;
        CLEANUP(alloc_free_pointer) char *other = alloc_printf("%s%s/healthz", HOSTS[1 - i], url + strlen(HOSTS[i]));
        struct doctor_answer answer;
        struct error problem;
        if (doctor_probe_get(look, other, identity, &answer, &problem) != STATUS_OK)
            diagnosis_note(look->section, "other host", DIAGNOSIS_WARNING, "%s", problem.text);
        else
            diagnosis_note(look->section, "other host", answer.code == 200 ? DIAGNOSIS_OK : DIAGNOSIS_WARNING, "%s answers %d", other, answer.code);
        doctor_probe_done(&answer);
    }
}

void doctor_catalyst_examine(struct doctor_look *look)
{
    const struct sovereign *sovereign = look->options->sovereign;
    struct catalyst_client *client = sovereign->catalyst;
    struct doctor_answer answer;
    if (client == NULL && sovereign->catalyst_error.status == STATUS_OK) {
        diagnosis_note(look->section, "configured", DIAGNOSIS_OFF, "no: the console works from Kubernetes alone, a cutover cannot be started");
        return;
    }
    if (client == NULL) {
        diagnosis_fail(look->section, "configured", &sovereign->catalyst_error);
        diagnosis_remedy(look->section, "mend the 'catalyst' part of the configuration");
        return;
    }
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/healthz", catalyst_client_url(client));
    struct doctor_target target = {.url = url, .identity = catalyst_client_identity(client), .ca_key = "catalyst.ca-file of the configuration"};
    bool reached = doctor_probe(look, &target, &answer);
    note_other_host(look, catalyst_client_url(client), target.identity);
    if (reached && answer.code != 200) {
        diagnosis_bad(look->section, "health", STATUS_UNREACHABLE, "/healthz answers %d %s", answer.code, http_response_reason(answer.code));
        diagnosis_remedy(look->section, "look at Deployment catalyst-system/catalyst-api; during step catalyst-api-env-patch it restarts and comes back");
    } else if (reached) {
        note_version(look, client);
        note_login(look, client);
    }
    doctor_probe_done(&answer);
}
