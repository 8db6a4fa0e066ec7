/* Discovery first: a kind is watched at a version that the server says it has, because a watch on something that is not there
 * would be asked for again and again. The probe is the proof of life; when it finds a dead peer, every transfer to it is cut,
 * and when the peer is back, nobody waits for the end of a back-off. */
#include "feed/kube_feed_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "feed/feed_fetch.h"

#define PROBE_TIMEOUT_MS 2000
#define DOCUMENT_TIMEOUT_MS 10000
#define ALIVE_POST_MS 1000
#define URL_MAXIMUM 1024

struct kube_feed_machine *kube_feed_machine_new(const struct kube_feed_machine *parts)
{
    struct kube_feed_machine *machine = alloc_new(struct kube_feed_machine);
    *machine = *parts;
    machine->reader = json_reader_new();
    machine->discovery = discovery_new();
    machine->alive_ms = machine->alive_posted_ms = -1;
    return machine;
}

void kube_feed_machine_free(struct kube_feed_machine *machine)
{
    if (machine == NULL)
        return;
    ARRAY_FREE(&machine->members);
    discovery_free(machine->discovery);
    json_reader_free(machine->reader);
    free(machine);
}

static void leave_when_done(struct kube_feed_machine *machine)
{
    if (!machine->closing || machine->left || machine->running > 0 || machine->members.count > 0)
        return;
    machine->left = true;
    feed_gate_leave(machine->gate); /* the UI thread may free the machine from here on */
}

/* ---- discovery */

struct document {
    struct kube_feed_machine *machine;
    size_t slot;
};

static void resolve_all(struct kube_feed_machine *machine);
static void plan_recheck(struct kube_feed_machine *machine);

static struct kube_feed_member *find_member(struct kube_feed_machine *machine, const struct kube_subscription *subscription)
{
    for (size_t i = 0; i < machine->members.count; i++)
        if (machine->members.items[i].subscription == subscription)
            return &machine->members.items[i];
    return NULL;
}

/* The document could not be read: a refused one (403) tells nothing, so the preferred version is tried; others are asked for
 * again at the next sign of life. */
static void document_failed(struct kube_feed_machine *machine, const char *path, int code, const char *text)
{
    bool refused = code == 403 || code == 401;
    for (size_t i = 0; i < machine->members.count; i++) {
        struct kube_feed_member *member = &machine->members.items[i];
        char version[DISCOVERY_VERSION_MAX], missing[DISCOVERY_PATH_MAX];
        if (member->phase != KUBE_FEED_PHASE_RESOLVING ||
            discovery_version(machine->discovery, kube_subscription_kind(member->subscription), version, missing) !=
                DISCOVERY_ANSWER_UNKNOWN ||
            strcmp(missing, path) != 0)
            continue;
        if (!refused) {
            kube_subscription_report(member->subscription, TABLE_STATE_STALE, text);
            continue;
        }
        member->phase = KUBE_FEED_PHASE_OPEN;
        kube_subscription_open(member->subscription, kube_subscription_kind(member->subscription)->version);
    }
}

static void on_document(void *context, const struct feed_fetch_reply *reply)
{
    struct document *document = context;
    struct kube_feed_machine *machine = document->machine;
    char path[DISCOVERY_PATH_MAX];
    struct error err = {0};
    snprintf(path, sizeof path, "%s", machine->documents[document->slot].path);
    machine->documents[document->slot].used = false;
    machine->running--;
    free(document);
    if (machine->closing) {
        leave_when_done(machine);
        return;
    }
    if (reply->status != STATUS_OK)
        error_set(&err, reply->status, "%s", reply->text);
    else if (reply->code / 100 != 2 && reply->code != 404)
        error_set(&err, http_response_code_status(reply->code), "discovery of %s on %s: %d %s", path,
                  kube_client_region(machine->client), reply->code, http_response_reason(reply->code));
    else
        discovery_take(machine->discovery, path, reply->code, reply->body, &err);
    if (err.status != STATUS_OK)
        document_failed(machine, path, reply->code, err.text);
    else
        resolve_all(machine);
}

