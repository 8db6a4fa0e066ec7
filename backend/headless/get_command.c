/* `sovdeck get KIND [NAME]`: one kind in every region, as the console shows it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/hash_table.h"
#include "headless/commands.h"
#include "headless/live_watch.h"
#include "resource/resource_text.h"
#include "sovereign/kind_table.h"

#define OUTPUT_MAXIMUM ((size_t)2 << 30)
#define WATCH_TURN_MS 1000

/* Kinds whose columns are derived from others: health rolls up over all of these (domain.md 11.4). */
static const char *const ROLLED_UP[] = {KIND_ID_ORGANIZATIONS, KIND_ID_ENVIRONMENTS, KIND_ID_APPLICATIONS};
static const char *const ROLL_UP_NEEDS[] = {KIND_ID_APPLICATIONS, KIND_ID_ENVIRONMENTS, KIND_ID_ORGANIZATIONS, KIND_ID_HELMRELEASES};

struct getting {
    struct session session;
    struct snapshot snapshot;
    const struct kind *kind;
    enum resource_text_format format;
    struct resource_list *list;
    struct column_context context;
    char *name_selector;
};

/* The first region whose server answers knows what an unknown word means. */
static enum status find_kind(struct getting *getting, const char *word, struct error *err)
{
    const struct sovereign *sovereign = getting->session.sovereign;
    getting->kind = kind_table_find(word);
    if (getting->kind != NULL)
        return STATUS_OK;
    enum status status = error_set(err, STATUS_UNREACHABLE, "the Sovereign has no regions");
    for (size_t i = 0; i < sovereign->region_count; i++) {
        const struct sovereign_region *region = &sovereign->regions[i];
        if (getting->snapshot.region >= 0 && getting->snapshot.region != (int)i)
            continue;
        if (region->client == NULL)
            status = error_set(err, region->error.status, "%s", region->error.text);
        else
            status = kube_client_find_kind(region->client, word, &getting->kind, err);
        if (status == STATUS_OK || status == STATUS_NOT_FOUND)
            break;
    }
    return status == STATUS_NOT_FOUND ? error_set(err, STATUS_USAGE, "%s", err->text) : status;
}

static enum status want(struct getting *getting, const struct arguments *arguments, struct error *err)
{
    struct snapshot *snapshot = &getting->snapshot;
    enum status status = session_region(&getting->session, &snapshot->region, err);
    if (status == STATUS_OK)
        status = find_kind(getting, arguments->operands[0], err);
    if (status != STATUS_OK)
        return status;
    if (arguments->operand_count > 1) {
        getting->name_selector = alloc_printf("metadata.name=%s", arguments->operands[1]);
        snapshot->field_selector = getting->name_selector;
    }
    snapshot->namespace = getting->kind->namespaced && !arguments_flag(arguments, "--all-namespaces") ? arguments_value(arguments, "--namespace") : NULL;
    snapshot->label_selector = arguments_value(arguments, "--selector");
    snapshot->without_catalyst = true;
    snapshot_want_kind(snapshot, getting->kind);
    for (size_t i = 0; i < ARRAY_LENGTH(ROLLED_UP); i++)
        if (strcmp(getting->kind->id, ROLLED_UP[i]) == 0 && getting->format != RESOURCE_TEXT_NAME)
            for (size_t need = 0; need < ARRAY_LENGTH(ROLL_UP_NEEDS); need++)
                snapshot_want(snapshot, ROLL_UP_NEEDS[need]);
    return STATUS_OK;
}

/* A kind the server does not have is no empty list. STATUS_OK: some region has it, and those that have not are named. */
static enum status refuse_absent(struct getting *getting, struct error *err)
{
    const struct store *store = getting->snapshot.store;
    const struct table *absent[STORE_REGIONS_MAX];
    size_t count = 0, asked = 0;
    for (int r = 0; r < store->region_count; r++) {
        const struct table *table = store_find_table(store, getting->kind->id, r);
        asked += table != NULL;
        if (table != NULL && table->state == TABLE_STATE_ABSENT)
            absent[count++] = table;
    }
    if (count > 0 && count == asked)
        return error_set(err, STATUS_UNSUPPORTED, "%s", table_reason(absent[0]));
    for (size_t i = 0; i < count; i++)
        session_say("%s", table_reason(absent[i]));
    return STATUS_OK;
}

static enum status print_list(struct getting *getting, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, OUTPUT_MAXIMUM);
    getting->context = (struct column_context){getting->snapshot.store, estate_new(getting->snapshot.store), clock_wall_ms()};
    getting->list = resource_list_new(getting->kind);
    resource_list_set_region(getting->list, getting->snapshot.region);
    resource_list_update(getting->list, &getting->context);
    if (!resource_text_write(getting->list, &getting->context, getting->format, &out))
        return error_set(err, STATUS_TOO_BIG, "the list is longer than %zu bytes", OUTPUT_MAXIMUM);
    bool is_empty = resource_list_count(getting->list) == 0 && getting->format != RESOURCE_TEXT_JSON;
    if (is_empty && getting->snapshot.status == STATUS_OK && getting->name_selector == NULL)
        session_say("no %s found", getting->kind->title);
    if (!is_empty)
        fwrite(bytebuf_span(&out).data, 1, out.length, stdout);
    return session_flush(err);
}

