/* OpenBao as it answers in every state, on a real socket; and that its token is never repeated. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "doctor/doctor_look.h"
#include "doctor/doctor_service.h"
#include "support/certificates.h"
#include "support/fake_server.h"

struct bao {
    int code;
    const char *health;
};

static void handle(void *context, struct fake_exchange *exchange)
{
    const struct bao *bao = context;
    if (strcmp(exchange->target, "/v1/sys/health") == 0)
        fake_server_reply(exchange, bao->code, "Content-Type: application/json\r\n", bao->health);
    else if (!fake_server_has(exchange, "Authorization: Bearer s.good"))
        fake_server_reply(exchange, 403, "Content-Type: application/json\r\n", "{\"errors\":[\"permission denied\"]}");
    else
        fake_server_reply(exchange, 200, "Content-Type: application/json\r\n",
                          "{\"data\":{\"id\":\"s.good\",\"accessor\":\"acc\",\"display_name\":\"token-sre\",\"policies\":[\"default\",\"sre\"],"
                          "\"expire_time\":\"2126-05-19T11:35:54.466476215-04:00\",\"ttl\":100}}");
}

/* The whole section as text, and its worst. */
static char *examine(const struct bao *bao, const char *const *command, enum status *ret_worst)
{
    struct fake_server *server = fake_server_new((struct fake_server_options){.handle = handle, .context = (void *)bao});
    char url[64];
    snprintf(url, sizeof url, "%s", fake_server_url(server));
    struct profile_sovereign profile = {.has_openbao = true, .openbao = {.url = url, .token_command = (char **)command}};
    struct sovereign sovereign = {.thread = http_thread_new(), .profile = &profile};
    struct doctor_options options = {.sovereign = &sovereign, .region = -1};
    struct diagnosis diagnosis;
    atomic_bool stop = false;
    diagnosis_init(&diagnosis);
    struct doctor_look look = {.options = &options, .section = diagnosis_add(&diagnosis, "openbao", "openbao"), .stop = &stop, .renewal = "renew it"};
    doctor_openbao_examine(&look);
    char *text = diagnosis_text(&diagnosis, 4000, false);
    json_t *json = diagnosis_json(&diagnosis);
    char *printed = json_dumps(json, 0);
    cr_assert_null(strstr(text, "s.good"), "the token is never shown: %s", text);
    cr_assert_null(strstr(printed, "s.good"), "nor in JSON: %s", printed);
    free(printed);
    json_decref(json);
    *ret_worst = diagnosis_worst(&diagnosis);
    diagnosis_done(&diagnosis);
    http_thread_free(sovereign.thread);
    fake_server_free(server);
    return text;
}

Test(doctor_openbao, says_every_state)
{
    static const char *const GOOD[] = {"echo", "s.good", NULL}, *const BAD[] = {"echo", "s.bad", NULL}, *const BROKEN[] = {"false", NULL};
    const struct {
        struct bao bao;
        const char *const *command;
        enum status worst;
        const char *texts[3];
    } CASES[] = {
        {{200, "{\"initialized\":true,\"sealed\":false,\"standby\":false,\"version\":\"2.1.0\"}"}, GOOD, STATUS_OK,
         {"OpenBao 2.1.0", "token-sre by token; policies default, sre", "accepted, until 2126-05-19T15:35:54Z"}},
        {{429, "{\"initialized\":true,\"sealed\":false,\"standby\":true,\"version\":\"2.1.0\"}"}, NULL, STATUS_OK,
         {"initialised, unsealed, standby", "no token is configured", ""}},
        {{200, "{\"initialized\":true,\"sealed\":false,\"version\":\"2.1.0\"}"}, BAD, STATUS_UNAUTHENTICATED,
         {"the token is not accepted (403)", "openbao.token-command", ""}},
        {{200, "{\"initialized\":true,\"sealed\":false,\"version\":\"2.1.0\"}"}, BROKEN, STATUS_UNAUTHENTICATED,
         {"openbao.token-command by hand", "initialised, unsealed", ""}},
        {{503, "{\"initialized\":true,\"sealed\":true,\"version\":\"2.1.0\"}"}, GOOD, STATUS_UNREACHABLE, {"sealed: no secret", "unseal", ""}},
        {{501, "{\"initialized\":false,\"sealed\":true}"}, GOOD, STATUS_UNREACHABLE, {"not initialised", "bp-openbao", ""}},
        {{200, "<html>"}, GOOD, STATUS_INVALID, {"no OpenBao (200 OK)", "openbao.url", ""}},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        enum status worst;
        char *text = examine(&CASES[i].bao, CASES[i].command, &worst);
        cr_assert_eq(worst, CASES[i].worst, "case %zu: %s", i, text);
        for (size_t k = 0; k < ARRAY_LENGTH(CASES[i].texts); k++)
            cr_assert_not_null(strstr(text, CASES[i].texts[k]), "case %zu wants '%s': %s", i, CASES[i].texts[k], text);
        free(text);
    }
}

Test(doctor_service, a_session_that_ends_soon_is_worth_a_word)
{
    const int64_t NOW_MS = 1800000000000;
    const struct {
        int64_t left_ms;
        enum diagnosis_result result;
    } CASES[] = {{9 * 60000, DIAGNOSIS_WARNING}, {11 * 60000, DIAGNOSIS_OK}, {0, DIAGNOSIS_BAD}, {-5000, DIAGNOSIS_BAD}};
    struct diagnosis diagnosis;
    diagnosis_init(&diagnosis);
    struct diagnosis_section *section = diagnosis_add(&diagnosis, "catalyst-api", "catalyst-api");
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        doctor_service_note_end(section, "session", "PIN login", NOW_MS + CASES[i].left_ms, NOW_MS, "", "log in again");
        cr_assert_eq(section->items[i].result, CASES[i].result, "case %zu: %s", i, section->items[i].text);
        cr_assert_eq(section->items[i].remedy != NULL, CASES[i].result != DIAGNOSIS_OK);
    }
    doctor_service_note_end(section, "session", "token file", TIMESTAMP_NONE, NOW_MS, "it does not say until when", "x");
    cr_assert_eq(section->items[ARRAY_LENGTH(CASES)].result, DIAGNOSIS_OK);
    diagnosis_done(&diagnosis);
}