static uint64_t fetch(struct kube_feed_machine *machine, const char *path, int64_t timeout_ms,
                      void (*done)(void *context, const struct feed_fetch_reply *reply), void *context)
{
    CLEANUP(bytebuf_done) struct bytebuf url;
    bytebuf_init(&url, URL_MAXIMUM);
    bytebuf_printf(&url, "%s%s", kube_client_server(machine->client), path);
    struct http_request request = {
        .url = bytebuf_text(&url),
        .identity = kube_client_identity(machine->client),
        .proxy = kube_client_proxy(machine->client),
        .connect_timeout_ms = timeout_ms,
        .total_timeout_ms = timeout_ms,
    };
    uint64_t id = feed_fetch(machine->thread, &request, done, context);
    machine->running += id != 0;
    return id;
}

static void fetch_document(struct kube_feed_machine *machine, const char *path)
{
    size_t slot = KUBE_FEED_DOCUMENTS_MAX;
    for (size_t i = 0; i < KUBE_FEED_DOCUMENTS_MAX; i++) {
        if (machine->documents[i].used && strcmp(machine->documents[i].path, path) == 0)
            return;
        if (!machine->documents[i].used && slot == KUBE_FEED_DOCUMENTS_MAX)
            slot = i;
    }
    if (slot == KUBE_FEED_DOCUMENTS_MAX)
        return; /* the next reply resolves again */
    struct document *document = alloc_new(struct document);
    *document = (struct document){machine, slot};
    machine->documents[slot].used = true;
    snprintf(machine->documents[slot].path, sizeof machine->documents[slot].path, "%s", path);
    machine->documents[slot].transfer = fetch(machine, path, DOCUMENT_TIMEOUT_MS, on_document, document);
    if (machine->documents[slot].transfer == 0) {
        machine->documents[slot].used = false;
        free(document);
    }
}

static void resolve(struct kube_feed_machine *machine, struct kube_feed_member *member)
{
    const struct kind *kind = kube_subscription_kind(member->subscription);
    char version[DISCOVERY_VERSION_MAX], missing[DISCOVERY_PATH_MAX];
    snprintf(version, sizeof version, "%s", kind->version);
    bool known = kind->group[0] == '\0' || kind->dynamic_count > 0; /* the core group has one version */
    enum discovery_answer answer =
        known ? DISCOVERY_ANSWER_SERVED : discovery_version(machine->discovery, kind, version, missing);
    if (answer == DISCOVERY_ANSWER_UNKNOWN) {
        fetch_document(machine, missing);
    } else if (answer == DISCOVERY_ANSWER_SERVED) {
        member->phase = KUBE_FEED_PHASE_OPEN;
        kube_subscription_open(member->subscription, version);
    } else {
        char text[256];
        snprintf(text, sizeof text, "%s does not have %s.%s", kube_client_region(machine->client), kind->plural, kind->group);
        member->phase = KUBE_FEED_PHASE_ABSENT;
        kube_subscription_report(member->subscription, TABLE_STATE_ABSENT, text);
        plan_recheck(machine);
    }
}

static void resolve_all(struct kube_feed_machine *machine)
{
    for (size_t i = 0; i < machine->members.count; i++) {
        struct kube_feed_member *member = &machine->members.items[i];
        if (member->phase == KUBE_FEED_PHASE_RESOLVING && !kube_subscription_is_open(member->subscription))
            resolve(machine, member);
    }
}

static void recheck(void *context)
{
    struct kube_feed_machine *machine = context;
    machine->recheck_timer = 0;
    discovery_clear(machine->discovery);
    for (size_t i = 0; i < machine->members.count; i++)
        if (machine->members.items[i].phase == KUBE_FEED_PHASE_ABSENT)
            machine->members.items[i].phase = KUBE_FEED_PHASE_RESOLVING;
    resolve_all(machine);
}

static void plan_recheck(struct kube_feed_machine *machine)
{
    if (machine->recheck_timer == 0 && !machine->closing)
        machine->recheck_timer = http_thread_add_timer(machine->thread, KUBE_FEED_RECHECK_MS, recheck, machine);
}

