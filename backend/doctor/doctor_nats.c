/* NATS under examination: reached, which server, accepted as whom, JetStream there, the event stream found, and how much of the account
 * is used. What may be asked and followed is in doctor_nats_rights.c. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "doctor/doctor_look.h"
#include "doctor/doctor_nats_rights.h"
#include "transport/nats_greeting.h"

#define CONNECT_PATIENCE_MS 4000
#define LOOK_MS 100
#define REQUEST_MS 2000
#define SERVER_ID_LENGTH 56 /* of a public NKey */

struct nats_look {
    int fd; /* eventfd: the link is live, or refused us */
    struct error error;
};

static void note_state(void *context, const struct nats_link_status *status)
{
    struct nats_look *look = context;
    error_set(&look->error, status->status, "%s", status->text);
    if (status->state != NATS_LINK_STATE_CONNECTING || status->status != STATUS_OK)
        eventfd_write(look->fd, 1);
}

static void note_server(struct doctor_look *look, const char *address)
{
    struct nats_greeting greeting;
    struct error problem;
    if (nats_greeting_read(address, REQUEST_MS, &greeting, &problem) != STATUS_OK) {
        diagnosis_note(look->section, "version", DIAGNOSIS_OFF, "not told: %s", problem.text);
        return;
    }
    diagnosis_fact_text(look->section, "serverVersion", greeting.version);
    diagnosis_fact_text(look->section, "server", greeting.server);
    bool is_named = greeting.server[0] != '\0' && strlen(greeting.server) != SERVER_ID_LENGTH; /* without a name the id stands there */
    diagnosis_note(look->section, "version", DIAGNOSIS_OK, "NATS %s%s%s%s%s, %s", greeting.version, is_named ? ", server " : "",
                   is_named ? greeting.server : "", greeting.cluster[0] != '\0' ? " of cluster " : "", greeting.cluster,
                   greeting.has_jetstream ? "JetStream" : "no JetStream");
    if (!greeting.wants_login && !greeting.wants_tls)
        diagnosis_note(look->section, "access", DIAGNOSIS_WARNING, "the server lets in whoever comes, without login and without TLS");
}

/* As whom, in words. What is in an address comes before the others (nats_link.h). */
static void note_identity(struct doctor_look *look, const struct nats_target *target)
{
    bool in_address = target->urls != NULL && target->urls[0] != NULL && strchr(target->urls[0], '@') != NULL;
    const char *method = in_address                                                   ? "the login in its address"
                         : target->credentials_file != NULL                           ? "credentials file"
                         : target->nkey_seed_file != NULL                             ? "NKey"
                         : target->token_command != NULL                              ? "token by command"
                         : target->token_file != NULL || target->token != NULL        ? "token"
                         : target->username != NULL                                   ? "user and password"
                         : target->certificate_file != NULL                           ? "client certificate"
                                                                                      : "none";
    const char *file = target->credentials_file != NULL ? target->credentials_file : target->nkey_seed_file;
    const char *detail = in_address ? NULL : file != NULL ? file : target->username;
    diagnosis_fact_text(look->section, "method", method);
    if (strcmp(method, "none") == 0)
        diagnosis_note(look->section, "identity", DIAGNOSIS_OK, "nobody: accepted without a login (%s)", target->origin);
    else
        diagnosis_note(look->section, "identity", DIAGNOSIS_OK, "accepted by %s%s%s%s (%s)", method, detail != NULL ? " '" : "",
                       detail != NULL ? detail : "", detail != NULL ? "'" : "", target->origin);
}

static void note_stream(struct doctor_look *look, struct nats_link *link, char *stream, size_t size)
{
    struct error problem;
    enum status status = nats_link_find_stream(link, "catalyst.audit", stream, size, &problem);
    if (status == STATUS_OK) {
        diagnosis_fact_text(look->section, "eventStream", stream);
        diagnosis_note(look->section, "events", DIAGNOSIS_OK, "stream %s stores catalyst.audit", stream);
        return;
    }
    diagnosis_note(look->section, "events", DIAGNOSIS_WARNING, "%s", problem.text);
    if (status == STATUS_UNSUPPORTED)
        diagnosis_remedy(look->section, "start nats-server with JetStream (-js, or jetstream {} in its configuration), and allow it for the account");
    else if (status == STATUS_NOT_FOUND)
        diagnosis_remedy(look->section, "no stream stores catalyst.audit: the platform makes it when its first event is published");
    else
        diagnosis_remedy(look->section, "let the user publish to $JS.API.> and subscribe to _INBOX.>");
}

