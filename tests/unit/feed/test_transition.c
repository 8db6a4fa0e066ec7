/* What a change of a row says on the timeline. */
#include <criterion/criterion.h>
#include <string.h>

#include "decode/json_reader.h"
#include "feed/transition.h"
#include "sovereign/row_decoder.h"
#include "sovereign/kind_table.h"
#include "support/leak_check.h"

static struct row *decode(const char *kind, const char *text)
{
    struct json_reader *reader = json_reader_new();
    struct json_value root = {0};
    cr_assert_eq(json_reader_parse(reader, span_of(text), &root, NULL), STATUS_OK, "%s", text);
    struct row_decoder *decoder = row_decoder_new(kind_table_get(kind), 0, reader);
    struct row *row = row_decoder_read_object(decoder, root);
    row_decoder_free(decoder);
    json_reader_free(reader);
    return row;
}

#define RELEASE(spec, ready, reason, message) "{\"metadata\":{\"name\":\"bp-x\",\"namespace\":\"flux-system\"},\"spec\":{" spec "},\"status\":{" \
    "\"conditions\":[{\"type\":\"Ready\",\"status\":\"" ready "\",\"reason\":\"" reason "\",\"message\":\"" message "\",\"lastTransitionTime\":\"2026-07-02T00:00:00Z\"}]}}"
#define STATUS_MAP(data) "{\"metadata\":{\"name\":\"s\",\"namespace\":\"catalyst\"},\"data\":{" data "}}"

static const struct {
    const char *kind, *before, *after, *text;
    enum tone tone;
} CASES[] = {
    {KIND_ID_HELMRELEASES, RELEASE("", "True", "UpgradeSucceeded", "ok"), RELEASE("", "False", "UpgradeFailed", "timed out"), "not ready (UpgradeFailed): timed out", TONE_BAD},
    {KIND_ID_HELMRELEASES, RELEASE("", "False", "DependencyNotReady", "a"), RELEASE("", "False", "ArtifactFailed", "b"), "not ready (ArtifactFailed): b", TONE_BAD},
    {KIND_ID_HELMRELEASES, RELEASE("", "False", "UpgradeFailed", "a"), RELEASE("", "True", "UpgradeSucceeded", "fine"), "ready: fine", TONE_GOOD},
    {KIND_ID_HELMRELEASES, RELEASE("", "True", "R", "a"), RELEASE("", "Unknown", "Progressing", "b"), "reconciling (Progressing): b", TONE_PROGRESS},
    {KIND_ID_HELMRELEASES, RELEASE("", "True", "R", "a"), RELEASE("\"suspend\":true", "True", "R", "a"), "suspended", TONE_PAUSED},
    {KIND_ID_HELMRELEASES, RELEASE("", "True", "R", "a"), RELEASE("", "True", "R", "b"), NULL, 0},
    {KIND_ID_HELMRELEASES, RELEASE("", "False", "R", "a"), RELEASE("", "False", "R", "b"), NULL, 0},
    {KIND_ID_HELMRELEASES, NULL, RELEASE("", "True", "R", "a"), "appeared", TONE_NEUTRAL},
    {KIND_ID_HELMRELEASES, RELEASE("", "True", "R", "a"), NULL, "is gone", TONE_WARN},
    {KIND_ID_GITREPOSITORIES, RELEASE("\"url\":\"https://github.com/o\"", "True", "R", "a"), RELEASE("\"url\":\"http://gitea\"", "True", "R", "a"), "URL http://gitea, was https://github.com/o", TONE_NEUTRAL},
    {KIND_ID_NODES, "{\"metadata\":{\"name\":\"n\"}}", NULL, NULL, 0},
    {KIND_ID_CUTOVER_STATUS, STATUS_MAP("\"step.harbor-prewarm.result\":\"\""), STATUS_MAP("\"step.harbor-prewarm.result\":\"running\",\"step.harbor-prewarm.startedAt\":\"2026-07-02T00:00:00Z\""), "claim: step harbor-prewarm is running", TONE_PROGRESS},
    {KIND_ID_CUTOVER_STATUS, STATUS_MAP("\"step.a.result\":\"running\""), STATUS_MAP("\"step.a.result\":\"failed\""), "claim: step a failed", TONE_BAD},
    {KIND_ID_CUTOVER_STATUS, STATUS_MAP("\"step.a.result\":\"success\""), STATUS_MAP("\"step.a.result\":\"\""), "claim: step a is pending again, was success", TONE_WARN},
    {KIND_ID_CUTOVER_STATUS, STATUS_MAP("\"x\":\"\""), STATUS_MAP("\"x\":\"\",\"step.a.region.hel.result\":\"success\""), "claim: step a in region hel: success", TONE_GOOD},
    {KIND_ID_CUTOVER_STATUS, STATUS_MAP("\"x\":\"\""), STATUS_MAP("\"node.a.b.c.registriesYaml\":\"v2\""), "claim: node a.b.c acknowledged registries v2", TONE_NEUTRAL},
    {KIND_ID_CUTOVER_STATUS, STATUS_MAP("\"cutoverComplete\":\"false\""), STATUS_MAP("\"cutoverComplete\":\"true\""), "claim: the cutover is complete (a claim, not a measurement)", TONE_GOOD},
    {KIND_ID_CUTOVER_STATUS, STATUS_MAP("\"cutoverComplete\":\"true\""), STATUS_MAP("\"cutoverComplete\":\"false\""), "claim: the cutover is NOT complete any more: the status went backwards", TONE_BAD},
    {KIND_ID_CUTOVER_STATUS, STATUS_MAP("\"failedStep\":\"\""), STATUS_MAP("\"failedStep\":\"a\",\"lastError\":\"why\""), "claim: stopped at a: why", TONE_BAD},
};

Test(transition, says_what_changed_and_nothing_else)
{
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct timeline_entry entries[TRANSITION_ENTRIES_MAX];
        struct row *before = CASES[i].before != NULL ? decode(CASES[i].kind, CASES[i].before) : NULL;
        struct row *after = CASES[i].after != NULL ? decode(CASES[i].kind, CASES[i].after) : NULL;
        size_t count = transition_compare(before, after, 1, entries);
        cr_assert_eq(count, CASES[i].text != NULL ? 1 : 0, "case %zu: %zu entries, first '%s'", i, count, count > 0 ? entries[0].text : "");
        if (CASES[i].text != NULL) {
            cr_assert_str_eq(entries[0].text, CASES[i].text, "case %zu: %s", i, entries[0].text);
            cr_assert_eq(entries[0].tone, CASES[i].tone, "case %zu", i);
        }
        row_unref(before);
        row_unref(after);
    }
    TEST_NO_LEAKS();
}
