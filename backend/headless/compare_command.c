/* `sovdeck compare KIND NAME`: the same object in two regions, as a diff or as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "headless/commands.h"
#include "headless/session.h"
#include "resource/compare.h"
#include "resource/compare_fetch.h"
#include "sovereign/kind_table.h"

#define SIDES 2
#define CONTEXT_LINES 3
#define OUTPUT_MAXIMUM ((size_t)64 << 20)

struct comparing {
    struct session session;
    struct compare_side sides[SIDES];
    const struct kind *kind;
    const char *namespace, *name;
    char namespace_of_name[256];
    unsigned show;
};

/* --- which regions --- */

static void list_regions(const struct sovereign *sovereign, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < sovereign->region_count; i++) {
        size_t used = strlen(out);
        snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ", ", sovereign->regions[i].name);
    }
}

static enum status take_region(struct comparing *comparing, size_t at, struct span name, struct error *err)
{
    const struct sovereign *sovereign = comparing->session.sovereign;
    char word[64], names[300];
    snprintf(word, sizeof word, "%.*s", SPAN_PRINT(span_first(name, sizeof word - 1)));
    int index = sovereign_find_region(sovereign, word);
    if (index < 0) {
        list_regions(sovereign, names, sizeof names);
        return error_set(err, STATUS_USAGE, "there is no region '%s'; there is: %s", word, names);
    }
    const struct sovereign_region *region = &sovereign->regions[index];
    comparing->sides[at] = (struct compare_side){.client = region->client, .error = region->error};
    snprintf(comparing->sides[at].region, sizeof comparing->sides[at].region, "%s", region->name);
    return STATUS_OK;
}

static enum status choose_regions(struct comparing *comparing, const char *words, struct error *err)
{
    const struct sovereign *sovereign = comparing->session.sovereign;
    char names[300];
    struct span rest = span_of(words), first = SPAN_EMPTY, second = SPAN_EMPTY;
    list_regions(sovereign, names, sizeof names);
    if (sovereign->region_count < SIDES)
        return error_set(err, STATUS_USAGE, "there is one region (%s): nothing to compare it with; configure the others (docs/configuration.md)",
                         names);
    if (words == NULL && sovereign->region_count > SIDES)
        return error_set(err, STATUS_USAGE, "there are %zu regions: name two of them with --regions A,B (%s)", sovereign->region_count, names);
    if (words != NULL && (!span_split(&rest, ',', &first) || !span_split(&rest, ',', &second) || rest.length > 0 || second.length == 0 ||
                          span_equals(first, second)))
        return error_set(err, STATUS_USAGE, "--regions takes two regions, as in --regions A,B (%s)", names);
    if (words == NULL) {
        first = span_of(sovereign->regions[0].name);
        second = span_of(sovereign->regions[1].name);
    }
    enum status status = take_region(comparing, 0, span_trim(first), err);
    return status == STATUS_OK ? take_region(comparing, 1, span_trim(second), err) : status;
}

/* --- which object --- */

static enum status choose_kind(struct comparing *comparing, const char *word, struct error *err)
{
    enum status status = STATUS_UNREACHABLE;
    comparing->kind = kind_table_find(word);
    for (size_t i = 0; i < SIDES && comparing->kind == NULL && status != STATUS_OK && status != STATUS_NOT_FOUND; i++) {
        const struct compare_side *side = &comparing->sides[i];
        status = side->client == NULL ? error_set(err, side->error.status, "%s", side->error.text)
                                      : kube_client_find_kind(side->client, word, &comparing->kind, err);
    }
    if (comparing->kind != NULL)
        return STATUS_OK;
    return status == STATUS_NOT_FOUND ? error_set(err, STATUS_USAGE, "%s", err->text) : status;
}

/* "flux-system/bp-harbor", or a name and -n. */
static void choose_name(struct comparing *comparing, const char *word)
{
    const struct arguments *arguments = comparing->session.arguments;
    const char *slash = strchr(word, '/');
    comparing->name = slash != NULL ? slash + 1 : word;
    comparing->namespace = arguments_value(arguments, "--namespace");
    if (slash != NULL && comparing->namespace == NULL) {
        snprintf(comparing->namespace_of_name, sizeof comparing->namespace_of_name, "%.*s", (int)(slash - word), word);
        comparing->namespace = comparing->namespace_of_name;
    }
    for (size_t i = 0; i < SIDES && comparing->namespace == NULL; i++)
        if (comparing->sides[i].client != NULL)
            comparing->namespace = kube_client_namespace(comparing->sides[i].client);
    if (!comparing->kind->namespaced)
        comparing->namespace = NULL;
}

static void name_object(const struct comparing *comparing, char *out, size_t size)
{
    bool has = comparing->namespace != NULL;
    snprintf(out, size, "%s %s%s%s", comparing->kind->singular, has ? comparing->namespace : "", has ? "/" : "", comparing->name);
}

/* --- output --- */

static const char *presence_name(enum compare_presence presence)
{
    return presence == COMPARE_PRESENT ? "present" : presence == COMPARE_MISSING ? "missing" : "unknown";
}

