/* One region's Kubernetes API under examination: who we are to it, how it is reached, what it serves, what we may. */
#include "doctor/doctor_look.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "doctor/doctor_certificate.h"
#include "doctor/doctor_probe.h"
#include "doctor/doctor_rights.h"

/* How we say who we are: "client certificate", "exec plugin aws", "token file, acting as jane". */
static void name_method(struct tls_identity *identity, char *out, size_t size)
{
    struct tls_identity_summary summary = {0};
    if (identity != NULL)
        tls_identity_summary(identity, &summary);
    const char *way = summary.has_source       ? "exec plugin"
                      : summary.has_token_file ? "token file"
                      : summary.has_token      ? "token"
                      : summary.has_basic      ? "user name and password"
                                               : "";
    bool has_name = summary.has_source && summary.source_name[0] != '\0';
    bool has_both = summary.has_certificate && !summary.has_source && way[0] != '\0';
    snprintf(out, size, "%s%s%s%s%s%s%s", summary.has_certificate && !summary.has_source ? "client certificate" : "", has_both ? " and " : "", way,
             has_name ? " " : "", has_name ? summary.source_name : "", summary.impersonated[0] != '\0' ? ", acting as " : "", summary.impersonated);
    if (!summary.has_certificate && way[0] == '\0')
        snprintf(out, size, "no credentials%s%s", summary.impersonated[0] != '\0' ? ", acting as " : "", summary.impersonated);
}

static void note_groups(struct doctor_look *look, const char *groups)
{
    json_t *list = json_array();
    struct span rest = span_of(groups), group;
    while (span_split(&rest, ',', &group))
        if (group.length > 0)
            json_array_append_new(list, json_stringn(group.data, group.length));
    diagnosis_fact(look->section, "groups", list);
}

/* The server's own answer decides; an older server says it only in what it refuses. False: it accepts us in no way. */
static bool note_identity(struct doctor_look *look, struct kube_client *client, char *user, size_t size)
{
    struct kube_self self;
    struct error problem = {0};
    char method[256];
    name_method(kube_client_identity(client), method, sizeof method);
    diagnosis_fact_text(look->section, "method", method);
    diagnosis_fact_text(look->section, "context", look->region->context);
    diagnosis_fact_text(look->section, "contextUser", kube_client_user(client));
    enum status status = kube_client_self(client, &self, &problem);
    if (status == STATUS_UNSUPPORTED) {
        kube_client_whoami(client, user, size);
        diagnosis_note(look->section, "identity", DIAGNOSIS_OK, "%s by %s (as the kubeconfig says: this server does not tell)", user, method);
    } else if (status != STATUS_OK) {
        doctor_look_fail(look, "identity", &problem);
        if (strstr(problem.text, "system:anonymous") != NULL)
            diagnosis_remedy(look->section, "no credentials reached the server: give the kubeconfig's user '%s' a client certificate, token, "
                             "tokenFile or exec plugin", kube_client_user(client));
        else if (status == STATUS_UNAUTHENTICATED)
            diagnosis_remedy(look->section, "the server does not accept the %s of user '%s' in the kubeconfig: log in again, or have new "
                             "credentials issued", method, kube_client_user(client));
        return status != STATUS_UNAUTHENTICATED && !doctor_look_is_over(look);
    } else {
        snprintf(user, size, "%s", self.user);
        note_groups(look, self.groups);
        diagnosis_note(look->section, "identity", DIAGNOSIS_OK, "%s by %s%s%s", self.user, method, self.groups[0] != '\0' ? "; groups " : "",
                       self.groups);
    }
    diagnosis_fact_text(look->section, "user", user);
    return true;
}

static void note_version(struct doctor_look *look, const struct doctor_answer *answer)
{
    char version[96] = "";
    json_t *document = json_loadb(bytebuf_text(&answer->body), answer->body.length, 0, NULL);
    const char *text = json_is_object(document) ? json_string_value(json_object_get(document, "gitVersion")) : NULL;
    sanitize_line_into(version, sizeof version, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
    json_decref(document);
    if (version[0] != '\0') {
        diagnosis_fact_text(look->section, "serverVersion", version);
        diagnosis_note(look->section, "version", DIAGNOSIS_OK, "Kubernetes %s", version);
    } else if (answer->code == 200) {
        diagnosis_bad(look->section, "version", STATUS_INVALID, "what answers there is no Kubernetes API server");
        diagnosis_remedy(look->section, "check clusters[].cluster.server of context '%s' in the kubeconfig", look->region->context);
    } else if (answer->code != 401) {
        diagnosis_note(look->section, "version", DIAGNOSIS_WARNING, "not told: %d %s", answer->code, http_response_reason(answer->code));
        diagnosis_remedy(look->section, "check clusters[].cluster.server, or bind the ClusterRole system:public-info-viewer");
    }
}

void doctor_kube_examine(struct doctor_look *look)
{
    const struct sovereign_region *region = look->region;
    char user[160] = "";
    diagnosis_fact_text(look->section, "region", region->name);
    if (region->client == NULL) {
        diagnosis_fail(look->section, "kubeconfig", &region->error);
        diagnosis_remedy(look->section, "mend the kubeconfig, name another with --kubeconfig, or configure a Sovereign");
        return;
    }
    struct kube_client *client = kube_client_twin(region->client, look->stop);
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/version", kube_client_server(client));
    struct doctor_target target = {.url = url, .identity = kube_client_identity(client), .proxy = kube_client_proxy(client),
                                   .ca_key = "certificate-authority-data of the kubeconfig's cluster",
                                   .name_key = "tls-server-name of the kubeconfig's cluster"};
    struct doctor_answer answer;
    doctor_certificate_own(look, target.identity);
    bool reached = doctor_probe(look, &target, &answer);
    if (reached)
        note_version(look, &answer);
    if (reached && note_identity(look, client, user, sizeof user)) {
        doctor_rights_kinds(look, client);
        if (!doctor_look_is_over(look))
            doctor_rights_ask(look, client, user[0] != '\0' ? user : "the identity");
    }
    doctor_probe_done(&answer);
    kube_client_free(client);
}
