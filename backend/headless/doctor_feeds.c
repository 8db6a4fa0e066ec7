/* The feeds' part of `sovdeck doctor`; see doctor_feeds.h. */
#include "headless/doctor_feeds.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"

#define PROBE_TIMEOUT_MS 8000
#define NATS_PATIENCE_MS 6000
#define SKEW_MS 30000
#define EXPIRES_SOON_MS ((int64_t)14 * 24 * 3600 * 1000)

/* ---- what a person can do, and the rights it takes ---- */

static const struct capability {
    const char *name;
    struct kube_access needs[6];
} CAPABILITIES[] = {
    {"see releases", {{.verb = "list", .group = "helm.toolkit.fluxcd.io", .resource = "helmreleases"},
                      {.verb = "watch", .group = "helm.toolkit.fluxcd.io", .resource = "helmreleases"},
                      {.verb = "list", .group = "kustomize.toolkit.fluxcd.io", .resource = "kustomizations"}}},
    {"see the estate", {{.verb = "list", .group = "orgs.openova.io", .resource = "organizations"},
                        {.verb = "list", .group = "apps.openova.io", .resource = "applications"},
                        {.verb = "list", .group = "apps.openova.io", .resource = "environments"}}},
    {"see the cutover", {{.verb = "list", .resource = "configmaps", .namespace = "catalyst"},
                         {.verb = "watch", .resource = "configmaps", .namespace = "catalyst"},
                         {.verb = "list", .group = "batch", .resource = "jobs", .namespace = "catalyst"}}},
    {"read logs", {{.verb = "get", .resource = "pods", .subresource = "log", .namespace = "catalyst"},
                   {.verb = "list", .resource = "pods"}}},
    {"audit tethers", {{.verb = "list", .group = "source.toolkit.fluxcd.io", .resource = "gitrepositories"},
                       {.verb = "list", .group = "source.toolkit.fluxcd.io", .resource = "helmrepositories"},
                       {.verb = "list", .resource = "pods"},
                       {.verb = "list", .resource = "nodes"},
                       {.verb = "list", .group = "pkg.crossplane.io", .resource = "providers"}}},
    {"change releases", {{.verb = "patch", .group = "helm.toolkit.fluxcd.io", .resource = "helmreleases", .namespace = "flux-system"}}},
};

static void check_capability(struct diagnosis *diagnosis, struct kube_client *client, const char *area, const struct capability *capability)
{
    char missing[300] = "";
    for (size_t i = 0; i < ARRAY_LENGTH(capability->needs) && capability->needs[i].verb != NULL; i++) {
        const struct kube_access *access = &capability->needs[i];
        bool allowed = false;
        struct error problem;
        if (kube_client_can(client, access, &allowed, NULL, 0, &problem) != STATUS_OK) {
            diagnosis_note(diagnosis, area, capability->name, DIAGNOSIS_WARNING, "cannot be asked: %s", problem.text);
            return;
        }
        size_t used = strlen(missing);
        if (!allowed)
            snprintf(missing + used, sizeof missing - used, "%s%s %s%s%s", used > 0 ? ", " : "", access->verb, access->resource,
                     access->subresource != NULL ? "/" : "", access->subresource != NULL ? access->subresource : "");
    }
    if (missing[0] == '\0') {
        diagnosis_note(diagnosis, area, capability->name, DIAGNOSIS_OK, "allowed");
        return;
    }
    diagnosis_note(diagnosis, area, capability->name, DIAGNOSIS_WARNING, "not allowed: %s", missing);
    diagnosis_remedy(diagnosis, "ask for these rights, or use another identity (--context)");
}

/* ---- HTTP services ---- */

static void check_skew(struct diagnosis *diagnosis, const char *area, int64_t date_ms)
{
    int64_t skew_ms = clock_wall_ms() - date_ms;
    if (date_ms == TIMESTAMP_NONE || (skew_ms < SKEW_MS && skew_ms > -SKEW_MS))
        return;
    char age[TIMESTAMP_TEXT_MAX];
    timestamp_format_age(age, skew_ms < 0 ? -skew_ms : skew_ms);
    diagnosis_note(diagnosis, area, "clock", DIAGNOSIS_WARNING, "this machine's clock is %s %s the server's", age, skew_ms < 0 ? "behind" : "ahead of");
    diagnosis_remedy(diagnosis, "set the clock: ages and deadlines would be wrong");
}

static void check_peer(struct diagnosis *diagnosis, const char *area, const struct http_peer *peer)
{
    char until[TIMESTAMP_TEXT_MAX];
    if (!peer->known)
        return;
    timestamp_format(until, peer->chain[0].not_after_ms);
    bool soon = peer->chain[0].not_after_ms != TIMESTAMP_NONE && peer->chain[0].not_after_ms - clock_wall_ms() < EXPIRES_SOON_MS;
    diagnosis_note(diagnosis, area, "certificate", soon ? DIAGNOSIS_WARNING : DIAGNOSIS_OK, "%s, until %s", peer->chain[0].subject, until);
    if (soon)
        diagnosis_remedy(diagnosis, "the server's certificate runs out soon: renew it");
}