void kube_feed_machine_absent(void *context, struct kube_subscription *subscription)
{
    struct kube_feed_machine *machine = context;
    struct kube_feed_member *member = find_member(machine, subscription);
    if (member == NULL || member->phase != KUBE_FEED_PHASE_OPEN)
        return;
    const struct kind *kind = kube_subscription_kind(subscription);
    if (kind->group[0] == '\0' || kind->dynamic_count > 0)
        return; /* nothing to choose: the watch itself looks again */
    member->phase = KUBE_FEED_PHASE_ABSENT;
    kube_subscription_pause(subscription);
    plan_recheck(machine);
}

/* ---- probe */

static void post_proof(struct kube_feed_machine *machine, enum status status, const char *text, const char *protocol,
                       int64_t latency_ms, bool is_probe)
{
    struct kube_feed_proof *proof = alloc_new(struct kube_feed_proof);
    *proof = (struct kube_feed_proof){.status = status, .latency_ms = latency_ms, .dropped = machine->dropped};
    for (size_t i = 0; i < machine->members.count; i++)
        proof->dropped += kube_subscription_dropped(machine->members.items[i].subscription);
    snprintf(proof->text, sizeof proof->text, "%s", text);
    snprintf(proof->protocol, sizeof proof->protocol, "%s", protocol);
    uint64_t key = (uint64_t)(uintptr_t)machine * 0x9e3779b97f4a7c15u;
    struct feed_message message = {.apply = machine->proved, .data = proof, .size = sizeof *proof,
                                   .coalesce = (key << 1 | (is_probe ? 1 : 0)) | (uint64_t)1 << 63};
    feed_post(machine->anchor, machine->inbox, &message);
}

void kube_feed_machine_alive(void *context)
{
    struct kube_feed_machine *machine = context;
    machine->alive_ms = clock_monotonic_ms();
    if (machine->is_down || machine->alive_ms - machine->alive_posted_ms < ALIVE_POST_MS)
        return; /* a lamp that is down is lit by the probe only */
    machine->alive_posted_ms = machine->alive_ms;
    post_proof(machine, STATUS_OK, "", "", -1, false);
}

static void start_probe(void *context);

static void plan_probe(struct kube_feed_machine *machine)
{
    machine->probe_timer = http_thread_add_timer(machine->thread, KUBE_FEED_PROBE_MS, start_probe, machine);
}

static void retry_all(struct kube_feed_machine *machine)
{
    for (size_t i = 0; i < machine->members.count; i++)
        kube_subscription_retry(machine->members.items[i].subscription);
    resolve_all(machine);
}

static void probe_failed(struct kube_feed_machine *machine, const struct feed_fetch_reply *reply)
{
    if (reply->status == STATUS_TIMEOUT) {
        if (machine->alive_ms >= machine->probe_began_ms)
            return; /* slow to answer, but bytes keep coming */
        http_thread_cut(machine->thread, kube_client_server(machine->client));
    }
    machine->is_down = true;
    if (reply->status != STATUS_OK) {
        post_proof(machine, reply->status, reply->text, "", -1, true);
        return;
    }
    char text[256];
    snprintf(text, sizeof text, "%s answers %d %s", kube_client_server(machine->client), reply->code,
             http_response_reason(reply->code));
    post_proof(machine, STATUS_UNREACHABLE, text, reply->protocol, -1, true);
}

/* Any answer but "I am not well" proves life: 403 on /livez is common for identities that may do everything else. */
static void on_probe(void *context, const struct feed_fetch_reply *reply)
{
    struct kube_feed_machine *machine = context;
    machine->probe = 0;
    machine->running--;
    if (machine->closing) {
        leave_when_done(machine);
        return;
    }
    if (reply->status != STATUS_OK || reply->code >= 500) {
        probe_failed(machine, reply);
    } else {
        char text[256] = "";
        bool was_down = machine->is_down || (machine->is_denied && reply->code != 401);
        machine->is_down = false;
        machine->is_denied = reply->code == 401;
        if (machine->is_denied)
            snprintf(text, sizeof text, "%s does not accept these credentials (401)", kube_client_server(machine->client));
        post_proof(machine, reply->code == 401 ? STATUS_UNAUTHENTICATED : STATUS_OK, text, reply->protocol, reply->total_ms, true);
        if (was_down)
            retry_all(machine);
        else
            resolve_all(machine);
    }
    for (size_t i = 0; i < machine->members.count; i++)
        kube_subscription_tick(machine->members.items[i].subscription);
    plan_probe(machine);
}

