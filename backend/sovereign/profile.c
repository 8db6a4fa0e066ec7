/* The configuration file: settings are rows of tables (name, type, place), read by one function that turns everything it does
 * not understand into a warning and keeps the default. */
#include "sovereign/profile.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/nearest.h"
#include "decode/yaml_tree.h"

enum setting_type { SETTING_TEXT, SETTING_PATH, SETTING_NAME_OR_PATH, SETTING_BOOL, SETTING_WORDS, SETTING_CUSTOM };

struct reading {
    struct profile *profile;
    char *folder; /* of the file; relative paths start here */
};

struct setting {
    const char *name;
    enum setting_type type;
    size_t offset;
    void (*read)(struct reading *reading, const struct yaml_node *node, void *target); /* SETTING_CUSTOM */
};

static void warn(struct reading *reading, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void warn(struct reading *reading, const char *format, ...)
{
    struct profile *profile = reading->profile;
    if (profile->warning_count == PROFILE_WARNINGS_MAX) {
        profile->warnings_left_out++;
        return;
    }
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *text = alloc_vprintf(format, args);
    va_end(args);
    struct error printable = {0};
    error_set(&printable, STATUS_INVALID, "%s", text);
    profile->warnings[profile->warning_count++] = alloc_strdup(printable.text);
}

static void warn_type(struct reading *reading, const struct yaml_node *node, const char *what, const char *expected)
{
    warn(reading, "%s:%u: %s is %s; expected %s; the default is used", node->file, node->line, what, yaml_node_kind_name(node),
         expected);
}

static char *resolve_path(const struct reading *reading, const char *text)
{
    const char *home = getenv("HOME");
    if (text[0] == '~' && text[1] == '/' && home != NULL)
        return alloc_printf("%s%s", home, text + 1);
    return text[0] == '/' || reading->folder[0] == '\0' ? alloc_strdup(text) : alloc_printf("%s/%s", reading->folder, text);
}

static void read_text(struct reading *reading, const struct yaml_node *node, const char *name, bool is_path, char **target)
{
    if (!yaml_node_is_scalar(node)) {
        warn_type(reading, node, name, "a text");
        return;
    }
    free(*target);
    *target = is_path ? resolve_path(reading, node->text) : alloc_strdup(node->text);
}

static void read_bool(struct reading *reading, const struct yaml_node *node, const char *name, bool *target)
{
    struct error err;
    if (yaml_node_bool(node, name, target, &err) != STATUS_OK)
        warn(reading, "%s; the default is used", err.text);
}

static void free_words(char **words)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        free(words[i]);
    free(words);
}

/* A list of texts, or one text. */
static void read_words(struct reading *reading, const struct yaml_node *node, const char *name, char ***target)
{
    size_t count = yaml_node_is_sequence(node) ? node->count : 1;
    bool good = yaml_node_is_sequence(node) ? count > 0 && count <= PROFILE_ARGUMENTS_MAX : yaml_node_is_scalar(node);
    for (size_t i = 0; good && yaml_node_is_sequence(node) && i < count; i++)
        good = yaml_node_is_scalar(yaml_node_at(node, i));
    if (!good) {
        warn_type(reading, node, name, "a list of texts");
        return;
    }
    free_words(*target);
    *target = alloc_zeroed(count + 1, sizeof **target);
    for (size_t i = 0; i < count; i++)
        (*target)[i] = alloc_strdup(yaml_node_is_sequence(node) ? yaml_node_at(node, i)->text : node->text);
}

static void read_setting(struct reading *reading, const struct setting *setting, const struct yaml_node *node, void *target)
{
    void *place = (char *)target + setting->offset;
    switch (setting->type) {
    case SETTING_TEXT: read_text(reading, node, setting->name, false, place); break;
    case SETTING_NAME_OR_PATH: read_text(reading, node, setting->name, strchr(yaml_node_text_or(node, ""), '/') != NULL, place); break;
    case SETTING_PATH: read_text(reading, node, setting->name, true, place); break;
    case SETTING_BOOL: read_bool(reading, node, setting->name, place); break;
    case SETTING_WORDS: read_words(reading, node, setting->name, place); break;
    case SETTING_CUSTOM: setting->read(reading, node, target); break;
    }
}

