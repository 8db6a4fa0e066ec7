/* What doctor prints: order, weights, wrapping, JSON. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "base/utf8.h"
#include "doctor/diagnosis.h"
#include "doctor/doctor_certificate.h"
#include "doctor/doctor_clock.h"
#include "doctor/doctor_rights.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

Test(diagnosis, the_first_bad_line_decides)
{
    struct diagnosis diagnosis;
    diagnosis_init(&diagnosis);
    struct diagnosis_section *one = diagnosis_add(&diagnosis, "kubernetes", "fsn"), *two = diagnosis_add(&diagnosis, "nats", "nats");
    diagnosis_note(one, "reachable", DIAGNOSIS_OK, "https://%s", "fsn:6443");
    diagnosis_note(one, "clock", DIAGNOSIS_WARNING, "behind");
    cr_assert_eq(diagnosis_worst(&diagnosis), STATUS_OK, "a warning is not bad");
    diagnosis_bad(two, "reachable", STATUS_UNREACHABLE, "refused");
    diagnosis_bad(one, "identity", STATUS_UNAUTHENTICATED, "401");
    cr_assert_eq(diagnosis_worst(&diagnosis), STATUS_UNAUTHENTICATED, "sections count in their order, not in time");
    cr_assert_eq(diagnosis_count(&diagnosis, DIAGNOSIS_BAD), 2u);
    diagnosis_done(&diagnosis);
}

Test(diagnosis, json_has_its_documented_shape)
{
    struct diagnosis diagnosis;
    diagnosis_init(&diagnosis);
    struct diagnosis_section *fsn = diagnosis_add(&diagnosis, "kubernetes", "fsn"), *nats = diagnosis_add(&diagnosis, "nats", "nats");
    diagnosis_fact_text(fsn, "address", "https://a\x1b[31m");
    diagnosis_bad(fsn, "reachable", STATUS_TIMEOUT, "no answer");
    diagnosis_remedy(fsn, "look at %s", "the network");
    diagnosis_note(nats, "configured", DIAGNOSIS_OFF, "no");
    json_t *document = diagnosis_json(&diagnosis);
    cr_assert_str_eq(text_of(document, "result"), "bad");
    cr_assert_str_eq(text_of(document, "worst"), "timeout");
    cr_assert_eq(json_integer_value(json_object_get(document, "exitCode")), 6);
    const json_t *section = json_array_get(json_object_get(document, "sections"), 0);
    const json_t *check = json_array_get(json_object_get(section, "checks"), 0);
    cr_assert_str_eq(text_of(section, "kind"), "kubernetes");
    cr_assert_str_eq(text_of(section, "result"), "bad");
    cr_assert_null(strchr(text_of(section, "address"), '\x1b'));
    cr_assert_str_eq(text_of(check, "name"), "reachable");
    cr_assert_str_eq(text_of(check, "status"), "timeout");
    cr_assert_str_eq(text_of(check, "remedy"), "look at the network");
    cr_assert_str_eq(text_of(json_array_get(json_object_get(document, "sections"), 1), "result"), "off");
    json_decref(document);
    diagnosis_done(&diagnosis);
}

Test(diagnosis, text_keeps_to_its_width_and_colours_only_when_told)
{
    struct diagnosis diagnosis;
    diagnosis_init(&diagnosis);
    struct diagnosis_section *fsn = diagnosis_add(&diagnosis, "kubernetes", "fsn");
    diagnosis_bad(fsn, "a name that is too long for its column", STATUS_FORBIDDEN,
                  "words and words that go on for longer than a line of forty cells can hold, and one without-any-blank-%0100d", 1);
    diagnosis_remedy(fsn, "bind sre to a ClusterRole with the rule {apiGroups: [\"helm.toolkit.fluxcd.io\"], resources: [\"helmreleases\"]}");
    char *plain = diagnosis_text(&diagnosis, 80, false), *coloured = diagnosis_text(&diagnosis, 80, true);
    cr_assert_null(strchr(plain, '\x1b'));
    cr_assert_not_null(strchr(coloured, '\x1b'));
    struct span rest = span_of(plain), line;
    while (span_split(&rest, '\n', &line))
        cr_assert_leq(utf8_width(line), 80u, "%.*s", SPAN_PRINT(line));
    cr_assert_not_null(strstr(plain, "-> bind sre"));
    cr_assert_not_null(strstr(plain, "0 ok, 0 warning, 1 bad"));
    free(plain);
    free(coloured);
    diagnosis_done(&diagnosis);
}

Test(diagnosis, a_section_does_not_grow_without_end)
{
    struct diagnosis diagnosis;
    diagnosis_init(&diagnosis);
    struct diagnosis_section *section = diagnosis_add(&diagnosis, "nats", "nats");
    for (int i = 0; i < DIAGNOSIS_LINES_MAX + 7; i++) {
        diagnosis_note(section, "line", DIAGNOSIS_OK, "%d", i);
        diagnosis_remedy(section, "of %d", i);
    }
    cr_assert_eq(section->count, (size_t)DIAGNOSIS_LINES_MAX);
    cr_assert_eq(section->left_out, 7u);
    cr_assert_str_eq(section->items[DIAGNOSIS_LINES_MAX - 1].remedy, "of 511");
    diagnosis_done(&diagnosis);
}

Test(doctor_clock, weighs_what_is_sure)
{
    static const struct {
        int64_t date_ms, received_ms, request_ms, skew_ms;
        enum diagnosis_result result;
    } CASES[] = {
        {1000000, 1000500, 0, 0, DIAGNOSIS_OK},
        {1000000, 1000900, 200, 300, DIAGNOSIS_OK},
        {1000000, 1005900, 0, 5400, DIAGNOSIS_OK},        /* 4.9 s are sure */
        {1000000, 1006100, 0, 5600, DIAGNOSIS_WARNING},
        {1000000, 980000, 0, -20500, DIAGNOSIS_WARNING},
        {1000000, 1061200, 0, 60700, DIAGNOSIS_BAD},
        {1000000, 938000, 0, -62500, DIAGNOSIS_BAD},
        {1000000, 1016000, 30000, 500, DIAGNOSIS_OK}, /* a slow answer proves little */
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct doctor_clock clock = doctor_clock_compare(CASES[i].date_ms, CASES[i].received_ms, CASES[i].request_ms);
        cr_assert_eq(clock.skew_ms, CASES[i].skew_ms, "case %zu: %lld", i, (long long)clock.skew_ms);
        cr_assert_eq(clock.result, CASES[i].result, "case %zu", i);
    }
}

