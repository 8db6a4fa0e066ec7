/* kubeconfig as a list of YAML trees. Looking a name up goes through the files in order, so that the first one wins. */
#include "sovereign/kubeconfig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/base64.h"
#include "base/sanitize.h"
#include "decode/yaml_tree.h"

struct kubeconfig {
    struct yaml_tree *files[KUBECONFIG_FILES_MAX];
    size_t file_count;
    ARRAY(const char *) contexts; /* borrowed from the trees */
};

/* An entry of clusters, users or contexts, and the file whose folder its relative paths start from. */
struct entry {
    const struct yaml_node *node;
    const char *file;
};

static bool find_entry(const struct kubeconfig *config, const char *section, const char *singular, const char *name,
                       struct entry *ret)
{
    for (size_t f = 0; f < config->file_count; f++) {
        const struct yaml_node *list = yaml_node_get(yaml_tree_root(config->files[f]), section);
        for (size_t i = 0; yaml_node_is_sequence(list) && i < list->count; i++) {
            const struct yaml_node *item = yaml_node_at(list, i);
            if (strcmp(yaml_node_text_or(yaml_node_get(item, "name"), ""), name) != 0)
                continue;
            *ret = (struct entry){yaml_node_get(item, singular), yaml_tree_name(config->files[f])};
            return true;
        }
    }
    return false;
}

static void add_context(struct kubeconfig *config, const char *name)
{
    for (size_t i = 0; i < config->contexts.count; i++)
        if (strcmp(config->contexts.items[i], name) == 0)
            return;
    ARRAY_PUSH(&config->contexts, name);
}

static void collect_contexts(struct kubeconfig *config, const struct yaml_node *root)
{
    const struct yaml_node *list = yaml_node_get(root, "contexts");
    for (size_t i = 0; yaml_node_is_sequence(list) && i < list->count; i++) {
        const char *name = yaml_node_text_or(yaml_node_get(yaml_node_at(list, i), "name"), "");
        if (name[0] != '\0')
            add_context(config, name);
    }
}

static enum status load_file(struct kubeconfig *config, const char *path, struct error *err)
{
    struct yaml_tree *tree = NULL;
    enum status status = yaml_tree_load_file_lenient(path, KUBECONFIG_FILE_MAXIMUM, &tree, err);
    if (status != STATUS_OK)
        return status;
    if (!yaml_node_is_map(yaml_tree_root(tree)) && !yaml_node_is_null(yaml_tree_root(tree))) {
        yaml_tree_free(tree);
        return error_set(err, STATUS_INVALID, "%s:1: the file is no map; expected a kubeconfig", path);
    }
    config->files[config->file_count++] = tree;
    collect_contexts(config, yaml_tree_root(tree));
    return STATUS_OK;
}

/* Files of the KUBECONFIG list that do not exist are skipped, as kubectl does. */
static enum status load_list(struct kubeconfig *config, const char *list, struct error *err)
{
    struct span rest = span_of(list), part;
    while (span_split(&rest, ':', &part)) {
        if (part.length == 0)
            continue;
        if (config->file_count == KUBECONFIG_FILES_MAX)
            return error_set(err, STATUS_TOO_BIG, "KUBECONFIG names more than %d files", KUBECONFIG_FILES_MAX);
        CLEANUP(alloc_free_pointer) char *path = span_dup(part);
        enum status status = load_file(config, path, err);
        if (status != STATUS_OK && status != STATUS_NOT_FOUND)
            return status;
    }
    if (config->file_count == 0)
        return error_set(err, STATUS_NOT_FOUND, "none of the files that KUBECONFIG names exists: %s", list);
    return STATUS_OK;
}

static enum status load(struct kubeconfig *config, const char *path, struct error *err)
{
    const char *list = getenv("KUBECONFIG"), *home = getenv("HOME");
    if (path != NULL)
        return load_file(config, path, err);
    if (list != NULL && list[0] != '\0')
        return load_list(config, list, err);
    CLEANUP(alloc_free_pointer) char *standard = alloc_printf("%s/.kube/config", home != NULL ? home : "");
    enum status status = load_file(config, standard, err);
    if (status == STATUS_NOT_FOUND)
        return error_set(err, status, "no kubeconfig: KUBECONFIG is not set and %s does not exist", standard);
    return status;
}

