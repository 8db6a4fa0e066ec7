/* Where may be listed what may not be listed everywhere: candidates are the context's namespace, those every Sovereign has, those
 * that rules name, and those that may be listed, up to a maximum; each is asked about with one SelfSubjectRulesReview. Runs when
 * a kind was refused, so about once a minute while one is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "feed/kube_feed_machine.h"
#include "sovereign/rules_review.h"

#define GATHER_MS 300   /* kinds are refused together: one search for all of them */
#define PAUSE_MS 5000   /* at least between two searches */
#define AT_ONCE 4
#define TIMEOUT_MS 10000
#define NAMESPACES_PATH "/api/v1/namespaces?limit=500"
#define NAMESPACES_ACCEPT "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

static const char *const PLATFORM_NAMESPACES[] = {"flux-system", "catalyst", "catalyst-system"};

static void add_namespace(struct kube_feed_rights *rights, struct span text)
{
    char name[sizeof rights->namespaces[0]];
    if (text.length == 0 || text.length >= sizeof name)
        return;
    sanitize_line_into(name, sizeof name, text.data, text.length);
    for (size_t i = 0; i < rights->count; i++)
        if (strcmp(rights->namespaces[i], name) == 0)
            return;
    if (rights->count == KUBE_SUBSCRIPTION_NAMESPACES_MAX)
        rights->has_more = true;
    else
        memcpy(rights->namespaces[rights->count++], name, sizeof name);
}

static void add_named(void *context, struct span text)
{
    add_namespace(context, text);
}

/* ---- the end */

static void finish(struct kube_feed_machine *machine)
{
    struct kube_feed_rights *rights = &machine->rights;
    rights->running = false;
    rights->finished_ms = clock_monotonic_ms();
    for (size_t i = 0; i < machine->members.count; i++) {
        struct kube_feed_member *member = &machine->members.items[i];
        const char *names[KUBE_SUBSCRIPTION_NAMESPACES_MAX];
        size_t count = 0;
        for (size_t n = 0; n < rights->count; n++)
            if ((member->allowed >> n & 1) != 0)
                names[count++] = rights->namespaces[n];
        if (kube_subscription_is_denied(member->subscription))
            kube_subscription_narrow(member->subscription, names, count, rights->has_more);
    }
    if (rights->again)
        kube_feed_rights_search(machine);
}

/* ---- one namespace after the other */

struct question {
    struct kube_feed_machine *machine;
    size_t at;
};

static void ask_next(struct kube_feed_machine *machine);

/* Without a clear answer the context's own namespace is tried: the list itself will tell. */
static void take_review(struct kube_feed_machine *machine, size_t at, struct json_value review, bool answered)
{
    struct kube_feed_rights *rights = &machine->rights;
    bool perhaps = !answered || rules_review_is_incomplete(review);
    bool own = strcmp(rights->namespaces[at], kube_client_namespace(machine->client)) == 0;
    for (size_t i = 0; i < machine->members.count; i++) {
        struct kube_feed_member *member = &machine->members.items[i];
        const struct kind *kind = kube_subscription_kind(member->subscription);
        if ((perhaps && own) || (answered && rules_review_allows(review, "list", kind->group, kind->plural)))
            member->allowed |= (uint32_t)1 << at;
    }
    if (answered)
        rules_review_each_namespace(review, add_named, rights);
}

static void on_review(void *context, const struct feed_fetch_reply *reply)
{
    struct question question = *(struct question *)context;
    struct kube_feed_machine *machine = question.machine;
    struct json_value review = {0};
    free(context);
    machine->rights.in_flight--;
    if (!kube_feed_machine_fetched(machine))
        return;
    bool answered = reply->status == STATUS_OK && reply->code / 100 == 2 &&
                    json_reader_parse(machine->reader, reply->body, &review, NULL) == STATUS_OK;
    take_review(machine, question.at, review, answered);
    ask_next(machine);
}

static void ask(struct kube_feed_machine *machine, size_t at)
{
    char body[256];
    if (!rules_review_request(machine->rights.namespaces[at], body, sizeof body))
        return;
    struct question *question = alloc_new(struct question);
    *question = (struct question){machine, at};
    struct kube_feed_fetch fetch = {.path = RULES_REVIEW_PATH, .body = span_of(body), .timeout_ms = TIMEOUT_MS};
    if (kube_feed_machine_fetch(machine, &fetch, on_review, question) != 0)
        machine->rights.in_flight++;
    else
        free(question);
}

static void ask_next(struct kube_feed_machine *machine)
{
    struct kube_feed_rights *rights = &machine->rights;
    while (rights->in_flight < AT_ONCE && rights->next < rights->count)
        ask(machine, rights->next++);
    if (rights->in_flight == 0)
        finish(machine);
}

static void on_namespaces(void *context, const struct feed_fetch_reply *reply)
{
    struct kube_feed_machine *machine = context;
    struct json_value root = {0};
    if (!kube_feed_machine_fetched(machine))
        return;
    bool answered = reply->status == STATUS_OK && reply->code / 100 == 2 &&
                    json_reader_parse(machine->reader, reply->body, &root, NULL) == STATUS_OK;
    struct json_iterator it = json_reader_iterate(json_reader_get(root, "items"));
    while (answered && json_reader_next(&it))
        add_namespace(&machine->rights, json_reader_string(json_reader_get(json_reader_get(it.value, "metadata"), "name")));
    ask_next(machine);
}

/* ---- the beginning */

static void begin(void *context)
{
    struct kube_feed_machine *machine = context;
    struct kube_feed_rights *rights = &machine->rights;
    struct kube_feed_fetch fetch = {.path = NAMESPACES_PATH, .accept = NAMESPACES_ACCEPT, .timeout_ms = TIMEOUT_MS};
    rights->timer = 0;
    rights->count = rights->next = 0;
    rights->has_more = false;
    add_namespace(rights, span_of(kube_client_namespace(machine->client)));
    for (size_t i = 0; i < sizeof PLATFORM_NAMESPACES / sizeof PLATFORM_NAMESPACES[0]; i++)
        add_namespace(rights, span_of(PLATFORM_NAMESPACES[i]));
    for (size_t i = 0; i < machine->members.count; i++)
        machine->members.items[i].allowed = 0;
    rights->running = kube_feed_machine_fetch(machine, &fetch, on_namespaces, machine) != 0;
}

void kube_feed_rights_search(struct kube_feed_machine *machine)
{
    struct kube_feed_rights *rights = &machine->rights;
    int64_t delay_ms = GATHER_MS;
    rights->again = rights->running;
    if (machine->closing || rights->running || rights->timer != 0)
        return;
    if (rights->finished_ms >= 0 && delay_ms < rights->finished_ms + PAUSE_MS - clock_monotonic_ms())
        delay_ms = rights->finished_ms + PAUSE_MS - clock_monotonic_ms();
    rights->timer = http_thread_add_timer(machine->thread, delay_ms, begin, machine);
}

void kube_feed_machine_denied(void *context, struct kube_subscription *subscription)
{
    kube_feed_rights_search(context);
}

void kube_feed_rights_close(struct kube_feed_machine *machine)
{
    http_thread_cancel_timer(machine->thread, machine->rights.timer);
    machine->rights.timer = 0;
}
