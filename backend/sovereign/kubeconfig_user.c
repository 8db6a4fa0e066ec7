/* Users of a kubeconfig: certificates, tokens, passwords, exec plugins, impersonation; see kubeconfig_user.h. */
#include "sovereign/kubeconfig_user.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/bytebuf.h"

#define HEADER_MAXIMUM 4096

static const char V1[] = "client.authentication.k8s.io/v1", V1BETA1[] = "client.authentication.k8s.io/v1beta1";

/* What kubectl has given up, and what took its place. */
static enum status refuse_provider(const struct kubeconfig_entry *user, const struct yaml_node *node, struct error *err)
{
    static const struct {
        const char *name, *plugin;
    } SUCCESSORS[] = {{"gcp", "gke-gcloud-auth-plugin"}, {"azure", "kubelogin"}, {"oidc", "kubectl-oidc_login (kubelogin)"},
                      {"openstack", "client-keystone-auth"}};
    const char *name = yaml_node_text_or(yaml_node_get(node, "name"), ""), *plugin = "the provider's credential plugin";
    for (size_t i = 0; i < ARRAY_LENGTH(SUCCESSORS); i++)
        if (strcmp(SUCCESSORS[i].name, name) == 0)
            plugin = SUCCESSORS[i].plugin;
    kubeconfig_entry_refuse(user, node, "auth-provider", err, "'%.60s' is not supported; use an exec section with %s instead", name, plugin);
    return err != NULL ? (err->status = STATUS_UNSUPPORTED) : STATUS_UNSUPPORTED;
}