static void warn_unknown(struct reading *reading, const struct yaml_node *key, const char *what, const struct setting *settings,
                         size_t count)
{
    const char *names[24];
    for (size_t i = 0; i < count && i < ARRAY_LENGTH(names); i++)
        names[i] = settings[i].name;
    char hint[NEAREST_HINT_MAX], expected[240];
    nearest_hint(hint, span_make(key->text, key->length), names, count);
    size_t length = 0;
    for (size_t i = 0; i < count && length < sizeof expected; i++)
        length += (size_t)snprintf(expected + length, sizeof expected - length, "%s%s", i > 0 ? ", " : "", names[i]);
    warn(reading, "%s:%u: %s has no setting '%.64s'%s; expected %s; it is ignored", key->file, key->line, what, key->text, hint,
         expected);
}

static void read_map(struct reading *reading, const struct yaml_node *map, const char *what, const struct setting *settings,
                     size_t count, void *target)
{
    if (yaml_node_is_null(map))
        return;
    if (!yaml_node_is_map(map)) {
        warn_type(reading, map, what, "a map");
        return;
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct setting *setting = NULL;
        for (size_t s = 0; s < count && setting == NULL; s++)
            if (strcmp(settings[s].name, map->keys[i]->text) == 0)
                setting = &settings[s];
        if (setting == NULL)
            warn_unknown(reading, map->keys[i], what, settings, count);
        else if (!yaml_node_is_null(map->values[i]))
            read_setting(reading, setting, map->values[i], target);
    }
}

#define READ_MAP(reading, node, what, settings, target) read_map(reading, node, what, settings, ARRAY_LENGTH(settings), target)

static const struct setting REGION_SETTINGS[] = {
    {"name", SETTING_TEXT, offsetof(struct profile_region, name), NULL},
    {"primary", SETTING_BOOL, offsetof(struct profile_region, primary), NULL},
    {"kubeconfig", SETTING_PATH, offsetof(struct profile_region, kubeconfig), NULL},
    {"context", SETTING_TEXT, offsetof(struct profile_region, context), NULL},
};

static const struct setting SERVICE_SETTINGS[] = {
    {"url", SETTING_TEXT, offsetof(struct profile_service, url), NULL},
    {"ca-file", SETTING_PATH, offsetof(struct profile_service, ca_file), NULL},
    {"token-file", SETTING_PATH, offsetof(struct profile_service, token_file), NULL},
    {"token-command", SETTING_WORDS, offsetof(struct profile_service, token_command), NULL},
};

static const struct setting NATS_SETTINGS[] = {
    {"urls", SETTING_WORDS, offsetof(struct profile_nats, urls), NULL},
    {"ca-file", SETTING_PATH, offsetof(struct profile_nats, ca_file), NULL},
    {"credentials-file", SETTING_PATH, offsetof(struct profile_nats, credentials_file), NULL},
    {"token-file", SETTING_PATH, offsetof(struct profile_nats, token_file), NULL},
    {"username", SETTING_TEXT, offsetof(struct profile_nats, username), NULL},
    {"password-file", SETTING_PATH, offsetof(struct profile_nats, password_file), NULL},
    {"certificate-file", SETTING_PATH, offsetof(struct profile_nats, certificate_file), NULL},
    {"key-file", SETTING_PATH, offsetof(struct profile_nats, key_file), NULL},
};

static const char *const CLASS_NAMES[] = {
    [PROFILE_CLASS_PRODUCTION] = "production",
    [PROFILE_CLASS_STAGING] = "staging",
    [PROFILE_CLASS_DEVELOPMENT] = "development",
};

const char *profile_class_name(enum profile_class class)
{
    return CLASS_NAMES[class];
}

