/* One subscription of a tail: where to start is decided from the stream's own state each time, so that interruptions lose nothing
 * the stream still holds, and what it no longer holds is counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "decode/json_reader.h"
#include "decode/json_writer.h"
#include "transport/nats_failure.h"
#include "transport/nats_tail_inside.h"

#define JETSTREAM_WAIT_MS 2000
#define PENDING_BYTES_MAXIMUM (8 << 20)
#define LAST_MESSAGE_WAIT_S 5
#define COUNTED_SUBJECTS_MAXIMUM 10000

struct stream_facts {
    char created[48];
    uint64_t first, last, subjects;
    bool is_whole;    /* our subject takes everything it stores */
    uint64_t matching; /* messages of our subject; UINT64_MAX: not counted */
};

/* --- messages ------------------------------------------------------------------------------------------------------- */

static void read_headers(natsMsg *raw, struct nats_tail_message *message)
{
    const char **keys = NULL;
    int count = 0;
    if (natsMsgHeader_Keys(raw, &keys, &count) != NATS_OK)
        return;
    for (int i = 0; i < count; i++) {
        const char **values = NULL;
        int value_count = 0;
        if (natsMsgHeader_Values(raw, keys[i], &values, &value_count) != NATS_OK)
            continue;
        for (int v = 0; v < value_count && message->header_count < NATS_TAIL_HEADERS_MAX; v++)
            message->headers[message->header_count++] = (struct nats_header){span_of(keys[i]), span_of(values[v])};
        free(values);
    }
    free(keys);
}

static void deliver(struct nats_tail *tail, natsMsg *raw, struct nats_tail_message *message)
{
    struct nats_tail *root = nats_tail_root(tail);
    message->subject = span_of(natsMsg_GetSubject(raw));
    message->payload = span_make(natsMsg_GetData(raw), (size_t)natsMsg_GetDataLength(raw));
    if (tail->with_headers)
        read_headers(raw, message);
    pthread_mutex_lock(&root->lock);
    root->counters.messages++;
    pthread_mutex_unlock(&root->lock);
    pthread_mutex_lock(&tail->link->callback_lock);
    if (!tail->link->muted && !root->parted)
        root->callbacks.on_message(root->context, message);
    pthread_mutex_unlock(&tail->link->callback_lock);
}

static void take_message(natsConnection *connection, natsSubscription *subscription, natsMsg *raw, void *context)
{
    struct nats_tail *tail = context;
    jsMsgMetaData *about = NULL;
    if (natsMsg_GetMetaData(&about, raw) == NATS_OK && !atomic_load(&tail->closing)) {
        struct nats_tail_message message = {.stream = tail->stream, .is_whole = tail->is_whole, .sequence = about->Sequence.Stream,
                                            .at_ms = about->Timestamp / 1000000, .pending = about->NumPending};
        pthread_mutex_lock(&tail->lock);
        tail->seen = message.sequence;
        pthread_mutex_unlock(&tail->lock);
        deliver(tail, raw, &message);
    }
    jsMsgMetaData_Destroy(about);
    natsMsg_Destroy(raw);
}

static void take_core_message(natsConnection *connection, natsSubscription *subscription, natsMsg *raw, void *context)
{
    struct nats_tail *tail = context;
    struct nats_tail_message message = {.stream = "", .at_ms = clock_wall_ms()};
    if (!atomic_load(&tail->closing))
        deliver(tail, raw, &message);
    natsMsg_Destroy(raw);
}

static void note_complete(void *context)
{
    struct nats_tail *tail = context;
    pthread_mutex_lock(&tail->lock);
    tail->complete = true;
    pthread_cond_broadcast(&tail->completed);
    pthread_mutex_unlock(&tail->lock);
}

/* --- the stream's own state ----------------------------------------------------------------------------------------- */

/* Does `wide` take every subject that `narrow` takes? */
static bool covers(struct span wide, struct span narrow)
{
    struct span w, n;
    while (span_split(&wide, '.', &w)) {
        bool more = span_split(&narrow, '.', &n);
        if (span_equals_text(w, ">"))
            return more;
        if (!more || span_equals_text(n, ">") || (span_equals_text(n, "*") && !span_equals_text(w, "*")))
            return false;
        if (!span_equals_text(w, "*") && !span_equals(w, n))
            return false;
    }
    return !span_split(&narrow, '.', &n);
}

