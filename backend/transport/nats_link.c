/* The link's thread: connect, probe, look after the tails, say what changed; see nats_link.h. It alone changes the session and
 * reports states, so that states come in order whatever the library's threads do. */
#include "transport/nats_link.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "transport/nats_failure.h"
#include "transport/nats_link_inside.h"
#include "transport/nats_settings.h"

#define RECONNECT_WAIT_MS 1000
#define PROBE_MS 2000
#define SILENT_PROBES_MAXIMUM 2
#define LIBRARY_CLOSE_MS 3000
#define SHUTDOWN_PATIENCE_MS 15000
#define PENDING_MESSAGES 4096
#define API_PREFIX "$JS.API"
#define INBOX_PREFIX "_INBOX"

/* Links that exist, freed ones whose thread is still ending included. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t fewer;
    int count;
} existing = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

void nats_link_poke(struct nats_link *link)
{
    pthread_mutex_lock(&link->lock);
    link->poked = true;
    pthread_cond_signal(&link->wake);
    pthread_mutex_unlock(&link->lock);
}

static void poke_callback(void *context)
{
    nats_link_poke(context);
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Only what is new is told: a server that stays away is tried every second. */
static void report(struct nats_link *link, enum nats_link_state state, const struct error *why)
{
    struct nats_link_status status = {.state = state, .status = why->status, .text = why->text};
    bool known = link->reported && link->state == state && strcmp(link->told.text, why->text) == 0;
    if (known)
        return;
    link->state = state;
    link->told = *why;
    link->reported = true;
    pthread_mutex_lock(&link->callback_lock);
    if (!link->muted)
        link->callbacks.on_state(link->context, &status);
    pthread_mutex_unlock(&link->callback_lock);
}

static void report_live(struct nats_link *link)
{
    struct error connected;
    char server[NATS_FAILURE_SERVER_MAX] = "the server";
    (void)nats_link_server(link, server, sizeof server);
    error_set(&connected, STATUS_OK, "connected to %s", server);
    link->silent_probes = 0;
    report(link, NATS_LINK_STATE_LIVE, &connected);
}

static void set_session(struct nats_link *link, struct nats_session *session)
{
    pthread_mutex_lock(&link->lock);
    link->session = session;
    pthread_mutex_unlock(&link->lock);
}

static void drop_session(struct nats_link *link)
{
    struct nats_session *session = link->session;
    nats_tail_suspend_all(link);
    set_session(link, NULL);
    nats_session_free(session);
}

static bool is_refusal(enum status status)
{
    return status == STATUS_UNAUTHENTICATED || status == STATUS_FORBIDDEN || status == STATUS_UNTRUSTED;
}

static struct nats_failure_identity identity_at(const struct nats_link *link, size_t index)
{
    const struct nats_address *address = &link->addresses[index];
    bool own = address->user != NULL || address->token != NULL;
    return (struct nats_failure_identity){link->identities[index], own ? NULL : link->credentials_file, link->has_certificate,
                                          link->uses_tls || address->tls};
}

static bool is_stopping(struct nats_link *link)
{
    pthread_mutex_lock(&link->lock);
    bool stopping = link->stopping;
    pthread_mutex_unlock(&link->lock);
    return stopping;
}

