/* Cells of server-side Tables, and the columns of kinds that come from CustomResourceDefinitions (their
 * additionalPrinterColumns). The built-in kinds' columns are in demo_columns_core.c. */
#include "demo/demo_columns.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/timestamp.h"
#include "demo/demo_json.h"

#define NAME {.name = "Name", .type = "string", .format = "name", .path = ".metadata.name"}
#define AGE {.name = "Age", .type = "date", .path = ".metadata.creationTimestamp"}
#define TEXT(title, where) {.name = title, .type = "string", .path = where}
#define WIDE(title, where) {.name = title, .type = "string", .path = where, .priority = 1}
#define READY TEXT("Ready", ".status.conditions[?(@.type==\"Ready\")].status")
#define STATUS TEXT("Status", ".status.conditions[?(@.type==\"Ready\")].message")

const struct demo_column demo_columns_flux[] = {NAME, AGE, READY, STATUS, {0}};
const struct demo_column demo_columns_source[] = {NAME, TEXT("URL", ".spec.url"), AGE, READY, STATUS, {0}};
const struct demo_column demo_columns_chart[] = {NAME, TEXT("Chart", ".spec.chart"), TEXT("Version", ".spec.version"),
    TEXT("Source Kind", ".spec.sourceRef.kind"), TEXT("Source Name", ".spec.sourceRef.name"), AGE, READY, STATUS, {0}};
const struct demo_column demo_columns_organization[] = {NAME, TEXT("Slug", ".spec.slug"), TEXT("Kind", ".spec.kind"),
    TEXT("Tier", ".spec.tier"), TEXT("Billing", ".spec.billingMode"), TEXT("Sovereign", ".spec.sovereignRef"),
    WIDE("vCluster", ".status.vcluster.phase"), AGE, {0}};
const struct demo_column demo_columns_environment[] = {NAME, TEXT("Org", ".spec.organizationRef"),
    TEXT("Type", ".spec.envType"), TEXT("Placement", ".spec.placement"),
    {.name = "Regions", .type = "integer", .path = ".status.regionCount", .priority = 1},
    TEXT("Phase", ".status.phase"), AGE, {0}};
const struct demo_column demo_columns_application[] = {NAME, TEXT("Blueprint", ".spec.blueprintRef.name"),
    TEXT("Version", ".spec.blueprintRef.version"), TEXT("Environment", ".spec.environmentRef"),
    TEXT("Placement", ".spec.placement"), TEXT("Phase", ".status.phase"), WIDE("Primary", ".status.primaryRegion"),
    WIDE("Instance", ".spec.instanceId"), WIDE("Isolation", ".spec.isolationLevel"), AGE, {0}};
const struct demo_column demo_columns_blueprint[] = {NAME, TEXT("Version", ".spec.version"),
    TEXT("Visibility", ".spec.visibility"), WIDE("Title", ".spec.card.title"), AGE, {0}};
const struct demo_column demo_columns_continuum[] = {NAME, TEXT("Application", ".spec.applicationRef"),
    TEXT("Primary", ".status.primaryRegion"), TEXT("Lease", ".status.leaseHolder"),
    WIDE("Lag", ".status.maxReplicationLag"), WIDE("RTO", ".spec.rto"), WIDE("RPO", ".spec.rpo"),
    TEXT("Phase", ".status.phase"), AGE, {0}};
const struct demo_column demo_columns_cnpgpair[] = {NAME, TEXT("PrimaryRegion", ".spec.primaryRegion"),
    TEXT("ReplicaRegion", ".spec.replicaRegion"), TEXT("CurrentPrimary", ".status.currentPrimaryRegion"),
    {.name = "Streaming", .type = "boolean", .path = ".status.streaming"},
    {.name = "WALLag", .type = "integer", .path = ".status.walLagSeconds", .priority = 1},
    TEXT("Phase", ".status.phase"), {0}};
const struct demo_column demo_columns_useraccess[] = {NAME, TEXT("Tier", ".spec.tierRoleRef"),
    TEXT("Phase", ".status.phase"), AGE, {0}};
const struct demo_column demo_columns_provider[] = {NAME,
    TEXT("Installed", ".status.conditions[?(@.type==\"Installed\")].status"),
    TEXT("Healthy", ".status.conditions[?(@.type==\"Healthy\")].status"), TEXT("Package", ".spec.package"), AGE, {0}};
const struct demo_column demo_columns_image_config[] = {NAME, AGE, {0}};
const struct demo_column demo_columns_policy[] = {NAME, AGE,
    TEXT("Valid", ".status.conditions[?(@.type==\"Valid\")].status"), {0}};
const struct demo_column demo_columns_gateway[] = {NAME, TEXT("Class", ".spec.gatewayClassName"),
    TEXT("Address", ".status.addresses[0].value"),
    TEXT("Programmed", ".status.conditions[?(@.type==\"Programmed\")].status"), AGE, {0}};
const struct demo_column demo_columns_certificate[] = {NAME, READY, TEXT("Secret", ".spec.secretName"),
    WIDE("Issuer", ".spec.issuerRef.name"),
    WIDE("Status", ".status.conditions[?(@.type==\"Ready\")].message"), AGE, {0}};
const struct demo_column demo_columns_external_secret[] = {NAME, TEXT("Store", ".spec.secretStoreRef.name"),
    TEXT("Refresh Interval", ".spec.refreshInterval"),
    TEXT("Status", ".status.conditions[?(@.type==\"Ready\")].reason"), READY, {0}};

/* JSONPath cells as the apiextensions server makes them: absent is null, a string column shows any scalar as text. */
static char *plain_text(const struct demo_column *column, const json_t *value)
{
    if (value == NULL)
        return alloc_strdup("null");
    bool is_text_column = strcmp(column->type, "string") == 0;
    if (!is_text_column || json_is_string(value))
        return demo_json_dump(value);
    char *text = demo_json_dump(value);
    json_t *quoted = json_string(text);
    free(text);
    text = demo_json_dump(quoted);
    json_decref(quoted);
    return text;
}

void demo_columns_fill(const struct demo_column *column, const json_t *object, struct demo_cell *cell)
{
    *cell = (struct demo_cell){.since_ms = TIMESTAMP_NONE};
    if (column->cell != NULL) {
        column->cell(object, cell);
        return;
    }
    const json_t *value = demo_json_at(object, column->path);
    if (strcmp(column->type, "date") == 0 && json_is_string(value))
        cell->since_ms = timestamp_parse(span_of(json_string_value(value)));
    if (cell->since_ms == TIMESTAMP_NONE) {
        cell->before = plain_text(column, value);
        return;
    }
    cell->before = alloc_strdup("\"");
    cell->after = alloc_strdup("\"");
}

void demo_columns_clear(struct demo_cell *cell)
{
    free(cell->before);
    free(cell->after);
    *cell = (struct demo_cell){.since_ms = TIMESTAMP_NONE};
}

void demo_columns_append(struct bytebuf *out, const struct demo_cell *cell, int64_t now_ms)
{
    bytebuf_append_text(out, cell->before);
    if (cell->since_ms == TIMESTAMP_NONE)
        return;
    char age[TIMESTAMP_TEXT_MAX];
    timestamp_format_age(age, now_ms - cell->since_ms);
    bytebuf_append_text(out, age);
    bytebuf_append_text(out, cell->after);
}

size_t demo_columns_count(const struct demo_column *columns)
{
    size_t count = 0;
    while (columns[count].name != NULL)
        count++;
    return count;
}
