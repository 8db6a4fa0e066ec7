/* Certificates that are not accepted, each with its own advice, on a real socket; and what is never sent to their owners. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <string.h>

#include "doctor/doctor_probe.h"
#include "support/certificates.h"
#include "support/fake_server.h"

#define DAY_S (24L * 3600)

static atomic_int credentials_seen;

static void handle(void *context, struct fake_exchange *exchange)
{
    if (fake_server_has(exchange, "Authorization:"))
        atomic_fetch_add(&credentials_seen, 1);
    fake_server_reply(exchange, 200, "Date: Mon, 27 Jul 2026 04:56:51 GMT\r\n", "{}");
}

/* Probes a server with a certificate as asked for. `trusted`: we know its CA. */
static void probe(struct diagnosis *diagnosis, struct certificates_request request, bool trusted)
{
    struct certificates_pair ca = certificates_make(NULL, (struct certificates_request){.common_name = "our CA", .begins_s = -90 * DAY_S, .ends_s = 900 * DAY_S});
    struct certificates_pair other = certificates_make(NULL, (struct certificates_request){.common_name = "another CA"});
    struct certificates_pair certificate = certificates_make(&ca, request);
    struct fake_server *server = fake_server_new((struct fake_server_options){.certificate = &certificate, .handle = handle});
    struct tls_identity *identity = NULL;
    struct tls_identity_options credentials = {.ca_data = span_of(trusted ? ca.certificate : other.certificate), .token = "s3cret"};
    cr_assert_eq(tls_identity_new(&credentials, &identity, NULL), STATUS_OK);
    struct sovereign sovereign = {.thread = http_thread_new()};
    struct doctor_options options = {.sovereign = &sovereign, .region = -1};
    atomic_bool stop = false;
    struct doctor_look look = {.options = &options, .section = diagnosis_add(diagnosis, "kubernetes", "fsn"), .stop = &stop, .renewal = "renew it"};
    struct doctor_target target = {.url = fake_server_url(server), .identity = identity, .ca_key = "the CA's key", .name_key = "the name's key", .is_quick = true};
    struct doctor_answer answer;
    doctor_probe(&look, &target, &answer);
    doctor_probe_done(&answer);
    http_thread_free(sovereign.thread);
    tls_identity_unref(identity);
    fake_server_free(server);
    certificates_free(&certificate);
    certificates_free(&other);
    certificates_free(&ca);
}

static const struct diagnosis_line *line_of(const struct diagnosis *diagnosis, const char *name)
{
    const struct diagnosis_section *section = diagnosis->items[0];
    for (size_t i = 0; i < section->count; i++)
        if (strcmp(section->items[i].name, name) == 0)
            return &section->items[i];
    return NULL;
}

Test(doctor_probe, tells_refused_certificates_apart)
{
    static const struct {
        struct certificates_request request;
        bool trusted;
        const char *remedy;
    } CASES[] = {
        {{.begins_s = -30 * DAY_S, .ends_s = -3 * DAY_S}, true, "renew the server's certificate 'CN=test' (renew it)"},
        {{.begins_s = 3 * DAY_S, .ends_s = 90 * DAY_S}, true, "valid from"},
        {{.names = "DNS:api.acme.example", .begins_s = -DAY_S, .ends_s = 90 * DAY_S}, true, "a name its certificate has (api.acme.example), or name one of them as the name's key"},
        {{.begins_s = -DAY_S, .ends_s = 90 * DAY_S}, false, "put the CA 'CN=our CA' into the CA's key"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct diagnosis diagnosis;
        diagnosis_init(&diagnosis);
        probe(&diagnosis, CASES[i].request, CASES[i].trusted);
        const struct diagnosis_line *reachable = line_of(&diagnosis, "reachable");
        cr_assert_not_null(reachable);
        cr_assert_eq(reachable->status, STATUS_UNTRUSTED, "case %zu: %s", i, reachable->text);
        cr_assert_not_null(reachable->remedy);
        cr_assert_not_null(strstr(reachable->remedy, CASES[i].remedy), "case %zu: %s", i, reachable->remedy);
        cr_assert_not_null(line_of(&diagnosis, "certificate"), "case %zu: the certificate is shown, though not accepted", i);
        diagnosis_done(&diagnosis);
    }
    cr_assert_eq(atomic_load(&credentials_seen), 0, "nothing that is secret goes to who is not trusted");
}

Test(doctor_probe, weighs_a_certificate_that_ends_soon)
{
    static const struct {
        long ends_s;
        enum diagnosis_result result;
    } CASES[] = {{90 * DAY_S, DIAGNOSIS_OK}, {20 * DAY_S, DIAGNOSIS_WARNING}, {3 * DAY_S, DIAGNOSIS_BAD}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct diagnosis diagnosis;
        diagnosis_init(&diagnosis);
        probe(&diagnosis, (struct certificates_request){.begins_s = -DAY_S, .ends_s = CASES[i].ends_s}, true);
        cr_assert_eq(line_of(&diagnosis, "reachable")->result, DIAGNOSIS_OK, "%s", line_of(&diagnosis, "reachable")->text);
        cr_assert_eq(line_of(&diagnosis, "certificate")->result, CASES[i].result, "%s", line_of(&diagnosis, "certificate")->text);
        cr_assert_not_null(strstr(line_of(&diagnosis, "protocol")->text, "TLSv1.3"));
        cr_assert_eq(line_of(&diagnosis, "clock")->result, DIAGNOSIS_BAD, "the Date of the test's server is not today");
        diagnosis_done(&diagnosis);
    }
}