static void wipe(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

/* Puts what the profile's files and commands say now into the options of one address. */
static enum status renew_secrets(struct nats_link *link, size_t index, struct error *why)
{
    const struct nats_address *address = &link->addresses[index];
    struct nats_link_secrets secrets = {0};
    if (link->read_secrets == NULL || address->user != NULL || address->token != NULL)
        return STATUS_OK;
    enum status status = link->read_secrets(link->secrets_context, link->told.status == STATUS_UNAUTHENTICATED, &secrets, why);
    natsStatus s = NATS_OK;
    if (status == STATUS_OK && secrets.token != NULL)
        s = natsOptions_SetToken(link->options[index], secrets.token);
    else if (status == STATUS_OK && link->username != NULL && secrets.password != NULL)
        s = natsOptions_SetUserInfo(link->options[index], link->username, secrets.password);
    wipe(secrets.token);
    wipe(secrets.password);
    if (status == STATUS_OK && s != NATS_OK)
        status = error_set(why, STATUS_INVALID, "NATS credentials: %s", natsStatus_GetText(s));
    return status;
}

static struct nats_session *try_address(struct nats_link *link, size_t index, struct error *why)
{
    if (renew_secrets(link, index, why) != STATUS_OK) {
        if (!is_refusal(why->status))
            why->status = STATUS_UNAUTHENTICATED; /* waiting alone does not mend it */
        return NULL;
    }
    natsStatus code = NATS_OK;
    char detail[300];
    struct nats_failure_identity identity = identity_at(link, index);
    struct nats_session *session = nats_session_new(link->options[index], poke_callback, link, &code, detail, sizeof detail);
    if (session == NULL)
        nats_failure_connect(link->addresses[index].url, code, detail, &identity, why);
    return session;
}

/* The addresses' own sentences, in their order, a refusal's first: it will not go away by waiting. */
static void report_failures(struct nats_link *link, const struct error *errors, size_t count)
{
    size_t first = 0;
    struct error error;
    char rest[ERROR_TEXT_MAX / 2] = "";
    for (size_t i = count; i > 0; i--)
        if (is_refusal(errors[i - 1].status))
            first = i - 1;
    for (size_t i = 0; i < count && count > 1; i++)
        if (i != first && errors[i].text[0] != '\0') {
            size_t used = strlen(rest);
            snprintf(rest + used, sizeof rest - used, "; %s", errors[i].text);
        }
    error_set(&error, errors[first].status, "%s%s", errors[first].text, rest);
    report(link, is_refusal(error.status) ? NATS_LINK_STATE_REFUSED : NATS_LINK_STATE_CONNECTING, &error);
}

static void open_session(struct nats_link *link)
{
    struct error errors[NATS_ADDRESSES_MAX] = {0};
    for (size_t i = 0; i < link->address_count && !is_stopping(link); i++) {
        size_t index = (link->at + i) % link->address_count;
        struct nats_session *session = try_address(link, index, &errors[index]);
        if (session == NULL)
            continue;
        link->at = index;
        set_session(link, session);
        report_live(link);
        return;
    }
    if (!is_stopping(link))
        report_failures(link, errors, link->address_count);
}

static void lose_session(struct nats_link *link)
{
    struct error error;
    struct nats_failure_identity identity = identity_at(link, link->at);
    identity.uses_tls = false; /* it had let us in: an end is no refusal of certificates */
    natsStatus reason = link->session->reason;
    nats_failure_connect(link->addresses[link->at].url, reason == NATS_NO_SERVER ? NATS_OK : reason, link->session->words, &identity, &error);
    drop_session(link);
    report(link, is_refusal(error.status) ? NATS_LINK_STATE_REFUSED : NATS_LINK_STATE_CONNECTING, &error);
}

/* Our server says that it is going: another one takes over before it has gone, if there is another. */
static bool move_on(struct nats_link *link)
{
    struct error unused;
    for (size_t i = 1; i < link->address_count && !is_stopping(link); i++) {
        size_t index = (link->at + i) % link->address_count;
        struct nats_session *next = try_address(link, index, &unused);
        if (next == NULL)
            continue;
        drop_session(link);
        link->at = index;
        set_session(link, next);
        report_live(link);
        return true;
    }
    return false;
}

static void tell_alive(struct nats_link *link, int64_t round_trip_us)
{
    pthread_mutex_lock(&link->callback_lock);
    if (link->callbacks.on_alive != NULL && !link->muted)
        link->callbacks.on_alive(link->context, round_trip_us);
    pthread_mutex_unlock(&link->callback_lock);
}

/* A ping through the whole connection. Two in a row without an answer end it: the peer may be gone without a word. */
static void probe(struct nats_link *link)
{
    int64_t began_us = now_us();
    natsStatus s = natsConnection_FlushTimeout(link->session->connection, link->probe_ms);
    if (s == NATS_OK) {
        if (link->state == NATS_LINK_STATE_CONNECTING)
            report_live(link);
        link->silent_probes = 0;
        tell_alive(link, now_us() - began_us);
        if (link->state == NATS_LINK_STATE_DRAINING)
            move_on(link);
        return;
    }
    if (nats_session_is_closed(link->session))
        return;
    struct error silent;
    char server[NATS_FAILURE_SERVER_MAX] = "the server";
    (void)nats_link_server(link, server, sizeof server);
    error_set(&silent, STATUS_TIMEOUT, "%s: no answer to a ping within %.1f s", server, (double)link->probe_ms / 1000);
    if (++link->silent_probes >= SILENT_PROBES_MAXIMUM)
        drop_session(link);
    report(link, NATS_LINK_STATE_CONNECTING, &silent);
}

/* Sleeps until `until_us`, or until poked or stopped. False when stopping. */
static bool rest(struct nats_link *link, int64_t until_us)
{
    struct timespec until = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};
    pthread_mutex_lock(&link->lock);
    bool late = false;
    while (!link->stopping && !link->poked && !late)
        late = pthread_cond_timedwait(&link->wake, &link->lock, &until) != 0;
    link->poked = false;
    bool stopping = link->stopping;
    pthread_mutex_unlock(&link->lock);
    return !stopping;
}

