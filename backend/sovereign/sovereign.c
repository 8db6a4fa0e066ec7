/* Builds the Sovereign of a session from the command line, the profile and the kubeconfigs; no network is touched. */
#include "sovereign/sovereign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/duration.h"
#include "base/nearest.h"
#include "base/sanitize.h"
#include "sovereign/kubeconfig.h"
#include "transport/http_url.h"

static void copy(char *out, size_t size, const char *text)
{
    sanitize_line_into(out, size, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

/* Another way to the same server (a tunnel's end): what its certificate is for stays as it was. */
static void redirect(struct kubeconfig_target *target, const struct profile_region *profile)
{
    struct http_url url;
    if (profile->server_name != NULL)
        tls_identity_keep_server_name(target->identity, profile->server_name);
    else if (profile->server != NULL && http_url_parse(target->server, &url))
        tls_identity_keep_server_name(target->identity, url.host);
    if (profile->server != NULL) {
        snprintf(target->server, sizeof target->server, "%s", profile->server);
        target->proxy[0] = '\0';
    }
    if (profile->namespace != NULL)
        snprintf(target->namespace, sizeof target->namespace, "%s", profile->namespace);
}

/* Where a region is. `profile` NULL: not out of a profile. */
struct place {
    const char *name, *kubeconfig, *context;
    bool primary;
    const struct profile_region *profile;
};

static void __attribute__((format(printf, 2, 3))) warn(struct sovereign *sovereign, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = alloc_vprintf(format, args);
    va_end(args);
    bool known = sovereign->warning_count == SOVEREIGN_WARNINGS_MAX;
    for (size_t i = 0; i < sovereign->warning_count && !known; i++) /* several regions, one file */
        known = strcmp(sovereign->warnings[i], text) == 0;
    if (known)
        free(text);
    else
        sovereign->warnings[sovereign->warning_count++] = text;
}

static enum status resolve(const struct sovereign_options *words, const struct place *place, struct sovereign *sovereign,
                           struct kubeconfig_target *target, struct error *err)
{
    struct kubeconfig *config = NULL;
    struct kubeconfig_overrides overrides = {.context = place->context, .cluster = words->cluster, .user = words->user,
                                             .namespace = words->namespace, .as = words->as, .as_uid = words->as_uid,
                                             .as_groups = words->as_groups[0] != NULL ? words->as_groups : NULL};
    enum status status = kubeconfig_load(place->kubeconfig, &config, err);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < kubeconfig_warning_count(config); i++)
        warn(sovereign, "%s", kubeconfig_warning(config, i));
    status = kubeconfig_resolve_with(config, &overrides, target, err);
    kubeconfig_free(config);
    if (status == STATUS_OK && place->profile != NULL)
        redirect(target, place->profile);
    if (status == STATUS_OK && words->namespace != NULL)
        copy(target->namespace, sizeof target->namespace, words->namespace);
    return status;
}

static int64_t request_timeout(const struct sovereign_options *words)
{
    int64_t ms = 0;
    if (words->request_timeout == NULL || !duration_parse(span_of(words->request_timeout), &ms))
        return 0;
    return ms == 0 ? KUBE_CLIENT_NO_TIMEOUT_MS : ms;
}

/* A region's client; what goes wrong stays with the region, so that the others work. */
static void connect_region(struct sovereign *sovereign, const struct sovereign_options *words, const struct place *place)
{
    int index = (int)sovereign->region_count++;
    struct sovereign_region *region = &sovereign->regions[index];
    struct kubeconfig_target target = {0};
    region->primary = place->primary;
    copy(region->name, sizeof region->name, place->name);
    enum status status = resolve(words, place, sovereign, &target, &region->error);
    if (status == STATUS_OK) {
        const char *name = target.context[0] != '\0' ? target.context : target.cluster;
        if (region->name[0] == '\0')
            copy(region->name, sizeof region->name, name);
        copy(region->context, sizeof region->context, target.context);
        char user[300];
        snprintf(user, sizeof user, "%s%s%s", target.user, target.impersonated[0] != '\0' ? " as " : "", target.impersonated);
        struct kube_client_options options = {.region = region->name, .server = target.server, .namespace = target.namespace, .user = user,
                                              .proxy = target.proxy, .identity = target.identity, .index = index,
                                              .request_timeout_ms = request_timeout(words)};
        region->client = kube_client_new(sovereign->thread, &options);
        region->insecure = target.insecure;
        if (target.impersonated[0] != '\0')
            copy(sovereign->impersonated, sizeof sovereign->impersonated, target.impersonated);
        if (target.insecure)
            warn(sovereign, "%s: INSECURE: the certificate of %s is not verified (insecure-skip-tls-verify); anybody in between can read and "
                 "change everything", region->name, target.server);
    } else if (region->name[0] == '\0') {
        copy(region->name, sizeof region->name, place->context != NULL ? place->context : "kubernetes");
    }
    kubeconfig_target_done(&target);
}

/* A region that the file describes in a way that cannot be opened without guessing: it is there, and its lamp says why. */
static void refuse_region(struct sovereign *sovereign, const char *name, bool primary, const char *problem)
{
    struct sovereign_region *region = &sovereign->regions[sovereign->region_count++];
    region->primary = primary;
    copy(region->name, sizeof region->name, name);
    error_set(&region->error, STATUS_USAGE, "%s", problem);
}

static void open_catalyst(struct sovereign *sovereign, const struct profile_sovereign *profile)
{
    const struct profile_service *service = &profile->catalyst;
    if (service->problem != NULL) {
        error_set(&sovereign->catalyst_error, STATUS_USAGE, "%s", service->problem);
        return;
    }
    if (!profile->has_catalyst || (service->url == NULL && profile->fqdn == NULL))
        return;
    struct tls_identity_options identity_options = {.ca_file = service->ca_file, .token_file = service->token_file,
                                                    .server_name = service->server_name, .server_name_is_host = true};
    struct catalyst_client_options options = {.url = service->url, .other_url = service->other_url, .fqdn = profile->fqdn,
                                              .token_file = service->token_file, .refresh_ms = service->refresh_ms, .keeps_session = true,
                                              .token_command = (const char *const *)service->token_command};
    if (tls_identity_new(&identity_options, &options.identity, &sovereign->catalyst_error) != STATUS_OK)
        return;
    sovereign->catalyst = catalyst_client_new(sovereign->thread, &options);
    tls_identity_unref(options.identity);
}

static void open_profile(struct sovereign *sovereign, const struct profile_sovereign *profile, const struct sovereign_options *words)
{
    sovereign->profile = profile;
    sovereign->class = profile->class;
    copy(sovereign->name, sizeof sovereign->name, profile->name);
    copy(sovereign->fqdn, sizeof sovereign->fqdn, profile->fqdn);
    for (size_t i = 0; i < profile->region_count; i++) {
        const struct profile_region *region = &profile->regions[i];
        if (region->problem != NULL)
            refuse_region(sovereign, region->name, region->primary, region->problem);
        else
            connect_region(sovereign, words, &(struct place){.name = region->name, .primary = region->primary, .kubeconfig = region->kubeconfig,
                                                             .context = words->context != NULL ? words->context : region->context,
                                                             .profile = region});
    }
    if (profile->region_count == 0 && words->context != NULL) /* the words say where the file does not */
        connect_region(sovereign, words, &(struct place){.name = "", .primary = true, .context = words->context});
    else if (profile->region_count == 0)
        refuse_region(sovereign, "kubernetes", true, profile->problem);
    open_catalyst(sovereign, profile);
    sovereign_tunnels_init(&sovereign->tunnels, profile);
}

/* Without a profile the class is production. */
static void open_kubeconfig(struct sovereign *sovereign, const struct sovereign_options *words)
{
    sovereign->class = PROFILE_CLASS_PRODUCTION;
    connect_region(sovereign, words,
                   &(struct place){.name = "", .primary = true, .kubeconfig = words->kubeconfig, .context = words->context});
    copy(sovereign->name, sizeof sovereign->name, sovereign->regions[0].name);
}

static enum status refuse_name(const struct profile *profile, const char *name, struct error *err)
{
    const char *names[PROFILE_SOVEREIGNS_MAX];
    char hint[NEAREST_HINT_MAX];
    for (size_t i = 0; i < profile->sovereign_count; i++)
        names[i] = profile->sovereigns[i].name;
    nearest_hint(hint, span_of(name), names, profile->sovereign_count);
    return error_set(err, STATUS_USAGE, "no Sovereign '%s' in %s%s", name, profile->file, hint);
}

/* Words that contradict each other, or a file that was named and is not there: going on would mean another cluster than meant. */
static enum status check_words(const struct sovereign_options *options, const struct profile *file, struct error *err)
{
    if (options->name != NULL && options->kubeconfig != NULL)
        return error_set(err, STATUS_USAGE, "--sovereign and --kubeconfig name two things; give one of them");
    int64_t ms;
    if (options->request_timeout != NULL && !duration_parse(span_of(options->request_timeout), &ms))
        return error_set(err, STATUS_USAGE, "--request-timeout '%.40s': expected a time such as 5s, 1m30s or 500ms, seconds, or 0 for none",
                         options->request_timeout);
    if (options->as == NULL && (options->as_groups[0] != NULL || options->as_uid != NULL))
        return error_set(err, STATUS_USAGE, "--as-group and --as-uid need --as: the user to act as");
    if (options->config_file != NULL && file->is_unreadable)
        return error_set(err, STATUS_USAGE, "%s", file->warnings[0]);
    return STATUS_OK;
}

static enum status open_chosen(struct sovereign *sovereign, const struct sovereign_options *options, struct error *err)
{
    const struct profile *file = sovereign->file;
    const char *name = options->name != NULL ? options->name : file->current;
    enum status status = check_words(options, file, err);
    if (status != STATUS_OK)
        return status;
    bool names_cluster = options->context != NULL || options->cluster != NULL || options->user != NULL;
    if (options->name == NULL && (options->kubeconfig != NULL || names_cluster)) {
        open_kubeconfig(sovereign, options);
        return STATUS_OK;
    }
    const struct profile_sovereign *profile = name != NULL ? profile_find(file, name) : NULL;
    if (name != NULL && profile == NULL)
        return refuse_name(file, name, err);
    if (name == NULL && file->sovereign_count == 1)
        profile = &file->sovereigns[0];
    if (name == NULL && file->sovereign_count > 1)
        return error_set(err, STATUS_USAGE, "%s has %zu Sovereigns and no current one; name one with --sovereign", file->file,
                         file->sovereign_count);
    if (profile != NULL && names_cluster && profile->region_count > 1)
        return error_set(err, STATUS_USAGE, "--context, --cluster and --user fit one region; Sovereign '%s' has %zu", profile->name,
                         profile->region_count);
    if (profile == NULL)
        open_kubeconfig(sovereign, options);
    else
        open_profile(sovereign, profile, options);
    return STATUS_OK;
}

enum status sovereign_open(const struct sovereign_options *options, struct http_thread *thread, struct sovereign **ret,
                           struct error *err)
{
    struct sovereign *sovereign = alloc_new(struct sovereign);
    CLEANUP(alloc_free_pointer) char *standard = options->config_file == NULL ? profile_default_path() : NULL;
    sovereign->thread = thread;
    copy(sovereign->namespace, sizeof sovereign->namespace, options->all_namespaces ? NULL : options->namespace);
    sovereign->file = profile_load(options->config_file != NULL ? options->config_file : standard, options->config_file != NULL);
    enum status status = open_chosen(sovereign, options, err);
    if (status != STATUS_OK) {
        sovereign_free(sovereign);
        return status;
    }
    sovereign->nats = nats_target_new(&options->nats, sovereign->profile);
    *ret = sovereign;
    return status;
}

void sovereign_free(struct sovereign *sovereign)
{
    if (sovereign == NULL)
        return;
    for (size_t i = 0; i < sovereign->region_count; i++)
        kube_client_free(sovereign->regions[i].client);
    for (size_t i = 0; i < sovereign->warning_count; i++)
        free(sovereign->warnings[i]);
    catalyst_client_free(sovereign->catalyst);
    sovereign_tunnels_done(&sovereign->tunnels);
    nats_target_free(sovereign->nats);
    profile_free(sovereign->file);
    free(sovereign);
}

bool sovereign_is_insecure(const struct sovereign *sovereign)
{
    for (size_t i = 0; i < sovereign->region_count; i++)
        if (sovereign->regions[i].insecure)
            return true;
    return false;
}

int sovereign_primary(const struct sovereign *sovereign)
{
    for (size_t i = 0; i < sovereign->region_count; i++)
        if (sovereign->regions[i].primary)
            return (int)i;
    return sovereign->region_count > 0 ? 0 : -1;
}

int sovereign_find_region(const struct sovereign *sovereign, const char *name)
{
    for (size_t i = 0; i < sovereign->region_count; i++)
        if (strcmp(sovereign->regions[i].name, name) == 0)
            return (int)i;
    return -1;
}

void sovereign_set_cancel(struct sovereign *sovereign, const atomic_bool *cancel)
{
    for (size_t i = 0; i < sovereign->region_count; i++)
        if (sovereign->regions[i].client != NULL)
            kube_client_set_cancel(sovereign->regions[i].client, cancel);
    if (sovereign->catalyst != NULL)
        catalyst_client_set_cancel(sovereign->catalyst, cancel);
}

bool sovereign_has_nats(const struct sovereign *sovereign)
{
    return sovereign->nats != NULL;
}

enum status sovereign_open_nats(const struct sovereign *sovereign, const struct nats_link_callbacks *callbacks, void *context,
                                struct nats_link **ret, struct error *err)
{
    if (!sovereign_has_nats(sovereign))
        return error_set(err, STATUS_UNSUPPORTED, "no NATS is configured for %s", sovereign->name);
    return nats_target_open(sovereign->nats, callbacks, context, ret, err);
}