/* One GET; *ret_code gets the HTTP code, 0 when there was no answer. */
static bool probe(const struct session *session, struct diagnosis *diagnosis, const char *area, const char *url, struct tls_identity *identity,
                  const char *proxy, int *ret_code)
{
    struct http_response response;
    http_response_init(&response, 1 << 20);
    struct http_request request = {.url = url, .identity = identity, .proxy = proxy, .total_timeout_ms = PROBE_TIMEOUT_MS, .want_peer = true};
    struct error problem;
    enum status status = http_thread_fetch(session->thread, &request, session->cancel, &response, &problem);
    *ret_code = status == STATUS_OK ? response.head.code : 0;
    if (status != STATUS_OK) {
        diagnosis_fail(diagnosis, area, "reachable", &problem);
    } else {
        diagnosis_note(diagnosis, area, "reachable", DIAGNOSIS_OK, "%s in %lld ms, %s", url, (long long)response.total_ms, response.head.protocol);
        check_peer(diagnosis, area, &response.peer);
        check_skew(diagnosis, area, response.head.date_ms);
    }
    http_response_done(&response);
    return status == STATUS_OK;
}

static void check_credentials(struct diagnosis *diagnosis, const char *area, struct tls_identity *identity)
{
    struct tls_identity_summary summary;
    tls_identity_summary(identity, &summary);
    if (summary.insecure) {
        diagnosis_note(diagnosis, area, "trust", DIAGNOSIS_WARNING, "the server's certificate is not checked");
        diagnosis_remedy(diagnosis, "take insecure-skip-tls-verify out and give the CA instead");
    }
    if (!summary.has_certificate)
        return;
    char until[TIMESTAMP_TEXT_MAX];
    timestamp_format(until, summary.certificate_not_after_ms);
    int64_t left_ms = summary.certificate_not_after_ms == TIMESTAMP_NONE ? INT64_MAX : summary.certificate_not_after_ms - clock_wall_ms();
    diagnosis_note(diagnosis, area, "own certificate", left_ms < EXPIRES_SOON_MS ? DIAGNOSIS_WARNING : DIAGNOSIS_OK, "%s, until %s",
                   summary.certificate_name, until);
    if (left_ms < EXPIRES_SOON_MS)
        diagnosis_remedy(diagnosis, left_ms < 0 ? "it has run out: get a new one" : "it runs out soon: get a new one");
}

/* ---- regions ---- */

static void check_region(const struct session *session, struct diagnosis *diagnosis, const struct sovereign_region *region)
{
    const char *area = region->name;
    struct kube_client *client = region->client;
    if (client == NULL) {
        diagnosis_fail(diagnosis, area, "kubeconfig", &region->error);
        diagnosis_remedy(diagnosis, "mend the kubeconfig, name another with --kubeconfig, or configure a Sovereign");
        return;
    }
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/version", kube_client_server(client));
    int code;
    check_credentials(diagnosis, area, kube_client_identity(client));
    if (!probe(session, diagnosis, area, url, kube_client_identity(client), kube_client_proxy(client), &code))
        return;
    char version[96], user[160];
    struct error problem;
    if (kube_client_server_version(client, version, sizeof version, &problem) == STATUS_OK)
        diagnosis_note(diagnosis, area, "version", DIAGNOSIS_OK, "%s", version);
    bool allowed;
    struct kube_access access = {.verb = "list", .resource = "namespaces"};
    if (kube_client_can(client, &access, &allowed, NULL, 0, &problem) == STATUS_UNAUTHENTICATED) {
        diagnosis_fail(diagnosis, area, "identity", &problem);
        return;
    }
    kube_client_whoami(client, user, sizeof user);
    diagnosis_note(diagnosis, area, "identity", DIAGNOSIS_OK, "%s (context %s)", user, region->context[0] != '\0' ? region->context : "current");
    for (size_t i = 0; i < ARRAY_LENGTH(CAPABILITIES) && !atomic_load(session->cancel); i++)
        check_capability(diagnosis, client, area, &CAPABILITIES[i]);
}

/* ---- catalyst-api, Gitea ---- */

