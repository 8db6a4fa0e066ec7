/* The probe is the proof of life; when it finds a dead peer, every transfer to it is cut, and when the peer is back, nobody waits
 * for the end of a back-off. What the server has and what we may read of it are matters of kube_feed_discovery.c and
 * kube_feed_rights.c. */
#include "feed/kube_feed_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

#define PROBE_TIMEOUT_MS 2000
#define ALIVE_POST_MS 1000
#define URL_MAXIMUM 1024

struct kube_feed_machine *kube_feed_machine_new(const struct kube_feed_machine *parts)
{
    struct kube_feed_machine *machine = alloc_new(struct kube_feed_machine);
    *machine = *parts;
    machine->reader = json_reader_new();
    machine->discovery = discovery_new();
    machine->alive_ms = machine->alive_posted_ms = machine->discovered_ms = machine->rights.finished_ms = -1;
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

void kube_feed_machine_leave(struct kube_feed_machine *machine)
{
    bool busy = machine->running > 0 || machine->members.count > 0 || kube_feed_bell_is_open(machine);
    if (!machine->closing || machine->left || busy)
        return;
    machine->left = true;
    feed_gate_leave(machine->gate); /* the UI thread may free the machine from here on */
}

struct kube_feed_member *kube_feed_machine_member(struct kube_feed_machine *machine, const struct kube_subscription *subscription)
{
    for (size_t i = 0; i < machine->members.count; i++)
        if (machine->members.items[i].subscription == subscription)
            return &machine->members.items[i];
    return NULL;
}

uint64_t kube_feed_machine_fetch(struct kube_feed_machine *machine, const struct kube_feed_fetch *fetch,
                                 void (*done)(void *context, const struct feed_fetch_reply *reply), void *context)
{
    CLEANUP(bytebuf_done) struct bytebuf url;
    bytebuf_init(&url, URL_MAXIMUM);
    bytebuf_printf(&url, "%s%s", kube_client_server(machine->client), fetch->path);
    struct http_request request = {
        .url = bytebuf_text(&url),
        .identity = kube_client_identity(machine->client),
        .proxy = kube_client_proxy(machine->client),
        .accept = fetch->accept,
        .connect_timeout_ms = fetch->timeout_ms,
        .total_timeout_ms = fetch->timeout_ms,
        .accept_compressed = true,
    };
    if (fetch->body.length > 0) { /* reviews: nothing is changed by asking twice */
        request.method = "POST";
        request.content_type = "application/json";
        request.body = fetch->body;
        request.repeatable = true;
    }
    uint64_t id = feed_fetch(machine->thread, &request, done, context);
    machine->running += id != 0;
    return id;
}

bool kube_feed_machine_fetched(struct kube_feed_machine *machine)
{
    machine->running--;
    if (machine->closing)
        kube_feed_machine_leave(machine);
    return !machine->closing;
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

/* A probe that ran out of time while bytes came is repeated at once: with another pause, a peer that fell silent just after
 * it began would be told of too late. */
static void plan_probe(struct kube_feed_machine *machine, bool at_once)
{
    machine->probe_timer = http_thread_add_timer(machine->thread, at_once ? 0 : KUBE_FEED_PROBE_MS, start_probe, machine);
}

static void retry_all(struct kube_feed_machine *machine)
{
    kube_feed_discovery_recheck(machine, 0);
    for (size_t i = 0; i < machine->members.count; i++)
        kube_subscription_retry(machine->members.items[i].subscription);
    kube_feed_discovery_resolve_all(machine);
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
    if (!kube_feed_machine_fetched(machine))
        return;
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
            kube_feed_discovery_resolve_all(machine);
    }
    for (size_t i = 0; i < machine->members.count; i++)
        kube_subscription_tick(machine->members.items[i].subscription);
    plan_probe(machine, reply->status == STATUS_TIMEOUT && machine->alive_ms >= machine->probe_began_ms);
}

static void start_probe(void *context)
{
    struct kube_feed_machine *machine = context;
    machine->probe_timer = 0;
    machine->probe_began_ms = clock_monotonic_ms();
    struct kube_feed_fetch fetch = {.path = "/livez", .timeout_ms = PROBE_TIMEOUT_MS};
    machine->probe = kube_feed_machine_fetch(machine, &fetch, on_probe, machine);
}

/* ---- life */

static void start_on_thread(void *context)
{
    start_probe(context);
    kube_feed_bell_open(context);
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
    struct kube_feed_member member = {.subscription = errand->subscription, .phase = KUBE_FEED_PHASE_RESOLVING, .opened_ms = -1};
    ARRAY_PUSH(&errand->machine->members, member);
    kube_feed_discovery_resolve(errand->machine, &errand->machine->members.items[errand->machine->members.count - 1]);
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
    struct kube_feed_member *member = kube_feed_machine_member(machine, subscription);
    machine->dropped += kube_subscription_dropped(subscription);
    if (member != NULL)
        ARRAY_REMOVE(&machine->members, (size_t)(member - machine->members.items));
    kube_subscription_free(subscription);
    kube_feed_machine_leave(machine);
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
    machine->probe_timer = 0;
    kube_feed_discovery_close(machine);
    kube_feed_rights_close(machine);
    kube_feed_bell_close(machine);
    size_t count = machine->members.count;
    struct kube_subscription **subscriptions = alloc_zeroed(count, sizeof *subscriptions);
    for (size_t i = 0; i < count; i++)
        subscriptions[i] = machine->members.items[i].subscription;
    for (size_t i = 0; i < count; i++) /* members leave the array as they close */
        kube_subscription_close(subscriptions[i]);
    free(subscriptions);
    machine->closing = true;
    if (machine->probe != 0)
        http_thread_cancel(machine->thread, machine->probe);
    kube_feed_machine_leave(machine);
}

void kube_feed_machine_close(struct kube_feed_machine *machine)
{
    if (!http_thread_call(machine->thread, close_on_thread, machine))
        feed_gate_leave(machine->gate); /* the thread has ended: nothing runs any more */
}
