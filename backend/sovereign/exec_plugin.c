/* Starts the plugin with its question in KUBERNETES_EXEC_INFO and reads its answer; see exec_plugin.h. It has no terminal: what
 * it would ask a person, it asks in vain. */
#include "sovereign/exec_plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/subprocess.h"
#include "base/timestamp.h"
#include "decode/json_reader.h"

#define ENV_MAXIMUM 256

static int64_t timeout_ms(void)
{
    const char *given = getenv("SOVDECK_EXEC_TIMEOUT_MS");
    int64_t number;
    return given != NULL && span_to_int64(span_of(given), &number) && number > 0 ? number : EXEC_PLUGIN_TIMEOUT_MS;
}

static char *make_question(const struct exec_plugin *plugin)
{
    return alloc_printf("KUBERNETES_EXEC_INFO={\"kind\":\"ExecCredential\",\"apiVersion\":\"%s\",\"spec\":{%s%s%s\"interactive\":false}}",
                        plugin->api_version, plugin->cluster != NULL ? "\"cluster\":" : "",
                        plugin->cluster != NULL ? plugin->cluster : "", plugin->cluster != NULL ? "," : "");
}

static enum status refuse(const char *name, struct error *err, const char *what)
{
    return error_set(err, STATUS_UNAUTHENTICATED, "exec plugin '%s' %s", name, what);
}

/* A new text of a string member; NULL when absent or empty. */
static char *take_text(struct json_value object, const char *key)
{
    struct span text = json_reader_string(json_reader_get(object, key));
    return text.length > 0 ? span_dup(text) : NULL;
}

static enum status read_status(const char *name, struct json_value status, struct exec_plugin_result *ret, struct error *err)
{
    struct json_value expires = json_reader_get(status, "expirationTimestamp");
    ret->token = take_text(status, "token");
    ret->certificate = take_text(status, "clientCertificateData");
    ret->key = take_text(status, "clientKeyData");
    ret->expires_ms = timestamp_parse(json_reader_string(expires));
    if (json_reader_string(expires).length > 0 && ret->expires_ms == TIMESTAMP_NONE)
        return refuse(name, err, "gave an expirationTimestamp that is no RFC 3339 time");
    if ((ret->certificate == NULL) != (ret->key == NULL))
        return refuse(name, err, ret->key == NULL ? "gave a client certificate without its key" : "gave a client key without its certificate");
    if (ret->token == NULL && ret->certificate == NULL)
        return refuse(name, err, "gave neither a token nor a client certificate");
    return STATUS_OK;
}

static enum status read_document(const char *name, const char *api_version, struct json_value root, struct exec_plugin_result *ret,
                                 struct error *err)
{
    struct span kind = json_reader_string(json_reader_get(root, "kind")), version = json_reader_string(json_reader_get(root, "apiVersion"));
    struct json_value status = json_reader_get(root, "status");
    if (!span_equals_text(kind, "ExecCredential"))
        return error_set(err, STATUS_UNAUTHENTICATED, "exec plugin '%s' printed JSON of kind '%.*s', expected an ExecCredential", name,
                         SPAN_PRINT(span_first(kind, 60)));
    if (!span_equals_text(version, api_version))
        return error_set(err, STATUS_UNAUTHENTICATED,
                         "exec plugin '%s' answers in '%.*s', but the kubeconfig says '%s': make apiVersion there what the plugin speaks", name,
                         SPAN_PRINT(span_first(version, 80)), api_version);
    if (json_reader_kind(status) != JSON_KIND_OBJECT)
        return refuse(name, err, "gave an ExecCredential without a status");
    return read_status(name, status, ret, err);
}

enum status exec_plugin_read(const char *name, const char *api_version, struct span output, struct exec_plugin_result *ret, struct error *err)
{
    *ret = (struct exec_plugin_result){.expires_ms = TIMESTAMP_NONE};
    if (span_trim(output).length == 0)
        return refuse(name, err, "printed nothing, expected an ExecCredential as JSON");
    struct json_reader *reader = json_reader_new();
    struct json_value root;
    enum status status = json_reader_parse(reader, output, &root, NULL);
    if (status != STATUS_OK || json_reader_kind(root) != JSON_KIND_OBJECT)
        status = refuse(name, err, "did not print an ExecCredential: what it printed is no JSON object"); /* and may be a secret */
    else
        status = read_document(name, api_version, root, ret, err);
    json_reader_free(reader);
    if (status != STATUS_OK)
        exec_plugin_result_done(ret);
    return status;
}

enum status exec_plugin_run(const struct exec_plugin *plugin, const atomic_bool *cancel, struct exec_plugin_result *ret, struct error *err)
{
    const char *env[ENV_MAXIMUM + 2];
    size_t count = 0;
    char what[160];
    CLEANUP(alloc_free_pointer) char *question = make_question(plugin);
    snprintf(what, sizeof what, "exec plugin '%.120s'", plugin->name);
    while (plugin->env != NULL && plugin->env[count] != NULL && count < ENV_MAXIMUM) {
        env[count] = plugin->env[count];
        count++;
    }
    env[count++] = question;
    env[count] = NULL;
    struct subprocess_options options = {.argv = plugin->argv, .env = env, .what = what, .output_maximum = EXEC_PLUGIN_OUTPUT_MAXIMUM,
                                         .timeout_ms = timeout_ms(), .cancel = cancel};
    struct subprocess_result result;
    *ret = (struct exec_plugin_result){.expires_ms = TIMESTAMP_NONE};
    struct error problem = {0};
    enum status status = subprocess_run(&options, &result, &problem);
    if (status == STATUS_OK)
        status = exec_plugin_read(plugin->name, plugin->api_version, bytebuf_span(&result.output), ret, err);
    else if (status == STATUS_NOT_FOUND && plugin->install_hint != NULL)
        status = error_set(err, STATUS_UNAUTHENTICATED, "%s; how to install it: %.250s", problem.text, plugin->install_hint);
    else
        status = error_set(err, status == STATUS_INTERRUPTED ? status : STATUS_UNAUTHENTICATED, "%s", problem.text);
    subprocess_result_done(&result);
    return status;
}

static void wipe(char **secret)
{
    if (*secret != NULL)
        explicit_bzero(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}

void exec_plugin_result_done(struct exec_plugin_result *result)
{
    wipe(&result->token);
    wipe(&result->certificate);
    wipe(&result->key);
}
