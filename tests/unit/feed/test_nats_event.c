/* Messages of the stream in our words: envelopes, bare payloads, audits of both families, and what is broken. */
#include <criterion/criterion.h>
#include <string.h>

#include "feed/nats_event.h"
#include "support/leak_check.h"

static const struct {
    const char *subject, *payload, *object, *text;
    enum tone tone;
} CASES[] = {
    {"catalyst.tenant.created", "{\"id\":\"1\",\"type\":\"tenant.created\",\"timestamp\":\"2026-07-02T09:14:07Z\",\"tenant_id\":\"org-3f1a\","
     "\"data\":{\"slug\":\"acme\",\"name\":\"ACME\",\"owner_email\":\"a@acme.om\"}}", "Organization acme", "Organization created: ACME by a@acme.om", TONE_GOOD},
    {"catalyst.provision.app_failed", "{\"tenant_id\":\"t\",\"data\":{\"app\":\"shop\",\"error\":\"no quota\"}}", "Application shop", "Application failed: no quota", TONE_BAD},
    {"catalyst.tenant.quota_changed", "{\"data\":{\"slug\":\"acme\"}}", "Organization acme", "Organization quota changed", TONE_NEUTRAL},
    {"catalyst.usage.recorded", "{\"customer_id\":\"kc\",\"reason\":\"usage:newapi:qwen3\",\"metadata\":{\"tenant_id\":\"acme\"}}", "Organization acme", "usage recorded: usage:newapi:qwen3", TONE_NEUTRAL},
    {"catalyst.audit", "{\"type\":\"continuum-switchover\",\"continuumName\":\"acme/dr-shop\",\"step\":\"3/7\",\"message\":\"draining HTTP\",\"initiatedBy\":\"sre@o\",\"timestamp\":\"2026-07-02T09:20:11.402Z\"}",
     "Continuum acme/dr-shop", "continuum switchover 3/7: draining HTTP by sre@o", TONE_NEUTRAL},
    {"catalyst.audit", "{\"auditType\":\"rbac-tier-changed\",\"ts\":\"2026-07-02T09:30:00Z\",\"actor\":\"admin@x\",\"result\":\"denied\",\"targetUserEmail\":\"b@x\",\"tier\":\"operator\"}",
     "b@x", "rbac tier changed: operator by admin@x", TONE_BAD},
    {"catalyst.domain.verified", "not json", "", "domain verified (its content is no JSON object)", TONE_GOOD},
    {"catalyst.user.login", "", "", "user logged in (its content is no JSON object)", TONE_NEUTRAL},
    {"evil.\x1b[31m", "[]", "", "evil \xef\xbf\xbd[31m (its content is no JSON object)", TONE_NEUTRAL},
};

Test(nats_event, puts_every_shape_into_our_words)
{
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct timeline_entry entry;
        nats_event_read(span_of(CASES[i].subject), span_of(CASES[i].payload), 77, &entry);
        cr_assert_str_eq(entry.text, CASES[i].text, "case %zu: %s", i, entry.text);
        cr_assert_str_eq(entry.object, CASES[i].object, "case %zu: %s", i, entry.object);
        cr_assert_eq(entry.tone, CASES[i].tone, "case %zu", i);
        cr_assert(strstr(entry.text, "tenant") == NULL && strstr(entry.object, "tenant") == NULL);
    }
    struct timeline_entry entry;
    nats_event_read(span_of("catalyst.audit"), span_of("{\"ts\":\"2026-07-02T09:30:00Z\"}"), 77, &entry);
    cr_assert_eq(entry.at_ms, 1782984600000);
    nats_event_read(span_of("catalyst.audit"), span_of("{}"), 77, &entry);
    cr_assert_eq(entry.at_ms, 77);
    TEST_NO_LEAKS();
}
