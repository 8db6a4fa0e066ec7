/* Which NATS and as whom: the command line before the profile before the environment; the nats CLI's own files. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/array.h"
#include "sovereign/nats_target.h"
#include "support/leak_check.h"

static char folder[64];

static void write_file(const char *name, const char *text)
{
    CLEANUP(alloc_free_pointer) char *path = alloc_printf("%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    fputs(text, file);
    fclose(file);
}

static void make_folder(const char *name)
{
    CLEANUP(alloc_free_pointer) char *path = alloc_printf("%s/%s", folder, name);
    cr_assert(mkdir(path, 0700) == 0);
}

static void begin(void)
{
    static const char *const NAMES[] = {"NATS_URL",  "NATS_CONTEXT", "NATS_USER", "NATS_PASSWORD", "NATS_CREDS",
                                        "NATS_NKEY", "NATS_TOKEN",   "NATS_CERT", "NATS_KEY",      "NATS_CA"};
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES); i++)
        unsetenv(NAMES[i]);
    snprintf(folder, sizeof folder, "/tmp/sovdeck-nats-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("XDG_CONFIG_HOME", folder, 1);
    make_folder("nats");
    make_folder("nats/context");
    write_file("nats/context.txt", "acme\n");
    write_file("nats/context/acme.json", "{\"description\":\"x\",\"url\":\"nats://acme:4222,nats://acme-b:4222\",\"user\":\"sre\",\"password\":\"pw-1\","
                                         "\"ca\":\"~/ca.pem\",\"nkey\":\"\",\"color_scheme\":\"blue\",\"inbox_prefix\":\"_SRE\","
                                         "\"jetstream_domain\":\"hub\",\"tls_first\":false}");
    write_file("nats/context/proxied.json", "{\"url\":\"nats://x\",\"socks_proxy\":\"127.0.0.1:9\",\"tls_first\":true}");
    write_file("nats/context/broken.json", "{\n\"url\": nats\n}");
    write_file("nats/context/list.json", "[]");
    write_file("nats/context/empty.json", "{}");
}

static void end(void)
{
    CLEANUP(alloc_free_pointer) char *command = alloc_printf("rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

static char PROFILE_URL[] = "nats://profile:4222";
static char *PROFILE_URLS[] = {PROFILE_URL, NULL};

static const struct {
    const char *name, *urls, *context, *environment_url, *environment_context;
    bool has_profile;
    const char *origin, *url; /* origin NULL: no NATS */
} CHOICES[] = {
    {"nothing", .origin = NULL},
    {"the profile", .has_profile = true, .origin = "the configuration", .url = "nats://profile:4222"},
    {"the environment", .environment_url = "nats://env:4222", .origin = "NATS_URL", .url = "nats://env:4222"},
    {"a left-over NATS_URL beside a profile", .has_profile = true, .environment_url = "nats://env:4222", .origin = "the configuration",
     .url = "nats://profile:4222"},
    {"words before the profile", .urls = "nats://word:4222", .has_profile = true, .environment_url = "nats://env", .origin = "--nats",
     .url = "nats://word:4222"},
    {"a context before the profile", .context = "acme", .has_profile = true, .origin = "context 'acme' of the nats CLI",
     .url = "nats://acme:4222,nats://acme-b:4222"},
    {"the selected context", .context = "current", .origin = "context 'acme' of the nats CLI", .url = "nats://acme:4222,nats://acme-b:4222"},
    {"NATS_CONTEXT", .environment_context = "acme", .origin = "context 'acme' of the nats CLI", .url = "nats://acme:4222,nats://acme-b:4222"},
    {"an address for a context's identity", .urls = "nats://word:4222", .context = "acme", .origin = "--nats", .url = "nats://word:4222"},
};

static void set(const char *name, const char *value)
{
    if (value != NULL)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

Test(nats_target, the_nearest_word_counts)
{
    begin();
    for (size_t i = 0; i < ARRAY_LENGTH(CHOICES); i++) {
        struct profile_sovereign profile = {.has_nats = CHOICES[i].has_profile, .nats.urls = CHOICES[i].has_profile ? PROFILE_URLS : NULL};
        struct nats_target_words words = {CHOICES[i].urls, CHOICES[i].context};
        set("NATS_URL", CHOICES[i].environment_url);
        set("NATS_CONTEXT", CHOICES[i].environment_context);
        struct nats_target *target = nats_target_new(&words, &profile);
        cr_assert_eq(target != NULL, CHOICES[i].origin != NULL, "%s", CHOICES[i].name);
        if (target != NULL) {
            cr_assert_eq(target->error.status, STATUS_OK, "%s: %s", CHOICES[i].name, target->error.text);
            cr_assert_str_eq(target->origin, CHOICES[i].origin, "%s", CHOICES[i].name);
            cr_assert_str_eq(target->urls[0], CHOICES[i].url, "%s", CHOICES[i].name);
        }
        nats_target_free(target);
    }
    end();
    TEST_NO_LEAKS();
}

Test(nats_target, takes_what_the_nats_cli_keeps)
{
    begin();
    setenv("HOME", "/home/jane", 1);
    struct nats_target *target = nats_target_new(&(struct nats_target_words){.context = "acme"}, NULL);
    cr_assert_eq(target->error.status, STATUS_OK, "%s", target->error.text);
    cr_assert_str_eq(target->username, "sre");
    cr_assert_str_eq(target->password, "pw-1");
    cr_assert_str_eq(target->ca_file, "/home/jane/ca.pem");
    cr_assert_str_eq(target->inbox_prefix, "_SRE");
    cr_assert_str_eq(target->jetstream_domain, "hub");
    cr_assert_null(target->nkey_seed_file, "an empty key is not set");
    cr_assert_str_eq(target->shown, "nats://acme:4222");
    nats_target_free(target);
    setenv("NATS_URL", "nats://sre:s3cret@one:4222,two", 1);
    setenv("NATS_CREDS", "/run/sre.creds", 1);
    target = nats_target_new(&(struct nats_target_words){0}, NULL);
    cr_assert_str_eq(target->credentials_file, "/run/sre.creds");
    cr_assert_null(strstr(target->shown, "s3cret"), "%s", target->shown);
    nats_target_free(target);
    end();
    TEST_NO_LEAKS();
}

static const struct {
    const char *context;
    enum status status;
    const char *text;
} BROKEN[] = {
    {"proxied", STATUS_UNSUPPORTED, "context 'proxied' of the nats CLI sets tls_first, socks_proxy, which sovdeck does not support"},
    {"broken", STATUS_INVALID, "nats/context/broken.json:2: not a context of the nats CLI"},
    {"list", STATUS_INVALID, "not a context of the nats CLI"},
    {"empty", STATUS_USAGE, "context 'empty' of the nats CLI names no NATS server"},
    {"absent", STATUS_USAGE, "there is no context 'absent' of the nats CLI"},
    {"../acme", STATUS_USAGE, "there is no context"}, /* a slash makes it a file, from where we stand */
};

Test(nats_target, says_what_is_wrong_with_a_context)
{
    begin();
    for (size_t i = 0; i < ARRAY_LENGTH(BROKEN); i++) {
        struct nats_target *target = nats_target_new(&(struct nats_target_words){.context = BROKEN[i].context}, NULL);
        cr_assert_eq(target->error.status, BROKEN[i].status, "%s: %s", BROKEN[i].context, target->error.text);
        cr_assert_not_null(strstr(target->error.text, BROKEN[i].text), "%s: %s", BROKEN[i].context, target->error.text);
        nats_target_free(target);
    }
    end();
    TEST_NO_LEAKS();
}
