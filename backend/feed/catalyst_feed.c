/* The UI thread's half: answers to the store's claims, events to the timeline, and the lamp. */
#include "feed/catalyst_feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "feed/catalyst_feed_machine.h"

struct verdict {
    bool known;
    enum status status;
    char text[256];
};

struct catalyst_feed {
    struct catalyst_feed_options options;
    struct catalyst_feed_machine *machine; /* NULL: not configured */
    struct feed_anchor *anchor;
    struct feed_health *health;
    struct verdict verdicts[CATALYST_FEED_QUESTION_COUNT];
};

/* ---- lamp */

static enum feed_state judge(const struct catalyst_feed *feed, const char **text)
{
    const struct verdict *health = &feed->verdicts[CATALYST_FEED_QUESTION_HEALTH];
    *text = "";
    if (!health->known)
        return FEED_STATE_STARTING;
    if (health->status != STATUS_OK) {
        *text = health->text;
        return health->status == STATUS_UNAUTHENTICATED ? FEED_STATE_DENIED : FEED_STATE_DOWN;
    }
    const struct verdict *events = &feed->verdicts[CATALYST_FEED_QUESTION_EVENTS];
    static const enum catalyst_feed_question ASKED[] = {CATALYST_FEED_QUESTION_WHOAMI, CATALYST_FEED_QUESTION_CUTOVER};
    for (size_t i = 0; i < ARRAY_LENGTH(ASKED); i++) {
        const struct verdict *verdict = &feed->verdicts[ASKED[i]];
        if (!verdict->known || verdict->status == STATUS_OK)
            continue;
        *text = verdict->text;
        bool denied = verdict->status == STATUS_UNAUTHENTICATED || verdict->status == STATUS_FORBIDDEN;
        return denied ? FEED_STATE_DENIED : FEED_STATE_LIMITED;
    }
    if (events->known && events->status != STATUS_OK) {
        *text = events->text;
        return FEED_STATE_LIMITED;
    }
    return FEED_STATE_LIVE;
}

static void refresh_lamp(struct catalyst_feed *feed)
{
    const char *text;
    enum feed_state state = judge(feed, &text);
    if (feed_health_set(feed->health, state, text))
        store_touch(feed->options.store);
}

/* ---- answers */

static void learn_fqdn(struct store *store, const char *fqdn)
{
    if (store->fqdn[0] == '\0' && fqdn[0] != '\0')
        snprintf(store->fqdn, sizeof store->fqdn, "%s", fqdn);
}

static void take_self(struct store *store, const struct catalyst_self *self)
{
    snprintf(store->catalyst.fqdn, sizeof store->catalyst.fqdn, "%s", self->fqdn);
    snprintf(store->catalyst.deployment_id, sizeof store->catalyst.deployment_id, "%s", self->deployment_id);
    learn_fqdn(store, self->fqdn);
}

static void take_whoami(struct catalyst_feed *feed, const struct catalyst_whoami *whoami)
{
    struct store *store = feed->options.store;
    catalyst_client_note_whoami(feed->options.sovereign->catalyst, whoami);
    snprintf(store->catalyst.user, sizeof store->catalyst.user, "%s", whoami->email);
    snprintf(store->catalyst.tier, sizeof store->catalyst.tier, "%s", whoami->tier);
    if (store->catalyst.deployment_id[0] == '\0')
        snprintf(store->catalyst.deployment_id, sizeof store->catalyst.deployment_id, "%s", whoami->deployment_id);
    learn_fqdn(store, whoami->fqdn);
}

static void take_cutover(struct store *store, const struct catalyst_cutover *cutover)
{
    struct store_catalyst *kept = &store->catalyst;
    kept->cutover_known = true;
    kept->cutover_read_ms = clock_monotonic_ms();
    snprintf(kept->cutover_state, sizeof kept->cutover_state, "%s", cutover->state);
    snprintf(kept->current_step, sizeof kept->current_step, "%s", cutover->current_step);
    snprintf(kept->failed_step, sizeof kept->failed_step, "%s", cutover->failed_step);
    snprintf(kept->last_error, sizeof kept->last_error, "%s", cutover->last_error);
    kept->current_index = cutover->current_index;
    kept->total_steps = cutover->total_steps;
    kept->progress_percent = cutover->progress_percent;
    kept->started_ms = cutover->started_ms;
    kept->last_attempt_ms = cutover->last_attempt_ms;
    kept->finished_ms = cutover->finished_ms;
    kept->step_count = 0;
    for (size_t i = 0; i < cutover->step_count && i < ARRAY_LENGTH(kept->steps); i++) {
        const struct catalyst_step *step = &cutover->steps[i];
        snprintf(kept->steps[i].name, sizeof kept->steps[i].name, "%s", step->name);
        snprintf(kept->steps[i].result, sizeof kept->steps[i].result, "%s", step->result);
        snprintf(kept->steps[i].job, sizeof kept->steps[i].job, "%s", step->job);
        kept->steps[i].started_ms = step->started_ms;
        kept->steps[i].finished_ms = step->finished_ms;
        kept->step_count++;
    }
}

static void take(struct catalyst_feed *feed, const struct catalyst_feed_answer *answer)
{
    struct store *store = feed->options.store;
    struct store_catalyst before = store->catalyst;
    switch (answer->question) {
    case CATALYST_FEED_QUESTION_SELF: take_self(store, &answer->told.self); break;
    case CATALYST_FEED_QUESTION_WHOAMI: take_whoami(feed, &answer->told.whoami); break;
    case CATALYST_FEED_QUESTION_CUTOVER: take_cutover(store, &answer->told.cutover); break;
    case CATALYST_FEED_QUESTION_RECONCILERS:
        store->catalyst.reconciled = answer->told.reconcilers.reconciled;
        store->catalyst.reconcilers_total = answer->told.reconcilers.total;
        break;
    default: break;
    }
    before.cutover_read_ms = store->catalyst.cutover_read_ms;
    if (memcmp(&before, &store->catalyst, sizeof before) != 0)
        store_touch(store);
}

