/* A PIN login through a real HTTPS server: every code of contract 2.3 with its sentence and its next step; sessions and their
 * files; which host is used. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "sovereign/catalyst_client.h"
#include "support/certificates.h"
#include "support/fake_server.h"
#include "support/leak_check.h"

#define ISSUED "{\"ok\":true,\"sent\":true,\"requestId\":\"5f0c1d2e-1\",\"expiresInSec\":600}"
#define JSON "Content-Type: application/json\r\n"
#define TOKEN "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjQwMDAwMDAwMDB9.c2ln" /* exp 4000000000 */

static struct fake_server *server;
static struct http_thread *thread;
static struct catalyst_client *client;
static struct certificates_pair authority, pair;
static char folder[64];
static int answer_code; /* of the next POST; set while nothing is under way */
static const char *answer_head, *answer_body;
static char seen_body[512];
static int console_answers, api_answers; /* who serves: 0 catalyst-api, else the code of something else */

static void handle(void *context, struct fake_exchange *exchange)
{
    if (strcmp(exchange->method, "POST") == 0) {
        snprintf(seen_body, sizeof seen_body, "%.*s", (int)exchange->body_length, exchange->body);
        fake_server_reply(exchange, answer_code, answer_head, answer_body);
        return;
    }
    int other = fake_server_has(exchange, "Host: console.") ? console_answers : api_answers;
    if (other != 0)
        fake_server_reply(exchange, other, "Content-Type: text/html\r\n", "<html>not here</html>");
    else if (strcmp(exchange->target, "/api/v1/whoami") == 0 && !fake_server_has(exchange, "Authorization: Bearer " TOKEN) &&
             !fake_server_has(exchange, "Cookie: catalyst_session=old.form.with.hmac"))
        fake_server_reply(exchange, 401, JSON, "{\"error\":\"unauthenticated\"}");
    else if (strcmp(exchange->target, "/api/v1/whoami") == 0)
        fake_server_reply(exchange, 200, JSON, "{\"email\":\"ops@acme.example\",\"tier\":\"admin\"}");
    else
        fake_server_reply(exchange, 200, JSON, "{\"service\":\"catalyst-api\",\"version\":\"1.4.166\"}");
}

static struct catalyst_client *client_at(const char *host)
{
    struct tls_identity_options trust = {.ca_data = span_of(authority.certificate)};
    struct error err = {0};
    char url[128];
    snprintf(url, sizeof url, "https://%s:%d", host, fake_server_port(server));
    struct catalyst_client_options options = {.url = url, .fqdn = "acme.example", .keeps_session = true};
    cr_assert_eq(tls_identity_new(&trust, &options.identity, &err), STATUS_OK, "%s", err.text);
    struct catalyst_client *made = catalyst_client_new(thread, &options);
    tls_identity_unref(options.identity);
    return made;
}

