/* Choosing and opening the NATS of a Sovereign; see nats_target.h. The nats CLI's files are in nats_context.c. */
#include "sovereign/nats_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "sovereign/nats_context.h"
#include "sovereign/secret_source.h"

static char **copy_list(char *const *texts)
{
    size_t count = 0;
    while (texts != NULL && texts[count] != NULL)
        count++;
    if (texts == NULL)
        return NULL;
    char **copy = alloc_zeroed(count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = alloc_strdup(texts[i]);
    return copy;
}

static void free_list(char **texts)
{
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++)
        free(texts[i]);
    free(texts);
}

static void wipe(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

/* --- where it is said ----------------------------------------------------------------------------------------------- */

static void take_profile(struct nats_target *target, const struct profile_nats *nats)
{
    snprintf(target->origin, sizeof target->origin, "the configuration");
    if (nats->problem != NULL) {
        error_set(&target->error, STATUS_INVALID, "%s", nats->problem);
        return;
    }
    if (nats->context != NULL)
        nats_context_read(nats->context, target);
    struct {
        char **place;
        const char *text;
    } texts[] = {
        {&target->credentials_file, nats->credentials_file}, {&target->nkey_seed_file, nats->nkey_seed_file},
        {&target->token_file, nats->token_file},             {&target->username, nats->username},
        {&target->password_file, nats->password_file},       {&target->ca_file, nats->ca_file},
        {&target->certificate_file, nats->certificate_file}, {&target->key_file, nats->key_file},
        {&target->server_name, nats->server_name},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].text != NULL) {
            free(*texts[i].place);
            *texts[i].place = alloc_strdup(texts[i].text);
        }
    if (nats->urls != NULL) {
        free_list(target->urls);
        target->urls = copy_list(nats->urls);
    }
    target->token_command = copy_list(nats->token_command);
    target->password_command = copy_list(nats->password_command);
    target->insecure = nats->insecure;
    target->refresh_ms = nats->refresh_ms;
}

/* The words of the nats CLI's environment that go with NATS_URL. */
static void take_environment(struct nats_target *target)
{
    struct {
        const char *name;
        char **place;
    } words[] = {
        {"NATS_USER", &target->username},   {"NATS_PASSWORD", &target->password}, {"NATS_CREDS", &target->credentials_file},
        {"NATS_NKEY", &target->nkey_seed_file}, {"NATS_TOKEN", &target->token},   {"NATS_CERT", &target->certificate_file},
        {"NATS_KEY", &target->key_file},    {"NATS_CA", &target->ca_file},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *value = getenv(words[i].name);
        if (value == NULL || value[0] == '\0')
            continue;
        wipe(*words[i].place);
        *words[i].place = alloc_strdup(value);
    }
}

static void take_urls(struct nats_target *target, const char *urls, const char *origin)
{
    char *list[] = {(char *)(uintptr_t)urls, NULL};
    free_list(target->urls);
    target->urls = copy_list(list);
    snprintf(target->origin, sizeof target->origin, "%s", origin);
}

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* False: nobody says anything. */
static bool choose(struct nats_target *target, const struct nats_target_words *words, const struct profile_sovereign *profile)
{
    bool said = profile != NULL && (profile->has_nats || profile->nats.urls != NULL || profile->nats.context != NULL);
    if (words->urls != NULL || words->context != NULL) {
        if (words->context != NULL)
            nats_context_read(words->context, target);
        else
            take_environment(target);
        if (words->urls != NULL)
            take_urls(target, words->urls, "--nats");
    } else if (said) {
        take_profile(target, &profile->nats);
    } else if (environment("NATS_URL") != NULL || environment("NATS_CONTEXT") != NULL) {
        if (environment("NATS_CONTEXT") != NULL)
            nats_context_read(environment("NATS_CONTEXT"), target);
        take_environment(target);
        if (environment("NATS_URL") != NULL)
            take_urls(target, environment("NATS_URL"), "NATS_URL");
    } else {
        return false;
    }
    return true;
}

/* Without what stands before an '@': that may be a password. */
static void note_shown(struct nats_target *target)
{
    struct span rest = span_of(target->urls != NULL ? target->urls[0] : NULL), first = SPAN_EMPTY;
    span_split(&rest, ',', &first);
    for (ptrdiff_t at; (at = span_find_byte(first, '@')) >= 0;)
        first = span_from(first, (size_t)at + 1);
    sanitize_line_into(target->shown, sizeof target->shown, first.length > 0 ? first.data : "", first.length);
}

