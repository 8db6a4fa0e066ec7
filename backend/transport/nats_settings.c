/* Addresses, credentials and TLS for nats.c; see nats_settings.h. */
#include "transport/nats_settings.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "base/alloc.h"
#include "transport/tls_credentials.h"
#include "transport/tls_identity.h"

#define CONNECT_TIMEOUT_MS 2000
#define LIBRARY_PING_MS 60000 /* our own probe is the one that counts */
#define URLS_MAXIMUM 16

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

static natsStatus set_urls(natsOptions *to, const struct nats_link_options *options)
{
    const char *urls[URLS_MAXIMUM];
    int count = 0;
    while (options->urls[count] != NULL && count < URLS_MAXIMUM) {
        urls[count] = options->urls[count];
        count++;
    }
    return natsOptions_SetServers(to, urls, count);
}

static natsStatus set_behaviour(natsOptions *to)
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
        s = natsOptions_SetIgnoreDiscoveredServers(to, true);
    return s;
}

static enum status set_credentials(natsOptions *to, const struct nats_link_options *options, struct error *err)
{
    const char *files[] = {options->credentials_file, options->nkey_seed_file};
    for (size_t i = 0; i < 2; i++)
        if (files[i] != NULL && access(files[i], R_OK) != 0)
            return error_set(err, STATUS_IO, "NATS credentials file '%s' cannot be read", files[i]);
    if ((options->nkey_seed_file == NULL) != (options->nkey_public == NULL))
        return error_set(err, STATUS_USAGE, "a NATS nkey needs both its public key and its seed file");
    natsStatus s = NATS_OK;
    if (options->credentials_file != NULL)
        s = natsOptions_SetUserCredentialsFromFiles(to, options->credentials_file, NULL);
    else if (options->nkey_seed_file != NULL)
        s = natsOptions_SetNKeyFromSeed(to, options->nkey_public, options->nkey_seed_file);
    else if (options->token != NULL)
        s = natsOptions_SetToken(to, options->token);
    else if (options->username != NULL)
        s = natsOptions_SetUserInfo(to, options->username, options->password != NULL ? options->password : "");
    return s == NATS_OK ? STATUS_OK : error_set(err, STATUS_USAGE, "NATS credentials: %s", natsStatus_GetText(s));
}

static bool wants_tls(const struct nats_link_options *options)
{
    bool wants =
        options->require_tls || options->ca_file != NULL || options->ca_data.length > 0 || options->certificate_file != NULL;
    for (const char *const *url = options->urls; *url != NULL; url++)
        wants = wants || strncasecmp(*url, "tls://", 6) == 0;
    return wants;
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

static enum status set_tls(natsOptions *to, const struct nats_link_options *options, struct error *err)
{
    if (!wants_tls(options))
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

enum status nats_settings_new(const struct nats_link_options *options, natsOptions **ret, struct error *err)
{
    natsOptions *to = NULL;
    if (options->urls == NULL || options->urls[0] == NULL)
        return error_set(err, STATUS_USAGE, "no NATS URL is given");
    if (natsOptions_Create(&to) != NATS_OK)
        return error_set(err, STATUS_IO, "the NATS library does not start");
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_exit_handler);
    enum status status = STATUS_OK;
    natsStatus s = set_urls(to, options);
    if (s == NATS_OK)
        s = set_behaviour(to);
    if (s != NATS_OK)
        status = error_set(err, STATUS_USAGE, "NATS URL '%.80s': %s", options->urls[0], natsStatus_GetText(s));
    if (status == STATUS_OK)
        status = set_credentials(to, options, err);
    if (status == STATUS_OK)
        status = set_tls(to, options, err);
    if (status == STATUS_OK)
        *ret = to;
    else
        natsOptions_Destroy(to);
    return status;
}
