/* Reading STREAM.LIST and CONSUMER.LIST; see spine_facts.h. */
#include "spine/spine_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitize.h"
#include "base/timestamp.h"

#define PAGES_MAXIMUM 64

static void put(char *out, size_t size, struct span raw)
{
    sanitize_line_into(out, size, raw.length > 0 ? raw.data : "", raw.length);
}

static struct span text_of(struct json_value object, const char *key)
{
    return json_reader_string(json_reader_get(object, key));
}

static uint64_t count_of(struct json_value object, const char *key)
{
    int64_t number = json_reader_integer(json_reader_get(object, key), 0);
    return number > 0 ? (uint64_t)number : 0;
}

static void read_subjects(struct json_value config, struct spine_stream *ret)
{
    char raw[sizeof ret->subjects] = "";
    struct json_iterator it = json_reader_iterate(json_reader_get(config, "subjects"));
    for (size_t i = 0; json_reader_next(&it); i++) {
        struct span subject = json_reader_string(it.value);
        size_t used = strlen(raw);
        if (i == 0)
            snprintf(ret->first_subject, sizeof ret->first_subject, "%.*s", SPAN_PRINT(span_first(subject, sizeof ret->first_subject - 1)));
        snprintf(raw + used, sizeof raw - used, "%s%.*s", used > 0 ? ", " : "", SPAN_PRINT(span_first(subject, sizeof raw)));
    }
    struct span mirror = text_of(json_reader_get(config, "mirror"), "name");
    if (mirror.length > 0)
        snprintf(raw, sizeof raw, "mirror of %.*s", SPAN_PRINT(span_first(mirror, 150)));
    put(ret->subjects, sizeof ret->subjects, span_of(raw));
}

static void read_cluster(struct json_value cluster, struct spine_stream *ret)
{
    put(ret->leader, sizeof ret->leader, text_of(cluster, "leader"));
    struct json_iterator it = json_reader_iterate(json_reader_get(cluster, "replicas"));
    while (json_reader_next(&it)) {
        bool gone = json_reader_bool(json_reader_get(it.value, "offline"), false) || !json_reader_bool(json_reader_get(it.value, "current"), true);
        uint64_t lag = count_of(it.value, "lag");
        ret->absent += gone;
        ret->lag = lag > ret->lag ? lag : ret->lag;
    }
}

void spine_facts_read_stream(struct json_value info, struct spine_stream *ret)
{
    struct json_value config = json_reader_get(info, "config"), state = json_reader_get(info, "state");
    struct span name = text_of(config, "name");
    *ret = (struct spine_stream){.last_ms = TIMESTAMP_NONE};
    snprintf(ret->name, sizeof ret->name, "%.*s", SPAN_PRINT(span_first(name, SPINE_NAME_MAX - 1)));
    ret->use = span_starts_with(name, "KV_") ? SPINE_USE_BUCKET : span_starts_with(name, "OBJ_") ? SPINE_USE_OBJECTS : SPINE_USE_STREAM;
    put(ret->shown, sizeof ret->shown, span_from(name, ret->use == SPINE_USE_BUCKET ? 3 : ret->use == SPINE_USE_OBJECTS ? 4 : 0));
    read_subjects(config, ret);
    read_cluster(json_reader_get(info, "cluster"), ret);
    put(ret->storage, sizeof ret->storage, text_of(config, "storage"));
    put(ret->retention, sizeof ret->retention, text_of(config, "retention"));
    ret->replicas = (unsigned)count_of(config, "num_replicas");
    ret->max_messages = json_reader_integer(json_reader_get(config, "max_msgs"), -1);
    ret->max_bytes = json_reader_integer(json_reader_get(config, "max_bytes"), -1);
    ret->max_per_subject = json_reader_integer(json_reader_get(config, "max_msgs_per_subject"), -1);
    ret->max_age_ms = json_reader_integer(json_reader_get(config, "max_age"), 0) / 1000000;
    ret->messages = count_of(state, "messages");
    ret->bytes = count_of(state, "bytes");
    ret->first_sequence = count_of(state, "first_seq");
    ret->last_sequence = count_of(state, "last_seq");
    ret->deleted = count_of(state, "num_deleted");
    ret->consumers = count_of(state, "consumer_count");
    if (ret->messages > 0 || ret->last_sequence > 0)
        ret->last_ms = timestamp_parse(text_of(state, "last_ts"));
}