static int64_t reconnect_at_us(const struct nats_link *link)
{
    int64_t jitter_us = (int64_t)arc4random_uniform((uint32_t)link->reconnect_wait_ms * 200 + 1);
    return now_us() + link->reconnect_wait_ms * 1000 + jitter_us;
}

static void serve_session(struct nats_link *link)
{
    if (nats_session_is_closed(link->session)) {
        lose_session(link);
        return;
    }
    if (nats_session_is_lame_duck(link->session) && link->state == NATS_LINK_STATE_LIVE) {
        struct error draining;
        error_set(&draining, STATUS_OK, "%s is shutting down in good order; %s", link->addresses[link->at].shown,
                  link->address_count > 1 ? "moving on to another server" : "reconnecting when it is gone");
        report(link, NATS_LINK_STATE_DRAINING, &draining);
        if (move_on(link))
            return;
    }
    nats_tail_tend_all(link);
}

static void free_parts(struct nats_link *link)
{
    for (size_t i = 0; i < link->address_count; i++)
        natsOptions_Destroy(link->options[i]);
    nats_address_done(link->addresses, link->address_count);
    if (link->free_secrets != NULL)
        link->free_secrets(link->secrets_context);
    free(link->credentials_file);
    free(link->username);
    free(link->api_prefix);
    free(link->domain);
    free(link->inbox_prefix);
    pthread_cond_destroy(&link->wake);
    pthread_mutex_destroy(&link->lock);
    pthread_mutex_destroy(&link->callback_lock);
    free(link);
}

/* The thread's end is the link's: nobody waits for it but the shutdown. */
static void end(struct nats_link *link)
{
    nats_tail_finish_all(link);
    if (link->session != NULL)
        drop_session(link);
    worker_free(link->worker);
    free_parts(link);
    nats_ReleaseThreadMemory();
    pthread_mutex_lock(&existing.lock);
    existing.count--;
    pthread_cond_broadcast(&existing.fewer);
    pthread_mutex_unlock(&existing.lock);
}

static void *run(void *argument)
{
    struct nats_link *link = argument;
    int64_t next_us = 0; /* of the next attempt to connect, or of the next probe */
    do {
        if (link->session != NULL)
            serve_session(link);
        bool due = now_us() >= next_us;
        if (link->session == NULL && due) {
            open_session(link);
            nats_tail_tend_all(link);
            next_us = link->session != NULL ? now_us() + link->probe_ms * 1000 : reconnect_at_us(link);
        } else if (link->session == NULL) {
            nats_tail_tend_all(link);
        } else if (due) {
            probe(link);
            next_us = link->session != NULL ? now_us() + link->probe_ms * 1000 : reconnect_at_us(link);
        }
    } while (rest(link, next_us));
    end(link);
    return NULL;
}

/* --- life ----------------------------------------------------------------------------------------------------------- */

static void describe_identity(const struct nats_link_options *options, const struct nats_address *address, char *out, size_t size)
{
    char raw[160] = "";
    const char *user = address->user != NULL ? address->user : options->username;
    if (address->user == NULL && address->token != NULL)
        snprintf(raw, sizeof raw, "the token");
    else if (address->user == NULL && options->credentials_file != NULL)
        snprintf(raw, sizeof raw, "the credentials in '%.120s'", options->credentials_file);
    else if (address->user == NULL && options->nkey_seed_file != NULL)
        snprintf(raw, sizeof raw, "the NKey in '%.120s'", options->nkey_seed_file);
    else if (address->user == NULL && (options->token != NULL || (user == NULL && options->read_secrets != NULL)))
        snprintf(raw, sizeof raw, "the token");
    else if (user != NULL)
        snprintf(raw, sizeof raw, "user '%.100s' and the password", user);
    else if (options->certificate_file != NULL)
        snprintf(raw, sizeof raw, "the client certificate");
    sanitize_line_into(out, size, raw, strlen(raw));
}