enum status kubeconfig_load(const char *path, struct kubeconfig **ret, struct error *err)
{
    struct kubeconfig *config = alloc_new(struct kubeconfig);
    enum status status = load(config, path, err);
    if (status != STATUS_OK)
        kubeconfig_free(config);
    else
        *ret = config;
    return status;
}

void kubeconfig_free(struct kubeconfig *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->file_count; i++)
        yaml_tree_free(config->files[i]);
    ARRAY_FREE(&config->contexts);
    free(config);
}

const char *kubeconfig_current(const struct kubeconfig *config)
{
    for (size_t i = 0; i < config->file_count; i++) {
        const char *name = yaml_node_text_or(yaml_node_get(yaml_tree_root(config->files[i]), "current-context"), "");
        if (name[0] != '\0')
            return name;
    }
    return NULL;
}

size_t kubeconfig_context_count(const struct kubeconfig *config)
{
    return config->contexts.count;
}

const char *kubeconfig_context_name(const struct kubeconfig *config, size_t index)
{
    return index < config->contexts.count ? config->contexts.items[index] : NULL;
}

/* Secrets of one resolve, wiped at its end. */
struct material {
    char *text[8];
    size_t length[8];
    size_t count;
};

static void wipe(struct material *material)
{
    for (size_t i = 0; i < material->count; i++) {
        if (material->text[i] != NULL)
            explicit_bzero(material->text[i], material->length[i]);
        free(material->text[i]);
    }
    material->count = 0;
}

static const char *keep(struct material *material, char *text, size_t length)
{
    material->text[material->count] = text;
    material->length[material->count++] = length;
    return text;
}

/* A file named in the kubeconfig, relative to it. NULL when not set. */
static const char *file_setting(struct entry entry, const char *key, struct material *material)
{
    const char *path = yaml_node_text_or(yaml_node_get(entry.node, key), "");
    const char *slash = strrchr(entry.file, '/');
    if (path[0] == '\0')
        return NULL;
    char *full = path[0] == '/' || slash == NULL ? alloc_strdup(path)
                                                 : alloc_printf("%.*s/%s", (int)(slash - entry.file), entry.file, path);
    return keep(material, full, strlen(full));
}

static enum status data_setting(struct entry entry, const char *key, struct material *material, struct span *ret, struct error *err)
{
    const struct yaml_node *node = yaml_node_get(entry.node, key);
    if (yaml_node_is_null(node))
        return STATUS_OK;
    size_t length = 0;
    char *data = yaml_node_is_scalar(node) ? base64_decode(span_make(node->text, node->length), &length) : NULL;
    if (data == NULL)
        return yaml_node_error(node, err, "%s is not base64", key);
    *ret = span_make(keep(material, data, length), length);
    return STATUS_OK;
}