static enum status read_static(const struct kubeconfig_entry *user, struct kubeconfig_material *material,
                               struct tls_identity_options *options, struct error *err)
{
    enum status status = kubeconfig_entry_data(user, "client-certificate-data", material, &options->certificate_data, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_data(user, "client-key-data", material, &options->key_data, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_path(user, "client-certificate", material, &options->certificate_file, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_path(user, "client-key", material, &options->key_file, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_path(user, "tokenFile", material, &options->token_file, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_text(user, "token", &options->token, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_text(user, "username", &options->username, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_text(user, "password", &options->password, err);
    if (status == STATUS_OK && options->token != NULL && (options->username != NULL || options->password != NULL))
        return kubeconfig_entry_refuse(user, yaml_node_get(user->node, "token"), "token", err,
                                       "there is a username or password too, expected one way to log in");
    return status;
}

/* ---- impersonation */

static enum status add_header(struct kubeconfig_user *to, struct kubeconfig_material *material, size_t *count, const char *name,
                              const char *value, struct error *err)
{
    if (*count == KUBECONFIG_USER_HEADERS_MAX)
        return error_set(err, STATUS_TOO_BIG, "more than %d users, groups and extras to act as", KUBECONFIG_USER_HEADERS_MAX);
    char *line = alloc_printf("%s: %s", name, value);
    if (kubeconfig_entry_keep(material, line, strlen(line)) == NULL)
        return error_set(err, STATUS_TOO_BIG, "too many words in one user");
    to->headers[(*count)++] = line;
    return STATUS_OK;
}

/* client-go's headerKeyEscape: what a header name may not have is percent-encoded. */
static void escape_key(const char *key, struct bytebuf *out)
{
    bytebuf_append_text(out, "Impersonate-Extra-");
    for (; *key != '\0'; key++) {
        unsigned char byte = (unsigned char)*key;
        if (isalnum(byte) || (byte != '%' && strchr("!#$&'*+-.^_`|~", byte) != NULL))
            bytebuf_append_byte(out, *key);
        else
            bytebuf_printf(out, "%%%02X", byte);
    }
}

static enum status add_extras(const struct kubeconfig_entry *user, struct kubeconfig_user *to, struct kubeconfig_material *material,
                              size_t *count, struct error *err)
{
    const struct yaml_node *extra = yaml_node_get(user->node, "as-user-extra");
    enum status status = STATUS_OK;
    if (!yaml_node_is_null(extra) && !yaml_node_is_map(extra))
        return kubeconfig_entry_refuse(user, extra, "as-user-extra", err, "%s, expected a map of lists", yaml_node_kind_name(extra));
    for (size_t i = 0; i < yaml_node_count(extra) && status == STATUS_OK; i++) {
        CLEANUP(bytebuf_done) struct bytebuf name;
        bytebuf_init(&name, HEADER_MAXIMUM);
        escape_key(yaml_node_key_at(extra, i)->text, &name);
        const struct yaml_node *values = yaml_node_at(extra, i);
        for (size_t k = 0; k < yaml_node_count(values) && status == STATUS_OK; k++)
            status = add_header(to, material, count, bytebuf_text(&name), yaml_node_text_or(yaml_node_at(values, k), ""), err);
    }
    return status;
}

static enum status add_groups(const struct kubeconfig_entry *user, const char *const *words, struct kubeconfig_user *to,
                              struct kubeconfig_material *material, size_t *count, struct error *err)
{
    const struct yaml_node *groups = yaml_node_get(user->node, "as-groups");
    enum status status = STATUS_OK;
    if (!yaml_node_is_null(groups) && !yaml_node_is_sequence(groups))
        return kubeconfig_entry_refuse(user, groups, "as-groups", err, "%s, expected a list", yaml_node_kind_name(groups));
    if (words != NULL && words[0] != NULL) {
        for (size_t i = 0; words[i] != NULL && status == STATUS_OK; i++)
            status = add_header(to, material, count, "Impersonate-Group", words[i], err);
        return status;
    }
    for (size_t i = 0; i < yaml_node_count(groups) && status == STATUS_OK; i++)
        status = add_header(to, material, count, "Impersonate-Group", yaml_node_text_or(yaml_node_at(groups, i), ""), err);
    return status;
}

static enum status read_impersonation(const struct kubeconfig_entry *user, const struct kubeconfig_overrides *words,
                                      struct kubeconfig_material *material, struct kubeconfig_user *to, struct error *err)
{
    const char *as = NULL, *uid = NULL;
    size_t count = 0;
    enum status status = kubeconfig_entry_text(user, "as", &as, err);
    if (status == STATUS_OK)
        status = kubeconfig_entry_text(user, "as-uid", &uid, err);
    if (status != STATUS_OK)
        return status;
    to->impersonated = words->as != NULL && words->as[0] != '\0' ? words->as : as;
    uid = words->as_uid != NULL && words->as_uid[0] != '\0' ? words->as_uid : uid;
    if (to->impersonated != NULL)
        status = add_header(to, material, &count, "Impersonate-User", to->impersonated, err);
    if (status == STATUS_OK)
        status = add_groups(user, words->as_groups, to, material, &count, err);
    if (status == STATUS_OK && uid != NULL)
        status = add_header(to, material, &count, "Impersonate-Uid", uid, err);
    if (status == STATUS_OK)
        status = add_extras(user, to, material, &count, err);
    if (status == STATUS_OK && to->impersonated == NULL && count > 0)
        return error_set(err, STATUS_USAGE, "groups, a uid or extras to act as, but no user: give the user too (--as, or 'as' in %s)", user->file);
    return status;
}

/* ---- exec */

static enum status read_arguments(const struct kubeconfig_entry *user, const struct yaml_node *exec, struct kubeconfig_user *to,
                                  struct error *err)
{
    const struct yaml_node *args = yaml_node_get(exec, "args");
    if (!yaml_node_is_null(args) && (!yaml_node_is_sequence(args) || args->count > KUBECONFIG_USER_WORDS_MAX))
        return kubeconfig_entry_refuse(user, args, "exec.args", err, "expected a list of at most %d texts", KUBECONFIG_USER_WORDS_MAX);
    for (size_t i = 0; i < yaml_node_count(args); i++) {
        if (!yaml_node_is_scalar(yaml_node_at(args, i)))
            return kubeconfig_entry_refuse(user, yaml_node_at(args, i), "exec.args", err, "%s in the list, expected texts",
                                           yaml_node_kind_name(yaml_node_at(args, i)));
        to->argv[i + 1] = yaml_node_at(args, i)->text;
    }
    return STATUS_OK;
}

static enum status read_environment(const struct kubeconfig_entry *user, const struct yaml_node *exec, struct kubeconfig_material *material,
                                    struct kubeconfig_user *to, struct error *err)
{
    const struct yaml_node *env = yaml_node_get(exec, "env");
    if (!yaml_node_is_null(env) && (!yaml_node_is_sequence(env) || env->count > KUBECONFIG_USER_WORDS_MAX))
        return kubeconfig_entry_refuse(user, env, "exec.env", err, "expected a list of at most %d pairs of name and value",
                                       KUBECONFIG_USER_WORDS_MAX);
    for (size_t i = 0; i < yaml_node_count(env); i++) {
        const struct yaml_node *pair = yaml_node_at(env, i);
        const char *name = yaml_node_text_or(yaml_node_get(pair, "name"), ""), *value = yaml_node_text_or(yaml_node_get(pair, "value"), "");
        if (name[0] == '\0' || strchr(name, '=') != NULL)
            return kubeconfig_entry_refuse(user, pair, "exec.env", err, "a variable without a usable name, expected {name: …, value: …}");
        char *line = alloc_printf("%s=%s", name, value);
        to->env[i] = kubeconfig_entry_keep(material, line, strlen(line));
    }
    return STATUS_OK;
}

static enum status check_version(const struct kubeconfig_entry *user, const struct yaml_node *exec, struct kubeconfig_user *to, struct error *err)
{
    const struct yaml_node *version = yaml_node_get(exec, "apiVersion"), *mode = yaml_node_get(exec, "interactiveMode");
    to->exec.api_version = yaml_node_text_or(version, "");
    bool is_beta = strcmp(to->exec.api_version, V1BETA1) == 0;
    if (to->exec.api_version[0] == '\0')
        return kubeconfig_entry_refuse(user, exec, "exec.apiVersion", err, "missing, expected %s", V1);
    if (!is_beta && strcmp(to->exec.api_version, V1) != 0)
        return kubeconfig_entry_refuse(user, version, "exec.apiVersion", err, "'%.80s' is not supported; v1 or v1beta1 is", to->exec.api_version);
    const char *word = yaml_node_text_or(mode, is_beta ? "IfAvailable" : "");
    if (word[0] == '\0')
        return kubeconfig_entry_refuse(user, exec, "exec.interactiveMode", err, "missing, expected Never or IfAvailable (v1 wants it said)");
    if (strcmp(word, "Always") == 0) {
        kubeconfig_entry_refuse(user, mode, "exec.interactiveMode", err,
                                "'Always' asks on the terminal, which sovdeck owns; Never or IfAvailable works when the plugin can do without");
        return err != NULL ? (err->status = STATUS_UNSUPPORTED) : STATUS_UNSUPPORTED;
    }
    if (strcmp(word, "Never") != 0 && strcmp(word, "IfAvailable") != 0)
        return kubeconfig_entry_refuse(user, mode, "exec.interactiveMode", err, "'%.40s', expected Never or IfAvailable", word);
    return STATUS_OK;
}

/* A command with a slash is relative to the file, as a path of client-go is; any other is looked up in PATH. */
static enum status read_exec(const struct kubeconfig_entry *user, const struct yaml_node *exec, struct kubeconfig_material *material,
                             struct kubeconfig_user *to, struct error *err)
{
    if (!yaml_node_is_map(exec))
        return kubeconfig_entry_refuse(user, exec, "exec", err, "%s, expected a map", yaml_node_kind_name(exec));
    const char *command = yaml_node_text_or(yaml_node_get(exec, "command"), "");
    if (command[0] == '\0')
        return kubeconfig_entry_refuse(user, exec, "exec.command", err, "missing, expected a program");
    enum status status = check_version(user, exec, to, err);
    if (status == STATUS_OK)
        status = read_arguments(user, exec, to, err);
    if (status == STATUS_OK)
        status = read_environment(user, exec, material, to, err);
    if (status != STATUS_OK)
        return status;
    char *path = strchr(command, '/') != NULL ? kubeconfig_entry_absolute(user, command) : alloc_strdup(command);
    to->argv[0] = kubeconfig_entry_keep(material, path, strlen(path));
    to->exec.name = command;
    to->exec.argv = to->argv;
    to->exec.env = to->env;
    to->exec.install_hint = yaml_node_text_or(yaml_node_get(exec, "installHint"), NULL);
    to->wants_cluster = false;
    to->has_exec = true;
    const struct yaml_node *provide = yaml_node_get(exec, "provideClusterInfo");
    if (!yaml_node_is_null(provide) && yaml_node_bool(provide, "", &to->wants_cluster, NULL) != STATUS_OK)
        return kubeconfig_entry_refuse(user, provide, "exec.provideClusterInfo", err, "expected true or false");
    return STATUS_OK;
}

enum status kubeconfig_user_read(const struct kubeconfig_entry *user, const char *name, const struct kubeconfig_overrides *overrides,
                                 struct kubeconfig_material *material, struct tls_identity_options *options, struct kubeconfig_user *ret,
                                 struct error *err)
{
    const struct yaml_node *provider = yaml_node_get(user->node, "auth-provider"), *exec = yaml_node_get(user->node, "exec");
    *ret = (struct kubeconfig_user){0};
    if (!yaml_node_is_null(user->node) && !yaml_node_is_map(user->node))
        return kubeconfig_entry_refuse(user, user->node, "", err, "%s, expected a map", yaml_node_kind_name(user->node));
    if (!yaml_node_is_null(provider))
        return refuse_provider(user, provider, err);
    enum status status = read_static(user, material, options, err);
    bool is_static = options->token != NULL || options->token_file != NULL || options->username != NULL ||
                     options->certificate_file != NULL || options->certificate_data.length > 0;
    if (status == STATUS_OK && !yaml_node_is_null(exec) && !is_static)
        status = read_exec(user, exec, material, ret, err);
    return status == STATUS_OK ? read_impersonation(user, overrides, material, ret, err) : status;
}
