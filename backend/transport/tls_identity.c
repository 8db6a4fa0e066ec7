/* Identities: one current snapshot of credentials behind a lock, replaced whole when something changes.
 * See tls_identity.h; the snapshots are tls_credentials.h. */
#include "transport/tls_identity.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "transport/tls_credentials.h"
#include "transport/tls_pem.h"

struct tls_identity {
    atomic_int references;
    pthread_mutex_t lock;
    struct tls_credentials *current;
    bool insecure; /* never changes */
    char *token_file;
    struct timespec token_changed;
    struct tls_identity_source source; /* demand NULL: none. Never changes once shared */
    ARRAY(int) waiting;                /* descriptors to wake */
};

/* Data if there is some, else the file's content, else nothing. */
static enum status load(struct span data, const char *file, const char *what, struct tls_secret *ret, struct error *err)
{
    if (data.length > TLS_IDENTITY_FILE_MAXIMUM)
        return error_set(err, STATUS_TOO_BIG, "%s data is over the maximum of %zu KiB", what, TLS_IDENTITY_FILE_MAXIMUM >> 10);
    if (data.length > 0)
        tls_credentials_set(ret, data);
    else if (file != NULL && file[0] != '\0')
        return tls_credentials_read_file(file, what, TLS_IDENTITY_FILE_MAXIMUM, ret, err);
    return STATUS_OK;
}

static void note_validity(struct tls_credentials *credentials)
{
    struct http_certificate peer;
    bool known = tls_pem_read(tls_credentials_get(&credentials->certificate), &peer, NULL);
    credentials->certificate_not_after_ms = known ? peer.not_after_ms : TIMESTAMP_NONE;
}

static enum status load_ca(const struct tls_identity_options *options, struct tls_credentials *to, struct error *err)
{
    enum status status = load(options->ca_data, options->ca_file, "CA", &to->ca, err);
    if (status != STATUS_OK || to->ca.length == 0)
        return status;
    char origin[300];
    snprintf(origin, sizeof origin, "CA %s%.250s", options->ca_data.length > 0 ? "data" : "file ",
             options->ca_data.length > 0 ? "" : options->ca_file);
    return tls_pem_check_ca(tls_credentials_get(&to->ca), origin, err);
}

static enum status load_certificate(const struct tls_identity_options *options, struct tls_credentials *to, struct error *err)
{
    enum status status = load(options->certificate_data, options->certificate_file, "client certificate", &to->certificate, err);
    if (status == STATUS_OK)
        status = load(options->key_data, options->key_file, "client key", &to->key, err);
    if (status != STATUS_OK || (to->certificate.length == 0 && to->key.length == 0))
        return status;
    if (to->certificate.length == 0 || to->key.length == 0)
        return error_set(err, STATUS_USAGE, "client %s given without its %s", to->key.length == 0 ? "certificate" : "key",
                         to->key.length == 0 ? "key" : "certificate");
    const char *origin = options->certificate_data.length > 0 ? "data" : options->certificate_file;
    status = tls_pem_check_pair(tls_credentials_get(&to->certificate), tls_credentials_get(&to->key), origin, err);
    note_validity(to);
    return status;
}

/* Trailing line ends of a token file would make an invalid header. */
static enum status load_token(const char *path, struct tls_credentials *to, struct error *err)
{
    struct tls_secret raw = {0};
    enum status status = tls_credentials_read_file(path, "token", TLS_IDENTITY_TOKEN_MAXIMUM, &raw, err);
    if (status == STATUS_OK)
        tls_credentials_set(&to->token, span_trim(tls_credentials_get(&raw)));
    tls_credentials_set(&raw, SPAN_EMPTY);
    if (status == STATUS_OK && to->token.length == 0)
        return error_set(err, STATUS_USAGE, "token file '%s' is empty", path);
    return status;
}

static struct timespec modified(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? info.st_mtim : (struct timespec){0};
}