static enum status flag_setting(struct entry entry, const char *key, bool *ret, struct error *err)
{
    enum status status = yaml_node_bool(yaml_node_get(entry.node, key), key, ret, err);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Ways to log in that would need more than this file says. */
static enum status refuse_unknown_login(struct entry user, const char *name, struct error *err)
{
    static const struct {
        const char *key, *sentence;
    } UNKNOWN[] = {
        {"exec", "logs in with an exec plugin"},
        {"auth-provider", "logs in with an auth-provider, which kubectl itself has given up"},
        {"as", "impersonates another user"},
        {"as-groups", "impersonates groups"},
        {"as-uid", "impersonates another user"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(UNKNOWN); i++) {
        const struct yaml_node *node = yaml_node_get(user.node, UNKNOWN[i].key);
        if (!yaml_node_is_null(node))
            return error_set(err, STATUS_UNSUPPORTED,
                             "%s:%u: user '%s' %s, which this version of sovdeck cannot do; use a client certificate, "
                             "a token or a tokenFile",
                             node->file, node->line, name, UNKNOWN[i].sentence);
    }
    return STATUS_OK;
}

static enum status read_identity(struct entry cluster, struct entry user, struct material *material,
                                 struct kubeconfig_target *target, struct error *err)
{
    struct tls_identity_options options = {0};
    enum status status = data_setting(cluster, "certificate-authority-data", material, &options.ca_data, err);
    if (status == STATUS_OK)
        status = data_setting(user, "client-certificate-data", material, &options.certificate_data, err);
    if (status == STATUS_OK)
        status = data_setting(user, "client-key-data", material, &options.key_data, err);
    if (status == STATUS_OK)
        status = flag_setting(cluster, "insecure-skip-tls-verify", &options.insecure, err);
    if (status != STATUS_OK)
        return status;
    options.ca_file = file_setting(cluster, "certificate-authority", material);
    options.certificate_file = file_setting(user, "client-certificate", material);
    options.key_file = file_setting(user, "client-key", material);
    options.token_file = file_setting(user, "tokenFile", material);
    options.server_name = yaml_node_text_or(yaml_node_get(cluster.node, "tls-server-name"), NULL);
    options.token = yaml_node_text_or(yaml_node_get(user.node, "token"), NULL);
    options.username = yaml_node_text_or(yaml_node_get(user.node, "username"), NULL);
    options.password = yaml_node_text_or(yaml_node_get(user.node, "password"), NULL);
    target->insecure = options.insecure;
    return tls_identity_new(&options, &target->identity, err);
}

static void copy(char *out, size_t size, const char *text)
{
    sanitize_line_into(out, size, text, strlen(text));
}

static enum status read_server(struct entry cluster, const char *name, struct kubeconfig_target *target, struct error *err)
{
    const struct yaml_node *node = yaml_node_get(cluster.node, "server");
    const char *server = yaml_node_text_or(node, "");
    if (strncmp(server, "https://", 8) != 0 && strncmp(server, "http://", 7) != 0)
        return error_set(err, STATUS_INVALID, "%s:%u: cluster '%s' has the server '%s'; expected https://host:port", cluster.file,
                         yaml_node_line(node != NULL ? node : cluster.node), name, server);
    copy(target->server, sizeof target->server, server);
    size_t length = strlen(target->server);
    while (length > 0 && target->server[length - 1] == '/')
        target->server[--length] = '\0';
    copy(target->proxy, sizeof target->proxy, yaml_node_text_or(yaml_node_get(cluster.node, "proxy-url"), ""));
    return STATUS_OK;
}

static enum status resolve(const struct kubeconfig *config, const char *context, struct material *material,
                           struct kubeconfig_target *target, struct error *err)
{
    struct entry entry, cluster, user = {0};
    const char *file = config->file_count > 0 ? yaml_tree_name(config->files[0]) : "kubeconfig";
    if (context == NULL)
        return error_set(err, STATUS_NOT_FOUND, "%s: no current-context; name one with --context", file);
    if (!find_entry(config, "contexts", "context", context, &entry))
        return error_set(err, STATUS_NOT_FOUND, "%s: no context '%s'", file, context);
    const char *cluster_name = yaml_node_text_or(yaml_node_get(entry.node, "cluster"), "");
    const char *user_name = yaml_node_text_or(yaml_node_get(entry.node, "user"), "");
    if (!find_entry(config, "clusters", "cluster", cluster_name, &cluster))
        return error_set(err, STATUS_NOT_FOUND, "%s: context '%s' names the cluster '%s', which is not there", entry.file, context,
                         cluster_name);
    if (user_name[0] != '\0' && !find_entry(config, "users", "user", user_name, &user))
        return error_set(err, STATUS_NOT_FOUND, "%s: context '%s' names the user '%s', which is not there", entry.file, context,
                         user_name);
    if (user.file == NULL)
        user.file = entry.file;
    copy(target->context, sizeof target->context, context);
    copy(target->cluster, sizeof target->cluster, cluster_name);
    copy(target->user, sizeof target->user, user_name);
    copy(target->namespace, sizeof target->namespace, yaml_node_text_or(yaml_node_get(entry.node, "namespace"), ""));
    enum status status = read_server(cluster, cluster_name, target, err);
    if (status == STATUS_OK)
        status = refuse_unknown_login(user, user_name, err);
    return status == STATUS_OK ? read_identity(cluster, user, material, target, err) : status;
}

enum status kubeconfig_resolve(const struct kubeconfig *config, const char *context, struct kubeconfig_target *ret, struct error *err)
{
    struct material material = {0};
    struct kubeconfig_target target = {0};
    enum status status = resolve(config, context != NULL ? context : kubeconfig_current(config), &material, &target, err);
    wipe(&material);
    if (status == STATUS_OK)
        *ret = target;
    return status;
}

void kubeconfig_target_done(struct kubeconfig_target *target)
{
    tls_identity_unref(target->identity);
    *target = (struct kubeconfig_target){0};
}