/* ---- --watch ---- */

struct shown {
    struct resource_text_widths widths;
    struct hash_table signatures; /* identity -> hash of its cells without ages, as a pointer */
    struct bytebuf line;
};

/* Hash of what a row shows, except ages: those change all the time. Never NULL. */
static void *sign(const struct column_set *columns, const struct column_context *context, const struct row *row)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < columns->count; i++) {
        struct column_value value;
        if (columns->columns[i].type == COLUMN_TYPE_AGE)
            continue;
        column_value(&columns->columns[i], context, row, &value);
        hash = (hash ^ span_hash(value.text)) * 0x100000001b3u;
    }
    return (void *)(uintptr_t)(hash | 1);
}

static void print_gone(struct getting *getting, struct span identity)
{
    if (getting->format == RESOURCE_TEXT_JSON)
        printf("{\"kind\":\"%s\",\"identity\":\"%.*s\",\"gone\":true}\n", getting->kind->singular, SPAN_PRINT(identity));
    else
        printf("%s/%.*s gone\n", getting->kind->plural, SPAN_PRINT(identity));
}

static void print_changes(struct getting *getting, struct shown *shown, bool silently)
{
    struct hash_table now;
    hash_table_init(&now, NULL);
    const struct column_set *columns = resource_list_columns(getting->list);
    for (size_t i = 0; i < resource_list_count(getting->list); i++) {
        const struct row *row = resource_list_at(getting->list, i);
        void *signature = sign(columns, &getting->context, row);
        struct span identity = resource_list_identity(getting->list, i);
        if (!silently && hash_table_get(&shown->signatures, identity) != signature) {
            bytebuf_clear(&shown->line);
            resource_text_write_row(columns, &getting->context, row, getting->format, &shown->widths, &shown->line);
            session_print(bytebuf_text(&shown->line));
        }
        hash_table_put(&now, identity, signature);
    }
    struct span identity;
    for (size_t at = 0; hash_table_next(&shown->signatures, &at, &identity) != NULL;)
        if (hash_table_get(&now, identity) == NULL)
            print_gone(getting, identity);
    hash_table_done(&shown->signatures);
    shown->signatures = now;
}

static enum status watch(struct getting *getting, struct error *err)
{
    struct shown shown;
    hash_table_init(&shown.signatures, NULL);
    bytebuf_init(&shown.line, 1 << 20);
    resource_text_measure(getting->list, &getting->context, getting->format, &shown.widths);
    print_changes(getting, &shown, true);
    struct live_watch *live = live_watch_start(&getting->snapshot, &getting->session);
    enum status status = STATUS_OK;
    while (status == STATUS_OK && live_watch_turn(live, WATCH_TURN_MS)) {
        getting->context.now_ms = clock_wall_ms();
        if (!resource_list_update(getting->list, &getting->context))
            continue;
        print_changes(getting, &shown, false);
        status = session_flush(err);
        if (ferror(stdout))
            break;
    }
    live_watch_stop(live);
    hash_table_done(&shown.signatures);
    bytebuf_done(&shown.line);
    if (status == STATUS_OK && atomic_load(getting->session.cancel))
        status = error_set(err, STATUS_INTERRUPTED, "%s", "");
    return status;
}

enum status get_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct getting getting = {0};
    resource_text_parse_format(arguments_value_or(arguments, "--output", "table"), &getting.format);
    enum status status = session_open(arguments, &getting.session, err);
    if (status != STATUS_OK)
        return status;
    snapshot_init(&getting.snapshot);
    status = want(&getting, arguments, err);
    if (status == STATUS_OK)
        status = snapshot_take(&getting.snapshot, &getting.session, err);
    if (status == STATUS_OK)
        status = refuse_absent(&getting, err);
    if (status == STATUS_OK)
        status = print_list(&getting, err);
    if (status == STATUS_OK && getting.snapshot.status != STATUS_OK)
        status = error_set(err, getting.snapshot.status, "%s", getting.snapshot.error.text);
    if (arguments_flag(arguments, "--watch") && getting.list != NULL && (status == STATUS_OK || resource_list_count(getting.list) > 0))
        status = watch(&getting, err);
    else if (status == STATUS_OK && arguments->operand_count > 1 && resource_list_count(getting.list) == 0)
        status = error_set(err, STATUS_NOT_FOUND, "there is no %s '%s'", getting.kind->singular, arguments->operands[1]);
    resource_list_free(getting.list);
    estate_free(getting.context.estate);
    snapshot_done(&getting.snapshot);
    free(getting.name_selector);
    session_close(&getting.session);
    return status;
}