static void read_facts(struct json_value root, const char *subject, struct stream_facts *facts)
{
    struct json_value state = json_reader_get(root, "state");
    struct span created = json_reader_string(json_reader_get(root, "created"));
    snprintf(facts->created, sizeof facts->created, "%.*s", SPAN_PRINT(span_first(created, sizeof facts->created - 1)));
    facts->first = (uint64_t)json_reader_integer(json_reader_get(state, "first_seq"), 0);
    facts->last = (uint64_t)json_reader_integer(json_reader_get(state, "last_seq"), 0);
    facts->subjects = (uint64_t)json_reader_integer(json_reader_get(state, "num_subjects"), 0);
    facts->is_whole = true;
    struct json_iterator it = json_reader_iterate(json_reader_get(json_reader_get(root, "config"), "subjects"));
    while (json_reader_next(&it))
        facts->is_whole = facts->is_whole && covers(span_of(subject), json_reader_string(it.value));
    facts->matching = UINT64_MAX;
    struct json_value counts = json_reader_get(state, "subjects");
    if (json_reader_kind(counts) != JSON_KIND_OBJECT)
        return;
    facts->matching = 0;
    for (it = json_reader_iterate(counts); json_reader_next(&it);)
        facts->matching += (uint64_t)json_reader_integer(it.value, 0);
}

static enum status ask_stream(struct nats_tail *tail, bool counted, struct stream_facts *facts, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf question;
    struct json_writer writer;
    char operation[NATS_LINK_STREAM_NAME_MAX + 16], *reply = NULL;
    size_t length = 0;
    bytebuf_init(&question, 4096);
    json_writer_init(&writer, &question);
    json_writer_begin_object(&writer, NULL);
    json_writer_text(&writer, "subjects_filter", tail->subject);
    json_writer_end(&writer);
    snprintf(operation, sizeof operation, "STREAM.INFO.%s", tail->stream);
    enum status status = nats_link_api(tail->link, operation, counted ? bytebuf_span(&question) : SPAN_EMPTY, &reply, &length, err);
    if (status != STATUS_OK)
        return status;
    struct json_reader *reader = json_reader_new();
    struct json_value root = {0};
    status = json_reader_parse_padded(reader, span_make(reply, length), &root, err);
    if (status == STATUS_OK)
        read_facts(root, tail->subject, facts);
    json_reader_free(reader);
    free(reply);
    return status;
}

/* --- where to start ------------------------------------------------------------------------------------------------- */

static uint64_t first_start(const struct nats_tail *tail, const struct stream_facts *facts)
{
    uint64_t after_last = facts->last + 1, least = facts->first > 0 ? facts->first : 1;
    uint64_t wanted = after_last > tail->last ? after_last - tail->last : 1;
    if (tail->last > 0 && facts->matching <= tail->last)
        return least;
    return wanted > least ? wanted : least;
}

/* Sequence to start from; counts what is lost since the last time. */
static uint64_t choose_start(struct nats_tail *tail, const struct stream_facts *facts)
{
    struct nats_tail *root = nats_tail_root(tail);
    bool again = tail->created[0] != '\0';
    pthread_mutex_lock(&tail->lock);
    uint64_t seen = tail->seen;
    bool same = again && strcmp(tail->created, facts->created) == 0 && facts->last >= seen;
    uint64_t start = seen + 1, missing = 0;
    if (!again || (same && seen == 0)) {
        start = first_start(tail, facts);
    } else if (!same) {
        tail->seen = 0;
        start = facts->first > 0 ? facts->first : 1;
    } else if (facts->first > start) {
        missing = facts->first - start;
        start = facts->first;
    }
    pthread_mutex_unlock(&tail->lock);
    pthread_mutex_lock(&root->lock);
    root->counters.restarts += again && !same;
    root->counters.gaps += missing > 0;
    root->counters.missing += missing;
    pthread_mutex_unlock(&root->lock);
    snprintf(tail->created, sizeof tail->created, "%s", facts->created);
    return start;
}

/* --- opening and closing -------------------------------------------------------------------------------------------- */

static natsStatus limit(struct nats_tail *tail)
{
    natsStatus s = natsSubscription_SetPendingLimits(tail->subscription, tail->link->pending_messages, PENDING_BYTES_MAXIMUM);
    return s == NATS_OK ? natsSubscription_SetOnCompleteCB(tail->subscription, note_complete, tail) : s;
}

static natsStatus subscribe(struct nats_tail *tail, natsConnection *connection, uint64_t start, jsErrCode *js_code)
{
    jsOptions options;
    jsSubOptions sub;
    jsOptions_Init(&options);
    jsSubOptions_Init(&sub);
    options.Wait = JETSTREAM_WAIT_MS;
    options.Prefix = tail->link->api_prefix;
    sub.Stream = tail->stream;
    sub.Ordered = true; /* ephemeral, acknowledges nothing */
    sub.Config.DeliverPolicy = tail->start == NATS_TAIL_START_EACH_SUBJECT ? js_DeliverLastPerSubject : js_DeliverByStartSequence;
    sub.Config.OptStartSeq = tail->start == NATS_TAIL_START_EACH_SUBJECT ? 0 : start;
    tail->complete = false;
    natsStatus s = natsConnection_JetStream(&tail->js, connection, &options);
    if (s == NATS_OK)
        s = js_Subscribe(&tail->subscription, tail->js, tail->subject, take_message, tail, NULL, &sub, js_code);
    if (s == NATS_OK)
        return limit(tail);
    jsCtx_Destroy(tail->js);
    tail->js = NULL;
    return s;
}