struct nats_target *nats_target_new(const struct nats_target_words *words, const struct profile_sovereign *profile)
{
    struct nats_target *target = alloc_new(struct nats_target);
    if (!choose(target, words, profile)) {
        nats_target_free(target);
        return NULL;
    }
    if (target->error.status == STATUS_OK && (target->urls == NULL || target->urls[0] == NULL))
        error_set(&target->error, STATUS_USAGE, "%s names no NATS server", target->origin);
    note_shown(target);
    return target;
}

void nats_target_free(struct nats_target *target)
{
    if (target == NULL)
        return;
    if (target->urls != NULL) /* may hold credentials */
        for (char **url = target->urls; *url != NULL; url++)
            explicit_bzero(*url, strlen(*url));
    free_list(target->urls);
    free_list(target->token_command);
    free_list(target->password_command);
    wipe(target->token);
    wipe(target->password);
    char *texts[] = {target->credentials_file, target->nkey_seed_file,   target->token_file, target->username,    target->password_file,
                     target->ca_file,          target->certificate_file, target->key_file,   target->server_name, target->inbox_prefix,
                     target->jetstream_domain, target->jetstream_prefix};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    free(target);
}

/* --- secrets, asked for again before each attempt ------------------------------------------------------------------- */

struct secrets {
    struct secret_source *token, *password;
};

static enum status get(struct secret_source *source, bool refused, char **ret, struct error *err)
{
    if (source == NULL)
        return STATUS_OK;
    if (refused)
        secret_source_refuse(source);
    return secret_source_get(source, NULL, ret, err);
}

static enum status read_secrets(void *context, bool refused, struct nats_link_secrets *ret, struct error *err)
{
    struct secrets *secrets = context;
    enum status status = get(secrets->token, refused, &ret->token, err);
    return status == STATUS_OK ? get(secrets->password, refused, &ret->password, err) : status;
}

static void free_secrets(void *context)
{
    struct secrets *secrets = context;
    secret_source_free(secrets->token);
    secret_source_free(secrets->password);
    free(secrets);
}

static struct secrets *make_secrets(const struct nats_target *target)
{
    struct secret_source_options token = {.what = "token of NATS", .file = target->token_file,
                                          .command = (const char *const *)target->token_command, .refresh_ms = target->refresh_ms};
    struct secret_source_options password = {.what = "password of NATS", .file = target->password_file,
                                             .command = (const char *const *)target->password_command, .refresh_ms = target->refresh_ms};
    struct secrets made = {secret_source_new(&token), secret_source_new(&password)};
    if (made.token == NULL && made.password == NULL)
        return NULL;
    struct secrets *secrets = alloc_new(struct secrets);
    *secrets = made;
    return secrets;
}

enum status nats_target_open(const struct nats_target *target, const struct nats_link_callbacks *callbacks, void *context,
                             struct nats_link **ret, struct error *err)
{
    if (target->error.status != STATUS_OK)
        return error_set(err, target->error.status, "%s", target->error.text);
    struct secrets *secrets = make_secrets(target);
    struct nats_link_options options = {
        .urls = (const char *const *)target->urls,
        .credentials_file = target->credentials_file,
        .nkey_seed_file = target->nkey_seed_file,
        .token = target->token,
        .username = target->username,
        .password = target->password,
        .ca_file = target->ca_file,
        .certificate_file = target->certificate_file,
        .key_file = target->key_file,
        .server_name = target->server_name,
        .insecure = target->insecure,
        .require_tls = target->insecure,
        .inbox_prefix = target->inbox_prefix,
        .jetstream_domain = target->jetstream_domain,
        .jetstream_prefix = target->jetstream_prefix,
        .read_secrets = secrets != NULL ? read_secrets : NULL,
        .free_secrets = secrets != NULL ? free_secrets : NULL,
        .secrets_context = secrets,
    };
    enum status status = nats_link_new(&options, callbacks, context, ret, err);
    return status == STATUS_OK ? STATUS_OK : error_prefix(err, "%s", target->origin);
}
