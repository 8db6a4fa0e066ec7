/* kubeconfig files: contexts, relative files, merged lists, and one sentence for everything that cannot be used. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "sovereign/kubeconfig.h"
#include "support/leak_check.h"

static char folder[64];

static void write_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static void make_folder(void)
{
    strcpy(folder, "/tmp/sovdeck-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    static const char *const NAMES[] = {"one", "two", "token", ""};
    char path[128];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, NAMES[i]);
        unlink(path);
    }
    rmdir(folder);
}

static enum status load(const char *name, struct kubeconfig **config, struct error *err)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return kubeconfig_load(path, config, err);
}

static const char GOOD[] =
    "apiVersion: v1\nkind: Config\ncurrent-context: fsn\npreferences: {}\n"
    "clusters:\n- name: c\n  cluster: {server: 'https://h:6443/', insecure-skip-tls-verify: true, proxy-url: 'http://p:1'}\n"
    "- {name: noserver, cluster: {server: h/api}}\n- {name: badca, cluster: {server: 'https://h', certificate-authority-data: '!!'}}\n"
    "users:\n- {name: u, user: {tokenFile: token}}\n"
    "- name: e\n  user:\n    exec: {command: kubelogin}\n"
    "- {name: i, user: {token: t, as: root}}\n"
    "contexts:\n- {name: fsn, context: {cluster: c, user: u, namespace: ns}}\n- {name: exec, context: {cluster: c, user: e}}\n"
    "- {name: imp, context: {cluster: c, user: i}}\n- {name: lost, context: {cluster: zz, user: u}}\n- {name: nouser, context: {cluster: c, user: zz}}\n"
    "- {name: anonymous, context: {cluster: c}}\n- {name: noserver, context: {cluster: noserver}}\n- {name: badca, context: {cluster: badca}}\n";

Test(kubeconfig, resolves_a_context_and_says_why_not)
{
    static const struct {
        const char *context;
        enum status status;
        const char *part;
    } CASES[] = {
        {"fsn", STATUS_OK, ""},
        {"anonymous", STATUS_OK, ""},
        {"zz", STATUS_NOT_FOUND, "no context 'zz'"},
        {"lost", STATUS_NOT_FOUND, "one:20: context 'lost' names the cluster 'zz', which is not there"},
        {"nouser", STATUS_NOT_FOUND, "names the user 'zz', which is not there"},
        {"exec", STATUS_INVALID, "one:14: users[1].user.exec.apiVersion: missing, expected client.authentication.k8s.io/v1"},
        {"imp", STATUS_OK, ""},
        {"noserver", STATUS_INVALID, "one:8: clusters[1].cluster.server: 'h/api', expected https://host:port"},
        {"badca", STATUS_INVALID, "one:9: clusters[2].cluster.certificate-authority-data: no base64"},
    };
    struct kubeconfig *config = NULL;
    struct error err = {0};
    make_folder();
    write_file("one", GOOD);
    write_file("token", "secret\n");
    cr_assert_eq(load("one", &config, &err), STATUS_OK, "%s", err.text);
    cr_assert_str_eq(kubeconfig_current(config), "fsn");
    cr_assert_eq(kubeconfig_context_count(config), 8);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct kubeconfig_target target = {0};
        err = (struct error){0};
        enum status status = kubeconfig_resolve(config, CASES[i].context, &target, &err);
        cr_assert_eq(status, CASES[i].status, "%s is %s: %s", CASES[i].context, error_status_name(status), err.text);
        cr_assert(strstr(err.text, CASES[i].part) != NULL, "%s: %s", CASES[i].context, err.text);
        if (i == 0) {
            cr_assert_str_eq(target.server, "https://h:6443");
            cr_assert(strcmp(target.namespace, "ns") == 0 && strcmp(target.proxy, "http://p:1") == 0 && target.insecure);
        }
        kubeconfig_target_done(&target);
    }
    kubeconfig_free(config);
    remove_folder();
    TEST_NO_LEAKS();
}

Test(kubeconfig, merges_a_list_of_files_and_skips_what_is_not_there)
{
    struct kubeconfig *config = NULL;
    struct kubeconfig_target target = {0};
    struct error err = {0};
    char list[256];
    make_folder();
    write_file("one", "clusters: [{name: c, cluster: {server: 'https://first'}}]\ncontexts: [{name: a, context: {cluster: c}}]\n");
    write_file("two", "current-context: a\nclusters: [{name: c, cluster: {server: 'https://second'}}]\ncontexts: [{name: b, context: {cluster: c}}]\n");
    snprintf(list, sizeof list, "%s/one::%s/absent:%s/two", folder, folder, folder);
    setenv("KUBECONFIG", list, 1);
    cr_assert_eq(kubeconfig_load(NULL, &config, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(kubeconfig_context_count(config), 2);
    cr_assert_eq(kubeconfig_resolve(config, NULL, &target, &err), STATUS_OK, "%s", err.text);
    cr_assert_str_eq(target.server, "https://first");
    kubeconfig_target_done(&target);
    kubeconfig_free(config);
    setenv("KUBECONFIG", "/nowhere/a:/nowhere/b", 1);
    cr_assert_eq(kubeconfig_load(NULL, &config, &err), STATUS_NOT_FOUND);
    unsetenv("KUBECONFIG");
    setenv("HOME", folder, 1);
    cr_assert_eq(kubeconfig_load(NULL, &config, &err), STATUS_NOT_FOUND);
    cr_assert(strstr(err.text, "KUBECONFIG is not set") != NULL, "%s", err.text);
    write_file("one", "- a\n- b\n");
    cr_assert_eq(load("one", &config, &err), STATUS_INVALID);
    remove_folder();
    TEST_NO_LEAKS();
}

/* What kubectl 1.32 reads, and what it refuses as a whole: here only the broken part is lost, and a warning says so. */
Test(kubeconfig, what_is_broken_does_not_hide_the_rest)
{
    static const struct {
        const char *text, *warning; /* NULL: none */
        enum status status;
        const char *error;
    } CASES[] = {
        {"clusters: null\nusers: ~\ncontexts: []\npreferences: {colors: true}\nextensions: [{name: x}]\nfoo: [1]\n", NULL, STATUS_OK, NULL},
        {"{\"contexts\": [{\"name\": \"x\", \"context\": {\"cluster\": \"c\"}}]}", NULL, STATUS_OK, NULL},
        {"a: &a {cluster: c}\ncontexts:\n- {name: x, context: *a}\n- {name: y, context: {<<: *a, user: u}}\n---\nbroken: [\n", NULL, STATUS_OK, NULL},
        {"contexts:\n- {name: x, context: {cluster: c}}\n- {name: x, context: {cluster: d}}\n", "one:3: contexts[1].name: 'x' is already on line 2; the first one counts", STATUS_OK, NULL},
        {"contexts:\n- {name: x}\n- {context: {cluster: d}}\n", "one:3: contexts[1].name is missing; the entry is left out", STATUS_OK, NULL},
        {"clusters: {a: b}\n", "one:1: clusters: a map, expected a list; it is left out", STATUS_OK, NULL},
        {"users:\n- {name: u, user: text}\n", "one:2: users[0].user: a text, expected a map", STATUS_OK, NULL},
        {"a: &a [*a]\n", NULL, STATUS_INVALID, "one:1: the alias *a stands inside its own anchor: a cycle"},
        {"a: [\n", NULL, STATUS_INVALID, "expected valid YAML"},
        {"\x01\x02", NULL, STATUS_INVALID, "one:1:"},
        {"\xff\xfe\x80", NULL, STATUS_INVALID, "one:1: byte 0xFF, expected UTF-8 text"},
        {"- a\n", NULL, STATUS_INVALID, "one:1: a list, expected a kubeconfig"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct kubeconfig *config = NULL;
        struct error err = {0};
        cr_assert_eq(kubeconfig_read("one", span_of(CASES[i].text), &config, &err), CASES[i].status, "case %zu: %s", i, err.text);
        if (CASES[i].error != NULL)
            cr_assert(strstr(err.text, CASES[i].error) != NULL, "case %zu: %s", i, err.text);
        if (config == NULL)
            continue;
        cr_assert_eq(kubeconfig_warning_count(config), CASES[i].warning != NULL ? 1 : 0, "case %zu", i);
        if (CASES[i].warning != NULL)
            cr_assert_str_eq(kubeconfig_warning(config, 0), CASES[i].warning);
        kubeconfig_free(config);
    }
    TEST_NO_LEAKS();
}

Test(kubeconfig, one_broken_file_of_a_list_and_open_modes_are_warnings)
{
    struct kubeconfig *config = NULL;
    struct error err = {0};
    char list[256], path[128];
    make_folder();
    write_file("one", "contexts: [\n");
    write_file("two", "contexts: [{name: b, context: {cluster: c}}]\n");
    snprintf(path, sizeof path, "%s/two", folder);
    chmod(path, 0640);
    snprintf(list, sizeof list, "%s/one:%s:%s/two:%s/two", folder, folder, folder, folder);
    setenv("KUBECONFIG", list, 1);
    cr_assert_eq(kubeconfig_load(NULL, &config, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(kubeconfig_context_count(config), 1);
    cr_assert_eq(kubeconfig_warning_count(config), 3);
    cr_assert(strstr(kubeconfig_warning(config, 0), "expected valid YAML; the file is left out") != NULL, "%s", kubeconfig_warning(config, 0));
    cr_assert(strstr(kubeconfig_warning(config, 1), "not a regular file") != NULL, "%s", kubeconfig_warning(config, 1));
    cr_assert(strstr(kubeconfig_warning(config, 2), "can be read by its group (mode 0640)") != NULL, "%s", kubeconfig_warning(config, 2));
    kubeconfig_free(config);
    unsetenv("KUBECONFIG");
    remove_folder();
    TEST_NO_LEAKS();
}

Test(base64, decodes_what_kubeconfigs_hold_and_refuses_the_rest)
{
    static const struct {
        const char *text, *plain;
    } CASES[] = {{"", ""}, {"YQ==", "a"}, {"YWI=", "ab"}, {"YWJj", "abc"}, {"YWJj\nZA==", "abcd"}, {"YQ", "a"},
                 {"Y", NULL}, {"YQ==YQ==", NULL}, {"Y*==", NULL}, {"YQ===", NULL}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        size_t length = 99;
        char *plain = base64_decode(span_of(CASES[i].text), &length);
        cr_assert((plain == NULL) == (CASES[i].plain == NULL), "'%s'", CASES[i].text);
        cr_assert(plain == NULL || (length == strlen(CASES[i].plain) && strcmp(plain, CASES[i].plain) == 0), "'%s'", CASES[i].text);
        free(plain);
    }
    TEST_NO_LEAKS();
}

/* As kubectl: https when anything of TLS is configured, else http. */
Test(kubeconfig, guesses_the_scheme_of_a_server_without_one)
{
    static const struct {
        const char *cluster, *user, *server; /* server NULL: refused */
    } CASES[] = {
        {"server: 'h:6443'", "token: t", "http://h:6443"},
        {"server: 'h:6443/'", "token: t", "http://h:6443"},
        {"server: h, insecure-skip-tls-verify: true", "token: t", "https://h"},
        {"server: h, insecure-skip-tls-verify: false", "token: t", "http://h"},
        {"server: 'HTTPS://h'", "token: t", "HTTPS://h"},
        {"server: 'h:6443/prefix'", "token: t", NULL},
        {"server: 'ftp://h'", "token: t", NULL},
        {"server: 'https://u:p@h'", "token: t", NULL},
        {"server: 'https://h?a=b'", "token: t", NULL},
        {"server: \"https://h\\r\\nX: y\"", "token: t", NULL},
        {"server: 'https://h', tls-server-name: \"a\\r\\nX: y\"", "token: t", NULL},
    };
    make_folder();
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char text[600];
        struct kubeconfig *config = NULL;
        struct kubeconfig_target target = {0};
        struct error err = {0};
        snprintf(text, sizeof text, "clusters:\n- {name: c, cluster: {%s}}\nusers:\n- {name: u, user: {%s}}\n"
                 "contexts:\n- {name: x, context: {cluster: c, user: u}}\n", CASES[i].cluster, CASES[i].user);
        write_file("one", text);
        cr_assert_eq(load("one", &config, &err), STATUS_OK, "%s", err.text);
        enum status status = kubeconfig_resolve(config, "x", &target, &err);
        cr_assert_eq(status == STATUS_OK, CASES[i].server != NULL, "%s: %s", CASES[i].cluster, err.text);
        if (CASES[i].server != NULL)
            cr_assert_str_eq(target.server, CASES[i].server);
        kubeconfig_target_done(&target);
        kubeconfig_free(config);
    }
    remove_folder();
    TEST_NO_LEAKS();
}