/* It goes into the Host header and into a URL. */
static bool is_server_name(const char *name)
{
    return name == NULL || name[strspn(name, ".-:_*0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

static enum status fill(struct tls_identity *identity, const struct tls_identity_options *options, struct error *err)
{
    struct tls_credentials *to = identity->current;
    if (!is_server_name(options->server_name))
        return error_set(err, STATUS_USAGE, "the server name to verify (tls-server-name, server-name) is no host name");
    to->insecure = identity->insecure = options->insecure;
    to->server_name = alloc_strdup(options->server_name);
    to->server_name_is_host = options->server_name_is_host;
    to->no_compression = options->no_compression;
    tls_credentials_set_headers(to, options->headers);
    tls_credentials_set(&to->username, span_of(options->username));
    tls_credentials_set(&to->password, span_of(options->password));
    tls_credentials_set(&to->token, span_trim(span_of(options->token)));
    enum status status = load_ca(options, to, err);
    if (status == STATUS_OK)
        status = load_certificate(options, to, err);
    if (status != STATUS_OK || options->token_file == NULL || options->token_file[0] == '\0')
        return status;
    identity->token_file = alloc_strdup(options->token_file);
    identity->token_changed = modified(identity->token_file);
    struct error problem = {0};
    status = load_token(identity->token_file, to, &problem);
    if (status == STATUS_OK || to->token.length > 0) /* the token beside it serves until the file is there */
        return STATUS_OK;
    return error_set(err, status, "%s", problem.text);
}

enum status tls_identity_new(const struct tls_identity_options *options, struct tls_identity **ret, struct error *err)
{
    struct tls_identity *identity = alloc_new(struct tls_identity);
    atomic_init(&identity->references, 1);
    pthread_mutex_init(&identity->lock, NULL);
    identity->current = tls_credentials_new();
    enum status status = fill(identity, options, err);
    if (status == STATUS_OK)
        *ret = identity;
    else
        tls_identity_unref(identity);
    return status;
}

struct tls_identity *tls_identity_ref(struct tls_identity *identity)
{
    if (identity != NULL)
        atomic_fetch_add(&identity->references, 1);
    return identity;
}

void tls_identity_unref(struct tls_identity *identity)
{
    if (identity == NULL || atomic_fetch_sub(&identity->references, 1) != 1)
        return;
    if (identity->source.release != NULL)
        identity->source.release(identity->source.context);
    ARRAY_FREE(&identity->waiting);
    tls_credentials_unref(identity->current);
    pthread_mutex_destroy(&identity->lock);
    free(identity->token_file);
    free(identity);
}

/* A copy to change; publish puts it in place. The lock is held in between. */
static struct tls_credentials *begin_change(struct tls_identity *identity)
{
    pthread_mutex_lock(&identity->lock);
    return tls_credentials_copy(identity->current);
}

static void publish(struct tls_identity *identity, struct tls_credentials *changed)
{
    tls_credentials_unref(identity->current);
    identity->current = changed;
    pthread_mutex_unlock(&identity->lock);
}

void tls_identity_keep_server_name(struct tls_identity *identity, const char *name)
{
    struct tls_credentials *changed = begin_change(identity);
    if (changed->server_name == NULL || changed->server_name[0] == '\0') {
        free(changed->server_name);
        changed->server_name = alloc_strdup(name);
    }
    publish(identity, changed);
}

void tls_identity_set_token(struct tls_identity *identity, const char *token)
{
    struct tls_credentials *changed = begin_change(identity);
    tls_credentials_set(&changed->token, span_trim(span_of(token)));
    free(identity->token_file);
    identity->token_file = NULL;
    publish(identity, changed);
}

void tls_identity_set_cookie(struct tls_identity *identity, const char *cookie)
{
    struct tls_credentials *changed = begin_change(identity);
    tls_credentials_set(&changed->cookie, span_trim(span_of(cookie)));
    publish(identity, changed);
}

enum status tls_identity_set_certificate(struct tls_identity *identity, struct span certificate, struct span key,
                                         struct error *err)
{
    if (certificate.length > 0 || key.length > 0) {
        enum status status = tls_pem_check_pair(certificate, key, "data", err);
        if (status != STATUS_OK)
            return status;
    }
    struct tls_credentials *changed = begin_change(identity);
    tls_credentials_set(&changed->certificate, certificate);
    tls_credentials_set(&changed->key, key);
    note_validity(changed);
    publish(identity, changed);
    return STATUS_OK;
}

/* A token file that vanishes for a moment while it is rotated keeps the token we have; the server judges it. */
static void refresh_token(struct tls_identity *identity)
{
    struct timespec changed = modified(identity->token_file);
    bool same = changed.tv_sec == identity->token_changed.tv_sec && changed.tv_nsec == identity->token_changed.tv_nsec;
    if (same || changed.tv_sec == 0)
        return;
    struct tls_credentials *fresh = tls_credentials_copy(identity->current);
    if (load_token(identity->token_file, fresh, NULL) != STATUS_OK) {
        tls_credentials_unref(fresh);
        return;
    }
    identity->token_changed = changed;
    tls_credentials_unref(identity->current);
    identity->current = fresh;
}

struct tls_credentials *tls_identity_credentials(struct tls_identity *identity)
{
    if (identity == NULL)
        return tls_credentials_new();
    pthread_mutex_lock(&identity->lock);
    if (identity->token_file != NULL)
        refresh_token(identity);
    struct tls_credentials *credentials = tls_credentials_ref(identity->current);
    pthread_mutex_unlock(&identity->lock);
    return credentials;
}

void tls_identity_set_source(struct tls_identity *identity, struct tls_identity_source source)
{
    identity->source = source;
}

static void drop_waiting(struct tls_identity *identity, int fd)
{
    for (size_t i = identity->waiting.count; i-- > 0;)
        if (identity->waiting.items[i] == fd)
            ARRAY_REMOVE(&identity->waiting, i);
}

/* Registered before the source is asked, so that a change in between is not missed. The source has a lock of its own, held while
 * it settles: ours is never held while it is asked. */
enum tls_identity_state tls_identity_demand(struct tls_identity *identity, int wake_fd, struct error *err)
{
    if (identity == NULL || identity->source.demand == NULL)
        return TLS_IDENTITY_STATE_READY;
    if (wake_fd >= 0) {
        pthread_mutex_lock(&identity->lock);
        drop_waiting(identity, wake_fd);
        ARRAY_PUSH(&identity->waiting, wake_fd);
        pthread_mutex_unlock(&identity->lock);
    }
    return identity->source.demand(identity->source.context, err);
}

void tls_identity_forget(struct tls_identity *identity, int wake_fd)
{
    if (identity == NULL)
        return;
    pthread_mutex_lock(&identity->lock);
    drop_waiting(identity, wake_fd);
    pthread_mutex_unlock(&identity->lock);
}

void tls_identity_settle(struct tls_identity *identity)
{
    uint64_t one = 1;
    pthread_mutex_lock(&identity->lock);
    for (size_t i = 0; i < identity->waiting.count; i++)
        (void)!write(identity->waiting.items[i], &one, sizeof one); /* full: awake already */
    identity->waiting.count = 0;
    pthread_mutex_unlock(&identity->lock);
}

bool tls_identity_reject(struct tls_identity *identity, const struct tls_credentials *used)
{
    if (identity == NULL)
        return false;
    struct tls_credentials *now = tls_identity_credentials(identity);
    bool changed = now != used;
    tls_credentials_unref(now);
    return changed || (identity->source.reject != NULL && identity->source.reject(identity->source.context));
}

bool tls_identity_is_insecure(const struct tls_identity *identity)
{
    return identity != NULL && identity->insecure;
}

void tls_identity_summary(struct tls_identity *identity, struct tls_identity_summary *ret)
{
    struct tls_credentials *credentials = tls_identity_credentials(identity);
    struct http_certificate peer;
    struct tls_pem_names names = {0};
    *ret = (struct tls_identity_summary){
        .has_certificate = tls_pem_read(tls_credentials_get(&credentials->certificate), &peer, &names),
        .has_token = credentials->token.length > 0,
        .has_basic = credentials->username.length > 0,
        .has_cookie = credentials->cookie.length > 0,
        .has_own_ca = credentials->ca.length > 0,
        .insecure = credentials->insecure,
        .has_token_file = identity != NULL && identity->token_file != NULL,
        .has_source = identity != NULL && identity->source.demand != NULL,
        .certificate_not_after_ms = credentials->certificate_not_after_ms,
    };
    snprintf(ret->certificate_name, sizeof ret->certificate_name, "%s", names.common_name);
    snprintf(ret->certificate_groups, sizeof ret->certificate_groups, "%s", names.organizations);
    if (identity != NULL)
        sanitize_line_into(ret->source_name, sizeof ret->source_name, identity->source.name, strlen(identity->source.name));
    static const char USER[] = "Impersonate-User: ";
    for (size_t i = 0; credentials->headers != NULL && credentials->headers[i] != NULL; i++)
        if (strncmp(credentials->headers[i], USER, sizeof USER - 1) == 0) {
            const char *user = credentials->headers[i] + sizeof USER - 1;
            sanitize_line_into(ret->impersonated, sizeof ret->impersonated, user, strlen(user));
        }
    tls_credentials_unref(credentials);
}
