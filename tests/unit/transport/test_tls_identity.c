/* Identities: what can be used is taken, what cannot is named. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/timestamp.h"
#include "support/certificates.h"
#include "support/leak_check.h"
#include "transport/tls_credentials.h"
#include "transport/tls_identity.h"

static const enum certificates_key KEYS[] = {CERTIFICATES_KEY_EC_PKCS8, CERTIFICATES_KEY_EC_SEC1, CERTIFICATES_KEY_RSA_PKCS1};

Test(tls_identity, takes_every_kind_of_key)
{
    struct certificates_pair ca = certificates_make(NULL, (struct certificates_request){.common_name = "ca"});
    for (size_t i = 0; i < ARRAY_LENGTH(KEYS); i++) {
        struct certificates_pair pair = certificates_make(
            &ca, (struct certificates_request){.common_name = "sre", .organization = "sovereign-admins", .key = KEYS[i]});
        struct tls_identity *identity = NULL;
        struct error error = {0};
        struct tls_identity_options options = {
            .ca_data = span_of(ca.certificate), .certificate_data = span_of(pair.certificate), .key_data = span_of(pair.key)};
        cr_assert_eq(tls_identity_new(&options, &identity, &error), STATUS_OK, "%s", error.text);
        struct tls_identity_summary summary;
        tls_identity_summary(identity, &summary);
        cr_assert(summary.has_certificate && summary.has_own_ca && !summary.has_token);
        cr_assert_str_eq(summary.certificate_name, "sre");
        cr_assert_str_eq(summary.certificate_groups, "sovereign-admins");
        cr_assert_neq(summary.certificate_not_after_ms, TIMESTAMP_NONE);
        tls_identity_unref(identity);
        certificates_free(&pair);
    }
    certificates_free(&ca);
    TEST_NO_LEAKS();
}

Test(tls_identity, refuses_what_cannot_work_and_says_why)
{
    struct certificates_pair ca = certificates_make(NULL, (struct certificates_request){.common_name = "ca"});
    struct certificates_pair one = certificates_make(&ca, (struct certificates_request){0});
    struct certificates_pair two = certificates_make(&ca, (struct certificates_request){0});
    const struct {
        struct tls_identity_options options;
        enum status status;
        const char *text;
    } cases[] = {
        {{.ca_data = SPAN_LITERAL("not PEM")}, STATUS_USAGE, "CA data holds no readable"},
        {{.ca_file = "/nowhere/ca.crt"}, STATUS_IO, "'/nowhere/ca.crt' cannot be opened"},
        {{.ca_file = "/tmp"}, STATUS_IO, "CA file '/tmp' cannot be read"},
        {{.certificate_data = span_of(one.certificate)}, STATUS_USAGE, "without its key"},
        {{.key_data = span_of(one.key)}, STATUS_USAGE, "without its certificate"},
        {{.certificate_data = span_of(one.certificate), .key_data = span_of(two.key)}, STATUS_USAGE, "do not belong together"},
        {{.certificate_data = span_of(one.certificate), .key_data = SPAN_LITERAL("x")},
         STATUS_USAGE,
         "no readable PEM private key"},
        {{.token_file = "/nowhere/token"}, STATUS_IO, "token file '/nowhere/token'"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct tls_identity *identity = NULL;
        struct error error = {0};
        cr_assert_eq(tls_identity_new(&cases[i].options, &identity, &error), cases[i].status, "case %zu: %s", i, error.text);
        cr_assert(strstr(error.text, cases[i].text) != NULL, "case %zu: %s", i, error.text);
    }
    certificates_free(&one);
    certificates_free(&two);
    certificates_free(&ca);
    TEST_NO_LEAKS();
}

static void write_file(const char *path, const char *text, time_t modified)
{
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    struct timespec times[2] = {{.tv_sec = modified}, {.tv_sec = modified}};
    utimensat(AT_FDCWD, path, times, 0);
}

static void expect_token(struct tls_identity *identity, const char *token)
{
    struct tls_credentials *now = tls_identity_credentials(identity);
    cr_assert(span_equals_text(tls_credentials_get(&now->token), token), "'%s'", now->token.data);
    tls_credentials_unref(now);
}

Test(tls_identity, reads_a_rotated_token_file_again)
{
    char path[] = "/tmp/sovdeck-token-XXXXXX";
    close(mkstemp(path));
    write_file(path, "first\n", 1000);
    struct tls_identity *identity = NULL;
    struct tls_identity_options options = {.token_file = path, .token = "ignored"};
    cr_assert_eq(tls_identity_new(&options, &identity, NULL), STATUS_OK);
    expect_token(identity, "first");
    struct tls_credentials *held = tls_identity_credentials(identity);
    write_file(path, " second \r\n", 2000);
    expect_token(identity, "second");
    cr_assert(span_equals_text(tls_credentials_get(&held->token), "first"), "a request under way keeps what it has");
    tls_credentials_unref(held);
    unlink(path);
    expect_token(identity, "second");
    tls_identity_set_token(identity, "third");
    expect_token(identity, "third");
    tls_identity_unref(identity);
    TEST_NO_LEAKS();
}