static void setup(void)
{
    strcpy(folder, "/tmp/sovdeck-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    setenv("XDG_STATE_HOME", folder, 1);
    authority = certificates_make(NULL, (struct certificates_request){.common_name = "test CA"});
    pair = certificates_make(&authority, (struct certificates_request){.names = "IP:127.0.0.1,DNS:api.localhost,DNS:console.localhost"});
    server = fake_server_new((struct fake_server_options){.certificate = &pair, .handle = handle});
    thread = http_thread_new();
    client = client_at("api.localhost");
}

static void teardown(void)
{
    catalyst_client_free(client);
    http_thread_free(thread);
    fake_server_free(server);
    certificates_free(&pair);
    certificates_free(&authority);
    CLEANUP(alloc_free_pointer) char *command = alloc_printf("rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}

static void answer(int code, const char *head, const char *body)
{
    answer_code = code;
    answer_head = head;
    answer_body = body;
}

static void begin(struct catalyst_login *login)
{
    catalyst_login_init(login, "ops@acme.example");
    answer(200, JSON, ISSUED);
    cr_assert_eq(catalyst_client_login_call(client, login, CATALYST_LOGIN_ISSUE, NULL), STATUS_OK, "%s", login->text);
    cr_assert_str_eq(seen_body, "{\"email\":\"ops@acme.example\"}");
    cr_assert(login->state == CATALYST_LOGIN_PIN && login->attempts_left == 3 && catalyst_login_pin_left_ms(login) > 590000 &&
              catalyst_login_pause_left_ms(login) > 50000);
}

struct answer_case {
    enum catalyst_login_call call;
    int code;
    const char *head, *body;
    enum status status;
    enum catalyst_login_state state;
    const char *text;
};

static const struct answer_case CASES[] = {
    {CATALYST_LOGIN_ISSUE, 400, JSON, "{\"error\":\"invalid-body\"}", STATUS_INVALID, CATALYST_LOGIN_EMAIL, "did not understand"},
    {CATALYST_LOGIN_ISSUE, 400, JSON, "{\"error\":\"email-required\"}", STATUS_USAGE, CATALYST_LOGIN_EMAIL, "address is needed"},
    {CATALYST_LOGIN_ISSUE, 422, JSON, "{\"error\":\"email-rejected\",\"smtpCode\":550}", STATUS_USAGE, CATALYST_LOGIN_EMAIL, "(SMTP 550)"},
    {CATALYST_LOGIN_ISSUE, 429, JSON, "{\"error\":\"pin-rate-limited\"}", STATUS_BUSY, CATALYST_LOGIN_EMAIL, "less than a minute ago"},
    {CATALYST_LOGIN_ISSUE, 500, JSON, "{\"error\":\"pin-generation-failed\"}", STATUS_UNREACHABLE, CATALYST_LOGIN_EMAIL, "could not make a PIN"},
    {CATALYST_LOGIN_ISSUE, 502, JSON, "{\"error\":\"email-send-failed\",\"smtpCode\":451}", STATUS_UNREACHABLE, CATALYST_LOGIN_EMAIL, "(SMTP 451)"},
    {CATALYST_LOGIN_ISSUE, 502, "Content-Type: text/html\r\n", "<html>502</html>", STATUS_UNREACHABLE, CATALYST_LOGIN_EMAIL, "web page"},
    {CATALYST_LOGIN_ISSUE, 503, JSON, "{\"error\":\"auth-unconfigured\"}", STATUS_UNSUPPORTED, CATALYST_LOGIN_IMPOSSIBLE, "PIN login is off"},
    {CATALYST_LOGIN_ISSUE, 404, "Content-Type: text/plain\r\n", "404 page not found", STATUS_UNSUPPORTED, CATALYST_LOGIN_IMPOSSIBLE, "no PIN login"},
    {CATALYST_LOGIN_ISSUE, 302, "Location: /login\r\n", "", STATUS_UNREACHABLE, CATALYST_LOGIN_EMAIL, "web page"},
    {CATALYST_LOGIN_ISSUE, 200, "Content-Type: text/html\r\n", "<html>Sign in</html>", STATUS_UNREACHABLE, CATALYST_LOGIN_EMAIL, "web page"},
    {CATALYST_LOGIN_ISSUE, 200, JSON, "{\"ok\":true}", STATUS_INVALID, CATALYST_LOGIN_EMAIL, "names no request"},
    {CATALYST_LOGIN_VERIFY, 400, JSON, "{\"error\":\"pin-invalid\"}", STATUS_USAGE, CATALYST_LOGIN_PIN, "six digits"},
    {CATALYST_LOGIN_VERIFY, 400, JSON, "{\"error\":\"invalid-body\"}", STATUS_INVALID, CATALYST_LOGIN_PIN, "did not understand"},
    {CATALYST_LOGIN_VERIFY, 401, JSON, "{\"error\":\"pin-invalid\",\"detail\":\"code incorrect\",\"attemptsRemaining\":2}", STATUS_UNAUTHENTICATED,
     CATALYST_LOGIN_PIN, "2 attempts are left"},
    {CATALYST_LOGIN_VERIFY, 401, JSON, "{\"error\":\"pin-invalid\",\"attemptsRemaining\":1}", STATUS_UNAUTHENTICATED, CATALYST_LOGIN_PIN, "One attempt is left"},
    {CATALYST_LOGIN_VERIFY, 410, JSON, "{\"error\":\"attempts-exceeded\"}", STATUS_UNAUTHENTICATED, CATALYST_LOGIN_SPENT, "the last attempt"},
    {CATALYST_LOGIN_VERIFY, 410, JSON, "{\"error\":\"pin-expired\"}", STATUS_UNAUTHENTICATED, CATALYST_LOGIN_SPENT, "no longer counts"},
    {CATALYST_LOGIN_VERIFY, 500, JSON, "{\"error\":\"session-signing-failed\"}", STATUS_UNREACHABLE, CATALYST_LOGIN_SPENT, "could not sign"},
    {CATALYST_LOGIN_VERIFY, 503, JSON, "{\"error\":\"auth-unconfigured\"}", STATUS_UNSUPPORTED, CATALYST_LOGIN_IMPOSSIBLE, "PIN login is off"},
    {CATALYST_LOGIN_VERIFY, 200, JSON, "{\"ok\":true}", STATUS_INVALID, CATALYST_LOGIN_SPENT, "no session came"},
    {CATALYST_LOGIN_VERIFY, 200, JSON "Set-Cookie: catalyst_session=bad cookie; Path=/\r\n", "{\"ok\":true}", STATUS_INVALID, CATALYST_LOGIN_SPENT,
     "characters that no cookie may have"},
    {CATALYST_LOGIN_VERIFY, 504, "Content-Type: text/plain\r\n", "gateway timeout", STATUS_UNREACHABLE, CATALYST_LOGIN_PIN, "away or in trouble"},
};

Test(catalyst_login, every_code_has_its_sentence_and_its_next_step, .init = setup, .fini = teardown)
{
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const struct answer_case *row = &CASES[i];
        struct catalyst_login *login = alloc_new(struct catalyst_login);
        if (row->call == CATALYST_LOGIN_VERIFY)
            begin(login);
        else
            catalyst_login_init(login, "ops@acme.example");
        answer(row->code, row->head, row->body);
        enum status status = catalyst_client_login_call(client, login, row->call, "123456");
        cr_assert(strstr(login->text, row->text) != NULL, "case %zu: '%s'", i, login->text);
        cr_assert(status == row->status, "case %zu: %s", i, error_status_name(status));
        cr_assert_eq(login->state, row->state, "case %zu: state %d", i, login->state);
        catalyst_login_done(login);
        free(login);
    }
}

Test(catalyst_login, a_pin_sent_a_moment_ago_still_counts, .init = setup, .fini = teardown)
{
    struct catalyst_login *login = alloc_new(struct catalyst_login);
    begin(login);
    answer(429, JSON, "{\"error\":\"pin-rate-limited\"}");
    cr_assert_eq(catalyst_client_login_call(client, login, CATALYST_LOGIN_ISSUE, NULL), STATUS_BUSY);
    cr_assert(login->state == CATALYST_LOGIN_PIN && strcmp(login->request_id, "5f0c1d2e-1") == 0, "%s", login->text);
    catalyst_login_set_email(login, "other@acme.example");
    cr_assert(login->request_id[0] == '\0' && catalyst_login_pause_left_ms(login) == 0, "the pause is per address");
    answer(429, JSON "Retry-After: 17\r\n", "{\"error\":\"pin-rate-limited\"}");
    catalyst_client_login_call(client, login, CATALYST_LOGIN_ISSUE, NULL);
    cr_assert(login->state == CATALYST_LOGIN_EMAIL && catalyst_login_pause_left_ms(login) <= 17000 && catalyst_login_pause_left_ms(login) > 10000);
    free(login);
}

Test(catalyst_login, a_pin_runs_out_by_itself, .init = setup, .fini = teardown)
{
    struct catalyst_login *login = alloc_new(struct catalyst_login);
    begin(login);
    int64_t now_ms = clock_monotonic_ms();
    cr_assert_not(catalyst_login_tick(login));
    clock_freeze(now_ms + 601000, clock_wall_ms());
    cr_assert(catalyst_login_tick(login) && login->state == CATALYST_LOGIN_SPENT && strstr(login->text, "run out") != NULL);
    clock_freeze(-1, -1);
    free(login);
}

static void log_in(const char *cookie)
{
    struct catalyst_login *login = alloc_new(struct catalyst_login);
    CLEANUP(alloc_free_pointer) char *head = alloc_printf(
        JSON "Set-Cookie: catalyst_refresh=; Max-Age=0\r\nset-cookie: catalyst_session=%s; Path=/; Max-Age=28800; HttpOnly\r\n", cookie);
    begin(login);
    answer(200, head, "{\"ok\":true}");
    cr_assert_eq(catalyst_client_login_call(client, login, CATALYST_LOGIN_VERIFY, "123456"), STATUS_OK, "%s", login->text);
    cr_assert(strstr(seen_body, "\"requestId\":\"5f0c1d2e-1\"") != NULL && strstr(seen_body, "\"pin\":\"123456\"") != NULL, "%s", seen_body);
    cr_assert_eq(login->state, CATALYST_LOGIN_DONE);
    int64_t left_ms = login->session.expires_ms - clock_wall_ms();
    cr_assert(left_ms > 28700000 && left_ms <= 28800000, "Max-Age counts");
    catalyst_client_take_session(client, &login->session);
    catalyst_login_done(login);
    free(login);
}

Test(catalyst_login, a_session_is_kept_for_its_host_its_owner_and_its_time, .init = setup, .fini = teardown)
{
    struct catalyst_whoami who;
    struct catalyst_standing standing;
    struct error err = {0};
    struct stat info;
    bool had_one;
    cr_assert_eq(catalyst_client_whoami(client, &who, &err), STATUS_UNAUTHENTICATED);
    log_in(TOKEN);
    cr_assert_eq(catalyst_client_whoami(client, &who, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(catalyst_client_save_session(client, &err), STATUS_OK, "%s", err.text);
    CLEANUP(alloc_free_pointer) char *path = catalyst_session_path(catalyst_client_url(client));
    cr_assert(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600, "%s", path);

    struct catalyst_client *next = client_at("api.localhost");
    cr_assert_eq(catalyst_client_whoami(next, &who, &err), STATUS_OK, "%s", err.text);
    catalyst_client_standing(next, &standing);
    cr_assert(standing.method == CATALYST_METHOD_PIN && strcmp(standing.tier, "admin") == 0 && standing.expires_ms > clock_wall_ms());
    catalyst_client_free(next);
    next = client_at("127.0.0.1");
    cr_assert_eq(catalyst_client_whoami(next, &who, &err), STATUS_UNAUTHENTICATED, "another host");
    catalyst_client_free(next);

    chmod(path, 0644);
    struct catalyst_session *session = alloc_new(struct catalyst_session);
    cr_assert_eq(catalyst_session_load(session, catalyst_client_url(client), "acme.example", &err), STATUS_REFUSED, "%s", err.text);
    chmod(path, 0600);
    cr_assert_eq(catalyst_session_load(session, catalyst_client_url(client), "other.example", &err), STATUS_REFUSED, "%s", err.text);
    clock_freeze(clock_monotonic_ms(), clock_wall_ms() + 28801000);
    cr_assert_eq(catalyst_session_load(session, catalyst_client_url(client), "acme.example", &err), STATUS_UNAUTHENTICATED, "%s", err.text);
    cr_assert(session->token[0] == '\0' && strcmp(session->email, "ops@acme.example") == 0, "the address is remembered");
    clock_freeze(-1, -1);
    free(session);
    cr_assert_eq(catalyst_client_forget_session(client, &had_one, &err), STATUS_OK);
    cr_assert(had_one && stat(path, &info) != 0);
}

Test(catalyst_login, the_older_form_goes_as_a_cookie, .init = setup, .fini = teardown)
{
    struct catalyst_whoami who;
    struct error err = {0};
    log_in("old.form.with.hmac");
    cr_assert_eq(catalyst_client_whoami(client, &who, &err), STATUS_OK, "%s", err.text);
    catalyst_client_drop_session(client);
    cr_assert_eq(catalyst_client_whoami(client, &who, &err), STATUS_UNAUTHENTICATED);
}

Test(catalyst_login, reads_the_end_of_a_token)
{
    cr_assert_eq(catalyst_session_token_expiry(span_of(TOKEN)), 4000000000000);
    static const char *const NONE[] = {"", "opaque", "a.b.c", "..", "a.!!.c", "eyJ4IjoxfQ.eyJ4IjoxfQ.x"};
    for (size_t i = 0; i < sizeof NONE / sizeof NONE[0]; i++)
        cr_assert_eq(catalyst_session_token_expiry(span_of(NONE[i])), TIMESTAMP_NONE, "case %zu", i);
}

Test(catalyst_hosts, the_other_host_is_used_when_one_does_not_serve, .init = setup, .fini = teardown)
{
    struct error err = {0};
    struct catalyst_standing standing;
    api_answers = 404;
    cr_assert_eq(catalyst_client_find_host(client, &err), STATUS_OK, "%s", err.text);
    catalyst_client_standing(client, &standing);
    cr_assert(strncmp(standing.url, "https://console.localhost", 25) == 0 && strstr(standing.remark, "https://api.localhost") != NULL, "%s; %s",
              standing.url, standing.remark);
    console_answers = 200; /* a login page: that is an answer of the host that has served */
    cr_assert_eq(catalyst_client_find_host(client, &err), STATUS_UNAUTHENTICATED);
    cr_assert(strncmp(catalyst_client_url(client), "https://console.localhost", 25) == 0 && strstr(err.text, "web page") != NULL, "%s", err.text);
    console_answers = api_answers = 0;
}

Test(catalyst_hosts, names_and_verdicts)
{
    struct catalyst_hosts *hosts = catalyst_hosts_new(NULL, NULL, "acme.example");
    cr_assert_eq(catalyst_hosts_count(hosts), 2);
    cr_assert_str_eq(catalyst_hosts_url(hosts), "https://api.acme.example");
    cr_assert_str_eq(catalyst_hosts_at(hosts, 1), "https://console.acme.example");
    cr_assert_str_eq(catalyst_hosts_health_path(hosts), "/healthz");
    catalyst_hosts_note(hosts, catalyst_hosts_url(hosts), CATALYST_HOST_SERVES, "");
    for (int i = 1; i < CATALYST_HOSTS_PATIENCE; i++)
        cr_assert_not(catalyst_hosts_note(hosts, catalyst_hosts_url(hosts), CATALYST_HOST_SILENT, "refused"), "it restarts, perhaps");
    cr_assert(catalyst_hosts_note(hosts, catalyst_hosts_url(hosts), CATALYST_HOST_SILENT, "refused"));
    cr_assert_str_eq(catalyst_hosts_health_path(hosts), "/api/v1/version", "the console's /healthz is the browser's");
    catalyst_hosts_free(hosts);
    hosts = catalyst_hosts_new("https://127.0.0.1:8443/", NULL, "acme.example");
    cr_assert_eq(catalyst_hosts_count(hosts), 1);
    cr_assert_str_eq(catalyst_hosts_url(hosts), "https://127.0.0.1:8443");
    cr_assert_not(catalyst_hosts_note(hosts, catalyst_hosts_url(hosts), CATALYST_HOST_ELSEWHERE, "404"));
    catalyst_hosts_free(hosts);
    TEST_NO_LEAKS();
}
