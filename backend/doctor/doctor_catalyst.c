/* catalyst-api under examination: both of its hosts, health, version, who we are to it and until when. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "doctor/doctor_look.h"
#include "doctor/doctor_probe.h"
#include "doctor/doctor_service.h"

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

/* Under which name we are there, and until when. A session that ends soon is worth a word before it does. */
static void note_standing(struct doctor_look *look, struct catalyst_client *client, bool is_accepted)
{
    static const char *const METHODS[] = {
        [CATALYST_METHOD_NONE] = "none", [CATALYST_METHOD_TOKEN_FILE] = "token-file",
        [CATALYST_METHOD_TOKEN_COMMAND] = "token-command", [CATALYST_METHOD_PIN] = "pin"};
    static const char *const REMEDIES[] = {
        [CATALYST_METHOD_NONE] = "", [CATALYST_METHOD_TOKEN_FILE] = "put a new token into catalyst.token-file",
        [CATALYST_METHOD_TOKEN_COMMAND] = "catalyst.token-command must print a newer token: log in where it gets it from",
        [CATALYST_METHOD_PIN] = "log in again: 'sovdeck login', or key L in the console"};
    struct catalyst_standing standing;
    catalyst_client_standing(client, &standing);
    diagnosis_fact_text(look->section, "method", METHODS[standing.method]);
    if (standing.method != CATALYST_METHOD_NONE && (is_accepted || standing.expires_ms != TIMESTAMP_NONE))
        doctor_service_note_end(look->section, "session", standing.source, standing.expires_ms, clock_wall_ms(), "it does not say until when",
                                REMEDIES[standing.method]);
}

static void note_login(struct doctor_look *look, struct catalyst_client *client)
{
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/api/v1/whoami", catalyst_client_url(client));
    struct tls_identity *identity = catalyst_client_identity(client);
    struct doctor_answer answer;
    struct catalyst_whoami who;
    struct error problem = {0};
    enum status status = doctor_probe_get(look, url, identity, &answer, &problem);
    if (status == STATUS_OK && answer.code == 401 && catalyst_client_can_login(client)) {
        status = catalyst_client_login_until(client, look->stop, &problem);
        if (status == STATUS_OK) {
            doctor_probe_done(&answer);
            status = doctor_probe_get(look, url, identity, &answer, &problem);
        }
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
        diagnosis_remedy(look->section, "log in ('sovdeck login', or key L in the console), or set catalyst.token-file or catalyst.token-command "
                         "in the configuration");
    else if (status != STATUS_OK && catalyst_client_can_login(client))
        diagnosis_remedy(look->section, "run the command of catalyst.token-command by hand: it must print the token on its first line without asking");
    doctor_probe_done(&answer);
    note_standing(look, client, status == STATUS_OK);
}

/* What a host says under /api/v1/, told to the client, who leaves the one in use when it does not serve (contract 1.1). */
static void ask_host(struct doctor_look *look, struct catalyst_client *client, const char *host)
{
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/api/v1/version", host);
    struct doctor_answer answer;
    struct error problem = {0};
    char text[160];
    if (doctor_probe_get(look, url, catalyst_client_identity(client), &answer, &problem) != STATUS_OK)
        snprintf(text, sizeof text, "%.150s", problem.text);
    else
        snprintf(text, sizeof text, "%d %s: something else answers there", answer.code, http_response_reason(answer.code));
    enum catalyst_host_word word = catalyst_hosts_judge(answer.code, answer.type, bytebuf_span(&answer.body));
    catalyst_hosts_note(catalyst_client_hosts(client), host, word, text);
    doctor_probe_done(&answer);
}

/* The same API stands behind both names; asked in their order, so that the first that serves is the one in use. */
static void note_hosts(struct doctor_look *look, struct catalyst_client *client)
{
    struct catalyst_hosts *hosts = catalyst_client_hosts(client);
    struct catalyst_standing standing;
    for (size_t i = 0; i < catalyst_hosts_count(hosts) && !doctor_look_is_over(look); i++)
        ask_host(look, client, catalyst_hosts_at(hosts, i));
    catalyst_client_standing(client, &standing);
    diagnosis_fact_text(look->section, "host", standing.url);
    if (standing.remark[0] != '\0') {
        diagnosis_note(look->section, "host", DIAGNOSIS_WARNING, "%s is used; %s", standing.url, standing.remark);
        diagnosis_remedy(look->section, "nothing stops because of it; the cutover moves traffic between the hosts, so mend the other one, or name the "
                         "right ones as catalyst.url and catalyst.console-url");
    } else if (catalyst_hosts_count(hosts) > 1) {
        diagnosis_note(look->section, "host", DIAGNOSIS_OK, "%s is used; the other one serves too", standing.url);
    }
}

/* False: nothing that serves was reached. */
static bool examine_host(struct doctor_look *look, struct catalyst_client *client)
{
    const char *path = catalyst_hosts_health_path(catalyst_client_hosts(client));
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s%s", catalyst_client_url(client), path);
    struct doctor_target target = {.url = url, .identity = catalyst_client_identity(client), .ca_key = "catalyst.ca-file of the configuration"};
    struct doctor_answer answer;
    bool reached = doctor_probe(look, &target, &answer), serves = reached && (answer.code == 200 || strcmp(path, "/healthz") != 0);
    if (reached && !serves) {
        diagnosis_bad(look->section, "health", STATUS_UNREACHABLE, "%s answers %d %s", path, answer.code, http_response_reason(answer.code));
        diagnosis_remedy(look->section, "look at Deployment catalyst-system/catalyst-api; during step catalyst-api-env-patch it restarts and comes back");
    }
    doctor_probe_done(&answer);
    return serves;
}

void doctor_catalyst_examine(struct doctor_look *look)
{
    const struct sovereign *sovereign = look->options->sovereign;
    struct catalyst_client *client = sovereign->catalyst;
    if (client == NULL && sovereign->catalyst_error.status == STATUS_OK) {
        diagnosis_note(look->section, "configured", DIAGNOSIS_OFF, "no: the console works from Kubernetes alone, a cutover cannot be started");
        return;
    }
    if (client == NULL) {
        diagnosis_fail(look->section, "configured", &sovereign->catalyst_error);
        diagnosis_remedy(look->section, "mend the 'catalyst' part of the configuration");
        return;
    }
    note_hosts(look, client);
    if (examine_host(look, client)) {
        note_version(look, client);
        note_login(look, client);
    }
}
