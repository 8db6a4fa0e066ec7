/* Questions with short time-outs, several contexts at a time; see init_probe.h. */
#include "headless/init_probe.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "sovereign/kube_client.h"
#include "sovereign/kubeconfig.h"

#define THREADS_MAX 8
#define REPLY_MAXIMUM ((size_t)1 << 20)

struct work {
    struct http_thread *thread;
    const char *kubeconfig;
    struct init_context *contexts;
    size_t count;
    atomic_size_t next;
    const atomic_bool *cancel;
};

/* The reply as JSON; NULL: *err says why. The caller unrefs. */
static json_t *ask(struct kube_client *client, const char *path, const char *what, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf reply;
    bytebuf_init(&reply, REPLY_MAXIMUM);
    struct kube_call call = {.path = path, .what = what, .maximum = REPLY_MAXIMUM, .timeout_ms = INIT_PROBE_TIMEOUT_MS};
    if (kube_client_call(client, &call, &reply, err) != STATUS_OK)
        return NULL;
    json_t *json = json_loadb(reply.data, reply.length, 0, NULL);
    if (json == NULL)
        error_set(err, STATUS_INVALID, "%s is no JSON", what);
    return json;
}

static void copy(char *out, size_t size, const char *text)
{
    sanitize_line_into(out, size, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

static void find_fqdn(struct kube_client *client, struct init_context *context)
{
    struct error problem = {0};
    json_t *map = ask(client, "/api/v1/namespaces/catalyst-system/configmaps/sovereign-fqdn", "ConfigMap catalyst-system/sovereign-fqdn", &problem);
    copy(context->fqdn, sizeof context->fqdn, json_string_value(json_object_get(json_object_get(map, "data"), "fqdn")));
    if (map == NULL && problem.status != STATUS_NOT_FOUND)
        context->error = problem;
    json_decref(map);
}

/* Labels of a node (domain.md 1.2): the platform's own first. */
static void find_region(struct kube_client *client, struct init_context *context)
{
    json_t *list = ask(client, "/api/v1/nodes?limit=1", "nodes", NULL);
    const json_t *labels = json_object_get(json_object_get(json_array_get(json_object_get(list, "items"), 0), "metadata"), "labels");
    const char *region = json_string_value(json_object_get(labels, "openova.io/region"));
    if (region == NULL)
        region = json_string_value(json_object_get(labels, "topology.kubernetes.io/region"));
    copy(context->region, sizeof context->region, region);
    json_decref(list);
}

/* The service of a namespace that has the port, the shortest name first: "nats-jetstream" before "nats-jetstream-headless". */
static void find_service(struct kube_client *client, const char *namespace, int port, struct init_service *ret)
{
    char path[160];
    size_t index, at;
    json_t *item, *entry;
    snprintf(path, sizeof path, "/api/v1/namespaces/%s/services?limit=100", namespace);
    json_t *list = ask(client, path, "services", NULL);
    json_array_foreach(json_object_get(list, "items"), index, item)
    {
        const char *name = json_string_value(json_object_get(json_object_get(item, "metadata"), "name"));
        json_array_foreach(json_object_get(json_object_get(item, "spec"), "ports"), at, entry)
        {
            if (json_integer_value(json_object_get(entry, "port")) != port || name == NULL)
                continue;
            if (ret->name[0] != '\0' && strlen(ret->name) <= strlen(name))
                continue;
            copy(ret->name, sizeof ret->name, name);
            copy(ret->namespace, sizeof ret->namespace, namespace);
            ret->port = port;
        }
    }
    json_decref(list);
}

static void look_around(struct kube_client *client, struct init_context *context)
{
    find_fqdn(client, context);
    if (context->fqdn[0] == '\0')
        return;
    find_region(client, context);
    find_service(client, "catalyst-system", 8080, &context->catalyst); /* contract 1.1; older charts: namespace catalyst */
    if (context->catalyst.name[0] == '\0')
        find_service(client, "catalyst", 8080, &context->catalyst);
    find_service(client, "nats-system", 4222, &context->nats);
    find_service(client, "gitea", 3000, &context->gitea);
    find_service(client, "openbao", 8200, &context->openbao);
}

static void probe(const struct work *work, struct init_context *context)
{
    struct kubeconfig *config = NULL;
    struct kubeconfig_target target = {0};
    enum status status = kubeconfig_load(work->kubeconfig, &config, &context->error);
    if (status == STATUS_OK)
        status = kubeconfig_resolve(config, context->name, &target, &context->error);
    if (status == STATUS_OK) {
        error_clear(&context->error);
        copy(context->server, sizeof context->server, target.server);
        struct kube_client_options options = {.region = context->name, .server = target.server, .namespace = target.namespace, .user = target.user,
                                              .proxy = target.proxy, .identity = target.identity};
        struct kube_client *client = kube_client_new(work->thread, &options);
        kube_client_set_cancel(client, work->cancel);
        json_t *groups = ask(client, "/api", "/api", &context->error); /* for everybody who is logged in */
        context->answers = groups != NULL;
        json_decref(groups);
        if (context->answers)
            look_around(client, context);
        kube_client_free(client);
    }
    kubeconfig_target_done(&target);
    kubeconfig_free(config);
}

static void *run(void *context)
{
    struct work *work = context;
    for (size_t at; (at = atomic_fetch_add(&work->next, 1)) < work->count;)
        if (work->contexts[at].was_asked && !atomic_load(work->cancel))
            probe(work, &work->contexts[at]);
    return NULL;
}

void init_probe_contexts(struct http_thread *thread, const char *kubeconfig, struct init_context *contexts, size_t count, const atomic_bool *cancel)
{
    struct work work = {.thread = thread, .kubeconfig = kubeconfig, .contexts = contexts, .count = count, .cancel = cancel};
    pthread_t threads[THREADS_MAX];
    size_t started = 0;
    while (started < THREADS_MAX && started < count && pthread_create(&threads[started], NULL, run, &work) == 0)
        started++;
    if (started == 0)
        run(&work);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

void init_probe_host(struct http_thread *thread, const char *prefix, const char *fqdn, struct init_host *ret, const atomic_bool *cancel)
{
    char url[260];
    struct http_response response;
    snprintf(ret->url, sizeof ret->url, "https://%s.%s", prefix, fqdn);
    snprintf(url, sizeof url, "%s%s", ret->url, strcmp(prefix, "api") == 0 ? "/healthz" : "/api/v1/version"); /* console's /healthz is the browser's */
    struct http_request request = {.url = url, .connect_timeout_ms = INIT_PROBE_TIMEOUT_MS, .total_timeout_ms = INIT_PROBE_TIMEOUT_MS, .maximum_body = 65536};
    http_response_init(&response, 65536);
    ret->answers = http_thread_fetch_ok(thread, &request, cancel, &response, &ret->error) == STATUS_OK;
    http_response_done(&response);
}
