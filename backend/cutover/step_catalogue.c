/* Reads the step ConfigMaps as the engine does (cutover contract 3.1, 3.2), but keeps an invalid one and says what is wrong
 * with it, where the engine gives up. Keys are stepNames; the number in a ConfigMap's name is a file number, not an order. */
#include "cutover/step_catalogue.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sanitize.h"
#include "cutover/cutover_status.h"

#define CONFIG_MAP_PREFIX "cutover-step-"

static void keep(char *out, size_t size, struct span text)
{
    sanitize_line_into(out, size, text.data, text.length);
}

/* "cutover-step-10-vcluster-registry-pivot" without prefix and number. */
static struct span shortname(struct span config_map)
{
    if (!span_starts_with(config_map, CONFIG_MAP_PREFIX))
        return config_map;
    struct span rest = span_from(config_map, strlen(CONFIG_MAP_PREFIX));
    size_t digits = 0;
    while (digits < rest.length && rest.data[digits] >= '0' && rest.data[digits] <= '9')
        digits++;
    return digits > 0 && digits < rest.length && rest.data[digits] == '-' ? span_from(rest, digits + 1) : rest;
}

static void complain(struct step *step, const char *text, struct span value)
{
    if (step->problem[0] == '\0')
        snprintf(step->problem, sizeof step->problem, "%s%.*s", text, SPAN_PRINT(span_first(value, 64)));
}

static void readorder(struct step *step, const struct row *row)
{
    int64_t order = 0;
    struct span text = row_text(row, FIELD_STEP_ORDER);
    step->order = STEP_ORDER_UNKNOWN;
    if (span_is_empty(text))
        complain(step, "its label bp.openova.io/cutover-order is missing", SPAN_EMPTY);
    else if (!span_to_int64(text, &order) || order < 0 || order > INT_MAX)
        complain(step, "its label bp.openova.io/cutover-order is not a number: ", text);
    else
        step->order = (int)order;
}

static void readmode(struct step *step, const struct row *row)
{
    struct span text = row_text(row, FIELD_STEP_MODE), daemonset = row_text(row, FIELD_STEP_DAEMONSET);
    step->mode = STEP_MODE_JOB;
    if (span_equals_text(text, "daemonset-wait"))
        step->mode = STEP_MODE_DAEMONSET_WAIT;
    else if (!span_is_empty(text) && !span_equals_text(text, "job"))
        step->mode = STEP_MODE_UNKNOWN;
    if (step->mode == STEP_MODE_UNKNOWN)
        complain(step, "its mode is neither job nor daemonset-wait: ", text);
    if (step->mode == STEP_MODE_DAEMONSET_WAIT)
        keep(step->daemonset, sizeof step->daemonset, span_is_empty(daemonset) ? shortname(row_name(row)) : daemonset);
    if (step->mode == STEP_MODE_JOB && !row_true(row, FIELD_STEP_POD_SPEC))
        complain(step, "it has no podSpec", SPAN_EMPTY);
}

static void readstep(struct step *step, const struct row *row)
{
    struct span name = row_text(row, FIELD_STEP_NAME);
    memset(step, 0, sizeof *step);
    step->origin = STEP_ORIGIN_CONFIG_MAP;
    keep(step->config_map, sizeof step->config_map, row_name(row));
    if (span_is_empty(name))
        complain(step, "it has no stepName", SPAN_EMPTY);
    keep(step->name, sizeof step->name, span_is_empty(name) ? shortname(row_name(row)) : name);
    step->facts = step_facts_find(span_of(step->name));
    readorder(step, row);
    readmode(step, row);
    int64_t deadline = row_integer(row, FIELD_STEP_DEADLINE, 0);
    step->deadline_s = deadline > 0 && deadline < INT_MAX ? (int)deadline : step->facts != NULL ? step->facts->deadline_s : 0;
}

static int compare(const void *left, const void *right)
{
    const struct step *a = left, *b = right;
    unsigned order_a = (unsigned)a->order, order_b = (unsigned)b->order; /* unknown (-1) goes last */
    if (order_a != order_b)
        return order_a < order_b ? -1 : 1;
    return strcmp(a->config_map, b->config_map);
}

static void finddoubles(struct step_catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (step_facts_same(span_of(catalogue->steps[i].name), span_of(catalogue->steps[j].name)))
                complain(&catalogue->steps[i], "its stepName is also that of ", span_of(catalogue->steps[j].config_map));
        }
    }
}

