/* The tables of a Sovereign's settings, and what its regions must be like together. */
#include "sovereign/profile_sovereign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"

#define REGION_EXAMPLE "{name: fsn, kubeconfig: FILE, context: NAME}"

#define SETTING(type_, struct_, name_, member_) {.name = name_, .type = PROFILE_SETTING_##type_, .offset = offsetof(struct struct_, member_)}
#define DECIDING(type_, struct_, name_, member_) \
    {.name = name_, .type = PROFILE_SETTING_##type_, .decides = true, .offset = offsetof(struct struct_, member_)}
#define CUSTOM(name_, read_) {.name = name_, .type = PROFILE_SETTING_CUSTOM, .read = read_}

static const struct profile_setting REGION_SETTINGS[] = {
    SETTING(TEXT, profile_region, "name", name),
    SETTING(BOOL, profile_region, "primary", primary),
    DECIDING(PATH, profile_region, "kubeconfig", kubeconfig),
    DECIDING(TEXT, profile_region, "context", context),
    SETTING(TEXT, profile_region, "namespace", namespace),
    DECIDING(HTTP_URL, profile_region, "server", server),
    DECIDING(HOST, profile_region, "server-name", server_name),
    DECIDING(COMMAND, profile_region, "tunnel", tunnel),
};

static const struct profile_setting CATALYST_SETTINGS[] = {
    DECIDING(HTTP_URL, profile_service, "url", url),
    SETTING(HTTP_URL, profile_service, "console-url", other_url),
    DECIDING(HOST, profile_service, "server-name", server_name),
    SETTING(PATH, profile_service, "ca-file", ca_file),
    SETTING(SECRET_FILE, profile_service, "token-file", token_file),
    SETTING(COMMAND, profile_service, "token-command", token_command),
    SETTING(DURATION, profile_service, "refresh", refresh_ms),
    SETTING(TEXT, profile_service, "email", email),
    DECIDING(COMMAND, profile_service, "tunnel", tunnel),
};

static const struct profile_setting GITEA_SETTINGS[] = {
    DECIDING(HTTP_URL, profile_service, "url", url),
    DECIDING(HOST, profile_service, "server-name", server_name),
    SETTING(PATH, profile_service, "ca-file", ca_file),
    SETTING(SECRET_FILE, profile_service, "token-file", token_file),
    SETTING(COMMAND, profile_service, "token-command", token_command),
    SETTING(DURATION, profile_service, "refresh", refresh_ms),
    SETTING(TEXT, profile_service, "user", user),
    DECIDING(COMMAND, profile_service, "tunnel", tunnel),
};

static const struct profile_setting OPENBAO_SETTINGS[] = {
    DECIDING(HTTP_URL, profile_service, "url", url),
    DECIDING(HOST, profile_service, "server-name", server_name),
    SETTING(PATH, profile_service, "ca-file", ca_file),
    SETTING(SECRET_FILE, profile_service, "token-file", token_file),
    SETTING(COMMAND, profile_service, "token-command", token_command),
    SETTING(DURATION, profile_service, "refresh", refresh_ms),
    DECIDING(COMMAND, profile_service, "tunnel", tunnel),
};

static const struct profile_setting NATS_SETTINGS[] = {
    DECIDING(NATS_URLS, profile_nats, "urls", urls),
    DECIDING(NAME_OR_PATH, profile_nats, "context", context),
    SETTING(PATH, profile_nats, "ca-file", ca_file),
    SETTING(SECRET_FILE, profile_nats, "credentials-file", credentials_file),
    SETTING(SECRET_FILE, profile_nats, "nkey-seed-file", nkey_seed_file),
    SETTING(SECRET_FILE, profile_nats, "token-file", token_file),
    SETTING(COMMAND, profile_nats, "token-command", token_command),
    SETTING(TEXT, profile_nats, "user", username),
    SETTING(TEXT, profile_nats, "username", username),
    SETTING(SECRET_FILE, profile_nats, "password-file", password_file),
    SETTING(COMMAND, profile_nats, "password-command", password_command),
    SETTING(DURATION, profile_nats, "refresh", refresh_ms),
    SETTING(PATH, profile_nats, "certificate-file", certificate_file),
    SETTING(SECRET_FILE, profile_nats, "key-file", key_file),
    DECIDING(HOST, profile_nats, "server-name", server_name),
    SETTING(BOOL, profile_nats, "insecure", insecure),
    SETTING(OFF_SWITCH, profile_nats, "discovery", ignore_discovered_servers),
    DECIDING(COMMAND, profile_nats, "tunnel", tunnel),
};

static const struct profile_part REGION_PART =
    PROFILE_PART("a region", "this region is not opened, because the default could mean another cluster", REGION_SETTINGS);
static const struct profile_part CATALYST_PART = PROFILE_PART("catalyst", "catalyst-api is not used", CATALYST_SETTINGS);
static const struct profile_part GITEA_PART = PROFILE_PART("gitea", "Gitea is not used", GITEA_SETTINGS);
static const struct profile_part OPENBAO_PART = PROFILE_PART("openbao", "OpenBao is not used", OPENBAO_SETTINGS);
static const struct profile_part NATS_PART = PROFILE_PART("nats", "NATS is not used", NATS_SETTINGS);

/* ---- regions */

static void free_region(struct profile_region *region)
{
    profile_reader_free(&REGION_PART, region);
    free(region->problem);
}

static const struct profile_region *region_named(const struct profile_sovereign *sovereign, const char *name)
{
    for (size_t i = 0; i < sovereign->region_count; i++)
        if (strcmp(sovereign->regions[i].name, name) == 0)
            return &sovereign->regions[i];
    return NULL;
}

/* A `server` that is no tunnel's end is still an address somebody wrote: fine. A tunnel without an address leads nowhere. */
static void check_region(struct profile_reading *reading, const struct yaml_node *node, const struct profile_region *region)
{
    if (region->tunnel != NULL && region->server == NULL)
        profile_reader_refuse(reading, node, "region '%.64s' has a tunnel and no server; expected server: https://127.0.0.1:PORT, the tunnel's local end; %s",
                              region->name, REGION_PART.unusable);
}

/* False: the region is not kept. */
static bool take_region(struct profile_reading *reading, const struct yaml_node *node, struct profile_region *region)
{
    struct profile_sovereign *sovereign = reading->sovereign;
    region->line = yaml_node_line(node);
    region->primary_line = yaml_node_line(yaml_node_get(node, "primary"));
    reading->problem = &region->problem;
    profile_reader_map(reading, node, &REGION_PART, region);
    if (region->name == NULL) {
        profile_reader_warn(reading, node, "a region without a name; expected " REGION_EXAMPLE "; it is ignored");
        return false;
    }
    const struct profile_region *other = region_named(sovereign, region->name);
    if (other != NULL) {
        profile_reader_warn(reading, node, "region '%.64s' is already there on line %u; expected another name; this one is ignored", region->name, other->line);
        return false;
    }
    for (size_t i = 0; region->primary && i < sovereign->region_count; i++)
        if (sovereign->regions[i].primary) {
            profile_reader_warn(reading, yaml_node_get(node, "primary"),
                                "region '%.64s' is primary, and so is '%.64s' on line %u; expected one primary; '%.64s' is taken", region->name,
                                sovereign->regions[i].name, sovereign->regions[i].primary_line, sovereign->regions[i].name);
            region->primary = false;
        }
    check_region(reading, node, region);
    return true;
}

static void read_regions(struct profile_reading *reading, const struct yaml_node *node, void *target)
{
    struct profile_sovereign *sovereign = target;
    if (!yaml_node_is_sequence(node)) {
        profile_reader_warn(reading, node, "regions is %s; expected a list: [" REGION_EXAMPLE "]; it is ignored", yaml_node_kind_name(node));
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        if (sovereign->region_count == STORE_REGIONS_MAX) {
            profile_reader_warn(reading, node, "%zu regions; expected at most %d; the rest is ignored", node->count, STORE_REGIONS_MAX);
            break;
        }
        struct profile_region region = {0};
        bool is_kept = take_region(reading, yaml_node_at(node, i), &region);
        reading->problem = NULL;
        if (is_kept)
            sovereign->regions[sovereign->region_count++] = region;
        else
            free_region(&region);
    }
}

/* ---- services */

static void check_tunnel(struct profile_reading *reading, const struct yaml_node *node, const struct profile_part *part, bool has_address)
{
    const struct yaml_node *tunnel = yaml_node_get(node, "tunnel");
    if (tunnel != NULL && !has_address)
        profile_reader_refuse(reading, tunnel, "%s has a tunnel and no %s; expected the address of the tunnel's local end there; %s", part->what,
                              part->settings[0].name, part->unusable);
}

static void read_service(struct profile_reading *reading, const struct yaml_node *node, const struct profile_part *part,
                         struct profile_service *service)
{
    reading->problem = &service->problem;
    profile_reader_map(reading, node, part, service);
    check_tunnel(reading, node, part, service->url != NULL);
    if (service->token_file != NULL && service->token_command != NULL)
        profile_reader_warn(reading, yaml_node_get(node, "token-command"), "%s has token-file and token-command; expected one of them; the command's "
                            "token is used when the file's is refused", part->what);
    reading->problem = NULL;
}

static void read_catalyst(struct profile_reading *reading, const struct yaml_node *node, void *target)
{
    struct profile_sovereign *sovereign = target;
    sovereign->has_catalyst = true;
    read_service(reading, node, &CATALYST_PART, &sovereign->catalyst);
}

static void read_with_url(struct profile_reading *reading, const struct yaml_node *node, const struct profile_part *part,
                          struct profile_service *service)
{
    read_service(reading, node, part, service);
    if (service->url == NULL && service->problem == NULL) {
        reading->problem = &service->problem;
        profile_reader_refuse(reading, node, "%s has no url; expected url: https://HOST[:PORT]; %s", part->what, part->unusable);
        reading->problem = NULL;
    }
}

static void read_gitea(struct profile_reading *reading, const struct yaml_node *node, void *target)
{
    struct profile_sovereign *sovereign = target;
    sovereign->has_gitea = true;
    read_with_url(reading, node, &GITEA_PART, &sovereign->gitea);
}

static void read_openbao(struct profile_reading *reading, const struct yaml_node *node, void *target)
{
    struct profile_sovereign *sovereign = target;
    sovereign->has_openbao = true;
    read_with_url(reading, node, &OPENBAO_PART, &sovereign->openbao);
}

static void check_nats(struct profile_reading *reading, const struct yaml_node *node, const struct profile_nats *nats)
{
    check_tunnel(reading, node, &NATS_PART, nats->urls != NULL);
    if (nats->urls == NULL && nats->context == NULL && nats->problem == NULL)
        profile_reader_refuse(reading, node, "nats has no urls; expected urls: [nats://HOST:4222] or context: NAME of the nats CLI; %s",
                              NATS_PART.unusable);
    if ((nats->certificate_file == NULL) != (nats->key_file == NULL))
        profile_reader_refuse(reading, node, "nats has %s and no %s; expected both or none; %s", nats->key_file != NULL ? "key-file" : "certificate-file",
                              nats->key_file != NULL ? "certificate-file" : "key-file", NATS_PART.unusable);
    if (nats->username == NULL && (nats->password_file != NULL || nats->password_command != NULL))
        profile_reader_refuse(reading, node, "nats has a password and no user; expected user: NAME; %s", NATS_PART.unusable);
}

static void read_nats(struct profile_reading *reading, const struct yaml_node *node, void *target)
{
    struct profile_sovereign *sovereign = target;
    sovereign->has_nats = true;
    reading->problem = &sovereign->nats.problem;
    profile_reader_map(reading, node, &NATS_PART, &sovereign->nats);
    if (yaml_node_is_map(node))
        check_nats(reading, node, &sovereign->nats);
    reading->problem = NULL;
}

/* ---- the Sovereign */

static void read_class(struct profile_reading *reading, const struct yaml_node *node, void *target)
{
    struct profile_sovereign *sovereign = target;
    if (!profile_class_parse(yaml_node_text_or(node, ""), &sovereign->class))
        profile_reader_warn(reading, node, "class is '%.64s'; expected production, staging or development; the default (production) is used",
                            yaml_node_text_or(node, yaml_node_kind_name(node)));
}

static const struct profile_setting SOVEREIGN_SETTINGS[] = {
    SETTING(HOST, profile_sovereign, "fqdn", fqdn), CUSTOM("class", read_class), CUSTOM("regions", read_regions),
    CUSTOM("catalyst", read_catalyst),              CUSTOM("nats", read_nats),   CUSTOM("gitea", read_gitea),
    CUSTOM("openbao", read_openbao),
};

void profile_sovereign_read(struct profile_reading *reading, const struct yaml_node *key, const struct yaml_node *map,
                            struct profile_sovereign *sovereign)
{
    char what[128];
    snprintf(what, sizeof what, "Sovereign '%.64s'", key->text);
    const struct profile_part part = PROFILE_PART(what, NULL, SOVEREIGN_SETTINGS);
    sovereign->name = alloc_strdup(key->text);
    sovereign->line = key->line;
    reading->sovereign = sovereign;
    profile_reader_map(reading, map, &part, sovereign);
    if (sovereign->region_count == 0) {
        reading->problem = &sovereign->problem;
        profile_reader_refuse(reading, key, "%s has no regions; expected regions: [" REGION_EXAMPLE "]; no cluster is opened for it", what);
        reading->problem = NULL;
    }
    reading->sovereign = NULL;
}

static void free_service(const struct profile_part *part, struct profile_service *service)
{
    profile_reader_free(part, service);
    free(service->problem);
}

void profile_sovereign_done(struct profile_sovereign *sovereign)
{
    for (size_t i = 0; i < sovereign->region_count; i++)
        free_region(&sovereign->regions[i]);
    free_service(&CATALYST_PART, &sovereign->catalyst);
    free_service(&GITEA_PART, &sovereign->gitea);
    free_service(&OPENBAO_PART, &sovereign->openbao);
    profile_reader_free(&NATS_PART, &sovereign->nats);
    free(sovereign->nats.problem);
    free(sovereign->name);
    free(sovereign->fqdn);
    free(sovereign->warning);
    free(sovereign->problem);
}
