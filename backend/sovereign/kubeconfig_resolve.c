/* What a context means: its cluster, its user, and the command line's words over both, as one target with one identity. */
#include "sovereign/kubeconfig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/base64.h"
#include "base/nearest.h"
#include "base/sanitize.h"
#include "decode/json_writer.h"
#include "sovereign/exec_credential.h"
#include "sovereign/kubeconfig_files.h"
#include "sovereign/kubeconfig_user.h"
#include "transport/http_url.h"

#define CLUSTER_INFO_MAXIMUM ((size_t)120 << 10) /* one variable of a process's environment may have 128 KiB */
#define HINT_NAMES_MAX 256

struct resolve {
    const struct kubeconfig *config;
    const struct kubeconfig_overrides *words;
    struct kubeconfig_material material;
    struct kubeconfig_entry context, cluster, user; /* item NULL: none */
    const char *context_name, *cluster_name, *user_name;
    struct tls_identity_options options;
    struct kubeconfig_user login;
    struct kubeconfig_target *target;
};

static void copy(char *out, size_t size, const char *text)
{
    sanitize_line_into(out, size, text, strlen(text));
}

static enum status refuse_context(const struct resolve *resolve, struct error *err)
{
    const char *names[HINT_NAMES_MAX];
    size_t count = kubeconfig_context_count(resolve->config);
    char hint[NEAREST_HINT_MAX];
    for (size_t i = 0; i < count && i < HINT_NAMES_MAX; i++)
        names[i] = kubeconfig_context_name(resolve->config, i);
    nearest_hint(hint, span_of(resolve->context_name), names, count < HINT_NAMES_MAX ? count : HINT_NAMES_MAX);
    return error_set(err, STATUS_NOT_FOUND, "%s: no context '%s'%s", kubeconfig_files_name(resolve->config), resolve->context_name, hint);
}

/* "a, b, c …" */
static enum status refuse_no_context(const struct resolve *resolve, struct error *err)
{
    char names[300] = "";
    for (size_t i = 0; i < kubeconfig_context_count(resolve->config); i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i == 0 ? ": " : ", ", kubeconfig_context_name(resolve->config, i));
    }
    return error_set(err, STATUS_NOT_FOUND, "%s: no current-context; name one with --context%s", kubeconfig_files_name(resolve->config), names);
}

