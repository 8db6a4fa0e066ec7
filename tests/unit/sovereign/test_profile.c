/* What a configuration file gives, and that nothing in it is fatal: file, line, what was expected, what happens instead. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
    "      - {name: fsn, primary: true, kubeconfig: kube/config, context: fsn, namespace: flux-system}\n"
    "      - {name: hel, kubeconfig: /abs/kubeconfig, server: 'https://127.0.0.1:6443', server-name: k8s.hel, tunnel: [ssh, -N, jump]}\n"
    "    catalyst: {url: https://api.acme.example, console-url: https://console.acme.example, ca-file: ca.pem, token-command: [vault, read],\n"
    "               refresh: 10m, email: sre@acme.example}\n"
    "    nats: {urls: nats://127.0.0.1:4222, user: sre, password-command: [./secrets/nats, --print], discovery: off, insecure: true,\n"
    "           certificate-file: n.pem, key-file: n.key, server-name: nats.acme.example, tunnel: [~/bin/forward], refresh: 90s}\n"
    "    gitea: {url: https://gitea.acme.example, token-file: ~/t, user: bot}\n"
    "    openbao: {url: https://bao.acme.example, token-file: bao.token}\n"
    "  other:\n"
    "    regions: [{name: one, kubeconfig: k}]\n"
    "    nats: {context: acme, nkey-seed-file: n.nk}\n";

Test(profile, reads_every_setting_and_resolves_paths)
{
    setenv("HOME", "/home/x", 1);
    struct profile *profile = profile_read("/etc/sovdeck/config.yaml", span_of(GOOD));
    cr_assert_eq(profile->warning_count, 0, "%s", profile->warning_count > 0 ? profile->warnings[0] : "");
    const struct profile_sovereign *acme = profile_find(profile, "acme");
    cr_assert_str_eq(profile->current, "acme");
    cr_assert_str_eq(profile->theme, "dark");
    cr_assert_str_eq(profile->keymap, "/etc/sovdeck/./vim.yaml");
    cr_assert(acme->class == PROFILE_CLASS_DEVELOPMENT && acme->region_count == 2 && acme->has_catalyst && acme->has_gitea && acme->has_openbao);
    cr_assert(acme->regions[0].primary && !acme->regions[1].primary);
    cr_assert_str_eq(acme->regions[0].kubeconfig, "/etc/sovdeck/kube/config");
    cr_assert_str_eq(acme->regions[0].namespace, "flux-system");
    cr_assert_str_eq(acme->regions[1].kubeconfig, "/abs/kubeconfig");
    cr_assert_str_eq(acme->regions[1].server, "https://127.0.0.1:6443");
    cr_assert_str_eq(acme->regions[1].server_name, "k8s.hel");
    cr_assert_str_eq(acme->regions[1].tunnel[2], "jump");
    cr_assert_null(acme->regions[1].context);
    cr_assert_str_eq(acme->catalyst.ca_file, "/etc/sovdeck/ca.pem");
    cr_assert_str_eq(acme->catalyst.other_url, "https://console.acme.example");
    cr_assert_str_eq(acme->catalyst.token_command[1], "read");
    cr_assert_null(acme->catalyst.token_command[2]);
    cr_assert_eq(acme->catalyst.refresh_ms, 600000);
    cr_assert_str_eq(acme->catalyst.email, "sre@acme.example");
    cr_assert_str_eq(acme->nats.urls[0], "nats://127.0.0.1:4222");
    cr_assert_str_eq(acme->nats.username, "sre");
    cr_assert_str_eq(acme->nats.password_command[0], "/etc/sovdeck/./secrets/nats");
    cr_assert_str_eq(acme->nats.tunnel[0], "/home/x/bin/forward");
    cr_assert(acme->nats.ignore_discovered_servers && acme->nats.insecure && acme->nats.refresh_ms == 90000);
    cr_assert_str_eq(acme->gitea.token_file, "/home/x/t");
    cr_assert_str_eq(acme->gitea.user, "bot");
    cr_assert_str_eq(acme->openbao.token_file, "/etc/sovdeck/bao.token");
    const struct profile_sovereign *other = profile_find(profile, "other");
    cr_assert(other->class == PROFILE_CLASS_PRODUCTION && other->region_count == 1 && other->nats.urls == NULL && !other->nats.ignore_discovered_servers);
    cr_assert_str_eq(other->nats.context, "acme");
    cr_assert_str_eq(other->nats.nkey_seed_file, "/etc/sovdeck/n.nk");
    cr_assert_null(profile_find(profile, "nobody"));
    profile_free(profile);
    TEST_NO_LEAKS();
}

#define REGION "    regions: [{name: r, kubeconfig: k}]\n"

static const struct {
    const char *text, *warning;
} MISTAKES[] = {
    {"themes: dark\n", "c.yaml:1: the file has no setting 'themes'; did you mean 'theme'?; expected current, theme, keymap, sovereigns; it is ignored"},
    {"theme: [a]\n", "c.yaml:1: theme is a list; expected a text; the default is used"},
    {"current: acem\nsovereigns:\n  acme:\n" REGION, "c.yaml:1: current is 'acem'; did you mean 'acme'?; expected the name of one of the Sovereigns below"},
    {"sovereigns: [a]\n", "c.yaml:1: sovereigns is a list; expected a map from name to settings; the default is used"},
    {"sovereigns:\n  a:\n    class: prod\n" REGION, "c.yaml:3: class is 'prod'; expected production, staging or development; the default (production) is used"},
    {"sovereigns:\n  a:\n    fqdn: https://acme.example\n" REGION, "c.yaml:3: fqdn is 'https://acme.example'; expected a name like acme.example, without https:// and port; the default is used"},
    {"sovereigns:\n  a: {}\n", "c.yaml:2: Sovereign 'a' has no regions; expected regions: [{name: fsn, kubeconfig: FILE, context: NAME}]; no cluster is opened for it"},
    {"sovereigns:\n  a:\n" REGION "  a:\n" REGION, "c.yaml:4: Sovereign 'a' is already there on line 2; expected another name; this one is ignored"},
    {"sovereigns:\n  a:\n    regions:\n      - {name: r}\n      - {primary: true}\n", "c.yaml:5: a region without a name; expected {name: fsn, kubeconfig: FILE, context: NAME}; it is ignored"},
    {"sovereigns:\n  a:\n    regions:\n      - {name: x, primary: maybe}\n", "c.yaml:4: primary is 'maybe'; expected true or false; the default is used"},
    {"sovereigns:\n  a:\n    regions:\n      - {name: x}\n      - {name: x}\n", "c.yaml:5: region 'x' is already there on line 4; expected another name; this one is ignored"},
    {"sovereigns:\n  a:\n    regions:\n      - {name: x, primary: true}\n      - {name: y, primary: true}\n",
     "c.yaml:5: region 'y' is primary, and so is 'x' on line 4; expected one primary; 'x' is taken"},
    {"sovereigns:\n  a:\n    regions:\n      - {name: x, contxt: b}\n",
     "c.yaml:4: a region has no setting 'contxt'; did you mean 'context'?; expected name, primary, kubeconfig, context, namespace, server, server-name, tunnel; "
     "this region is not opened, because the default could mean another cluster"},
    {"sovereigns:\n  a:\n    regions:\n      - {name: x, context: [b]}\n",
     "c.yaml:4: context is a list; expected a text; this region is not opened, because the default could mean another cluster"},
    {"sovereigns:\n  a:\n    regions:\n      - {name: x, tunnel: [ssh, jump]}\n", "c.yaml:4: region 'x' has a tunnel and no server; expected server: https://127.0.0.1:PORT"},
    {"sovereigns:\n  a:\n    regions:\n      - {name: x, token: s3cret}\n",
     "c.yaml:4: a region has a secret written into the file (token); expected none: here credentials come from the kubeconfig; it is not used"},
    {"sovereigns:\n  a:\n" REGION "    catalyst: {token: s3cret}\n",
     "c.yaml:4: catalyst has a secret written into the file (token); expected token-file: FILE or token-command: [PROGRAM, ARGUMENT]; it is not used"},
    {"sovereigns:\n  a:\n" REGION "    nats: {urls: nats://h, user: u, password: s3cret}\n",
     "c.yaml:4: nats has a secret written into the file (password); expected password-file: FILE or password-command: [PROGRAM, ARGUMENT]; it is not used"},
    {"sovereigns:\n  a:\n" REGION "    nats: {urls: 'nats://u:s3cret@h:4222'}\n",
     "c.yaml:4: urls has a user or secret before the @; expected nats://HOST[:PORT] or tls://HOST[:PORT] without it, and the secret in a file of its own; NATS is not used"},
    {"sovereigns:\n  a:\n" REGION "    nats: {urls: {a: b}}\n", "c.yaml:4: urls is a map; expected a list of nats://HOST[:PORT]; NATS is not used"},
    {"sovereigns:\n  a:\n" REGION "    nats: {urls: http://h}\n", "c.yaml:4: urls is 'http://h'; expected nats://HOST[:PORT] or tls://HOST[:PORT]; NATS is not used"},
    {"sovereigns:\n  a:\n" REGION "    nats: {url: nats://h}\n", "c.yaml:4: nats has no setting 'url'; did you mean 'urls'?"},
    {"sovereigns:\n  a:\n" REGION "    nats: {}\n", "c.yaml:4: nats has no urls; expected urls: [nats://HOST:4222] or context: NAME of the nats CLI; NATS is not used"},
    {"sovereigns:\n  a:\n" REGION "    nats: {urls: nats://h, key-file: k}\n", "c.yaml:4: nats has key-file and no certificate-file; expected both or none; NATS is not used"},
    {"sovereigns:\n  a:\n" REGION "    nats: {urls: nats://h, discovery: maybe}\n", "c.yaml:4: discovery is 'maybe'; expected on or off; the default is used"},
    {"sovereigns:\n  a:\n" REGION "    gitea: {token-file: t}\n", "c.yaml:4: gitea has no url; expected url: https://HOST[:PORT]; Gitea is not used"},
    {"sovereigns:\n  a:\n" REGION "    gitea: {url: gitea.acme.example}\n", "c.yaml:4: url is 'gitea.acme.example'; expected https://HOST[:PORT]; Gitea is not used"},
    {"sovereigns:\n  a:\n" REGION "    catalyst: {token-command: vault read x}\n",
     "c.yaml:4: token-command is one text with blanks, and no shell reads it; expected a list: [PROGRAM, ARGUMENT]; the default is used"},
    {"sovereigns:\n  a:\n" REGION "    catalyst: {token-command: []}\n", "c.yaml:4: token-command is a list; expected a list of at most 32 texts"},
    {"sovereigns:\n  a:\n" REGION "    catalyst: {refresh: often}\n", "c.yaml:4: refresh is 'often'; expected a time like 30s, 10m or 1h, at most 24h; the default is used"},
    {"sovereigns:\n  a:\n" REGION "    catalyst: {tunnel: [ssh]}\n", "c.yaml:4: catalyst has a tunnel and no url; expected the address of the tunnel's local end there; catalyst-api is not used"},
    {"sovereigns:\n  a:\n" REGION "    catalyst: {refresh: 1m, refresh: 2m}\n", "c.yaml:4: refresh is already set on line 4; expected it once; this one is ignored"},
    {"theme: {a\n", "c.yaml:"},
    {"a: &x 1\n", "c.yaml:1: an anchor (&), expected the value written out; no Sovereign is configured by it and the defaults are used"},
};

Test(profile, turns_every_mistake_into_one_warning_that_shows_no_secret)
{
    for (size_t i = 0; i < sizeof MISTAKES / sizeof MISTAKES[0]; i++) {
        struct profile *profile = profile_read("c.yaml", span_of(MISTAKES[i].text));
        cr_expect_eq(profile->warning_count, 1, "case %zu: %zu warnings: %s", i, profile->warning_count,
                     profile->warning_count > 1 ? profile->warnings[1] : "");
        cr_expect(profile->warning_count > 0 && strstr(profile->warnings[0], MISTAKES[i].warning) == profile->warnings[0], "case %zu: %s", i,
                  profile->warning_count > 0 ? profile->warnings[0] : "");
        for (size_t w = 0; w < profile->warning_count; w++)
            cr_expect_null(strstr(profile->warnings[w], "s3cret"), "case %zu: %s", i, profile->warnings[w]);
        profile_free(profile);
    }
    TEST_NO_LEAKS();
}

Test(profile, a_broken_sovereign_hides_no_other)
{
    struct profile *profile = profile_read("c.yaml", span_of("sovereigns:\n  bad: [x]\n  worse:\n    regions: {name: a}\n    catalyst: 7\n    nats: []\n"
                                                             "  good:\n    regions: [{name: r, kubeconfig: k}, {name: s, contexts: x}]\n"));
    cr_assert_eq(profile->sovereign_count, 3);
    const struct profile_sovereign *good = profile_find(profile, "good");
    cr_assert(good->region_count == 2 && good->problem == NULL);
    cr_assert_null(good->regions[0].problem);
    cr_assert(strstr(good->regions[1].problem, "c.yaml:8: a region has no setting 'contexts'") == good->regions[1].problem, "%s", good->regions[1].problem);
    cr_assert_str_eq(good->warning, good->regions[1].problem);
    cr_assert(strstr(profile_find(profile, "bad")->problem, "c.yaml:2: Sovereign 'bad' has no regions") != NULL);
    const struct profile_sovereign *worse = profile_find(profile, "worse");
    cr_assert_str_eq(worse->catalyst.problem, "c.yaml:5: catalyst is a text; expected a map; catalyst-api is not used");
    cr_assert_str_eq(worse->nats.problem, "c.yaml:6: nats is a list; expected a map; NATS is not used");
    profile_free(profile);
    TEST_NO_LEAKS();
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    chmod(path, mode);
}

Test(profile, says_whose_eyes_and_hands_reach_a_file)
{
    char folder[] = "/tmp/sovdeck-test-XXXXXX", config[64], token[64], expected[200];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(config, sizeof config, "%s/c.yaml", folder);
    snprintf(token, sizeof token, "%s/t", folder);
    write_file(config, "sovereigns:\n  a:\n" REGION "    gitea: {url: https://h, token-file: t}\n", 0622);
    write_file(token, "s3cret\n", 0640);
    struct profile *profile = profile_load(config, true);
    cr_assert_eq(profile->warning_count, 2);
    snprintf(expected, sizeof expected, "%s:4: %s can be read by others (mode 0640); expected 0600: chmod 600 it", config, token);
    cr_assert_str_eq(profile->warnings[0], expected);
    snprintf(expected, sizeof expected, "%s can be written by others (mode 0622), and its commands run as you; expected 0600: chmod 600 it", config);
    cr_assert_str_eq(profile->warnings[1], expected);
    profile_free(profile);
    chmod(config, 0644);
    chmod(token, 0600);
    profile = profile_load(config, true);
    cr_assert_eq(profile->warning_count, 0);
    profile_free(profile);
    unlink(config);
    unlink(token);
    rmdir(folder);
    TEST_NO_LEAKS();
}

Test(profile, a_file_that_is_absent_or_too_big)
{
    struct profile *profile = profile_load("/nowhere/config.yaml", false);
    cr_assert(profile->warning_count == 0 && profile->sovereign_count == 0 && profile->is_absent && !profile->is_unreadable);
    profile_free(profile);
    profile = profile_load("/nowhere/config.yaml", true);
    cr_assert(profile->warning_count == 1 && profile->is_unreadable);
    cr_assert(strstr(profile->warnings[0], "/nowhere/config.yaml") != NULL, "%s", profile->warnings[0]);
    profile_free(profile);
    char path[] = "/tmp/sovdeck-test-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && ftruncate(fd, 300 * 1024) == 0);
    close(fd);
    profile = profile_load(path, true);
    cr_assert(profile->warning_count == 1 && strstr(profile->warnings[0], "is larger than 256 KiB") != NULL, "%s", profile->warnings[0]);
    profile_free(profile);
    unlink(path);
    TEST_NO_LEAKS();
}