static void apply_answer(void *owner, void *data)
{
    struct catalyst_feed *feed = owner;
    const struct catalyst_feed_answer *answer = data;
    struct verdict *verdict = &feed->verdicts[answer->question];
    bool was_down = feed->health->state == FEED_STATE_DOWN;
    verdict->known = true;
    verdict->status = answer->status;
    snprintf(verdict->text, sizeof verdict->text, "%s", answer->text);
    snprintf(feed->health->address, sizeof feed->health->address, "%s", answer->url);
    if (answer->status == STATUS_OK && answer->question != CATALYST_FEED_QUESTION_EVENTS) {
        bool is_probe = answer->question == CATALYST_FEED_QUESTION_HEALTH;
        feed_health_proof(feed->health, is_probe ? answer->latency_ms : -1);
        snprintf(feed->health->protocol, sizeof feed->health->protocol, "%s", answer->protocol);
        take(feed, answer);
    }
    const struct store_catalyst *known = &feed->options.store->catalyst;
    snprintf(feed->health->identity, sizeof feed->health->identity, "%s%s%s%s", known->user, known->tier[0] != '\0' ? " (" : "", known->tier,
             known->tier[0] != '\0' ? ")" : "");
    refresh_lamp(feed);
    feed->health->reconnects += was_down && feed->health->state != FEED_STATE_DOWN;
}

static void apply_event(void *owner, void *data)
{
    struct catalyst_feed *feed = owner;
    const struct catalyst_event *event = data;
    struct timeline_entry entry = {.at_ms = event->at_ms, .source = TIMELINE_SOURCE_CUTOVER, .region = -1};
    bool good = strcmp(event->phase, "cutover-step-finished") == 0 || strcmp(event->phase, "cutover-completed") == 0;
    entry.tone = strcmp(event->level, "error") == 0 ? TONE_BAD : strcmp(event->level, "warn") == 0 ? TONE_WARN
                 : good                                ? TONE_GOOD
                                                       : TONE_PROGRESS;
    char text[sizeof entry.text + 64];
    snprintf(entry.object, sizeof entry.object, "%s", event->step[0] != '\0' ? event->step : "cutover");
    snprintf(text, sizeof text, "catalyst-api: %s", event->message);
    sanitize_line_into(entry.text, sizeof entry.text, text, strlen(text));
    store_note(feed->options.store, &entry);
}

/* ---- life */

static void add_lamp(struct catalyst_feed *feed)
{
    const struct sovereign *sovereign = feed->options.sovereign;
    feed->health = store_add_feed(feed->options.store, FEED_KIND_CATALYST, -1, "api");
    if (feed->health == NULL)
        return;
    if (sovereign->catalyst == NULL) {
        bool broken = sovereign->catalyst_error.status != STATUS_OK;
        feed_health_set(feed->health, broken ? FEED_STATE_DOWN : FEED_STATE_OFF,
                        broken ? sovereign->catalyst_error.text : "catalyst-api is not configured");
        return;
    }
    snprintf(feed->health->address, sizeof feed->health->address, "%s", catalyst_client_url(sovereign->catalyst));
    feed_health_set(feed->health, FEED_STATE_STARTING, "connecting");
}

struct catalyst_feed *catalyst_feed_start(const struct catalyst_feed_options *options)
{
    struct catalyst_feed *feed = alloc_new(struct catalyst_feed);
    feed->options = *options;
    feed->anchor = feed_anchor_new(feed);
    add_lamp(feed);
    if (feed->health == NULL || options->sovereign->catalyst == NULL)
        return feed;
    struct catalyst_feed_machine_options machine = {
        .thread = options->thread,
        .inbox = options->inbox,
        .worker = options->worker,
        .gate = options->gate,
        .anchor = feed->anchor,
        .client = options->sovereign->catalyst,
        .answered = apply_answer,
        .happened = apply_event,
    };
    feed->machine = catalyst_feed_machine_new(&machine);
    catalyst_feed_machine_start(feed->machine);
    return feed;
}

void catalyst_feed_close(struct catalyst_feed *feed)
{
    feed_anchor_mute(feed->anchor);
    if (feed->machine != NULL)
        catalyst_feed_machine_close(feed->machine);
}

void catalyst_feed_free(struct catalyst_feed *feed)
{
    if (feed == NULL)
        return;
    catalyst_feed_machine_free(feed->machine);
    feed_anchor_unref(feed->anchor);
    free(feed);
}

void catalyst_feed_retry(struct catalyst_feed *feed)
{
    if (feed->machine != NULL)
        catalyst_feed_machine_retry(feed->machine);
}

void catalyst_feed_renew(struct catalyst_feed *feed)
{
    if (feed->machine != NULL)
        catalyst_feed_machine_renew(feed->machine);
}

void catalyst_feed_refresh(struct catalyst_feed *feed)
{
    if (feed->machine != NULL)
        catalyst_feed_machine_refresh(feed->machine);
}

bool catalyst_feed_is_settled(const struct catalyst_feed *feed)
{
    if (feed->machine == NULL)
        return true;
    const struct verdict *health = &feed->verdicts[CATALYST_FEED_QUESTION_HEALTH];
    return health->known && (health->status != STATUS_OK || (feed->verdicts[CATALYST_FEED_QUESTION_CUTOVER].known &&
                                                             feed->verdicts[CATALYST_FEED_QUESTION_WHOAMI].known));
}