static enum status find_context(struct resolve *resolve, struct error *err)
{
    const struct kubeconfig_overrides *words = resolve->words;
    resolve->context_name = words->context != NULL ? words->context : kubeconfig_current(resolve->config);
    if (resolve->context_name == NULL && words->cluster != NULL) { /* the words are enough */
        resolve->context_name = "";
        resolve->cluster_name = words->cluster;
        resolve->user_name = words->user != NULL ? words->user : "";
        return STATUS_OK;
    }
    if (resolve->context_name == NULL)
        return refuse_no_context(resolve, err);
    if (!kubeconfig_files_find(resolve->config, KUBECONFIG_SECTION_CONTEXTS, resolve->context_name, &resolve->context))
        return refuse_context(resolve, err);
    const struct kubeconfig_entry *context = &resolve->context;
    const char *cluster = NULL, *user = NULL, *namespace = NULL;
    enum status status = kubeconfig_entry_text(context, "cluster", &cluster, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_text(context, "user", &user, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_text(context, "namespace", &namespace, err);
    if (status == STATUS_OK && cluster == NULL && words->cluster == NULL)
        return kubeconfig_entry_refuse(context, NULL, "cluster", err, "missing, expected the name of a cluster");
    resolve->cluster_name = words->cluster != NULL ? words->cluster : cluster;
    resolve->user_name = words->user != NULL ? words->user : user != NULL ? user : "";
    copy(resolve->target->namespace, sizeof resolve->target->namespace, namespace != NULL ? namespace : "");
    return status;
}

static enum status find_parts(struct resolve *resolve, struct error *err)
{
    const struct kubeconfig_overrides *words = resolve->words;
    const char *file = kubeconfig_files_name(resolve->config);
    const struct yaml_node *context = resolve->context.node;
    if (!kubeconfig_files_find(resolve->config, KUBECONFIG_SECTION_CLUSTERS, resolve->cluster_name, &resolve->cluster)) {
        if (words->cluster != NULL)
            return error_set(err, STATUS_NOT_FOUND, "%s: no cluster '%s' (--cluster)", file, words->cluster);
        return error_set(err, STATUS_NOT_FOUND, "%s:%u: context '%s' names the cluster '%s', which is not there", resolve->context.file,
                         yaml_node_line(yaml_node_get(context, "cluster")), resolve->context_name, resolve->cluster_name);
    }
    bool found = resolve->user_name[0] == '\0' || kubeconfig_files_find(resolve->config, KUBECONFIG_SECTION_USERS, resolve->user_name, &resolve->user);
    if (!found && words->user != NULL)
        return error_set(err, STATUS_NOT_FOUND, "%s: no user '%s' (--user)", file, words->user);
    if (!found)
        return error_set(err, STATUS_NOT_FOUND, "%s:%u: context '%s' names the user '%s', which is not there", resolve->context.file,
                         yaml_node_line(yaml_node_get(context, "user")), resolve->context_name, resolve->user_name);
    if (resolve->user.file == NULL)
        resolve->user = (struct kubeconfig_entry){.file = resolve->cluster.file, .section = KUBECONFIG_SECTION_USERS};
    return STATUS_OK;
}

static enum status read_proxy(struct resolve *resolve, struct error *err)
{
    const char *proxy = NULL;
    enum status status = kubeconfig_entry_text(&resolve->cluster, "proxy-url", &proxy, err);
    if (status != STATUS_OK || proxy == NULL)
        return status;
    static const char *const SCHEMES[] = {"http://", "https://", "socks5://"};
    for (size_t i = 0; i < ARRAY_LENGTH(SCHEMES); i++)
        if (strncmp(proxy, SCHEMES[i], strlen(SCHEMES[i])) == 0) {
            copy(resolve->target->proxy, sizeof resolve->target->proxy, proxy);
            return STATUS_OK;
        }
    return kubeconfig_entry_refuse(&resolve->cluster, yaml_node_get(resolve->cluster.node, "proxy-url"), "proxy-url", err,
                                   "expected http://, https:// or socks5://HOST:PORT");
}

/* As client-go's DefaultServerURL: an address without a scheme is https when anything of TLS is configured, else http. */
static const char *guess_scheme(const struct resolve *resolve)
{
    static const char *const CLUSTER[] = {"certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify"};
    static const char *const USER[] = {"client-certificate", "client-certificate-data"};
    bool flag = false;
    for (size_t i = 0; i < ARRAY_LENGTH(CLUSTER); i++) {
        const struct yaml_node *node = yaml_node_get(resolve->cluster.node, CLUSTER[i]);
        const char *text = yaml_node_text_or(node, "");
        bool is_off = i == 2 && (yaml_node_bool(node, "", &flag, NULL) != STATUS_OK || !flag);
        if (text[0] != '\0' && !is_off)
            return "https://";
    }
    for (size_t i = 0; i < ARRAY_LENGTH(USER); i++)
        if (yaml_node_text_or(yaml_node_get(resolve->user.node, USER[i]), "")[0] != '\0')
            return "https://";
    return "http://";
}

/* What a request's path can be put behind. */
static bool is_address(const char *server)
{
    struct http_url url;
    return strpbrk(server, " \t?#@") == NULL && http_url_parse(server, &url);
}

static enum status read_server(struct resolve *resolve, struct error *err)
{
    const struct kubeconfig_entry *cluster = &resolve->cluster;
    const struct yaml_node *node = yaml_node_get(cluster->node, "server");
    const char *server = NULL;
    enum status status = kubeconfig_entry_text(cluster, "server", &server, err);
    if (status != STATUS_OK)
        return status;
    if (server == NULL)
        return kubeconfig_entry_refuse(cluster, NULL, "server", err, "missing, expected https://host:port");
    const char *scheme = strstr(server, "://") == NULL ? guess_scheme(resolve) : "";
    CLEANUP(alloc_free_pointer) char *whole = alloc_printf("%s%s", scheme, server);
    size_t path = scheme[0] != '\0' ? strcspn(server, "/") : 0; /* without a scheme there may be none, as kubectl says too */
    bool has_path = scheme[0] != '\0' && server[path] != '\0' && server[path + 1] != '\0';
    if (!is_address(whole) || strlen(whole) >= sizeof resolve->target->server || has_path)
        return kubeconfig_entry_refuse(cluster, node, "server", err, "'%.200s', expected https://host:port", server);
    copy(resolve->target->server, sizeof resolve->target->server, whole);
    size_t length = strlen(resolve->target->server);
    while (length > 0 && resolve->target->server[length - 1] == '/')
        resolve->target->server[--length] = '\0';
    return read_proxy(resolve, err);
}

static enum status read_trust(struct resolve *resolve, struct error *err)
{
    const struct kubeconfig_entry *cluster = &resolve->cluster;
    struct tls_identity_options *options = &resolve->options;
    enum status status = kubeconfig_entry_data(cluster, "certificate-authority-data", &resolve->material, &options->ca_data, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_path(cluster, "certificate-authority", &resolve->material, &options->ca_file, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_text(cluster, "tls-server-name", &options->server_name, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_flag(cluster, "insecure-skip-tls-verify", &options->insecure, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_flag(cluster, "disable-compression", &options->no_compression, err);
    if (status == STATUS_OK && options->insecure && (options->ca_file != NULL || options->ca_data.length > 0))
        return kubeconfig_entry_refuse(cluster, yaml_node_get(cluster->node, "insecure-skip-tls-verify"), "insecure-skip-tls-verify", err,
                                       "true together with a certificate-authority; keep one of them (kubectl refuses both)");
    resolve->target->insecure = options->insecure && strncasecmp(resolve->target->server, "https://", 8) == 0;
    return status;
}

/* A plain YAML scalar as JSON: null, true, false and numbers stay what they are. */
static void write_scalar(struct json_writer *writer, const char *key, const struct yaml_node *node)
{
    int64_t number;
    bool flag;
    if (yaml_node_is_null(node))
        json_writer_null(writer, key);
    else if (node->plain && yaml_node_bool(node, "", &flag, NULL) == STATUS_OK)
        json_writer_bool(writer, key, flag);
    else if (node->plain && yaml_node_int(node, "", INT64_MIN, INT64_MAX, &number, NULL) == STATUS_OK)
        json_writer_integer(writer, key, number);
    else
        json_writer_text(writer, key, node->text);
}

static void write_node(struct json_writer *writer, const char *key, const struct yaml_node *node, int depth)
{
    if (yaml_node_is_scalar(node) || depth >= JSON_WRITER_DEPTH_MAX - 4) {
        if (yaml_node_is_scalar(node))
            write_scalar(writer, key, node);
        else
            json_writer_null(writer, key);
        return;
    }
    if (yaml_node_is_map(node))
        json_writer_begin_object(writer, key);
    else
        json_writer_begin_array(writer, key);
    for (size_t i = 0; i < node->count; i++)
        write_node(writer, yaml_node_is_map(node) ? node->keys[i]->text : NULL, node->values[i], depth + 1);
    json_writer_end(writer);
}

/* The extension that is meant for plugins. */
static void write_config(struct json_writer *writer, const struct yaml_node *extensions)
{
    for (size_t i = 0; i < yaml_node_count(extensions); i++) {
        const struct yaml_node *item = yaml_node_at(extensions, i), *value = yaml_node_get(item, "extension");
        if (strcmp(yaml_node_text_or(yaml_node_get(item, "name"), ""), "client.authentication.k8s.io/exec") == 0 && value != NULL)
            write_node(writer, "config", value, 0);
    }
}

static enum status read_ca(const struct resolve *resolve, char **ret, struct error *err)
{
    struct span ca = resolve->options.ca_data;
    *ret = NULL;
    if (ca.length > 0) {
        *ret = base64_encode(ca);
        return STATUS_OK;
    }
    if (resolve->options.ca_file == NULL)
        return STATUS_OK;
    char bytes[96 << 10];
    FILE *file = fopen(resolve->options.ca_file, "re");
    if (file == NULL)
        return error_set(err, STATUS_IO, "CA file '%s' cannot be opened", resolve->options.ca_file);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    *ret = base64_encode(span_make(bytes, length));
    return STATUS_OK;
}

/* On one line, as plugins written in shell expect it: line ends and the blanks behind them stand between values only. */
static void make_compact(struct bytebuf *text)
{
    size_t kept = 0;
    for (size_t i = 0; i < text->length; i++) {
        if (text->data[i] != '\n') {
            text->data[kept++] = text->data[i];
            continue;
        }
        while (i + 1 < text->length && text->data[i + 1] == ' ')
            i++;
    }
    if (text->length > 0)
        text->data[text->length = kept] = '\0';
}

/* provideClusterInfo: spec.cluster as client-go writes it. */
static enum status describe_cluster(struct resolve *resolve, struct error *err)
{
    CLEANUP(alloc_free_pointer) char *ca = NULL;
    const struct tls_identity_options *options = &resolve->options;
    enum status status = read_ca(resolve, &ca, err);
    if (status != STATUS_OK)
        return status;
    struct bytebuf text;
    struct json_writer writer;
    bytebuf_init(&text, CLUSTER_INFO_MAXIMUM);
    json_writer_init(&writer, &text);
    json_writer_begin_object(&writer, NULL);
    json_writer_text(&writer, "server", resolve->target->server);
    if (options->server_name != NULL)
        json_writer_text(&writer, "tls-server-name", options->server_name);
    if (options->insecure)
        json_writer_bool(&writer, "insecure-skip-tls-verify", true);
    if (ca != NULL)
        json_writer_text(&writer, "certificate-authority-data", ca);
    if (resolve->target->proxy[0] != '\0')
        json_writer_text(&writer, "proxy-url", resolve->target->proxy);
    if (options->no_compression)
        json_writer_bool(&writer, "disable-compression", true);
    write_config(&writer, yaml_node_get(resolve->cluster.node, "extensions"));
    json_writer_end(&writer);
    bool fits = !text.overflowed;
    make_compact(&text);
    size_t length = text.length;
    resolve->login.exec.cluster = kubeconfig_entry_keep(&resolve->material, bytebuf_take(&text), length);
    return fits ? STATUS_OK : kubeconfig_entry_refuse(&resolve->cluster, NULL, "", err, "too long to be handed to the exec plugin");
}

/* What the certificates say against it belongs to the entry they stand in. */
static enum status place_problem(const struct resolve *resolve, const struct error *problem, struct error *err)
{
    bool is_ca = strncmp(problem->text, "CA ", 3) == 0 || resolve->user.item == NULL;
    const struct kubeconfig_entry *entry = is_ca ? &resolve->cluster : &resolve->user;
    static const char *const KEYS[][2] = {{"certificate-authority-data", "certificate-authority"}, {"client-key-data", "client-key"},
                                          {"client-certificate-data", "client-certificate"}, {"tokenFile", "token"}};
    size_t which = is_ca ? 0 : strncmp(problem->text, "client key", 10) == 0 ? 1 : strncmp(problem->text, "token", 5) == 0 ? 3 : 2;
    const char *key = yaml_node_is_null(yaml_node_get(entry->node, KEYS[which][0])) ? KEYS[which][1] : KEYS[which][0];
    const struct yaml_node *node = yaml_node_get(entry->node, key);
    kubeconfig_entry_refuse(entry, node, key, err, "%s", problem->text);
    if (err != NULL)
        err->status = problem->status;
    return problem->status;
}

static enum status make_identity(struct resolve *resolve, struct error *err)
{
    struct error problem = {0};
    resolve->options.headers = resolve->login.headers;
    if (tls_identity_new(&resolve->options, &resolve->target->identity, &problem) != STATUS_OK)
        return place_problem(resolve, &problem, err);
    if (resolve->login.has_exec)
        exec_credential_attach(&resolve->login.exec, resolve->target->identity);
    return STATUS_OK;
}

static enum status resolve_all(struct resolve *resolve, struct error *err)
{
    enum status status = find_context(resolve, err);
    if (status == STATUS_OK)
        status = find_parts(resolve, err);
    if (status == STATUS_OK)
        status = read_server(resolve, err);
    if (status == STATUS_OK)
        status = read_trust(resolve, err);
    if (status == STATUS_OK)
        status = kubeconfig_user_read(&resolve->user, resolve->user_name, resolve->words, &resolve->material, &resolve->options,
                                      &resolve->login, err);
    if (status == STATUS_OK && resolve->login.wants_cluster)
        status = describe_cluster(resolve, err);
    if (status != STATUS_OK)
        return status;
    struct kubeconfig_target *target = resolve->target;
    copy(target->context, sizeof target->context, resolve->context_name);
    copy(target->cluster, sizeof target->cluster, resolve->cluster_name);
    copy(target->user, sizeof target->user, resolve->user_name);
    copy(target->impersonated, sizeof target->impersonated, resolve->login.impersonated != NULL ? resolve->login.impersonated : "");
    if (resolve->words->namespace != NULL)
        copy(target->namespace, sizeof target->namespace, resolve->words->namespace);
    return make_identity(resolve, err);
}

enum status kubeconfig_resolve_with(const struct kubeconfig *config, const struct kubeconfig_overrides *overrides,
                                    struct kubeconfig_target *ret, struct error *err)
{
    struct kubeconfig_target target = {0};
    struct resolve *resolve = alloc_new(struct resolve);
    *resolve = (struct resolve){.config = config, .words = overrides, .target = &target};
    enum status status = resolve_all(resolve, err);
    kubeconfig_entry_wipe(&resolve->material);
    free(resolve);
    if (status == STATUS_OK)
        *ret = target;
    return status;
}

enum status kubeconfig_resolve(const struct kubeconfig *config, const char *context, struct kubeconfig_target *ret, struct error *err)
{
    return kubeconfig_resolve_with(config, &(struct kubeconfig_overrides){.context = context}, ret, err);
}

void kubeconfig_target_done(struct kubeconfig_target *target)
{
    tls_identity_unref(target->identity);
    *target = (struct kubeconfig_target){0};
}