void spine_facts_read_consumer(struct json_value info, struct spine_consumer *ret)
{
    struct json_value config = json_reader_get(info, "config"), delivered = json_reader_get(info, "delivered");
    char filters[sizeof ret->filter] = "";
    *ret = (struct spine_consumer){.delivered_ms = TIMESTAMP_NONE};
    put(ret->name, sizeof ret->name, text_of(info, "name"));
    struct json_iterator it = json_reader_iterate(json_reader_get(config, "filter_subjects"));
    while (json_reader_next(&it)) {
        size_t used = strlen(filters);
        snprintf(filters + used, sizeof filters - used, "%s%.*s", used > 0 ? ", " : "", SPAN_PRINT(span_first(json_reader_string(it.value), 150)));
    }
    put(ret->filter, sizeof ret->filter, filters[0] != '\0' ? span_of(filters) : text_of(config, "filter_subject"));
    put(ret->ack, sizeof ret->ack, text_of(config, "ack_policy"));
    ret->is_durable = text_of(config, "durable_name").length > 0;
    ret->is_push = text_of(config, "deliver_subject").length > 0;
    ret->is_bound = json_reader_bool(json_reader_get(info, "push_bound"), false);
    ret->is_paused = json_reader_bool(json_reader_get(info, "paused"), false);
    ret->pending = count_of(info, "num_pending");
    ret->ack_pending = count_of(info, "num_ack_pending");
    ret->redelivered = count_of(info, "num_redelivered");
    ret->waiting = count_of(info, "num_waiting");
    ret->delivered = count_of(delivered, "stream_seq");
    ret->delivered_ms = timestamp_parse(text_of(delivered, "last_active"));
    ret->acked = count_of(json_reader_get(info, "ack_floor"), "stream_seq");
}

/* --- pages ---------------------------------------------------------------------------------------------------------- */

struct pages {
    const char *operation, *member;
    void (*take)(void *context, struct json_value item);
    void *context;
    uint64_t total;
    size_t taken;
};

static enum status ask_page(struct nats_link *link, struct pages *pages, size_t *ret_count, struct error *err)
{
    char question[64], *reply = NULL;
    size_t length = 0;
    struct json_value root = {0};
    snprintf(question, sizeof question, "{\"offset\":%zu}", pages->taken);
    enum status status = nats_link_api(link, pages->operation, span_of(question), &reply, &length, err);
    if (status != STATUS_OK)
        return status;
    struct json_reader *reader = json_reader_new();
    status = json_reader_parse_padded(reader, span_make(reply, length), &root, err);
    *ret_count = 0;
    if (status == STATUS_OK) {
        pages->total = count_of(root, "total");
        struct json_iterator it = json_reader_iterate(json_reader_get(root, pages->member));
        for (; json_reader_next(&it); (*ret_count)++)
            if (pages->taken + *ret_count < SPINE_FACTS_MAXIMUM)
                pages->take(pages->context, it.value);
        pages->taken += *ret_count;
    }
    json_reader_free(reader);
    free(reply);
    return status;
}

static enum status ask_pages(struct nats_link *link, struct pages *pages, struct error *err)
{
    enum status status = STATUS_OK;
    size_t count = 1;
    for (int page = 0; page < PAGES_MAXIMUM && status == STATUS_OK && count > 0; page++) {
        status = ask_page(link, pages, &count, err);
        if (pages->taken >= pages->total || pages->taken >= SPINE_FACTS_MAXIMUM)
            break;
    }
    return status;
}

static void take_stream(void *context, struct json_value item)
{
    struct spine_stream stream;
    struct spine_streams *streams = context;
    spine_facts_read_stream(item, &stream);
    ARRAY_PUSH(&streams->items, stream);
}

static void take_consumer(void *context, struct json_value item)
{
    struct spine_consumer consumer;
    struct spine_consumers *consumers = context;
    spine_facts_read_consumer(item, &consumer);
    ARRAY_PUSH(&consumers->items, consumer);
}

static int by_stream_name(const void *a, const void *b)
{
    const struct spine_stream *x = a, *y = b;
    return x->use != y->use ? (int)x->use - (int)y->use : strcmp(x->shown, y->shown);
}

static int by_consumer_name(const void *a, const void *b)
{
    return strcmp(((const struct spine_consumer *)a)->name, ((const struct spine_consumer *)b)->name);
}

enum status spine_facts_ask_streams(struct nats_link *link, struct spine_streams *ret, struct error *err)
{
    struct pages pages = {.operation = "STREAM.LIST", .member = "streams", .take = take_stream, .context = ret};
    enum status status = ask_pages(link, &pages, err);
    ret->total = pages.total;
    if (ret->items.count > 1)
        qsort(ret->items.items, ret->items.count, sizeof *ret->items.items, by_stream_name);
    return status;
}

enum status spine_facts_ask_consumers(struct nats_link *link, const char *stream, struct spine_consumers *ret, struct error *err)
{
    char operation[SPINE_NAME_MAX + 16];
    snprintf(operation, sizeof operation, "CONSUMER.LIST.%s", stream);
    struct pages pages = {.operation = operation, .member = "consumers", .take = take_consumer, .context = ret};
    enum status status = ask_pages(link, &pages, err);
    ret->total = pages.total;
    if (ret->items.count > 1)
        qsort(ret->items.items, ret->items.count, sizeof *ret->items.items, by_consumer_name);
    return status;
}

void spine_facts_free_streams(struct spine_streams *streams)
{
    ARRAY_FREE(&streams->items);
}

void spine_facts_free_consumers(struct spine_consumers *consumers)
{
    ARRAY_FREE(&consumers->items);
}
