/* `sovdeck spine streams|consumers|kv|tail`: what JetStream holds, without a screen. Nothing over there is changed; a tail is an
 * ephemeral consumer that acknowledges nothing. */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "decode/json_writer.h"
#include "headless/commands.h"
#include "headless/session.h"
#include "spine/spine_follow.h"
#include "spine/spine_facts.h"

#define OUTPUT_MAXIMUM ((size_t)64 << 20)
#define CONNECT_PATIENCE_MS 6000
#define TURN_MS 100
#define QUIET_MS 1500 /* a bucket is complete, or a tail without --follow at its end, when nothing came for so long */
#define REPLAY 200

struct spining {
    struct session session;
    struct nats_link *link;
    bool as_json;
    struct bytebuf out;
    struct json_writer writer;
    pthread_mutex_t lock;
    enum nats_link_state state;
    struct error why;
};

static void note_state(void *context, const struct nats_link_status *status)
{
    struct spining *spining = context;
    pthread_mutex_lock(&spining->lock);
    spining->state = status->state;
    error_set(&spining->why, status->status, "%s", status->text);
    pthread_mutex_unlock(&spining->lock);
}

static enum status connect_link(struct spining *spining, struct error *err)
{
    static const struct nats_link_callbacks CALLBACKS = {.on_state = note_state};
    char server[160];
    error_set(&spining->why, STATUS_TIMEOUT, "nats: no answer within %d s", CONNECT_PATIENCE_MS / 1000);
    enum status status = sovereign_open_nats(spining->session.sovereign, &CALLBACKS, spining, &spining->link, err);
    if (status != STATUS_OK)
        return status;
    for (int64_t until_ms = clock_monotonic_ms() + CONNECT_PATIENCE_MS; clock_monotonic_ms() < until_ms;) {
        if (nats_link_server(spining->link, server, sizeof server))
            return STATUS_OK;
        if (atomic_load(spining->session.cancel))
            return error_set(err, STATUS_INTERRUPTED, "%s", "");
        pthread_mutex_lock(&spining->lock);
        bool refused = spining->state == NATS_LINK_STATE_REFUSED;
        pthread_mutex_unlock(&spining->lock);
        if (refused)
            break;
        poll(NULL, 0, TURN_MS);
    }
    pthread_mutex_lock(&spining->lock);
    status = error_set(err, spining->why.status, "%s", spining->why.text);
    pthread_mutex_unlock(&spining->lock);
    return status;
}

static enum status open_spine(struct spining *spining, const struct arguments *arguments, struct error *err)
{
    *spining = (struct spining){.as_json = strcmp(arguments_value_or(arguments, "--output", "text"), "json") == 0};
    pthread_mutex_init(&spining->lock, NULL);
    bytebuf_init(&spining->out, OUTPUT_MAXIMUM);
    json_writer_init(&spining->writer, &spining->out);
    enum status status = session_open(arguments, &spining->session, err);
    if (status != STATUS_OK)
        spining->session.thread = NULL; /* nothing to close */
    return status == STATUS_OK ? connect_link(spining, err) : status;
}

static enum status close_spine(struct spining *spining, enum status status, struct error *err)
{
    nats_link_free(spining->link);
    if (status == STATUS_OK && spining->out.length > 0) {
        session_print(bytebuf_text(&spining->out));
        if (spining->as_json)
            session_print("\n");
    }
    if (status == STATUS_OK)
        status = session_flush(err);
    bytebuf_done(&spining->out);
    session_close(&spining->session);
    pthread_mutex_destroy(&spining->lock);
    return status;
}

/* --- streams, consumers --------------------------------------------------------------------------------------------- */

static void write_stream(struct spining *spining, const struct spine_stream *stream)
{
    static const char *const USES[] = {"stream", "bucket", "objects"};
    char bytes[32], age[32];
    struct json_writer *writer = &spining->writer;
    if (!spining->as_json) {
        spine_message_bytes(bytes, sizeof bytes, stream->bytes);
        spine_message_age(age, sizeof age, stream->last_ms, clock_wall_ms());
        bytebuf_printf(&spining->out, "%-28s %-8s %10llu %10s %7s %5llu %3u  %s\n", stream->shown, USES[stream->use],
                       (unsigned long long)stream->messages, bytes, age, (unsigned long long)stream->consumers, stream->replicas, stream->subjects);
        return;
    }
    json_writer_begin_object(writer, NULL);
    json_writer_text(writer, "name", stream->shown);
    json_writer_text(writer, "use", USES[stream->use]);
    json_writer_text(writer, "subjects", stream->subjects);
    json_writer_integer(writer, "messages", (int64_t)stream->messages);
    json_writer_integer(writer, "bytes", (int64_t)stream->bytes);
    json_writer_integer(writer, "firstSequence", (int64_t)stream->first_sequence);
    json_writer_integer(writer, "lastSequence", (int64_t)stream->last_sequence);
    json_writer_time(writer, "lastMessage", stream->last_ms);
    json_writer_integer(writer, "consumers", (int64_t)stream->consumers);
    json_writer_text(writer, "storage", stream->storage);
    json_writer_text(writer, "retention", stream->retention);
    json_writer_integer(writer, "replicas", stream->replicas);
    json_writer_integer(writer, "replicasBehind", stream->absent);
    json_writer_text(writer, "leader", stream->leader);
    json_writer_integer(writer, "lag", (int64_t)stream->lag);
    json_writer_end(writer);
}