static void read_class(struct reading *reading, const struct yaml_node *node, void *target)
{
    struct profile_sovereign *sovereign = target;
    for (size_t i = 0; i < ARRAY_LENGTH(CLASS_NAMES); i++)
        if (strcmp(yaml_node_text_or(node, ""), CLASS_NAMES[i]) == 0) {
            sovereign->class = (enum profile_class)i;
            return;
        }
    warn(reading, "%s:%u: class is '%.64s'; expected production, staging or development; the default (production) is used",
         node->file, node->line, yaml_node_text_or(node, yaml_node_kind_name(node)));
}

static void free_region(struct profile_region *region)
{
    free(region->name);
    free(region->kubeconfig);
    free(region->context);
}

static void read_regions(struct reading *reading, const struct yaml_node *node, void *target)
{
    struct profile_sovereign *sovereign = target;
    if (!yaml_node_is_sequence(node)) {
        warn_type(reading, node, "regions", "a list of regions");
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        if (sovereign->region_count == STORE_REGIONS_MAX) {
            warn(reading, "%s:%u: %zu regions; expected at most %d; the rest is ignored", node->file, node->line, node->count,
                 STORE_REGIONS_MAX);
            return;
        }
        struct profile_region region = {0};
        READ_MAP(reading, yaml_node_at(node, i), "a region", REGION_SETTINGS, &region);
        if (region.name == NULL || region.name[0] == '\0') {
            warn(reading, "%s:%u: a region without a name; expected name: fsn1; it is ignored", node->file,
                 yaml_node_line(yaml_node_at(node, i)));
            free_region(&region);
            continue;
        }
        sovereign->regions[sovereign->region_count++] = region;
    }
}

static void read_catalyst(struct reading *reading, const struct yaml_node *node, void *target)
{
    struct profile_sovereign *sovereign = target;
    sovereign->has_catalyst = true;
    READ_MAP(reading, node, "catalyst", SERVICE_SETTINGS, &sovereign->catalyst);
}

static void read_gitea(struct reading *reading, const struct yaml_node *node, void *target)
{
    struct profile_sovereign *sovereign = target;
    sovereign->has_gitea = true;
    READ_MAP(reading, node, "gitea", SERVICE_SETTINGS, &sovereign->gitea);
}

static void read_nats(struct reading *reading, const struct yaml_node *node, void *target)
{
    struct profile_sovereign *sovereign = target;
    READ_MAP(reading, node, "nats", NATS_SETTINGS, &sovereign->nats);
}

static const struct setting SOVEREIGN_SETTINGS[] = {
    {"fqdn", SETTING_TEXT, offsetof(struct profile_sovereign, fqdn), NULL},
    {"class", SETTING_CUSTOM, 0, read_class},
    {"regions", SETTING_CUSTOM, 0, read_regions},
    {"catalyst", SETTING_CUSTOM, 0, read_catalyst},
    {"nats", SETTING_CUSTOM, 0, read_nats},
    {"gitea", SETTING_CUSTOM, 0, read_gitea},
};

static void read_sovereigns(struct reading *reading, const struct yaml_node *node, void *target)
{
    struct profile *profile = target;
    if (!yaml_node_is_map(node)) {
        warn_type(reading, node, "sovereigns", "a map from name to settings");
        return;
    }
    size_t count = node->count < PROFILE_SOVEREIGNS_MAX ? node->count : PROFILE_SOVEREIGNS_MAX;
    if (count < node->count)
        warn(reading, "%s:%u: %zu Sovereigns; expected at most %d; the rest is ignored", node->file, node->line, node->count,
             PROFILE_SOVEREIGNS_MAX);
    profile->sovereigns = alloc_zeroed(count, sizeof *profile->sovereigns);
    profile->sovereign_count = count;
    for (size_t i = 0; i < count; i++) {
        char what[128];
        snprintf(what, sizeof what, "sovereign '%.64s'", node->keys[i]->text);
        profile->sovereigns[i].name = alloc_strdup(node->keys[i]->text);
        READ_MAP(reading, node->values[i], what, SOVEREIGN_SETTINGS, &profile->sovereigns[i]);
    }
}