Test(doctor_certificate, weighs_what_is_left)
{
    cr_assert_eq(doctor_certificate_weigh(31 * DAY_MS, 0), DIAGNOSIS_OK);
    cr_assert_eq(doctor_certificate_weigh(29 * DAY_MS, 0), DIAGNOSIS_WARNING);
    cr_assert_eq(doctor_certificate_weigh(6 * DAY_MS, 0), DIAGNOSIS_BAD);
    cr_assert_eq(doctor_certificate_weigh(0, DAY_MS), DIAGNOSIS_BAD);
    cr_assert_eq(doctor_certificate_weigh(TIMESTAMP_NONE, 0), DIAGNOSIS_WARNING);
    char text[96];
    doctor_certificate_validity(1785127821000, 1785127821000 - 98 * DAY_MS, text, sizeof text);
    cr_assert_str_eq(text, "until 2026-07-27 (98d left)");
    doctor_certificate_validity(1785127821000, 1785127821000 + 3 * DAY_MS, text, sizeof text);
    cr_assert_str_eq(text, "expired 3d ago (2026-07-27)");
}

/* --- rights as lines --- */

static const struct capability_right RIGHTS[] = {
    {"see", "list watch", .group = "apps", .resource = "deployments", .is_namespaced = true},
    {"see", "list", .group = "", .resource = "nodes"},
    {"log", "get", .group = "", .resource = "pods", .subresource = "log", .is_namespaced = true, .is_optional = true},
};

static struct capability_answer answer(int right, const char *verb, enum capability_verdict verdict, const char *namespaces)
{
    struct capability_answer made = {.right = &RIGHTS[right], .verdict = verdict};
    strcpy(made.verb, verb);
    strcpy(made.namespaces, namespaces);
    return made;
}

Test(doctor_rights, names_the_rule_that_is_missing)
{
    struct diagnosis diagnosis;
    diagnosis_init(&diagnosis);
    struct diagnosis_section *section = diagnosis_add(&diagnosis, "kubernetes", "fsn");
    struct capability_answer answers[] = {answer(0, "list", CAPABILITY_YES, ""), answer(0, "watch", CAPABILITY_NO, ""),
                                          answer(1, "list", CAPABILITY_YES, ""), answer(2, "get", CAPABILITY_NO, "")};
    doctor_rights_note(section, answers, 4, "jane");
    cr_assert_eq(section->count, 2u);
    cr_assert_eq(section->items[0].result, DIAGNOSIS_BAD);
    cr_assert_eq(section->items[0].status, STATUS_FORBIDDEN);
    cr_assert_str_eq(section->items[0].text, "not allowed: watch deployments");
    cr_assert_str_eq(section->items[0].remedy, "bind jane to a ClusterRole with the rule {apiGroups: [\"apps\"], resources: [\"deployments\"], "
                                               "verbs: [\"watch\"]}");
    cr_assert_eq(section->items[1].result, DIAGNOSIS_WARNING, "sovdeck looks without it");
    cr_assert_not_null(strstr(section->items[1].remedy, "resources: [\"pods/log\"]"));
    diagnosis_done(&diagnosis);
}

Test(doctor_rights, says_where_a_right_is)
{
    struct diagnosis diagnosis;
    diagnosis_init(&diagnosis);
    struct diagnosis_section *section = diagnosis_add(&diagnosis, "kubernetes", "fsn");
    struct capability_answer answers[] = {answer(0, "list", CAPABILITY_SOME, "team-a"), answer(0, "watch", CAPABILITY_SOME, "team-a"),
                                          answer(1, "list", CAPABILITY_YES, "")};
    doctor_rights_note(section, answers, 3, "jane");
    cr_assert_eq(section->count, 1u);
    cr_assert_eq(section->items[0].result, DIAGNOSIS_WARNING);
    cr_assert_str_eq(section->items[0].text, "allowed in some namespaces: list watch deployments (only in team-a)");
    diagnosis_done(&diagnosis);
}

Test(doctor_rights, what_was_not_answered_is_not_allowed_nor_refused)
{
    struct diagnosis diagnosis;
    diagnosis_init(&diagnosis);
    struct diagnosis_section *section = diagnosis_add(&diagnosis, "kubernetes", "fsn");
    struct capability_answer answers[] = {answer(1, "list", CAPABILITY_UNKNOWN, "")};
    strcpy(answers[0].reason, "fsn: 500");
    doctor_rights_note(section, answers, 1, "jane");
    cr_assert_eq(section->items[0].result, DIAGNOSIS_WARNING);
    cr_assert_str_eq(section->items[0].text, "could not be asked: fsn: 500");
    diagnosis_done(&diagnosis);
}