static void readconfigmaps(const struct table *table, struct step_catalogue *catalogue)
{
    size_t at = 0;
    const struct row *row;
    while ((row = table_next(table, &at)) != NULL) {
        if (catalogue->count == STEP_CATALOGUE_MAX)
            catalogue->dropped++;
        else
            readstep(&catalogue->steps[catalogue->count++], row);
    }
    qsort(catalogue->steps, catalogue->count, sizeof catalogue->steps[0], compare);
    finddoubles(catalogue);
    catalogue->installed = catalogue->count;
    for (size_t i = 0; i < catalogue->count; i++)
        catalogue->invalid += catalogue->steps[i].problem[0] != '\0' ? 1 : 0;
}

static void append(struct step_catalogue *catalogue, struct span name)
{
    if (step_catalogue_find(catalogue, name) != NULL)
        return;
    if (catalogue->count == STEP_CATALOGUE_MAX) {
        catalogue->dropped++;
        return;
    }
    struct step *step = &catalogue->steps[catalogue->count++];
    memset(step, 0, sizeof *step);
    step->origin = STEP_ORIGIN_STATUS;
    step->order = STEP_ORDER_UNKNOWN;
    keep(step->name, sizeof step->name, name);
    step->facts = step_facts_find(name);
    step->mode = step->facts == NULL ? STEP_MODE_UNKNOWN : step->facts->is_daemonset ? STEP_MODE_DAEMONSET_WAIT : STEP_MODE_JOB;
    step->deadline_s = step->facts != NULL ? step->facts->deadline_s : 0;
    if (step->mode == STEP_MODE_DAEMONSET_WAIT)
        keep(step->daemonset, sizeof step->daemonset, name);
}

static int byname(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Known steps in their usual order, then unknown ones by name: the status itself has no order (API contract 3.2). */
static void appendclaimed(struct step_catalogue *catalogue, const struct cutover_status *status)
{
    for (size_t i = 0; step_facts_at(i) != NULL; i++) {
        const struct cutover_step_claim *claim = cutover_status_step(status, span_of(step_facts_at(i)->name));
        if (claim != NULL)
            append(catalogue, span_of(claim->name));
    }
    const char *names[STEP_CATALOGUE_MAX];
    for (size_t i = 0; i < status->step_count; i++)
        names[i] = status->steps[i].name;
    qsort(names, status->step_count, sizeof names[0], byname);
    for (size_t i = 0; i < status->step_count; i++)
        append(catalogue, span_of(names[i]));
}

static void explain(const struct table *table, struct step_catalogue *catalogue)
{
    size_t uninstalled = catalogue->count - catalogue->installed;
    if (!catalogue->is_discovered)
        snprintf(catalogue->note, sizeof catalogue->note,
                 "the step ConfigMaps could not be read (%s): steps as the status names them, in their usual order",
                 table_reason(table));
    else if (catalogue->installed == 0)
        snprintf(catalogue->note, sizeof catalogue->note,
                 "no step ConfigMap in namespace catalyst: bp-self-sovereign-cutover is not installed");
    else if (catalogue->invalid > 0)
        snprintf(catalogue->note, sizeof catalogue->note,
                 "%zu of %zu step ConfigMaps are not valid: catalyst-api refuses to start (502)", catalogue->invalid,
                 catalogue->installed);
    else if (uninstalled > 0)
        snprintf(catalogue->note, sizeof catalogue->note, "%zu steps are only named by the status and are not installed",
                 uninstalled);
    if (catalogue->dropped > 0)
        snprintf(catalogue->note, sizeof catalogue->note, "more than %d steps: %zu are left out", STEP_CATALOGUE_MAX,
                 catalogue->dropped);
}

void step_catalogue_read(const struct store *store, const struct cutover_status *status, struct step_catalogue *catalogue)
{
    memset(catalogue, 0, sizeof *catalogue);
    const struct table *table = store_find_table(store, KIND_ID_CUTOVER_STEPS, store_primary_region(store));
    catalogue->is_discovered = table_is_known(table) || (table != NULL && table->listed);
    if (catalogue->is_discovered)
        readconfigmaps(table, catalogue);
    appendclaimed(catalogue, status);
    explain(table, catalogue);
}

const struct step *step_catalogue_find(const struct step_catalogue *catalogue, struct span name)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        if (step_facts_same(span_of(catalogue->steps[i].name), name))
            return &catalogue->steps[i];
    }
    return NULL;
}
