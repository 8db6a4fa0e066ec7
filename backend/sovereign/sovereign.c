/* Builds the Sovereign of a session from the command line, the profile and the kubeconfigs; no network is touched. */
#include "sovereign/sovereign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
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

/* A region's client; what goes wrong stays with the region, so that the others work. `profile` NULL: not out of a profile. */
static void connect_region(struct sovereign *sovereign, const char *name, bool primary, const char *kubeconfig, const char *context,
                           const struct profile_region *profile)
{
    int index = (int)sovereign->region_count++;
    struct sovereign_region *region = &sovereign->regions[index];
    region->primary = primary;
    copy(region->name, sizeof region->name, name);
    struct kubeconfig *config = NULL;
    struct kubeconfig_target target = {0};
    enum status status = kubeconfig_load(kubeconfig, &config, &region->error);
    if (status == STATUS_OK)
        status = kubeconfig_resolve(config, context, &target, &region->error);
    if (status == STATUS_OK && profile != NULL)
        redirect(&target, profile);
    if (status == STATUS_OK) {
        if (region->name[0] == '\0')
            copy(region->name, sizeof region->name, target.context);
        copy(region->context, sizeof region->context, target.context);
        struct kube_client_options options = {.region = region->name, .server = target.server, .namespace = target.namespace,
                                              .user = target.user, .proxy = target.proxy, .identity = target.identity, .index = index};
        region->client = kube_client_new(sovereign->thread, &options);
    } else if (region->name[0] == '\0') {
        copy(region->name, sizeof region->name, context != NULL ? context : "kubernetes");
    }
    kubeconfig_target_done(&target);
    kubeconfig_free(config);
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

static void open_profile(struct sovereign *sovereign, const struct profile_sovereign *profile, const char *context)
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
            connect_region(sovereign, region->name, region->primary, region->kubeconfig, context != NULL ? context : region->context,
                           region);
    }
    if (profile->region_count == 0 && context != NULL) /* the words say where the file does not */
        connect_region(sovereign, "", true, NULL, context, NULL);
    else if (profile->region_count == 0)
        refuse_region(sovereign, "kubernetes", true, profile->problem);
    open_catalyst(sovereign, profile);
    sovereign_tunnels_init(&sovereign->tunnels, profile);
}

/* Without a profile the class is production. */
static void open_kubeconfig(struct sovereign *sovereign, const char *kubeconfig, const char *context)
{
    sovereign->class = PROFILE_CLASS_PRODUCTION;
    connect_region(sovereign, "", true, kubeconfig, context, NULL);
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
    if (options->name == NULL && (options->kubeconfig != NULL || options->context != NULL)) {
        open_kubeconfig(sovereign, options->kubeconfig, options->context);
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
    if (profile != NULL && options->context != NULL && profile->region_count > 1)
        return error_set(err, STATUS_USAGE, "--context fits one region; Sovereign '%s' has %zu", profile->name, profile->region_count);
    if (profile == NULL)
        open_kubeconfig(sovereign, NULL, NULL);
    else
        open_profile(sovereign, profile, options->context);
    return STATUS_OK;
}

enum status sovereign_open(const struct sovereign_options *options, struct http_thread *thread, struct sovereign **ret,
                           struct error *err)
{
    struct sovereign *sovereign = alloc_new(struct sovereign);
    CLEANUP(alloc_free_pointer) char *standard = options->config_file == NULL ? profile_default_path() : NULL;
    sovereign->thread = thread;
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
    catalyst_client_free(sovereign->catalyst);
    sovereign_tunnels_done(&sovereign->tunnels);
    nats_target_free(sovereign->nats);
    profile_free(sovereign->file);
    free(sovereign);
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
