#include "demo_kube_fixture.h"

#include <criterion/criterion.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "demo/demo_json.h"

#define TEXT_MAX (64u << 20)

static void put_release(struct demo_store *store, int number)
{
    json_t *release = json_pack(
        "{s:{s:o, s:s, s:{s:o}}, s:{s:s, s:{s:{s:s, s:s}}, s:{s:s}}, s:{s:[{s:s, s:s, s:s, s:s, s:s}]}}", "metadata", "name",
        json_sprintf("bp-%03d", number), "namespace", "flux-system", "labels", "slot", json_sprintf("%d", number), "spec",
        "interval", "15m", "chart", "spec", "chart", "bp-x", "version", "1.0.0", "values", "image", "registry/x", "status",
        "conditions", "type", "Ready", "status", "True", "reason", "InstallSucceeded", "message", "Helm install succeeded",
        "lastTransitionTime", "2026-07-27T04:00:00Z");
    demo_store_put(store, DEMO_KIND_HELMRELEASE, release, "kustomize-controller");
}

static void put_objects(struct demo_store *store, int releases)
{
    static const char *const namespaces[] = {"default", "flux-system", "northwind"};
    for (size_t i = 0; i < 3; i++)
        demo_store_put(store, DEMO_KIND_NAMESPACE, json_pack("{s:{s:s}}", "metadata", "name", namespaces[i]), "k3s");
    for (int i = 0; i < releases; i++)
        put_release(store, i);
    demo_store_put(store, DEMO_KIND_POD,
                   json_pack("{s:{s:s, s:s}, s:{s:s, s:[{s:s, s:s}]}, s:{s:s}}", "metadata", "name", "web-0", "namespace",
                             "northwind", "spec", "nodeName", "n1", "containers", "name", "web", "image", "nginx:1", "status",
                             "phase", "Running"),
                   "k3s");
}

void demo_kube_fixture_start(struct demo_kube_fixture *fixture, int releases)
{
    static const char *const admins[] = {"system:masters", NULL}, *const developers[] = {"openova:tier-developer", NULL};
    struct error err = {0};
    *fixture = (struct demo_kube_fixture){.store = demo_store_new("fsn", 7), .logs = demo_logs_new()};
    put_objects(fixture->store, releases);
    cr_assert_eq(demo_tls_new(&fixture->tls, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(demo_tls_client_pair(fixture->tls, "sre", admins, 3600000, &fixture->admin, &err), STATUS_OK);
    cr_assert_eq(demo_tls_client_pair(fixture->tls, "dev", developers, 3600000, &fixture->developer, &err), STATUS_OK);
    struct demo_gate_region region = {fixture->store, fixture->logs, 0};
    cr_assert_eq(demo_gate_start(&fixture->gate, fixture->tls, &region, 1, &err), STATUS_OK, "%s", err.text);
    fixture->port = demo_kube_port(demo_gate_kube(fixture->gate, 0));
}

void demo_kube_fixture_stop(struct demo_kube_fixture *fixture)
{
    demo_gate_stop(fixture->gate);
    demo_tls_pair_clear(&fixture->admin);
    demo_tls_pair_clear(&fixture->developer);
    demo_tls_free(fixture->tls);
    demo_logs_free(fixture->logs);
    demo_store_free(fixture->store);
    curl_global_cleanup();
}

/* ---- client ---- */

struct intake {
    const struct demo_kube_request *request;
    struct bytebuf text, line;
};

static size_t take(char *data, size_t size, size_t count, void *context)
{
    struct intake *intake = context;
    size_t length = size * count;
    bytebuf_append(&intake->text, data, length);
    for (size_t i = 0; intake->request->line != NULL && i < length; i++) {
        if (data[i] != '\n') {
            bytebuf_append_byte(&intake->line, data[i]);
            continue;
        }
        bool goes_on = intake->request->line(bytebuf_text(&intake->line), intake->request->data);
        bytebuf_clear(&intake->line);
        if (!goes_on)
            return 0;
    }
    return length;
}

static struct curl_blob blob_of(const char *text)
{
    return (struct curl_blob){(void *)(uintptr_t)text, strlen(text), CURL_BLOB_COPY};
}

static void set_identity(CURL *curl, const struct demo_kube_fixture *fixture, enum demo_kube_who who)
{
    struct curl_blob authority = blob_of(demo_tls_ca_pem(fixture->tls));
    curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &authority);
    if (who == WHO_VIEWER) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, demo_gate_viewer_token(fixture->gate));
    }
    const struct demo_tls_pair *pair = who == WHO_ADMIN ? &fixture->admin : who == WHO_DEVELOPER ? &fixture->developer : NULL;
    if (pair == NULL)
        return;
    struct curl_blob certificate = blob_of(pair->certificate_pem), key = blob_of(pair->key_pem);
    curl_easy_setopt(curl, CURLOPT_SSLCERT_BLOB, &certificate);
    curl_easy_setopt(curl, CURLOPT_SSLKEY_BLOB, &key);
}

static struct curl_slist *add_header(struct curl_slist *list, const char *name, const char *value)
{
    if (value == NULL)
        return list;
    char *text = alloc_printf("%s: %s", name, value);
    list = curl_slist_append(list, text);
    free(text);
    return list;
}

struct demo_kube_answer demo_kube_fixture_ask(const struct demo_kube_fixture *fixture, const struct demo_kube_request *request)
{
    struct demo_kube_answer answer = {0};
    struct intake intake = {.request = request};
    bytebuf_init(&intake.text, TEXT_MAX);
    bytebuf_init(&intake.line, TEXT_MAX);
    CURL *curl = curl_easy_init();
    char *url = alloc_printf("https://127.0.0.1:%d%s", fixture->port, request->path);
    struct curl_slist *headers = add_header(add_header(NULL, "Accept", request->accept), "Content-Type", request->content_type);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request->timeout_ms == 0 ? 10000L : request->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method == NULL ? "GET" : request->method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &intake);
    if (request->body != NULL)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    set_identity(curl, fixture, request->who);
    answer.failure = (int)curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.code);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    free(url);
    bytebuf_done(&intake.line);
    answer.json = json_loadb(bytebuf_text(&intake.text), intake.text.length, 0, NULL);
    answer.text = alloc_strdup(bytebuf_text(&intake.text));
    bytebuf_done(&intake.text);
    return answer;
}

struct demo_kube_answer demo_kube_fixture_get(const struct demo_kube_fixture *fixture, const char *path)
{
    struct demo_kube_request request = {.path = path};
    return demo_kube_fixture_ask(fixture, &request);
}

void demo_kube_fixture_clear(struct demo_kube_answer *answer)
{
    free(answer->text);
    json_decref(answer->json);
    *answer = (struct demo_kube_answer){0};
}

void demo_kube_fixture_fault(const struct demo_kube_fixture *fixture, const char *words)
{
    struct demo_kube_request request = {.method = "POST", .path = "/demo/faults", .body = words,
                                        .content_type = "application/json"};
    struct demo_kube_answer answer = demo_kube_fixture_ask(fixture, &request);
    cr_assert_eq(answer.code, 200, "faults: %ld %s", answer.code, answer.text);
    demo_kube_fixture_clear(&answer);
}
