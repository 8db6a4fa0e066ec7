/* Every identity of a kubeconfig over real TLS: what reaches the server, when plugins run, and the sentence when they do not. */
#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "sovereign/kubeconfig.h"
#include "support/certificates.h"
#include "support/fake_server.h"
#include "support/leak_check.h"
#include "transport/http_thread.h"

struct place {
    char folder[64];
    struct certificates_pair ca, certificate;
    struct fake_server *server;
    struct http_thread *thread;
    char wanted[64]; /* Authorization that is let in; "" for any. Under the lock */
    pthread_mutex_t lock;
};

/* Answers with the request's line and headers. */
static void handle(void *context, struct fake_exchange *exchange)
{
    struct place *place = context;
    CLEANUP(alloc_free_pointer) char *all = alloc_printf("%s %s\n%s", exchange->method, exchange->target, exchange->headers);
    pthread_mutex_lock(&place->lock);
    bool welcome = place->wanted[0] == '\0' || fake_server_has(exchange, place->wanted);
    pthread_mutex_unlock(&place->lock);
    fake_server_reply(exchange, welcome ? 200 : 401, "", welcome ? all : "{}");
}

static char *path_of(const struct place *place, const char *name)
{
    return alloc_printf("%s/%s", place->folder, name);
}

static void write_file(const struct place *place, const char *name, const char *text)
{
    CLEANUP(alloc_free_pointer) char *path = path_of(place, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    chmod(path, 0700);
}

static void open_place(struct place *place, struct certificates_request request, const char *client_ca)
{
    *place = (struct place){.lock = PTHREAD_MUTEX_INITIALIZER};
    strcpy(place->folder, "/tmp/sovdeck-identity-XXXXXX");
    cr_assert_not_null(mkdtemp(place->folder));
    place->ca = certificates_make(NULL, (struct certificates_request){.common_name = "our CA"});
    place->certificate = certificates_make(&place->ca, request);
    place->server = fake_server_new((struct fake_server_options){.certificate = &place->certificate, .client_ca = client_ca, .handle = handle, .context = place});
    place->thread = http_thread_new();
}

static void close_place(struct place *place)
{
    http_thread_free(place->thread);
    fake_server_free(place->server);
    certificates_free(&place->certificate);
    certificates_free(&place->ca);
    CLEANUP(alloc_free_pointer) char *command = alloc_printf("rm -r '%s'", place->folder);
    cr_assert_eq(system(command), 0);
}

/* A kubeconfig of one context; `cluster` and `user` are what stands beside server and CA, in flow style. */
static void write_config(const struct place *place, const char *suffix, const char *cluster, const char *user)
{
    CLEANUP(alloc_free_pointer) char *ca = base64_encode(span_of(place->ca.certificate));
    CLEANUP(alloc_free_pointer) char *text =
        alloc_printf("current-context: x\nclusters:\n- name: c\n  cluster: {server: '%s%s', certificate-authority-data: %s%s}\n"
                     "users:\n- name: u\n  user: {%s}\ncontexts:\n- {name: x, context: {cluster: c, user: u, namespace: ns}}\n",
                     fake_server_url(place->server), suffix, ca, cluster, user);
    write_file(place, "config", text);
}

static enum status resolve(const struct place *place, const struct kubeconfig_overrides *words, struct kubeconfig_target *target, struct error *err)
{
    struct kubeconfig *config = NULL;
    CLEANUP(alloc_free_pointer) char *path = path_of(place, "config");
    enum status status = kubeconfig_load(path, &config, err);
    if (status == STATUS_OK)
        status = kubeconfig_resolve_with(config, words, target, err);
    kubeconfig_free(config);
    return status;
}

static enum status get(struct place *place, const struct kubeconfig_target *target, struct http_response *response, struct error *err)
{
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/api", target->server);
    struct http_request request = {.url = url, .identity = target->identity, .proxy = target->proxy[0] != '\0' ? target->proxy : NULL};
    http_response_init(response, 16384);
    return http_thread_fetch(place->thread, &request, NULL, response, err);
}

/* One request with that kubeconfig; `parts` are in what reached the server, or in the sentence. */
static void expect(struct place *place, const struct kubeconfig_overrides *words, enum status wanted, const char *const *parts)
{
    struct kubeconfig_target target = {0};
    struct http_response response = {0};
    struct error err = {0};
    enum status status = resolve(place, words, &target, &err);
    if (status == STATUS_OK)
        status = get(place, &target, &response, &err);
    cr_assert_eq(status, wanted, "%s: %s", error_status_name(status), err.text);
    const char *text = status == STATUS_OK ? bytebuf_text(&response.body) : err.text;
    for (; *parts != NULL; parts++)
        cr_assert(strstr(text, *parts) != NULL, "'%s' is not in: %s", *parts, text);
    http_response_done(&response);
    kubeconfig_target_done(&target);
}

#define PARTS(...) ((const char *const[]){__VA_ARGS__, NULL})
static const struct kubeconfig_overrides NO_WORDS;
static const char *const W_GROUP[] = {"w", NULL};

Test(kubeconfig_identity, tokens_passwords_paths_and_impersonation_reach_the_server)
{
    struct place place;
    open_place(&place, (struct certificates_request){0}, NULL);
    write_file(&place, "token", "from-file\n");
    static const struct {
        const char *suffix, *cluster, *user;
        struct kubeconfig_overrides words;
        const char *parts[7];
    } CASES[] = {
        {"", "", "token: abc", {0}, {"GET /api\n", "Authorization: Bearer abc\r\n"}},
        {"/k8s/clusters/c-xyz/", "", "tokenFile: token, token: other", {0}, {"GET /k8s/clusters/c-xyz/api\n", "Bearer from-file\r\n"}},
        {"", "", "tokenFile: absent, token: other", {0}, {"Bearer other\r\n"}},
        {"", "", "username: jo, password: pass", {0}, {"Authorization: Basic am86cGFzcw==\r\n"}},
        {"", "", "token: a, as: jane, as-groups: [g1, g2], as-uid: '7', as-user-extra: {Scope/x: [v]}", {0},
         {"Impersonate-User: jane\r\n", "Impersonate-Group: g1\r\n", "Impersonate-Group: g2\r\n", "Impersonate-Uid: 7\r\n",
          "Impersonate-Extra-Scope%2Fx: v\r\n"}},
        {"", "", "token: a, as: jane, as-groups: [g1]", {.as = "root", .as_groups = W_GROUP},
         {"Impersonate-User: root\r\n", "Impersonate-Group: w\r\n"}},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        write_config(&place, CASES[i].suffix, CASES[i].cluster, CASES[i].user);
        expect(&place, &CASES[i].words, STATUS_OK, CASES[i].parts);
    }
    expect(&place, &(struct kubeconfig_overrides){.cluster = "zz"}, STATUS_NOT_FOUND, PARTS("no cluster 'zz' (--cluster)"));
    expect(&place, &(struct kubeconfig_overrides){.user = "zz"}, STATUS_NOT_FOUND, PARTS("no user 'zz' (--user)"));
    write_config(&place, "", "", "token: a, as-groups: [g]");
    expect(&place, &NO_WORDS, STATUS_USAGE, PARTS("no user"));
    write_config(&place, "", "", "token: a, username: b");
    expect(&place, &NO_WORDS, STATUS_INVALID, PARTS("config:7: users[0].user.token", "one way to log in"));
    write_config(&place, "", "", "auth-provider: {name: gcp}");
    expect(&place, &NO_WORDS, STATUS_UNSUPPORTED, PARTS("users[0].user.auth-provider", "gke-gcloud-auth-plugin"));
    write_config(&place, "", ", insecure-skip-tls-verify: true", "token: a");
    expect(&place, &NO_WORDS, STATUS_INVALID, PARTS("clusters[0].cluster.insecure-skip-tls-verify", "kubectl refuses both"));
    close_place(&place);
    TEST_NO_LEAKS();
}

Test(kubeconfig_identity, the_file_and_its_time_stay_as_they_were)
{
    struct place place;
    struct stat before, after;
    open_place(&place, (struct certificates_request){0}, NULL);
    write_config(&place, "", "", "token: abc");
    CLEANUP(alloc_free_pointer) char *path = path_of(&place, "config");
    chmod(path, 0400);
    cr_assert_eq(stat(path, &before), 0);
    expect(&place, &NO_WORDS, STATUS_OK, PARTS("Bearer abc"));
    cr_assert_eq(stat(path, &after), 0);
    cr_assert(before.st_mtim.tv_sec == after.st_mtim.tv_sec && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec &&
              before.st_size == after.st_size && before.st_ino == after.st_ino);
    close_place(&place);
    TEST_NO_LEAKS();
}

Test(kubeconfig_identity, client_certificates_with_each_kind_of_key_inline_and_in_files)
{
    static const enum certificates_key KEYS[] = {CERTIFICATES_KEY_EC_PKCS8, CERTIFICATES_KEY_EC_SEC1, CERTIFICATES_KEY_RSA_PKCS1};
    struct certificates_pair users = certificates_make(NULL, (struct certificates_request){.common_name = "users"}), other = {0};
    struct place place;
    open_place(&place, (struct certificates_request){0}, users.certificate);
    for (size_t i = 0; i < ARRAY_LENGTH(KEYS); i++) {
        struct certificates_pair pair = certificates_make(&users, (struct certificates_request){.common_name = "sre", .key = KEYS[i]});
        CLEANUP(alloc_free_pointer) char *certificate = base64_encode(span_of(pair.certificate)), *key = base64_encode(span_of(pair.key));
        CLEANUP(alloc_free_pointer) char *user = alloc_printf("client-certificate-data: %s, client-key-data: %s", certificate, key);
        write_config(&place, "", "", user);
        expect(&place, &NO_WORDS, STATUS_OK, PARTS("GET /api"));
        write_file(&place, "crt", pair.certificate);
        write_file(&place, "key", pair.key);
        write_config(&place, "", "", "client-certificate: crt, client-key: ./key");
        expect(&place, &NO_WORDS, STATUS_OK, PARTS("GET /api"));
        certificates_free(&other);
        other = pair;
    }
    struct certificates_pair stranger = certificates_make(&users, (struct certificates_request){.common_name = "x"});
    write_file(&place, "key", stranger.key);
    expect(&place, &NO_WORDS, STATUS_USAGE, PARTS("config:7: users[0].user.client-certificate", "do not belong together"));
    write_config(&place, "", "", "client-certificate: crt");
    expect(&place, &NO_WORDS, STATUS_USAGE, PARTS("without its key"));
    write_config(&place, "", "", "client-certificate: crt, client-key: gone");
    expect(&place, &NO_WORDS, STATUS_IO, PARTS("users[0].user.client-key", "/gone'"));
    certificates_free(&stranger);
    certificates_free(&other);
    certificates_free(&users);
    close_place(&place);
    TEST_NO_LEAKS();
}

/* ---- exec */

#define EXEC "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: ./plugin"

static int runs(const struct place *place)
{
    CLEANUP(alloc_free_pointer) char *path = path_of(place, "runs");
    FILE *file = fopen(path, "r");
    int count = 0;
    for (int byte; file != NULL && (byte = fgetc(file)) != EOF;)
        count += byte == '\n';
    if (file != NULL)
        fclose(file);
    return count;
}

static void write_plugin(const struct place *place, const char *body)
{
    CLEANUP(alloc_free_pointer) char *script = alloc_printf("#!/bin/sh\necho run >>%s/runs\n%s\n", place->folder, body);
    write_file(place, "plugin", script);
}

static const char PRINT_TOKEN[] =
    "n=$(wc -l <${0%/*}/runs); echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"t'$n'\"}}'";

Test(kubeconfig_identity, an_exec_plugin_is_asked_as_client_go_does_and_run_once)
{
    struct place place;
    open_place(&place, (struct certificates_request){0}, NULL);
    CLEANUP(alloc_free_pointer) char *body = alloc_printf("printf '%%s|%%s|%%s' \"$KUBERNETES_EXEC_INFO\" \"$1\" \"$EXTRA\" >%s/info\n%s", place.folder, PRINT_TOKEN);
    write_plugin(&place, body);
    write_config(&place, "", ", extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a, n: 1}}]",
                 EXEC ", args: ['a b'], env: [{name: EXTRA, value: 'x y'}], provideClusterInfo: true}");
    struct kubeconfig_target target = {0}, second = {0};
    struct error err = {0};
    struct http_response response;
    cr_assert_eq(resolve(&place, &NO_WORDS, &target, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(resolve(&place, &NO_WORDS, &second, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(runs(&place), 0);
    const struct kubeconfig_target *targets[] = {&target, &second, &target};
    for (size_t i = 0; i < ARRAY_LENGTH(targets); i++) {
        cr_assert_eq(get(&place, targets[i], &response, &err), STATUS_OK, "%s", err.text);
        cr_assert(strstr(bytebuf_text(&response.body), "Authorization: Bearer t1\r\n") != NULL, "%s", bytebuf_text(&response.body));
        http_response_done(&response);
    }
    cr_assert_eq(runs(&place), 1);
    CLEANUP(alloc_free_pointer) char *path = path_of(&place, "info");
    char info[16384] = "";
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL && fgets(info, sizeof info, file) != NULL);
    fclose(file);
    static const char *const PARTS[] = {"{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"spec\":{\"cluster\":{\"server\": \"https://",
                                        "\"certificate-authority-data\": \"LS0t", "\"config\": {\"audience\": \"a\",\"n\": 1}", "\"interactive\":false}}|a b|x y"};
    for (size_t i = 0; i < ARRAY_LENGTH(PARTS); i++)
        cr_assert(strstr(info, PARTS[i]) != NULL, "%s not in %s", PARTS[i], info);
    kubeconfig_target_done(&target);
    kubeconfig_target_done(&second);
    close_place(&place);
    TEST_NO_LEAKS();
}

Test(kubeconfig_identity, an_exec_plugin_runs_again_after_a_401_and_when_its_token_ends)
{
    struct place place;
    open_place(&place, (struct certificates_request){0}, NULL);
    write_plugin(&place, PRINT_TOKEN);
    write_config(&place, "", "", EXEC "}");
    struct kubeconfig_target target = {0};
    struct error err = {0};
    struct http_response response;
    cr_assert_eq(resolve(&place, &NO_WORDS, &target, &err), STATUS_OK, "%s", err.text);
    strcpy(place.wanted, "Bearer t2\r\n");
    cr_assert_eq(get(&place, &target, &response, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(response.head.code, 200); /* the first try's 401 is told to nobody */
    http_response_done(&response);
    cr_assert_eq(runs(&place), 2);
    pthread_mutex_lock(&place.lock);
    strcpy(place.wanted, "Bearer never");
    pthread_mutex_unlock(&place.lock);
    for (int i = 0; i < 3; i++) { /* refused whatever it gives: not run for every 401 */
        cr_assert_eq(get(&place, &target, &response, &err), STATUS_OK, "%s", err.text);
        cr_assert_eq(response.head.code, 401);
        http_response_done(&response);
    }
    cr_assert_leq(runs(&place), 3);
    kubeconfig_target_done(&target);
    place.wanted[0] = '\0';

    int before = runs(&place);
    write_plugin(&place, "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"t\",\"expirationTimestamp\":\"2001-01-01T00:10:00Z\"}}'");
    int64_t begin_ms = timestamp_parse(span_of("2001-01-01T00:00:00Z"));
    clock_freeze(1000, begin_ms);
    write_config(&place, "", ", tls-server-name: localhost", EXEC ", args: [expiry]}");
    cr_assert_eq(resolve(&place, &NO_WORDS, &target, &err), STATUS_OK, "%s", err.text);
    static const struct {
        int64_t at_s;
        int runs;
    } TIMES[] = {{0, 1}, {300, 1}, {601, 2}};
    for (size_t i = 0; i < ARRAY_LENGTH(TIMES); i++) {
        clock_freeze(1000 + TIMES[i].at_s * 1000, begin_ms + TIMES[i].at_s * 1000);
        struct error why = {0};
        while (tls_identity_demand(target.identity, -1, &why) == TLS_IDENTITY_STATE_PENDING && runs(&place) <= before + 2)
            poll(NULL, 0, 5);
        cr_assert_eq(runs(&place) - before >= TIMES[i].runs, true, "case %zu: %d", i, runs(&place) - before);
        if (TIMES[i].at_s < 600)
            cr_assert_eq(runs(&place) - before, TIMES[i].runs, "case %zu", i);
    }
    clock_freeze(-1, -1);
    kubeconfig_target_done(&target);
    close_place(&place);
    TEST_NO_LEAKS();
}

Test(kubeconfig_identity, what_an_exec_plugin_does_wrong_is_said_with_its_name_and_words)
{
    struct place place;
    open_place(&place, (struct certificates_request){0}, NULL);
    setenv("SOVDECK_EXEC_TIMEOUT_MS", "1500", 1);
    static const struct {
        const char *body, *part;
    } CASES[] = {
        {"echo hello", "exec plugin './plugin' did not print an ExecCredential"},
        {"true", "printed nothing"},
        {"echo '  session expired' >&2; echo more >&2; exit 3", "exec plugin './plugin' ended with exit code 3: session expired; it is tried again in 1 s"},
        {"read x </dev/tty || exit 9", "ended with exit code"},
        {"exec tail -f /dev/null", "did not end within 1.5 s"},
        {"yes", "printed more than 256 KiB"},
        {"echo '{\"kind\":\"Pod\"}'", "of kind 'Pod', expected an ExecCredential"},
        {"echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"t\"}}'", "make apiVersion there what the plugin speaks"},
        {"echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'", "neither a token nor a client certificate"},
        {"echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"clientKeyData\":\"t\"}}'", "client key without its certificate"},
        {"echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"clientKeyData\":\"t\",\"clientCertificateData\":\"u\"}}'", "no readable PEM certificate"},
    };
    write_config(&place, "", "", EXEC "}");
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        write_plugin(&place, CASES[i].body);
        expect(&place, &NO_WORDS, STATUS_UNAUTHENTICATED, PARTS(CASES[i].part));
    }
    write_config(&place, "", "", "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: no-such-plugin, installHint: 'brew install it'}");
    expect(&place, &NO_WORDS, STATUS_UNAUTHENTICATED, PARTS("no program 'no-such-plugin' in PATH; how to install it: brew install it"));
    write_config(&place, "", "", "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}");
    expect(&place, &NO_WORDS, STATUS_INVALID, PARTS("config:7: users[0].user.exec.apiVersion: 'client.authentication.k8s.io/v1alpha1' is not supported; v1 or v1beta1 is"));
    write_config(&place, "", "", "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always, command: x}");
    expect(&place, &NO_WORDS, STATUS_UNSUPPORTED, PARTS("asks on the terminal, which sovdeck owns"));
    close_place(&place);
    TEST_NO_LEAKS();
}

/* A request that waits for a plugin neither blocks others nor the end. */
Test(kubeconfig_identity, a_hanging_plugin_holds_up_nobody_else)
{
    struct place place;
    open_place(&place, (struct certificates_request){0}, NULL);
    write_plugin(&place, "exec tail -f /dev/null");
    write_config(&place, "", "", EXEC "}");
    struct kubeconfig_target hanging = {0}, plain = {0};
    struct error err = {0};
    struct http_response response, waiting;
    cr_assert_eq(resolve(&place, &NO_WORDS, &hanging, &err), STATUS_OK, "%s", err.text);
    write_config(&place, "", "", "token: a");
    cr_assert_eq(resolve(&place, &NO_WORDS, &plain, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(tls_identity_demand(hanging.identity, -1, &err), TLS_IDENTITY_STATE_PENDING);
    cr_assert_eq(get(&place, &plain, &response, &err), STATUS_OK, "%s", err.text);
    http_response_done(&response);
    atomic_bool cancel = true;
    CLEANUP(alloc_free_pointer) char *url = alloc_printf("%s/api", hanging.server);
    http_response_init(&waiting, 4096);
    cr_assert_eq(http_thread_fetch(place.thread, &(struct http_request){.url = url, .identity = hanging.identity}, &cancel, &waiting, &err),
                 STATUS_INTERRUPTED);
    http_response_done(&waiting);
    int64_t began_ms = clock_monotonic_ms();
    kubeconfig_target_done(&hanging);
    cr_assert_lt(clock_monotonic_ms() - began_ms, 5000);
    kubeconfig_target_done(&plain);
    close_place(&place);
    TEST_NO_LEAKS();
}

Test(kubeconfig_identity, the_pod_s_service_account_when_there_is_nothing_else)
{
    struct place place;
    open_place(&place, (struct certificates_request){0}, NULL);
    CLEANUP(alloc_free_pointer) char *folder = path_of(&place, "var/run/secrets/kubernetes.io/serviceaccount"),
                                     *make = alloc_printf("mkdir -p '%s'", folder);
    cr_assert_eq(system(make), 0);
    write_file(&place, "var/run/secrets/kubernetes.io/serviceaccount/token", "pod-token");
    write_file(&place, "var/run/secrets/kubernetes.io/serviceaccount/namespace", "pod-ns\n");
    write_file(&place, "var/run/secrets/kubernetes.io/serviceaccount/ca.crt", place.ca.certificate);
    char port[16];
    snprintf(port, sizeof port, "%d", fake_server_port(place.server));
    setenv("SOVDECK_IN_CLUSTER_ROOT", place.folder, 1);
    setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1", 1);
    setenv("KUBERNETES_SERVICE_PORT", port, 1);
    setenv("HOME", place.folder, 1);
    unsetenv("KUBECONFIG");
    struct kubeconfig *config = NULL;
    struct kubeconfig_target target = {0};
    struct http_response response;
    struct error err = {0};
    cr_assert_eq(kubeconfig_load(NULL, &config, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(kubeconfig_resolve(config, NULL, &target, &err), STATUS_OK, "%s", err.text);
    cr_assert_str_eq(target.namespace, "pod-ns");
    for (int i = 0; i < 2; i++) { /* rotated: read again */
        cr_assert_eq(get(&place, &target, &response, &err), STATUS_OK, "%s", err.text);
        cr_assert(strstr(bytebuf_text(&response.body), i == 0 ? "Bearer pod-token\r\n" : "Bearer rotated\r\n") != NULL, "%s", bytebuf_text(&response.body));
        http_response_done(&response);
        write_file(&place, "var/run/secrets/kubernetes.io/serviceaccount/token", "rotated");
    }
    kubeconfig_target_done(&target);
    kubeconfig_free(config);
    close_place(&place);
    TEST_NO_LEAKS();
}