enum status nats_tail_subscription_open(struct nats_tail *tail, struct error *err)
{
    struct stream_facts facts = {0};
    jsErrCode js_code = 0;
    enum status status = ask_stream(tail, false, &facts, err);
    bool is_narrow = status == STATUS_OK && !facts.is_whole && tail->created[0] == '\0' && tail->last > 0;
    if (is_narrow && facts.subjects <= COUNTED_SUBJECTS_MAXIMUM && tail->start == NATS_TAIL_START_LAST)
        status = ask_stream(tail, true, &facts, err);
    if (status != STATUS_OK)
        return status;
    tail->is_whole = facts.is_whole;
    uint64_t start = choose_start(tail, &facts);
    natsConnection *connection;
    struct nats_session *session = nats_link_borrow(tail->link, &connection);
    if (session == NULL)
        return error_set(err, STATUS_UNREACHABLE, "not connected to NATS");
    natsStatus s = subscribe(tail, connection, start, &js_code);
    if (s != NATS_OK) {
        char what[300], subject[300];
        struct error why = {0};
        snprintf(what, sizeof what, "following '%.100s' in stream '%.100s'", tail->subject, tail->stream);
        snprintf(subject, sizeof subject, "%.100s.CONSUMER.CREATE.%.100s*", tail->link->api_prefix, tail->stream);
        status = nats_failure_request(what, s, js_code, &why);
        status = nats_link_explain_denial(tail->link, session, what, subject, status, &why);
        error_set(err, status, "%s", why.text);
    }
    nats_session_release(session);
    return status;
}

enum status nats_tail_subscription_open_core(struct nats_tail *tail, struct error *err)
{
    natsConnection *connection;
    struct nats_session *session = nats_link_borrow(tail->link, &connection);
    if (session == NULL)
        return error_set(err, STATUS_UNREACHABLE, "not connected to NATS");
    tail->complete = false;
    tail->stream[0] = '\0';
    natsStatus s = natsConnection_Subscribe(&tail->subscription, connection, tail->subject, take_core_message, tail);
    if (s == NATS_OK)
        s = limit(tail);
    if (s == NATS_OK && natsConnection_FlushTimeout(connection, JETSTREAM_WAIT_MS) == NATS_OK)
        nats_session_note_denial(session);
    nats_session_release(session);
    return s == NATS_OK ? STATUS_OK : error_set(err, STATUS_INVALID, "subscribing to '%.100s': %s", tail->subject, natsStatus_GetText(s));
}

void nats_tail_subscription_count_dropped(struct nats_tail *tail)
{
    int64_t dropped = 0;
    struct nats_tail *root = nats_tail_root(tail);
    if (tail->subscription == NULL || natsSubscription_GetDropped(tail->subscription, &dropped) != NATS_OK)
        return;
    pthread_mutex_lock(&root->lock);
    root->counters.dropped += (uint64_t)dropped - tail->dropped_before;
    pthread_mutex_unlock(&root->lock);
    tail->dropped_before = (uint64_t)dropped;
}

bool nats_tail_subscription_close(struct nats_tail *tail, bool connected)
{
    if (tail->subscription == NULL)
        return true;
    nats_tail_subscription_count_dropped(tail);
    if (connected)
        natsSubscription_Unsubscribe(tail->subscription);
    else
        natsConnection_Close(tail->link->session->connection);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LAST_MESSAGE_WAIT_S;
    bool late = false;
    pthread_mutex_lock(&tail->lock);
    while (!tail->complete && !late)
        late = pthread_cond_timedwait(&tail->completed, &tail->lock, &until) != 0;
    pthread_mutex_unlock(&tail->lock);
    natsSubscription_Destroy(tail->subscription);
    jsCtx_Destroy(tail->js);
    tail->dropped_before = 0;
    tail->subscription = NULL;
    tail->js = NULL;
    return !late;
}

enum status nats_tail_subscription_check(struct nats_tail *tail)
{
    struct stream_facts facts = {0};
    enum status status = ask_stream(tail, false, &facts, NULL);
    if (status == STATUS_OK && strcmp(facts.created, tail->created) != 0)
        return STATUS_NOT_FOUND;
    return status;
}
