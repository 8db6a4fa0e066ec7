/* Discovery first: a kind is watched at a version that the server says it has, because a watch on something that is not there
 * would be asked for again and again. What is absent is looked for again every minute, and soon after a bell rings; never more
 * often than every few seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "feed/kube_feed_machine.h"

#define DOCUMENT_TIMEOUT_MS 10000
#define JUST_OPENED_MS 10000

struct document {
    struct kube_feed_machine *machine;
    size_t slot;
};

static void open_member(struct kube_feed_member *member, const char *version)
{
    member->phase = KUBE_FEED_PHASE_OPEN;
    member->opened_ms = clock_monotonic_ms();
    kube_subscription_open(member->subscription, version);
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
        open_member(member, kube_subscription_kind(member->subscription)->version);
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
    free(document);
    if (!kube_feed_machine_fetched(machine))
        return;
    bool is_groups = strcmp(path, "/apis") == 0;
    if (reply->status != STATUS_OK)
        error_set(&err, reply->status, "%s", reply->text);
    else if (is_groups && reply->code == 403)
        discovery_without_groups(machine->discovery);
    else if (!is_groups && reply->code >= 500)
        discovery_break(machine->discovery, path); /* the server of this group is away, the others are not */
    else if (reply->code / 100 != 2 && reply->code != 404)
        error_set(&err, http_response_code_status(reply->code), "discovery of %s on %s: %d %s", path,
                  kube_client_region(machine->client), reply->code, http_response_reason(reply->code));
    else
        discovery_take(machine->discovery, path, reply->code, reply->body, &err);
    if (err.status != STATUS_OK)
        document_failed(machine, path, reply->code, err.text);
    else
        kube_feed_discovery_resolve_all(machine);
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
    struct kube_feed_fetch fetch = {
        .path = path, .accept = strcmp(path, "/apis") == 0 ? DISCOVERY_ACCEPT : NULL, .timeout_ms = DOCUMENT_TIMEOUT_MS};
    machine->discovered_ms = clock_monotonic_ms();
    machine->documents[slot].transfer = kube_feed_machine_fetch(machine, &fetch, on_document, document);
    if (machine->documents[slot].transfer == 0) {
        machine->documents[slot].used = false;
        free(document);
    }
}

/* Neither served nor to be asked about now. */
static void set_absent(struct kube_feed_machine *machine, struct kube_feed_member *member, enum table_state state, const char *text)
{
    member->phase = KUBE_FEED_PHASE_ABSENT;
    kube_subscription_report(member->subscription, state, text);
    kube_feed_discovery_recheck(machine, KUBE_FEED_RECHECK_MS);
}

void kube_feed_discovery_resolve(struct kube_feed_machine *machine, struct kube_feed_member *member)
{
    const struct kind *kind = kube_subscription_kind(member->subscription);
    char version[DISCOVERY_VERSION_MAX], missing[DISCOVERY_PATH_MAX] = "", text[256];
    snprintf(version, sizeof version, "%s", kind->version);
    bool known = kind->group[0] == '\0' || kind->dynamic_count > 0; /* the core group has one version */
    enum discovery_answer answer =
        known ? DISCOVERY_ANSWER_SERVED : discovery_version(machine->discovery, kind, version, missing);
    switch (answer) {
    case DISCOVERY_ANSWER_UNKNOWN: fetch_document(machine, missing); break;
    case DISCOVERY_ANSWER_SERVED: open_member(member, version); break;
    case DISCOVERY_ANSWER_ABSENT:
        snprintf(text, sizeof text, "%s does not have %s.%s", kube_client_region(machine->client), kind->plural, kind->group);
        set_absent(machine, member, TABLE_STATE_ABSENT, text);
        break;
    case DISCOVERY_ANSWER_BROKEN:
        snprintf(text, sizeof text, "%s: the API service behind %s is away", kube_client_region(machine->client), missing);
        set_absent(machine, member, TABLE_STATE_STALE, text);
        break;
    }
}

void kube_feed_discovery_resolve_all(struct kube_feed_machine *machine)
{
    for (size_t i = 0; i < machine->members.count; i++) {
        struct kube_feed_member *member = &machine->members.items[i];
        if (member->phase == KUBE_FEED_PHASE_RESOLVING && !kube_subscription_is_open(member->subscription))
            kube_feed_discovery_resolve(machine, member);
    }
}

/* The bells ring while things are still being set up (a definition is there before it is served), hence once more later. */
static void recheck(void *context)
{
    struct kube_feed_machine *machine = context;
    machine->recheck_timer = 0;
    discovery_clear(machine->discovery);
    for (size_t i = 0; i < machine->members.count; i++)
        if (machine->members.items[i].phase == KUBE_FEED_PHASE_ABSENT)
            machine->members.items[i].phase = KUBE_FEED_PHASE_RESOLVING;
    if (machine->rings > 0 && --machine->rings > 0)
        kube_feed_discovery_recheck(machine, KUBE_FEED_DISCOVER_MS);
    kube_feed_discovery_resolve_all(machine);
}

void kube_feed_discovery_recheck(struct kube_feed_machine *machine, int64_t delay_ms)
{
    int64_t now_ms = clock_monotonic_ms();
    if (machine->closing)
        return;
    if (machine->discovered_ms >= 0 && delay_ms < machine->discovered_ms + KUBE_FEED_DISCOVER_MS - now_ms)
        delay_ms = machine->discovered_ms + KUBE_FEED_DISCOVER_MS - now_ms;
    if (machine->recheck_timer != 0 && machine->recheck_due_ms <= now_ms + delay_ms)
        return;
    http_thread_cancel_timer(machine->thread, machine->recheck_timer);
    machine->recheck_due_ms = now_ms + delay_ms;
    machine->recheck_timer = http_thread_add_timer(machine->thread, delay_ms, recheck, machine);
}

/* 404: is it served at another version, or not at all? What was opened just now is not opened again at once. */
void kube_feed_machine_absent(void *context, struct kube_subscription *subscription)
{
    struct kube_feed_machine *machine = context;
    struct kube_feed_member *member = kube_feed_machine_member(machine, subscription);
    if (member == NULL || member->phase != KUBE_FEED_PHASE_OPEN)
        return;
    const struct kind *kind = kube_subscription_kind(subscription);
    char text[256];
    snprintf(text, sizeof text, "%s does not have %s%s%s (404)", kube_client_region(machine->client), kind->plural,
             kind->group[0] != '\0' ? "." : "", kind->group);
    if (kind->group[0] == '\0' || kind->dynamic_count > 0) {
        kube_subscription_report(subscription, TABLE_STATE_ABSENT, text);
        return; /* nothing to choose: the watch itself looks again */
    }
    bool just_opened = clock_monotonic_ms() - member->opened_ms < JUST_OPENED_MS;
    member->phase = KUBE_FEED_PHASE_ABSENT;
    kube_subscription_pause(subscription);
    kube_feed_discovery_recheck(machine, just_opened ? KUBE_FEED_RECHECK_MS : 0);
}

void kube_feed_discovery_close(struct kube_feed_machine *machine)
{
    http_thread_cancel_timer(machine->thread, machine->recheck_timer);
    machine->recheck_timer = 0;
    for (size_t i = 0; i < KUBE_FEED_DOCUMENTS_MAX; i++)
        if (machine->documents[i].used)
            http_thread_cancel(machine->thread, machine->documents[i].transfer);
}