static char *choose_api_prefix(const struct nats_link_options *options)
{
    if (options->jetstream_prefix != NULL && options->jetstream_prefix[0] != '\0') {
        char *prefix = alloc_strdup(options->jetstream_prefix);
        for (size_t length = strlen(prefix); length > 0 && prefix[length - 1] == '.'; length--)
            prefix[length - 1] = '\0';
        return prefix;
    }
    if (options->jetstream_domain != NULL && options->jetstream_domain[0] != '\0')
        return alloc_printf("$JS.%s.API", options->jetstream_domain);
    return alloc_strdup(API_PREFIX);
}

static enum status read_options(struct nats_link *link, const struct nats_link_options *options, struct error *err)
{
    size_t count = 0;
    link->username = alloc_strdup(options->username);
    link->read_secrets = options->read_secrets;
    link->free_secrets = options->free_secrets;
    link->secrets_context = options->secrets_context;
    enum status status = nats_address_read(options->urls, link->addresses, &count, err);
    if (status != STATUS_OK)
        return status;
    link->address_count = count;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = nats_settings_new(options, &link->addresses[i], &link->options[i], err);
        describe_identity(options, &link->addresses[i], link->identities[i], sizeof link->identities[i]);
    }
    link->credentials_file = alloc_strdup(options->credentials_file);
    link->has_certificate = options->certificate_file != NULL;
    link->uses_tls = options->require_tls || options->ca_file != NULL || options->ca_data.length > 0 || link->has_certificate;
    link->api_prefix = choose_api_prefix(options);
    bool named = options->inbox_prefix != NULL && options->inbox_prefix[0] != '\0';
    link->inbox_prefix = alloc_strdup(named ? options->inbox_prefix : INBOX_PREFIX);
    link->reconnect_wait_ms = options->reconnect_wait_ms > 0 ? options->reconnect_wait_ms : RECONNECT_WAIT_MS;
    link->probe_ms = options->probe_ms > 0 ? options->probe_ms : PROBE_MS;
    link->pending_messages = options->pending_messages > 0 ? options->pending_messages : PENDING_MESSAGES;
    return status;
}

/* The thread handles no signals: they are the main thread's. */
static void start_thread(struct nats_link *link)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, NULL, run, link) != 0)
        abort();
    pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

enum status nats_link_new(const struct nats_link_options *options, const struct nats_link_callbacks *callbacks, void *context,
                          struct nats_link **ret, struct error *err)
{
    struct nats_link *link = alloc_new(struct nats_link);
    link->callbacks = *callbacks;
    link->context = context;
    pthread_mutex_init(&link->callback_lock, NULL);
    pthread_mutex_init(&link->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&link->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    enum status status = read_options(link, options, err);
    if (status != STATUS_OK) {
        free_parts(link);
        return status;
    }
    pthread_mutex_lock(&existing.lock);
    existing.count++;
    pthread_mutex_unlock(&existing.lock);
    start_thread(link);
    *ret = link;
    return STATUS_OK;
}

void nats_link_free(struct nats_link *link)
{
    if (link == NULL)
        return;
    pthread_mutex_lock(&link->callback_lock);
    link->muted = true;
    nats_tail_part_all(link);
    pthread_mutex_unlock(&link->callback_lock);
    pthread_mutex_lock(&link->lock);
    link->stopping = true;
    pthread_cond_signal(&link->wake);
    pthread_mutex_unlock(&link->lock); /* the thread may free the link from here on */
}

bool nats_link_shutdown_within(int64_t limit_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t nanoseconds = until.tv_nsec + limit_ms % 1000 * 1000000;
    until.tv_sec += limit_ms / 1000 + nanoseconds / 1000000000;
    until.tv_nsec = nanoseconds % 1000000000;
    bool late = false;
    pthread_mutex_lock(&existing.lock);
    while (existing.count > 0 && !late)
        late = pthread_cond_timedwait(&existing.fewer, &existing.lock, &until) != 0;
    bool ended = existing.count == 0;
    pthread_mutex_unlock(&existing.lock);
    if (ended)
        nats_CloseAndWait(LIBRARY_CLOSE_MS);
    return ended;
}

void nats_link_shutdown_library(void)
{
    (void)nats_link_shutdown_within(SHUTDOWN_PATIENCE_MS);
}