static enum status list_streams(struct spining *spining, bool buckets_only, struct error *err)
{
    struct spine_streams streams = {0};
    enum status status = spine_facts_ask_streams(spining->link, &streams, err);
    if (status == STATUS_OK && spining->as_json)
        json_writer_begin_array(&spining->writer, NULL);
    else if (status == STATUS_OK)
        bytebuf_printf(&spining->out, "%-28s %-8s %10s %10s %7s %5s %3s  %s\n", "NAME", "USE", "MESSAGES", "BYTES", "LAST", "CONS", "R", "SUBJECTS");
    for (size_t i = 0; i < streams.items.count && status == STATUS_OK; i++)
        if (!buckets_only || streams.items.items[i].use == SPINE_USE_BUCKET)
            write_stream(spining, &streams.items.items[i]);
    if (status == STATUS_OK && spining->as_json)
        json_writer_end(&spining->writer);
    spine_facts_free_streams(&streams);
    return status;
}

enum status spine_command_streams(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct spining spining;
    enum status status = open_spine(&spining, arguments, err);
    if (status == STATUS_OK)
        status = list_streams(&spining, false, err);
    return close_spine(&spining, status, err);
}

static void write_consumer(struct spining *spining, const struct spine_consumer *consumer)
{
    char age[32];
    struct json_writer *writer = &spining->writer;
    if (!spining->as_json) {
        spine_message_age(age, sizeof age, consumer->delivered_ms, clock_wall_ms());
        bytebuf_printf(&spining->out, "%-40s %-9s %8llu %8llu %6llu %7s  %s\n", consumer->name, consumer->is_durable ? "durable" : "ephemeral",
                       (unsigned long long)consumer->pending, (unsigned long long)consumer->ack_pending,
                       (unsigned long long)consumer->redelivered, age, consumer->filter);
        return;
    }
    json_writer_begin_object(writer, NULL);
    json_writer_text(writer, "name", consumer->name);
    json_writer_bool(writer, "durable", consumer->is_durable);
    json_writer_bool(writer, "push", consumer->is_push);
    json_writer_bool(writer, "paused", consumer->is_paused);
    json_writer_text(writer, "filter", consumer->filter);
    json_writer_text(writer, "ackPolicy", consumer->ack);
    json_writer_integer(writer, "pending", (int64_t)consumer->pending);
    json_writer_integer(writer, "ackPending", (int64_t)consumer->ack_pending);
    json_writer_integer(writer, "redelivered", (int64_t)consumer->redelivered);
    json_writer_integer(writer, "delivered", (int64_t)consumer->delivered);
    json_writer_integer(writer, "ackFloor", (int64_t)consumer->acked);
    json_writer_time(writer, "lastDelivery", consumer->delivered_ms);
    json_writer_end(writer);
}

enum status spine_command_consumers(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct spining spining;
    struct spine_consumers consumers = {0};
    enum status status = open_spine(&spining, arguments, err);
    if (status == STATUS_OK)
        status = spine_facts_ask_consumers(spining.link, arguments->operands[0], &consumers, err);
    if (status == STATUS_OK && spining.as_json)
        json_writer_begin_array(&spining.writer, NULL);
    else if (status == STATUS_OK)
        bytebuf_printf(&spining.out, "%-40s %-9s %8s %8s %6s %7s  %s\n", "NAME", "KIND", "PENDING", "UNACKED", "AGAIN", "LAST", "FILTER");
    for (size_t i = 0; i < consumers.items.count && status == STATUS_OK; i++)
        write_consumer(&spining, &consumers.items.items[i]);
    if (status == STATUS_OK && spining.as_json)
        json_writer_end(&spining.writer);
    spine_facts_free_consumers(&consumers);
    return close_spine(&spining, status, err);
}

/* --- messages ------------------------------------------------------------------------------------------------------- */

static void print_message(struct spining *spining, const struct spine_message *message, bool is_key)
{
    char at[TIMESTAMP_TEXT_MAX];
    const char *name = is_key ? spine_log_key(message) : message->subject;
    const char *text = message->operation == 'D' ? "(deleted)" : message->operation == 'X' ? "(purged)" : message->preview;
    struct json_writer *writer = &spining->writer;
    timestamp_format_ms(at, message->at_ms);
    if (!spining->as_json) {
        bytebuf_printf(&spining->out, "%s %10llu  %s  %s\n", at, (unsigned long long)message->sequence, name, text);
        return;
    }
    json_writer_begin_object(writer, NULL);
    json_writer_text(writer, is_key ? "key" : "subject", name);
    json_writer_text(writer, "stream", message->stream);
    json_writer_integer(writer, is_key ? "revision" : "sequence", (int64_t)message->sequence);
    json_writer_time(writer, "time", message->at_ms);
    json_writer_integer(writer, "size", (int64_t)message->size);
    json_writer_integer(writer, "missing", (int64_t)message->missing);
    json_writer_text(writer, "preview", text);
    json_writer_end(writer);
}

