/* Asking without waiting; see spine_ask.h. */
#include "screen/spine_ask.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "feed/feed_post.h"

#define ASK_EVERY_MS 5000
#define RETRY_MS 2000
#define LOST_MS 30000

struct spine_ask {
    struct screen_host *host;
    struct feed_anchor *anchor;
    char *stream;
    int64_t due_ms;
    bool under_way, fresh, answered;
    struct spine_streams streams;
    struct spine_consumers consumers;
    struct error problem;
};

/* On its way over the worker and back. */
struct question {
    struct feed_anchor *anchor;
    struct inbox *inbox;
    char *stream;
    struct spine_streams streams;
    struct spine_consumers consumers;
    struct error problem;
};

static void free_question(void *context)
{
    struct question *question = context;
    feed_anchor_unref(question->anchor);
    spine_facts_free_streams(&question->streams);
    spine_facts_free_consumers(&question->consumers);
    free(question->stream);
    free(question);
}

static void work(struct nats_link *link, void *context)
{
    struct question *question = context;
    error_clear(&question->problem);
    if (question->stream == NULL)
        (void)spine_facts_ask_streams(link, &question->streams, &question->problem);
    else
        (void)spine_facts_ask_consumers(link, question->stream, &question->consumers, &question->problem);
}

static void apply(void *owner, void *data)
{
    struct spine_ask *ask = owner;
    struct question *question = data;
    ask->under_way = false;
    ask->problem = question->problem;
    ask->due_ms = clock_monotonic_ms() + (question->problem.status == STATUS_OK ? ASK_EVERY_MS : RETRY_MS);
    if (question->problem.status == STATUS_OK) {
        spine_facts_free_streams(&ask->streams);
        spine_facts_free_consumers(&ask->consumers);
        ask->streams = question->streams;
        ask->consumers = question->consumers;
        question->streams = (struct spine_streams){0};
        question->consumers = (struct spine_consumers){0};
        ask->fresh = ask->answered = true;
    }
    ask->host->repaint(ask->host->app);
}

/* The answer travels in a copy: the job's own question is disposed of by the worker, whether it was answered or not. */
static void post(void *context)
{
    struct question *question = context, *answer = alloc_new(struct question);
    *answer = *question;
    answer->anchor = feed_anchor_ref(question->anchor);
    answer->stream = NULL;
    question->streams = (struct spine_streams){0};
    question->consumers = (struct spine_consumers){0};
    struct feed_message message = {.apply = apply, .dispose = free_question, .data = answer, .size = sizeof *answer};
    feed_post(question->anchor, question->inbox, &message);
}

struct spine_ask *spine_ask_new(struct screen_host *host, const char *stream)
{
    struct spine_ask *ask = alloc_new(struct spine_ask);
    ask->host = host;
    ask->anchor = feed_anchor_new(ask);
    ask->stream = alloc_strdup(stream);
    return ask;
}

void spine_ask_free(struct spine_ask *ask)
{
    if (ask == NULL)
        return;
    feed_anchor_mute(ask->anchor);
    feed_anchor_unref(ask->anchor);
    spine_facts_free_streams(&ask->streams);
    spine_facts_free_consumers(&ask->consumers);
    free(ask->stream);
    free(ask);
}

static void ask_now(struct spine_ask *ask, struct nats_link *link)
{
    static const struct nats_link_job JOB = {work, post, free_question};
    struct question *question = alloc_new(struct question);
    question->anchor = feed_anchor_ref(ask->anchor);
    question->inbox = ask->host->inbox;
    question->stream = alloc_strdup(ask->stream);
    ask->under_way = nats_link_run(link, &JOB, question);
    ask->due_ms = clock_monotonic_ms() + RETRY_MS;
}

bool spine_ask_turn(struct spine_ask *ask)
{
    struct nats_link *link = ask->host->feeds != NULL ? feed_set_nats(ask->host->feeds) : NULL;
    if (link == NULL)
        error_set(&ask->problem, STATUS_UNSUPPORTED, "NATS is not configured for this Sovereign: name it in the configuration, with --nats URL, "
                                                     "--nats-context NAME or NATS_URL");
    else if (clock_monotonic_ms() >= ask->due_ms + (ask->under_way ? LOST_MS : 0)) /* a full inbox loses an answer */
        ask_now(ask, link);
    bool fresh = ask->fresh;
    ask->fresh = false;
    return fresh;
}

void spine_ask_take_streams(struct spine_ask *ask, struct spine_streams *ret)
{
    *ret = ask->streams;
    ask->streams = (struct spine_streams){0};
}

void spine_ask_take_consumers(struct spine_ask *ask, struct spine_consumers *ret)
{
    *ret = ask->consumers;
    ask->consumers = (struct spine_consumers){0};
}

bool spine_ask_is_answered(const struct spine_ask *ask)
{
    return ask->answered;
}

const char *spine_ask_problem(const struct spine_ask *ask)
{
    return ask->problem.text;
}