static bool is_readable(const struct comparing *comparing)
{
    return comparing->sides[0].presence != COMPARE_UNKNOWN && comparing->sides[1].presence != COMPARE_UNKNOWN;
}

static void print_json(const struct comparing *comparing, json_t *paths)
{
    json_t *regions = json_array();
    for (size_t i = 0; i < SIDES; i++) {
        const struct compare_side *side = &comparing->sides[i];
        const char *reason = side->presence == COMPARE_PRESENT ? "" : side->error.text;
        json_array_append_new(regions, json_pack("{s:s,s:s,s:s}", "region", side->region, "state", presence_name(side->presence), "reason", reason));
    }
    json_t *document = json_pack("{s:s,s:s,s:s,s:o,s:b,s:O}", "kind", comparing->kind->singular, "namespace",
                                 comparing->namespace != NULL ? comparing->namespace : "", "name", comparing->name, "regions", regions,
                                 "same", (int)(is_readable(comparing) && json_array_size(paths) == 0), "differences", paths);
    char *text = json_dumps(document, JSON_INDENT(2) | JSON_ENSURE_ASCII); /* raw texts of servers: nothing a terminal obeys */
    session_print(text);
    session_print("\n");
    free(text);
    json_decref(document);
}

static void print_side(struct bytebuf *out, const char *mark, const struct compare_side *side, const char *object)
{
    bytebuf_printf(out, "%s %s %s%s%s%s\n", mark, object, "in ", side->region, side->presence == COMPARE_PRESENT ? "" : ": ",
                   side->presence == COMPARE_PRESENT ? "" : side->presence == COMPARE_MISSING ? "not there" : side->error.text);
}

static void print_diff(const struct comparing *comparing)
{
    struct compare compare;
    char object[600];
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, OUTPUT_MAXIMUM);
    name_object(comparing, object, sizeof object);
    print_side(&out, "---", &comparing->sides[0], object);
    print_side(&out, "+++", &comparing->sides[1], object);
    if (is_readable(comparing)) {
        compare_make(comparing->sides[0].object, comparing->sides[1].object, comparing->show, CONTEXT_LINES, &compare);
        for (size_t i = 0; i < compare.diff.count; i++) {
            const struct json_diff_line *line = &compare.diff.items[i];
            bytebuf_printf(&out, line->sign == '@' ? "%c@ %s\n" : "%c%s\n", line->sign, line->text);
        }
        compare_done(&compare);
    }
    session_print(bytebuf_text(&out));
}

static enum status conclude(const struct comparing *comparing, const json_t *paths, struct error *err)
{
    const struct compare_side *left = &comparing->sides[0], *right = &comparing->sides[1];
    const struct compare_side *unknown = left->presence == COMPARE_UNKNOWN ? left : right;
    char object[600];
    name_object(comparing, object, sizeof object);
    if (unknown->presence == COMPARE_UNKNOWN)
        return error_set(err, unknown->error.status, "%s", unknown->error.text);
    if (left->presence == COMPARE_MISSING && right->presence == COMPARE_MISSING)
        return error_set(err, STATUS_NOT_FOUND, "%s is in neither %s nor %s", object, left->region, right->region);
    if (left->presence != right->presence)
        return error_set(err, STATUS_FOUND, "%s is in %s only", object, left->presence == COMPARE_PRESENT ? left->region : right->region);
    if (json_array_size(paths) > 0)
        return error_set(err, STATUS_FOUND, "%s differs between %s and %s in %zu places", object, left->region, right->region,
                         json_array_size(paths));
    session_say("%s is the same in %s and %s", object, left->region, right->region);
    return STATUS_OK;
}

static enum status run(struct comparing *comparing, struct error *err)
{
    const struct arguments *arguments = comparing->session.arguments;
    comparing->show = (arguments_flag(arguments, "--status") ? COMPARE_SHOW_STATUS : 0u) | (arguments_flag(arguments, "--noise") ? COMPARE_SHOW_NOISE : 0u);
    enum status status = choose_regions(comparing, arguments_value(arguments, "--regions"), err);
    if (status == STATUS_OK)
        status = choose_kind(comparing, arguments->operands[0], err);
    if (status != STATUS_OK)
        return status;
    choose_name(comparing, arguments->operands[1]);
    compare_fetch(comparing->sides, SIDES, comparing->kind, comparing->namespace, comparing->name);
    if (atomic_load(comparing->session.cancel))
        return error_set(err, STATUS_INTERRUPTED, "interrupted");
    json_t *paths = is_readable(comparing) ? compare_paths(comparing->sides[0].object, comparing->sides[1].object, comparing->show) : json_array();
    if (strcmp(arguments_value_or(arguments, "--output", "diff"), "json") == 0)
        print_json(comparing, paths);
    else
        print_diff(comparing);
    status = session_flush(err);
    if (status == STATUS_OK)
        status = conclude(comparing, paths, err);
    json_decref(paths);
    return status;
}

enum status compare_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct comparing *comparing = alloc_new(struct comparing);
    enum status status = session_open(arguments, &comparing->session, err);
    if (status == STATUS_OK) {
        status = run(comparing, err);
        compare_fetch_done(comparing->sides, SIDES);
        session_close(&comparing->session);
    }
    free(comparing);
    return status;
}