static const struct setting PROFILE_SETTINGS[] = {
    {"current", SETTING_TEXT, offsetof(struct profile, current), NULL},
    {"theme", SETTING_NAME_OR_PATH, offsetof(struct profile, theme), NULL},
    {"keymap", SETTING_NAME_OR_PATH, offsetof(struct profile, keymap), NULL},
    {"sovereigns", SETTING_CUSTOM, 0, read_sovereigns},
};

static struct profile *read_tree(const char *path, bool must_exist, enum status status, struct yaml_tree *tree, const struct error *err)
{
    struct profile *profile = alloc_new(struct profile);
    struct reading reading = {.profile = profile, .folder = alloc_strdup(path)};
    char *slash = strrchr(reading.folder, '/');
    *(slash != NULL ? slash : reading.folder) = '\0';
    profile->file = alloc_strdup(path);
    profile->is_unreadable = status != STATUS_OK;
    if (status == STATUS_OK)
        READ_MAP(&reading, yaml_tree_root(tree), "the file", PROFILE_SETTINGS, profile);
    else
        warn(&reading, "%s; %s", err->text,
             must_exist ? "nothing is opened, because the defaults could mean another cluster"
                        : "no Sovereign is configured by it and the defaults are used");
    yaml_tree_free(tree);
    free(reading.folder);
    return profile;
}

char *profile_default_path(void)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config != NULL && config[0] == '/')
        return alloc_printf("%s/sovdeck/config.yaml", config);
    return alloc_printf("%s/.config/sovdeck/config.yaml", home != NULL ? home : "");
}

struct profile *profile_load(const char *path, bool must_exist)
{
    struct yaml_tree *tree = NULL;
    struct error err = {0};
    enum status status = yaml_tree_load_file(path, &tree, &err);
    if (status == STATUS_NOT_FOUND && !must_exist)
        return profile_read(path, SPAN_EMPTY);
    return read_tree(path, must_exist, status, tree, &err);
}

struct profile *profile_read(const char *name, struct span text)
{
    struct yaml_tree *tree = NULL;
    struct error err = {0};
    enum status status = yaml_tree_load_text(name, text, &tree, &err);
    return read_tree(name, false, status, tree, &err);
}

static void free_service(struct profile_service *service)
{
    free(service->url);
    free(service->ca_file);
    free(service->token_file);
    free_words(service->token_command);
}

static void free_nats(struct profile_nats *nats)
{
    free_words(nats->urls);
    free(nats->ca_file);
    free(nats->credentials_file);
    free(nats->token_file);
    free(nats->username);
    free(nats->password_file);
    free(nats->certificate_file);
    free(nats->key_file);
}

void profile_free(struct profile *profile)
{
    if (profile == NULL)
        return;
    for (size_t i = 0; i < profile->sovereign_count; i++) {
        struct profile_sovereign *sovereign = &profile->sovereigns[i];
        for (size_t r = 0; r < sovereign->region_count; r++)
            free_region(&sovereign->regions[r]);
        free_service(&sovereign->catalyst);
        free_service(&sovereign->gitea);
        free_nats(&sovereign->nats);
        free(sovereign->name);
        free(sovereign->fqdn);
    }
    free(profile->sovereigns);
    for (size_t i = 0; i < profile->warning_count; i++)
        free(profile->warnings[i]);
    free(profile->file);
    free(profile->current);
    free(profile->theme);
    free(profile->keymap);
    free(profile);
}

const struct profile_sovereign *profile_find(const struct profile *profile, const char *name)
{
    for (size_t i = 0; i < profile->sovereign_count; i++)
        if (strcmp(profile->sovereigns[i].name, name) == 0)
            return &profile->sovereigns[i];
    return NULL;
}
