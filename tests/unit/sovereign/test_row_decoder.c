/* Facts of real-looking objects, pages, watch lines and Tables, and what broken input gets. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "sovereign/kind_table.h"
#include "sovereign/row_decoder.h"
#include "support/leak_check.h"

#define METADATA "\"metadata\":{\"name\":\"bp-harbor\",\"namespace\":\"flux-system\",\"uid\":\"u1\",\"resourceVersion\":\"77\",\"generation\":4," \
    "\"creationTimestamp\":\"2026-07-01T00:00:00Z\",\"labels\":{\"catalyst.openova.io/slot\":\"19\",\"openova.io/organization\":\"acme\"}," \
    "\"annotations\":{\"reconcile.fluxcd.io/requestedAt\":\"T9\"},\"finalizers\":[\"f1\",\"f2\"]}"

static const char RELEASE[] = "{" METADATA ",\"spec\":{\"suspend\":true,\"interval\":\"15m\",\"targetNamespace\":\"harbor\","
    "\"chart\":{\"spec\":{\"chart\":\"bp-harbor\",\"version\":\"1.x\",\"sourceRef\":{\"kind\":\"HelmRepository\",\"name\":\"bp-harbor\"}}},"
    "\"dependsOn\":[{\"name\":\"bp-cnpg\"},{\"name\":\"bp-s3\",\"namespace\":\"other\"}],"
    "\"values\":{\"global\":{\"registryMirror\":\"harbor.openova.io\"},\"image\":{\"repository\":\"ghcr.io/x\"},\"plain\":\"nothing\","
    "\"mgmtVcluster\":{\"image\":{\"repository\":\"harbor.openova.io/y\"}},\"list\":[{\"url\":\"https://local\"},[\"x.GitHub.com\"]]}},"
    "\"status\":{\"observedGeneration\":4,\"lastAttemptedRevision\":\"1.5.0\",\"failures\":2,"
    "\"history\":[{\"chartVersion\":\"1.4.2\",\"status\":\"deployed\"},{\"chartVersion\":\"1.4.1\",\"status\":\"superseded\"}],"
    "\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\",\"reason\":\"UpgradeFailed\",\"message\":\"timed\\u001b[31m out\",\"lastTransitionTime\":\"2026-07-02T00:00:00Z\"},"
    "{\"type\":\"Stalled\",\"status\":\"True\",\"message\":\"s\"}]}}";

static struct row *decode(const char *kind_id, const char *text)
{
    struct json_reader *reader = json_reader_new();
    struct json_value root = {0};
    struct error err = {0};
    cr_assert_eq(json_reader_parse(reader, span_of(text), &root, &err), STATUS_OK, "%s", err.text);
    struct row_decoder *decoder = row_decoder_new(kind_table_get(kind_id), 1, reader);
    struct row *row = row_decoder_read_object(decoder, root);
    row_decoder_free(decoder);
    json_reader_free(reader);
    return row;
}

static void expect(const struct row *row, enum field field, const char *text)
{
    cr_assert(row_is(row, field, text), "%s is '%.*s', expected '%s'", field_name(field), SPAN_PRINT(row_text(row, field)), text);
}

Test(row_decoder, keeps_the_facts_of_a_helmrelease)
{
    struct row *row = decode(KIND_ID_HELMRELEASES, RELEASE);
    cr_assert_not_null(row);
    cr_assert(span_equals_text(row_key(row), "flux-system/bp-harbor"));
    cr_assert_eq(row_region(row), 1);
    static const struct {
        enum field field;
        const char *text;
    } FACTS[] = {
        {FIELD_UID, "u1"}, {FIELD_GENERATION, "4"}, {FIELD_SUSPENDED, "true"}, {FIELD_READY, "False"},
        {FIELD_READY_REASON, "UpgradeFailed"}, {FIELD_READY_MESSAGE, "timed\xef\xbf\xbd[31m out"}, {FIELD_STALLED, "True"},
        {FIELD_REVISION, "1.4.2"}, {FIELD_LAST_ATTEMPTED_REVISION, "1.5.0"}, {FIELD_CHART, "bp-harbor"}, {FIELD_FAILURES, "2"},
        {FIELD_SOURCE_KIND, "HelmRepository"}, {FIELD_TARGET_NAMESPACE, "harbor"}, {FIELD_REQUESTED_AT, "T9"},
        {FIELD_ORGANIZATION, "acme"}, {FIELD_VALUES_REGISTRY_MIRROR, "harbor.openova.io"}, {FIELD_VALUES_IMAGE_REPOSITORY, "ghcr.io/x"},
        {FIELD_VALUES_VCLUSTER_IMAGE, "harbor.openova.io/y"}, {FIELD_FINALIZERS, "f1\x1e" "f2"},
        {FIELD_DEPENDS_ON, "bp-cnpg\x1f\x1e" "bp-s3\x1fother"}, {FIELD_HISTORY, "1.4.2\x1f" "deployed\x1e" "1.4.1\x1fsuperseded"},
    };
    for (size_t i = 0; i < sizeof FACTS / sizeof FACTS[0]; i++)
        expect(row, FACTS[i].field, FACTS[i].text);
    cr_assert(span_equals_text(row_lookup(row, FIELD_LABELS, "catalyst.openova.io/slot"), "19"));
    cr_assert(span_equals_text(row_lookup(row, FIELD_VALUES_SUSPECT, "global.registryMirror"), "harbor.openova.io"));
    cr_assert(span_equals_text(row_lookup(row, FIELD_VALUES_SUSPECT, "list[1][0]"), "x.GitHub.com"));
    cr_assert(span_is_empty(row_lookup(row, FIELD_VALUES_SUSPECT, "list[0].url")));
    cr_assert(span_is_empty(row_lookup(row, FIELD_VALUES_SUSPECT, "plain")));
    row_unref(row);
    TEST_NO_LEAKS();
}

Test(row_decoder, keeps_the_facts_of_other_kinds)
{
    static const struct {
        const char *kind, *object;
        enum field field;
        const char *text;
    } CASES[] = {
        {KIND_ID_APPLICATIONS, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"placement\":\"single-region\"}}", FIELD_PLACEMENT, "single-region"},
        {KIND_ID_APPLICATIONS, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"placement\":{\"mode\":\"active-active\"}}}", FIELD_PLACEMENT, "active-active"},
        {KIND_ID_APPLICATIONS, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"helmRelease\":{\"name\":\"r\",\"namespace\":\"n\"}}}", FIELD_BACKING_RELEASE, "r\x1fn"},
        {KIND_ID_APPLICATIONS, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"regions\":[\"fsn\",{\"name\":\"hel\"}]}}", FIELD_REGIONS, "fsn\x1ehel"},
        {KIND_ID_NODES, "{\"metadata\":{\"name\":\"a\",\"labels\":{\"node-role.kubernetes.io/control-plane\":\"true\",\"x\":\"y\"}}}", FIELD_ROLES, "control-plane"},
        {KIND_ID_PODS, "{\"metadata\":{\"name\":\"a\"},\"status\":{\"containerStatuses\":[{\"ready\":true,\"restartCount\":3},{\"ready\":false,\"restartCount\":4,\"state\":{\"waiting\":{\"reason\":\"ImagePullBackOff\"}}}]}}", FIELD_RESTARTS, "7"},
        {KIND_ID_PODS, "{\"metadata\":{\"name\":\"a\"},\"status\":{\"containerStatuses\":[{\"ready\":true},{\"ready\":false,\"state\":{\"waiting\":{\"reason\":\"ImagePullBackOff\"}}}]}}", FIELD_WAITING, "ImagePullBackOff"},
        {KIND_ID_PODS, "{\"metadata\":{\"name\":\"a\"},\"status\":{\"containerStatuses\":[{\"ready\":true},{\"ready\":false}]}}", FIELD_CONTAINERS_READY, "1"},
        {KIND_ID_DEPLOYMENTS, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"image\":\"i\"}],\"initContainers\":[{\"image\":\"j\"}]}}}}", FIELD_IMAGES, "i\x1ej"},
        {KIND_ID_DEPLOYMENTS, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"env\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"B\"}]}]}}}}", FIELD_ENVIRONMENT_VALUES, "A\x1f" "1\x1e" "B\x1f"},
        {KIND_ID_CUTOVER_STEPS, "{\"metadata\":{\"name\":\"a\",\"labels\":{\"bp.openova.io/cutover-order\":\"3\"}},\"data\":{\"podSpec\":\"containers: []\\nactiveDeadlineSeconds: 9600 # long\\n\"}}", FIELD_STEP_DEADLINE, "9600"},
        {KIND_ID_CUTOVER_STEPS, "{\"metadata\":{\"name\":\"a\",\"labels\":{\"bp.openova.io/cutover-order\":\"3\"}}}", FIELD_STEP_ORDER, "3"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct row *row = decode(CASES[i].kind, CASES[i].object);
        cr_assert_not_null(row, "case %zu", i);
        cr_assert(row_is(row, CASES[i].field, CASES[i].text), "case %zu: '%.*s'", i, SPAN_PRINT(row_text(row, CASES[i].field)));
        row_unref(row);
    }
}

static const struct kind CERTIFICATES = {
    .id = "certificates.cert-manager.io", .title = "Certificate", .singular = "Certificate", .group = "cert-manager.io", .version = "v1",
    .plural = "certificates", .aliases = "", .namespaced = true,
    .dynamic_columns = (const char *const[]){"Name", "Ready", "Secret"}, .dynamic_count = 3};

Test(row_decoder, reads_a_table_by_column_name)
{
    struct json_reader *reader = json_reader_new();
    struct row_decoder *decoder = row_decoder_new(&CERTIFICATES, 0, reader);
    struct row_decoder_page page;
    struct error err = {0};
    /* another order than ours, and a column that we do not have */
    const char *body = "{\"kind\":\"Table\",\"metadata\":{\"resourceVersion\":\"9\"},\"columnDefinitions\":[{\"name\":\"Age\"},{\"name\":\"Ready\"},{\"name\":\"Name\"}],"
                       "\"rows\":[{\"cells\":[\"5d\",true,\"tls\"],\"object\":{\"metadata\":{\"name\":\"tls\",\"namespace\":\"ns\"}}}]}";
    cr_assert_eq(row_decoder_read_page(decoder, span_of(body), &page, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(page.count, 1);
    cr_assert(span_equals_text(row_key(page.rows[0]), "ns/tls"));
    cr_assert(span_equals_text(row_dynamic(page.rows[0], 0), "tls"));
    cr_assert(span_equals_text(row_dynamic(page.rows[0], 1), "true"));
    cr_assert(span_is_empty(row_dynamic(page.rows[0], 2)));
    row_decoder_page_done(&page);
    struct row_decoder_event event;
    const char *line = "{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"Table\",\"rows\":[{\"cells\":[\"5d\",false,\"tls\"],"
                       "\"object\":{\"metadata\":{\"name\":\"tls\",\"namespace\":\"ns\",\"resourceVersion\":\"10\"}}}]}}";
    cr_assert_eq(row_decoder_read_line(decoder, span_of(line), &event, &err), STATUS_OK, "%s", err.text);
    cr_assert(span_equals_text(row_dynamic(event.row, 1), "false"));
    cr_assert_str_eq(event.resource_version, "10");
    row_unref(event.row);
    row_decoder_free(decoder);
    json_reader_free(reader);
    TEST_NO_LEAKS();
}

Test(row_decoder, reads_pages_and_lines_and_refuses_broken_ones)
{
    struct json_reader *reader = json_reader_new();
    struct row_decoder *decoder = row_decoder_new(kind_table_get(KIND_ID_NODES), 0, reader);
    struct row_decoder_page page;
    struct row_decoder_event event;
    struct error err = {0};
    const char *body = "{\"kind\":\"NodeList\",\"metadata\":{\"resourceVersion\":\"5\",\"continue\":\"tok\"},\"items\":["
                       "{\"metadata\":{\"name\":\"a\"}},{\"metadata\":{}},7,{\"metadata\":{\"name\":\"b\"}}]}";
    cr_assert_eq(row_decoder_read_page(decoder, span_of(body), &page, &err), STATUS_OK);
    cr_assert(page.count == 2 && page.refused == 2 && strcmp(page.continue_token, "tok") == 0 && strcmp(page.resource_version, "5") == 0);
    row_decoder_page_done(&page);
    cr_assert_eq(row_decoder_read_page(decoder, span_of("{\"metadata\":{},\"items\":null}"), &page, &err), STATUS_OK);
    cr_assert(page.count == 0 && page.continue_token == NULL);
    row_decoder_page_done(&page);
    static const char *const BROKEN_PAGES[] = {"", "{\"items\":[{\"metadata\":{\"name\":\"a", "[]", "{\"items\":[]}", "{\"metadata\":{},\"items\":{}}"};
    for (size_t i = 0; i < sizeof BROKEN_PAGES / sizeof BROKEN_PAGES[0]; i++) {
        cr_assert_eq(row_decoder_read_page(decoder, span_of(BROKEN_PAGES[i]), &page, &err), STATUS_INVALID, "page %zu", i);
        row_decoder_page_done(&page);
    }
    static const struct {
        const char *line;
        enum row_decoder_event_type type;
        const char *version;
        int code;
        bool has_row;
    } LINES[] = {
        {"{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"8\"}}}", ROW_DECODER_EVENT_ADDED, "8", 0, true},
        {"{\"type\":\"DELETED\",\"object\":{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"9\"}}}", ROW_DECODER_EVENT_DELETED, "9", 0, true},
        {"{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"12\"}}}", ROW_DECODER_EVENT_BOOKMARK, "12", 0, false},
        {"{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}", ROW_DECODER_EVENT_ERROR, "", 410, false},
    };
    for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++) {
        cr_assert_eq(row_decoder_read_line(decoder, span_of(LINES[i].line), &event, &err), STATUS_OK, "line %zu: %s", i, err.text);
        cr_assert(event.type == LINES[i].type && event.failure.code == LINES[i].code && (event.row != NULL) == LINES[i].has_row, "line %zu", i);
        cr_assert_str_eq(event.resource_version, LINES[i].version);
        row_unref(event.row);
    }
    static const char *const BROKEN_LINES[] = {"x", "{}", "{\"type\":\"NEW\"}", "{\"type\":\"ADDED\",\"object\":{}}"};
    for (size_t i = 0; i < sizeof BROKEN_LINES / sizeof BROKEN_LINES[0]; i++)
        cr_assert_eq(row_decoder_read_line(decoder, span_of(BROKEN_LINES[i]), &event, &err), STATUS_INVALID, "line %zu", i);
    char message[64];
    row_decoder_status_message(reader, span_of("{\"kind\":\"Status\",\"message\":\"nodes is \\u0007forbidden\"}"), message, sizeof message);
    cr_assert_str_eq(message, "nodes is \xef\xbf\xbd" "forbidden");
    row_decoder_free(decoder);
    json_reader_free(reader);
    TEST_NO_LEAKS();
}