static void check_catalyst(const struct session *session, struct diagnosis *diagnosis)
{
    static const char AREA[] = "catalyst-api";
    const struct sovereign *sovereign = session->sovereign;
    struct catalyst_whoami who;
    struct catalyst_version version;
    struct error problem;
    int code;
    if (sovereign->catalyst == NULL && sovereign->catalyst_error.status == STATUS_OK) {
        diagnosis_note(diagnosis, AREA, "configured", DIAGNOSIS_OFF, "no: the console works from Kubernetes alone, a cutover cannot be started");
        return;
    }
    if (sovereign->catalyst == NULL) {
        diagnosis_fail(diagnosis, AREA, "configured", &sovereign->catalyst_error);
        return;
    }
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/healthz", catalyst_client_url(sovereign->catalyst));
    if (!probe(session, diagnosis, AREA, url, catalyst_client_identity(sovereign->catalyst), NULL, &code))
        return;
    if (catalyst_client_version(sovereign->catalyst, &version, NULL) == STATUS_OK)
        diagnosis_note(diagnosis, AREA, "version", DIAGNOSIS_OK, "%s %s", version.version, version.sha);
    enum status status = catalyst_client_whoami(sovereign->catalyst, &who, &problem);
    if (status == STATUS_UNAUTHENTICATED && catalyst_client_login(sovereign->catalyst, NULL) == STATUS_OK)
        status = catalyst_client_whoami(sovereign->catalyst, &who, &problem);
    if (status != STATUS_OK)
        diagnosis_fail(diagnosis, AREA, "identity", &problem);
    else
        diagnosis_note(diagnosis, AREA, "identity", DIAGNOSIS_OK, "%s, tier %s", who.email[0] != '\0' ? who.email : "(no e-mail)",
                       who.tier[0] != '\0' ? who.tier : "not named");
}

static void check_gitea(const struct session *session, struct diagnosis *diagnosis)
{
    const struct profile_sovereign *profile = session->sovereign->profile;
    if (profile == NULL || !profile->has_gitea) {
        diagnosis_note(diagnosis, "gitea", "configured", DIAGNOSIS_OFF, "no: what Git holds is read off managedFields only");
        return;
    }
    struct tls_identity *identity = NULL;
    struct error problem;
    struct tls_identity_options options = {.ca_file = profile->gitea.ca_file, .token_file = profile->gitea.token_file};
    if (tls_identity_new(&options, &identity, &problem) != STATUS_OK) {
        diagnosis_fail(diagnosis, "gitea", "credentials", &problem);
        return;
    }
    int code;
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/api/v1/version", profile->gitea.url);
    if (probe(session, diagnosis, "gitea", url, identity, NULL, &code) && code == 401) {
        error_set(&problem, STATUS_UNAUTHENTICATED, "gitea does not accept the token");
        diagnosis_fail(diagnosis, "gitea", "identity", &problem);
    }
    tls_identity_unref(identity);
}

/* ---- NATS ---- */

struct nats_look {
    int fd; /* eventfd: the link is live, or refused us */
    enum nats_link_state state;
    struct error error;
};

static void note_nats(void *context, const struct nats_link_status *status)
{
    struct nats_look *look = context;
    look->state = status->state;
    error_set(&look->error, status->status, "%s", status->text);
    if (status->state != NATS_LINK_STATE_CONNECTING || status->status != STATUS_OK)
        eventfd_write(look->fd, 1);
}

static void describe_stream(struct diagnosis *diagnosis, struct nats_link *link)
{
    char stream[96];
    struct error problem;
    if (nats_link_find_stream(link, "catalyst.audit", stream, sizeof stream, &problem) == STATUS_OK)
        diagnosis_note(diagnosis, "nats", "events", DIAGNOSIS_OK, "stream %s stores catalyst.audit", stream);
    else
        diagnosis_note(diagnosis, "nats", "events", DIAGNOSIS_WARNING, "%s", problem.text);
}

static void check_nats(const struct session *session, struct diagnosis *diagnosis)
{
    if (!sovereign_has_nats(session->sovereign)) {
        diagnosis_note(diagnosis, "nats", "configured", DIAGNOSIS_OFF, "no: no event tail");
        return;
    }
    static const struct nats_link_callbacks CALLBACKS = {.on_state = note_nats};
    struct nats_look look = {.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    struct nats_link *link = NULL;
    struct error problem;
    char server[160] = "";
    error_set(&look.error, STATUS_TIMEOUT, "nats: no answer within %d s", NATS_PATIENCE_MS / 1000);
    if (sovereign_open_nats(session->sovereign, &CALLBACKS, &look, &link, &problem) != STATUS_OK) {
        diagnosis_fail(diagnosis, "nats", "configured", &problem);
        close(look.fd);
        return;
    }
    struct pollfd wait = {.fd = look.fd, .events = POLLIN};
    poll(&wait, 1, NATS_PATIENCE_MS);
    bool live = nats_link_server(link, server, sizeof server);
    if (live) {
        diagnosis_note(diagnosis, "nats", "reachable", DIAGNOSIS_OK, "%s", server);
        describe_stream(diagnosis, link);
    }
    nats_link_free(link); /* no callback runs after it: look is ours */
    if (!live)
        diagnosis_fail(diagnosis, "nats", "reachable", &look.error);
    close(look.fd);
}

void doctor_feeds_check(const struct session *session, struct diagnosis *diagnosis)
{
    const struct sovereign *sovereign = session->sovereign;
    for (size_t i = 0; i < sovereign->region_count && !atomic_load(session->cancel); i++)
        check_region(session, diagnosis, &sovereign->regions[i]);
    if (!atomic_load(session->cancel))
        check_catalyst(session, diagnosis);
    if (!atomic_load(session->cancel))
        check_gitea(session, diagnosis);
    if (!atomic_load(session->cancel))
        check_nats(session, diagnosis);
}
