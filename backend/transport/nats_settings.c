/* Addresses, credentials and TLS for nats.c; see nats_settings.h. */
#include "transport/nats_settings.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "base/alloc.h"
#include "transport/nats_nkey.h"
#include "transport/tls_credentials.h"
#include "transport/tls_identity.h"

#define CONNECT_TIMEOUT_MS 2000
#define LIBRARY_PING_MS 60000 /* our own probe is the one that counts */

static void free_compression(SSL_COMP *compression)
{
    OPENSSL_free(compression);
}

/* At exit nats.c frees OpenSSL's list of compression methods when TLS was used, and then OpenSSL does so again: a crash behind
 * the last line of main (nats.c issue 904; so in 3.4.1 with OpenSSL 3). Our handler is registered after the library's, so it runs
 * before it, and leaves nothing to be freed. */
static void free_compressions(void)
{
    sk_SSL_COMP_pop_free(SSL_COMP_set0_compression_methods(NULL), free_compression);
}

static void register_exit_handler(void)
{
    atexit(free_compressions);
}

static natsStatus set_behaviour(natsOptions *to, const struct nats_link_options *options)
{
    natsStatus s = natsOptions_SetName(to, "sovdeck");
    if (s == NATS_OK)
        s = natsOptions_SetTimeout(to, CONNECT_TIMEOUT_MS);
    if (s == NATS_OK)
        s = natsOptions_SetAllowReconnect(to, false);
    if (s == NATS_OK)
        s = natsOptions_SetPingInterval(to, LIBRARY_PING_MS);
    if (s == NATS_OK)
        s = natsOptions_UseGlobalMessageDelivery(to, true);
    if (s == NATS_OK)
        s = natsOptions_SetFailRequestsOnDisconnect(to, true);
    if (s == NATS_OK)
        s = natsOptions_SetIgnoreDiscoveredServers(to, true); /* behind a tunnel they are somewhere else, or nowhere */
    if (s == NATS_OK && options->inbox_prefix != NULL)
        s = natsOptions_SetCustomInboxPrefix(to, options->inbox_prefix);
    return s;
}

static enum status set_nkey(natsOptions *to, const char *seed_file, natsStatus *s, struct error *err)
{
    char public[NATS_NKEY_PUBLIC_MAX];
    enum status status = nats_nkey_public(seed_file, public, err);
    if (status == STATUS_OK)
        *s = natsOptions_SetNKeyFromSeed(to, public, seed_file);
    return status;
}

/* Words of the address come before those of the options, as in other clients. */
static enum status set_credentials(natsOptions *to, const struct nats_link_options *options, const struct nats_address *address,
                                   struct error *err)
{
    natsStatus s = NATS_OK;
    struct nats_nkey_claims claims;
    enum status status = STATUS_OK;
    if (address->user != NULL)
        s = natsOptions_SetUserInfo(to, address->user, address->password);
    else if (address->token != NULL)
        s = natsOptions_SetToken(to, address->token);
    else if (options->credentials_file != NULL)
        status = nats_nkey_read_credentials(options->credentials_file, &claims, err);
    else if (options->nkey_seed_file != NULL)
        status = set_nkey(to, options->nkey_seed_file, &s, err);
    else if (options->token != NULL)
        s = natsOptions_SetToken(to, options->token);
    else if (options->username != NULL)
        s = natsOptions_SetUserInfo(to, options->username, options->password != NULL ? options->password : "");
    if (status == STATUS_OK && options->credentials_file != NULL && address->user == NULL && address->token == NULL)
        s = natsOptions_SetUserCredentialsFromFiles(to, options->credentials_file, NULL);
    if (status != STATUS_OK)
        return status;
    return s == NATS_OK ? STATUS_OK : error_set(err, STATUS_USAGE, "NATS credentials: %s", natsStatus_GetText(s));
}

static bool wants_tls(const struct nats_link_options *options, const struct nats_address *address)
{
    return options->require_tls || options->ca_file != NULL || options->ca_data.length > 0 || options->certificate_file != NULL ||
           address->tls;
}

static enum status set_ca(natsOptions *to, const struct nats_link_options *options, struct error *err)
{
    struct tls_secret ca = {0};
    enum status status = STATUS_OK;
    if (options->ca_data.length > 0)
        tls_credentials_set(&ca, options->ca_data);
    else if (options->ca_file != NULL)
        status = tls_credentials_read_file(options->ca_file, "NATS CA", TLS_IDENTITY_FILE_MAXIMUM, &ca, err);
    if (status == STATUS_OK && ca.length > 0 && natsOptions_SetCATrustedCertificates(to, ca.data) != NATS_OK)
        status = error_set(err, STATUS_USAGE, "NATS CA %s holds no readable PEM certificate",
                           options->ca_data.length > 0 ? "data" : options->ca_file);
    tls_credentials_set(&ca, SPAN_EMPTY);
    return status;
}

static enum status set_tls(natsOptions *to, const struct nats_link_options *options, const struct nats_address *address, struct error *err)
{
    if (!wants_tls(options, address))
        return STATUS_OK;
    enum status status = set_ca(to, options, err);
    if (status != STATUS_OK)
        return status;
    natsStatus s = natsOptions_SetSecure(to, true);
    if (s == NATS_OK && options->certificate_file != NULL)
        s = natsOptions_LoadCertificatesChain(to, options->certificate_file, options->key_file);
    if (s != NATS_OK)
        return error_set(err, STATUS_USAGE, "NATS client certificate '%s' or its key cannot be used",
                         options->certificate_file != NULL ? options->certificate_file : "");
    if (options->server_name != NULL)
        s = natsOptions_SetExpectedHostname(to, options->server_name);
    if (s == NATS_OK && options->insecure)
        s = natsOptions_SkipServerVerification(to, true);
    return s == NATS_OK ? STATUS_OK : error_set(err, STATUS_USAGE, "NATS TLS settings: %s", natsStatus_GetText(s));
}

enum status nats_settings_new(const struct nats_link_options *options, const struct nats_address *address, natsOptions **ret,
                              struct error *err)
{
    natsOptions *to = NULL;
    if (natsOptions_Create(&to) != NATS_OK)
        return error_set(err, STATUS_IO, "the NATS library does not start");
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_exit_handler);
    enum status status = STATUS_OK;
    natsStatus s = natsOptions_SetURL(to, address->url);
    if (s == NATS_OK)
        s = set_behaviour(to, options);
    if (s != NATS_OK)
        status = error_set(err, STATUS_USAGE, "NATS %s: %s", address->shown, natsStatus_GetText(s));
    if (status == STATUS_OK)
        status = set_credentials(to, options, address, err);
    if (status == STATUS_OK)
        status = set_tls(to, options, address, err);
    if (status == STATUS_OK)
        *ret = to;
    else
        natsOptions_Destroy(to);
    return status;
}
