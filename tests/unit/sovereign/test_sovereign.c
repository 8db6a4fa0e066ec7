/* Which Sovereign a command line means, and what a broken part of it costs. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sovereign/sovereign.h"
#include "support/leak_check.h"

static char folder[64];
static struct http_thread *thread;

static void write_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static const char *path_of(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void setup(void)
{
    strcpy(folder, "/tmp/sovdeck-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    write_file("kube", "current-context: one\nclusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n"
                       "contexts: [{name: one, context: {cluster: c}}, {name: two, context: {cluster: c}}]\n");
    write_file("config", "current: acme\nsovereigns:\n"
                         "  acme:\n    fqdn: acme.example\n    class: staging\n    regions:\n      - {name: fsn, kubeconfig: kube}\n"
                         "      - {name: hel, primary: true, kubeconfig: absent}\n    catalyst: {}\n    nats: {urls: [nats://127.0.0.1:1]}\n"
                         "  solo:\n    regions: [{name: only, kubeconfig: kube, context: two}]\n");
    write_file("many", "sovereigns: {a: {}, b: {}}\n");
    write_file("broken", "sovereigns: {a\n");
    setenv("HOME", folder, 1);
    setenv("KUBECONFIG", path_of("kube"), 1);
    unsetenv("XDG_CONFIG_HOME");
    thread = http_thread_new();
}

static void teardown(void)
{
    static const char *const NAMES[] = {"kube", "config", "many", "broken"};
    http_thread_free(thread);
    for (size_t i = 0; i < 4; i++)
        unlink(path_of(NAMES[i]));
    rmdir(folder);
}

Test(sovereign, takes_the_profile_and_keeps_a_broken_region_with_its_reason)
{
    struct sovereign *sovereign = NULL;
    struct error err = {0};
    setup();
    struct sovereign_options options = {.config_file = path_of("config")};
    cr_assert_eq(sovereign_open(&options, thread, &sovereign, &err), STATUS_OK, "%s", err.text);
    cr_assert(strcmp(sovereign->name, "acme") == 0 && strcmp(sovereign->fqdn, "acme.example") == 0 && sovereign->class == PROFILE_CLASS_STAGING);
    cr_assert_eq(sovereign->region_count, 2);
    cr_assert_not_null(sovereign->regions[0].client);
    cr_assert_str_eq(sovereign->regions[0].context, "one");
    cr_assert_null(sovereign->regions[1].client);
    cr_assert(strstr(sovereign->regions[1].error.text, "absent") != NULL, "%s", sovereign->regions[1].error.text);
    cr_assert(sovereign_primary(sovereign) == 1 && sovereign_find_region(sovereign, "hel") == 1 && sovereign_find_region(sovereign, "x") == -1);
    cr_assert_str_eq(catalyst_client_url(sovereign->catalyst), "https://api.acme.example");
    cr_assert(sovereign_has_nats(sovereign));
    sovereign_free(sovereign);
    teardown();
    TEST_NO_LEAKS();
}

Test(sovereign, chooses_what_the_words_mean_or_says_why_not)
{
    static const struct {
        const char *config, *name, *kubeconfig, *context;
        enum status status;
        const char *expected; /* name and context of the first region, or a part of the error */
    } CASES[] = {
        {NULL, NULL, NULL, NULL, STATUS_OK, "one one"},
        {NULL, NULL, NULL, "two", STATUS_OK, "two two"},
        {NULL, NULL, "kube", NULL, STATUS_OK, "one one"},
        {"config", "solo", NULL, NULL, STATUS_OK, "solo two"},
        {"config", "solo", NULL, "one", STATUS_OK, "solo one"},
        {"config", NULL, "kube", "two", STATUS_OK, "two two"},
        {"config", "sol", NULL, NULL, STATUS_USAGE, "did you mean 'solo'"},
        {"config", "acme", NULL, "one", STATUS_USAGE, "--context, --cluster and --user fit one region"},
        {"config", "acme", "kube", NULL, STATUS_USAGE, "--sovereign and --kubeconfig"},
        {"many", NULL, NULL, NULL, STATUS_USAGE, "no current one; name one with --sovereign"},
        {"many", "a", NULL, NULL, STATUS_OK, "a  many:1: Sovereign 'a' has no regions"},
        {"many", "a", NULL, "two", STATUS_OK, "a two"},
        {"broken", NULL, NULL, NULL, STATUS_USAGE, "broken:"},
        {"absent", NULL, NULL, NULL, STATUS_USAGE, "absent"},
    };
    setup();
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct sovereign *sovereign = NULL;
        struct error err = {0};
        char found[200];
        struct sovereign_options options = {.config_file = CASES[i].config != NULL ? path_of(CASES[i].config) : NULL,
                                            .name = CASES[i].name,
                                            .kubeconfig = CASES[i].kubeconfig != NULL ? path_of(CASES[i].kubeconfig) : NULL,
                                            .context = CASES[i].context};
        cr_assert_eq(sovereign_open(&options, thread, &sovereign, &err), CASES[i].status, "case %zu: %s", i, err.text);
        if (sovereign != NULL)
            snprintf(found, sizeof found, "%s %s %s", sovereign->name, sovereign->regions[0].context,
                     strrchr(sovereign->regions[0].error.text, '/') != NULL ? strrchr(sovereign->regions[0].error.text, '/') + 1 : "");
        else
            snprintf(found, sizeof found, "%s", err.text);
        cr_assert(strstr(found, CASES[i].expected) != NULL, "case %zu: %s", i, found);
        sovereign_free(sovereign);
    }
    teardown();
    TEST_NO_LEAKS();
}