static void start_probe(void *context)
{
    struct kube_feed_machine *machine = context;
    machine->probe_timer = 0;
    machine->probe_began_ms = clock_monotonic_ms();
    machine->probe = fetch(machine, "/livez", PROBE_TIMEOUT_MS, on_probe, machine);
}

/* ---- life */

static void start_on_thread(void *context)
{
    start_probe(context);
}

void kube_feed_machine_start(struct kube_feed_machine *machine)
{
    feed_gate_enter(machine->gate);
    if (!http_thread_call(machine->thread, start_on_thread, machine))
        feed_gate_leave(machine->gate);
}

struct errand {
    struct kube_feed_machine *machine;
    struct kube_subscription *subscription;
};

static void send(struct kube_feed_machine *machine, void (*fn)(void *context), struct kube_subscription *subscription)
{
    struct errand *errand = alloc_new(struct errand);
    *errand = (struct errand){machine, subscription};
    if (!http_thread_call(machine->thread, fn, errand))
        free(errand);
}

static void add_on_thread(void *context)
{
    struct errand *errand = context;
    struct kube_feed_member member = {errand->subscription, KUBE_FEED_PHASE_RESOLVING};
    ARRAY_PUSH(&errand->machine->members, member);
    resolve(errand->machine, &errand->machine->members.items[errand->machine->members.count - 1]);
    free(errand);
}

void kube_feed_machine_add(struct kube_feed_machine *machine, struct kube_subscription *subscription)
{
    send(machine, add_on_thread, subscription);
}

static void remove_on_thread(void *context)
{
    struct errand *errand = context;
    kube_subscription_close(errand->subscription);
    free(errand);
}

void kube_feed_machine_remove(struct kube_feed_machine *machine, struct kube_subscription *subscription)
{
    send(machine, remove_on_thread, subscription);
}

void kube_feed_machine_closed(void *context, struct kube_subscription *subscription)
{
    struct kube_feed_machine *machine = context;
    struct kube_feed_member *member = find_member(machine, subscription);
    machine->dropped += kube_subscription_dropped(subscription);
    if (member != NULL)
        ARRAY_REMOVE(&machine->members, (size_t)(member - machine->members.items));
    kube_subscription_free(subscription);
    leave_when_done(machine);
}

static void retry_on_thread(void *context)
{
    struct kube_feed_machine *machine = context;
    if (machine->closing)
        return;
    retry_all(machine);
    if (machine->probe_timer != 0) {
        http_thread_cancel_timer(machine->thread, machine->probe_timer);
        start_probe(machine);
    }
}

void kube_feed_machine_retry(struct kube_feed_machine *machine)
{
    http_thread_call(machine->thread, retry_on_thread, machine);
}

static void close_on_thread(void *context)
{
    struct kube_feed_machine *machine = context;
    http_thread_cancel_timer(machine->thread, machine->probe_timer);
    http_thread_cancel_timer(machine->thread, machine->recheck_timer);
    machine->probe_timer = machine->recheck_timer = 0;
    size_t count = machine->members.count;
    struct kube_subscription **subscriptions = alloc_zeroed(count, sizeof *subscriptions);
    for (size_t i = 0; i < count; i++)
        subscriptions[i] = machine->members.items[i].subscription;
    for (size_t i = 0; i < count; i++) /* members leave the array as they close */
        kube_subscription_close(subscriptions[i]);
    free(subscriptions);
    machine->closing = true;
    for (size_t i = 0; i < KUBE_FEED_DOCUMENTS_MAX; i++)
        if (machine->documents[i].used)
            http_thread_cancel(machine->thread, machine->documents[i].transfer);
    if (machine->probe != 0)
        http_thread_cancel(machine->thread, machine->probe);
    leave_when_done(machine);
}

void kube_feed_machine_close(struct kube_feed_machine *machine)
{
    if (!http_thread_call(machine->thread, close_on_thread, machine))
        feed_gate_leave(machine->gate); /* the thread has ended: nothing runs any more */
}