static json_int_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* Reply to $JS.API.INFO: use and limits of the account. -1 is "no limit". */
static void note_account(struct doctor_look *look, struct nats_link *link)
{
    char *reply = NULL;
    size_t length = 0;
    struct error problem;
    if (nats_link_request(link, "$JS.API.INFO", SPAN_EMPTY, REQUEST_MS, &reply, &length, &problem) != STATUS_OK) {
        diagnosis_note(look->section, "account", DIAGNOSIS_WARNING, "%s", problem.text);
        diagnosis_remedy(look->section, "let the user publish to $JS.API.INFO, or enable JetStream for its account");
        return;
    }
    json_t *info = json_loadb(reply, length, 0, NULL);
    const json_t *limits = json_object_get(info, "limits"), *refused = json_object_get(info, "error");
    free(reply);
    if (!json_is_object(info) || refused != NULL) {
        const char *why = json_string_value(json_object_get(refused, "description"));
        diagnosis_note(look->section, "account", DIAGNOSIS_WARNING, "JetStream refuses: %s", why != NULL ? why : "an answer that is no JSON");
        diagnosis_remedy(look->section, "enable JetStream for the account of this user");
    } else {
        char streams[32] = "no limit";
        if (number(limits, "max_streams") > 0)
            snprintf(streams, sizeof streams, "limit %lld", (long long)number(limits, "max_streams"));
        diagnosis_note(look->section, "account", DIAGNOSIS_OK, "%lld streams (%s), %lld consumers, %lld KiB in files, %lld KiB in memory",
                       (long long)number(info, "streams"), streams, (long long)number(info, "consumers"),
                       (long long)number(info, "storage") / 1024, (long long)number(info, "memory") / 1024);
        diagnosis_fact(look->section, "account",
                       json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "streams", number(info, "streams"), "consumers", number(info, "consumers"),
                                 "storageBytes", number(info, "storage"), "memoryBytes", number(info, "memory"), "maxStreams",
                                 number(limits, "max_streams"), "maxStorageBytes", number(limits, "max_storage"), "maxMemoryBytes",
                                 number(limits, "max_memory")));
    }
    json_decref(info);
}

static void note_unreached(struct doctor_look *look, const struct error *problem)
{
    const struct nats_target *target = look->options->sovereign->nats;
    diagnosis_fail(look->section, "reachable", problem);
    if (problem->status == STATUS_UNAUTHENTICATED || problem->status == STATUS_FORBIDDEN)
        diagnosis_remedy(look->section, "check the credentials that the configuration's nats part names: the server does not accept them");
    else if (problem->status == STATUS_UNTRUSTED)
        diagnosis_remedy(look->section, "name the CA of the NATS server as nats.ca-file in the configuration, and use tls:// in nats.urls");
    else if (problem->status == STATUS_TIMEOUT && (target->token_command != NULL || target->password_command != NULL))
        diagnosis_remedy(look->section, "run the command of nats.%s by hand: it must print its secret on the first line at once, without asking; "
                         "if it does, check nats.urls", target->token_command != NULL ? "token-command" : "password-command");
    else if (problem->status == STATUS_UNREACHABLE || problem->status == STATUS_TIMEOUT)
        diagnosis_remedy(look->section, "check nats.urls; NATS is often not exposed: forward it ('kubectl -n catalyst port-forward svc/nats 4222') or "
                         "configure a tunnel");
}

static void wait_live(struct doctor_look *look, struct nats_look *state)
{
    struct pollfd wait = {.fd = state->fd, .events = POLLIN};
    int64_t until_ms = doctor_look_now() + CONNECT_PATIENCE_MS;
    while (!doctor_look_is_over(look) && doctor_look_now() < until_ms && poll(&wait, 1, LOOK_MS) == 0)
        continue;
}

static void examine_server(struct doctor_look *look, struct nats_link *link, const char *server)
{
    char stream[NATS_LINK_STREAM_NAME_MAX] = "";
    note_server(look, server);
    note_identity(look, look->options->sovereign->nats);
    note_account(look, link);
    struct doctor_nats_rights *rights = doctor_nats_rights_new(link);
    note_stream(look, link, stream, sizeof stream);
    doctor_nats_rights_end(rights, look, link, stream);
}

void doctor_nats_examine(struct doctor_look *look)
{
    static const struct nats_link_callbacks CALLBACKS = {.on_state = note_state};
    const struct sovereign *sovereign = look->options->sovereign;
    struct nats_look state = {.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    struct nats_link *link = NULL;
    struct error problem;
    char server[160] = "";
    if (!sovereign_has_nats(sovereign)) {
        diagnosis_note(look->section, "configured", DIAGNOSIS_OFF, "no: no event tail");
        close(state.fd);
        return;
    }
    error_set(&state.error, STATUS_TIMEOUT, "nats: no answer within %d s", CONNECT_PATIENCE_MS / 1000);
    if (sovereign_open_nats(sovereign, &CALLBACKS, &state, &link, &problem) != STATUS_OK) {
        diagnosis_fail(look->section, "configured", &problem);
        diagnosis_remedy(look->section, "mend the 'nats' part of the configuration");
        close(state.fd);
        return;
    }
    wait_live(look, &state);
    bool live = nats_link_server(link, server, sizeof server);
    if (live) {
        diagnosis_fact_text(look->section, "address", server);
        diagnosis_note(look->section, "reachable", DIAGNOSIS_OK, "%s", server);
        examine_server(look, link, server);
    }
    nats_link_free(link); /* no callback runs after it: state is ours */
    if (!live)
        note_unreached(look, &state.error);
    close(state.fd);
}
