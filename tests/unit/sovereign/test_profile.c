/* What a configuration file gives, and that nothing in it is fatal: file, line, what was expected, what is used. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sovereign/profile.h"
#include "support/leak_check.h"

static const char GOOD[] =
    "current: acme\n"
    "theme: dark\n"
    "keymap: ./vim.yaml\n"
    "sovereigns:\n"
    "  acme:\n"
    "    fqdn: acme.example\n"
    "    class: development\n"
    "    regions:\n"
    "      - {name: fsn, primary: true, kubeconfig: kube/config, context: fsn}\n"
    "      - {name: hel, kubeconfig: /abs/kubeconfig}\n"
    "    catalyst: {url: https://api.acme.example, ca-file: ca.pem, token-command: [vault, read]}\n"
    "    nats: {urls: nats://127.0.0.1:4222}\n"
    "    gitea: {url: https://gitea.acme.example, token-file: ~/t}\n"
    "  bare: {}\n";

Test(profile, reads_every_setting_and_resolves_paths)
{
    setenv("HOME", "/home/x", 1);
    struct profile *profile = profile_read("/etc/sovdeck/config.yaml", span_of(GOOD));
    cr_assert_eq(profile->warning_count, 0, "%s", profile->warning_count > 0 ? profile->warnings[0] : "");
    const struct profile_sovereign *acme = profile_find(profile, "acme");
    cr_assert_str_eq(profile->current, "acme");
    cr_assert_str_eq(profile->theme, "dark");
    cr_assert_str_eq(profile->keymap, "/etc/sovdeck/./vim.yaml");
    cr_assert(acme->class == PROFILE_CLASS_DEVELOPMENT && acme->region_count == 2 && acme->has_catalyst && acme->has_gitea);
    cr_assert(acme->regions[0].primary && !acme->regions[1].primary);
    cr_assert_str_eq(acme->regions[0].kubeconfig, "/etc/sovdeck/kube/config");
    cr_assert_str_eq(acme->regions[1].kubeconfig, "/abs/kubeconfig");
    cr_assert_null(acme->regions[1].context);
    cr_assert_str_eq(acme->catalyst.ca_file, "/etc/sovdeck/ca.pem");
    cr_assert_str_eq(acme->catalyst.token_command[1], "read");
    cr_assert_null(acme->catalyst.token_command[2]);
    cr_assert_str_eq(acme->nats.urls[0], "nats://127.0.0.1:4222");
    cr_assert_str_eq(acme->gitea.token_file, "/home/x/t");
    const struct profile_sovereign *bare = profile_find(profile, "bare");
    cr_assert(bare->class == PROFILE_CLASS_PRODUCTION && bare->region_count == 0 && bare->nats.urls == NULL);
    cr_assert_null(profile_find(profile, "nobody"));
    profile_free(profile);
    TEST_NO_LEAKS();
}

Test(profile, turns_every_mistake_into_a_warning)
{
    static const struct {
        const char *text, *warning;
    } CASES[] = {
        {"themes: dark\n", "c.yaml:1: the file has no setting 'themes'; did you mean 'theme'?; expected current, theme, keymap, sovereigns; it is ignored"},
        {"theme: [a]\n", "c.yaml:1: theme is a list; expected a text; the default is used"},
        {"sovereigns: [a]\n", "c.yaml:1: sovereigns is a list; expected a map from name to settings; the default is used"},
        {"sovereigns:\n  a:\n    class: prod\n", "c.yaml:3: class is 'prod'; expected production, staging or development; the default (production) is used"},
        {"sovereigns:\n  a:\n    regions:\n      - {primary: true}\n", "c.yaml:4: a region without a name; expected name: fsn1; it is ignored"},
        {"sovereigns:\n  a:\n    regions:\n      - {name: x, primary: maybe}\n", "c.yaml:4: primary is 'maybe', expected true or false; the default is used"},
        {"sovereigns:\n  a:\n    catalyst: {token: s3cret}\n", "c.yaml:3: catalyst has no setting 'token'"},
        {"sovereigns:\n  a:\n    nats: {urls: {a: b}}\n", "c.yaml:3: urls is a map; expected a list of texts; the default is used"},
        {"theme: {a\n", "c.yaml:"},
        {"a: 1\na: 2\n", "c.yaml:2: 'a' is already set on line 1"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct profile *profile = profile_read("c.yaml", span_of(CASES[i].text));
        cr_assert_eq(profile->warning_count, 1, "case %zu: %zu warnings", i, profile->warning_count);
        cr_assert(strstr(profile->warnings[0], CASES[i].warning) == profile->warnings[0], "case %zu: %s", i, profile->warnings[0]);
        profile_free(profile);
    }
    struct profile *absent = profile_load("/nowhere/config.yaml", false);
    cr_assert(absent->warning_count == 0 && absent->sovereign_count == 0);
    profile_free(absent);
    absent = profile_load("/nowhere/config.yaml", true);
    cr_assert_eq(absent->warning_count, 1);
    cr_assert(strstr(absent->warnings[0], "/nowhere/config.yaml") != NULL, "%s", absent->warnings[0]);
    profile_free(absent);
    TEST_NO_LEAKS();
}