static void print_log(struct spining *spining, struct spine_log *log)
{
    for (size_t i = 0; i < log->items.count; i++)
        print_message(spining, log->items.items[i], log->is_bucket);
    bool bucket = log->is_bucket;
    if (!bucket) { /* keeps where the streams were: gaps are seen across turns */
        for (size_t i = 0; i < log->items.count; i++)
            spine_message_free(log->items.items[i]);
        log->items.count = 0;
        log->bytes = 0;
    }
}

static bool is_hopeless(const struct spine_follow_state *state)
{
    return state->state == NATS_TAIL_STATE_DENIED || state->state == NATS_TAIL_STATE_FAILED || state->state == NATS_TAIL_STATE_NO_STREAM;
}

/* Until Ctrl-C when `stays`, else until nothing comes any more. */
static enum status follow(struct spining *spining, const struct nats_tail_options *options, bool is_bucket, bool stays, struct error *err)
{
    struct spine_log log;
    struct spine_follow_state state = {0};
    enum status status = STATUS_OK;
    spine_log_init(&log, is_bucket);
    struct spine_follow *tail = spine_follow_new(spining->link, options, NULL, NULL, NULL);
    int64_t quiet_since_ms = clock_monotonic_ms();
    bool told = false;
    while (status == STATUS_OK && !atomic_load(spining->session.cancel)) {
        if (spine_follow_take(tail, &log))
            quiet_since_ms = clock_monotonic_ms();
        if (!is_bucket)
            print_log(spining, &log);
        if (stays && spining->out.length > 0) {
            session_print(bytebuf_text(&spining->out));
            bytebuf_clear(&spining->out);
            status = session_flush(err);
        }
        spine_follow_look(tail, &state);
        bool begun = state.state == NATS_TAIL_STATE_LIVE || state.state == NATS_TAIL_STATE_CORE;
        if (is_hopeless(&state) && state.text[0] != '\0' && !stays)
            status = error_set(err, state.state == NATS_TAIL_STATE_DENIED ? STATUS_FORBIDDEN : STATUS_NOT_FOUND, "%s", state.text);
        if (!told && state.text[0] != '\0' && state.state != NATS_TAIL_STATE_WAITING) {
            session_say("%s", state.text);
            told = true;
        }
        if (!stays && clock_monotonic_ms() - quiet_since_ms > (begun ? QUIET_MS : CONNECT_PATIENCE_MS))
            break;
        poll(NULL, 0, TURN_MS);
    }
    if (is_bucket)
        print_log(spining, &log);
    uint64_t lost = state.counters.dropped + state.overflowed;
    if (lost > 0)
        session_say("%llu messages were dropped: they came faster than they could be taken", (unsigned long long)lost);
    spine_follow_free(tail, true);
    spine_log_done(&log);
    return status;
}

enum status spine_command_kv(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct spining spining;
    enum status status = open_spine(&spining, arguments, err);
    if (status == STATUS_OK && arguments->operand_count == 0)
        return close_spine(&spining, list_streams(&spining, true, err), err);
    char stream[SPINE_NAME_MAX], subject[SPINE_NAME_MAX + 8];
    snprintf(stream, sizeof stream, "KV_%.200s", arguments->operand_count > 0 ? arguments->operands[0] : "");
    snprintf(subject, sizeof subject, "$KV.%.200s.>", arguments->operand_count > 0 ? arguments->operands[0] : "");
    struct nats_tail_options options = {.subject = subject, .stream = stream, .start = NATS_TAIL_START_EACH_SUBJECT};
    if (status == STATUS_OK && spining.as_json)
        json_writer_begin_array(&spining.writer, NULL);
    if (status == STATUS_OK)
        status = follow(&spining, &options, true, false, err);
    if (status == STATUS_OK && spining.as_json)
        json_writer_end(&spining.writer);
    return close_spine(&spining, status, err);
}

enum status spine_command_tail(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct spining spining;
    bool stays = arguments_flag(arguments, "--watch");
    struct nats_tail_options options = {.subject = arguments->operands[0], .last = REPLAY, .core = true};
    enum status status = open_spine(&spining, arguments, err);
    if (status == STATUS_OK && spining.as_json && !stays)
        json_writer_begin_array(&spining.writer, NULL);
    if (status == STATUS_OK)
        status = follow(&spining, &options, false, stays, err);
    if (status == STATUS_OK && spining.as_json && !stays)
        json_writer_end(&spining.writer);
    if (status == STATUS_OK && stays && atomic_load(spining.session.cancel)) {
        (void)close_spine(&spining, STATUS_OK, err);
        return error_set(err, STATUS_INTERRUPTED, "%s", "");
    }
    return close_spine(&spining, status, err);
}
