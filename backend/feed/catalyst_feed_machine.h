/* The HTTP thread's half of a catalyst_feed: what is asked when. Internal to the layer. */
#ifndef FEED_CATALYST_FEED_MACHINE_H
#define FEED_CATALYST_FEED_MACHINE_H

#include "base/worker.h"
#include "feed/feed_gate.h"
#include "feed/feed_post.h"
#include "sovereign/catalyst_client.h"

#define CATALYST_FEED_PROBE_MS 2000
#define CATALYST_FEED_POLL_RUNNING_MS 5000
#define CATALYST_FEED_POLL_IDLE_MS 30000

enum catalyst_feed_question {
    CATALYST_FEED_QUESTION_HEALTH,
    CATALYST_FEED_QUESTION_SELF,
    CATALYST_FEED_QUESTION_WHOAMI,
    CATALYST_FEED_QUESTION_CUTOVER,
    CATALYST_FEED_QUESTION_RECONCILERS,
    CATALYST_FEED_QUESTION_EVENTS, /* never asked: how the stream of events stands */
    CATALYST_FEED_QUESTION_COUNT,
};

/* One answer, or why there is none; the UI thread makes store and lamp of it. */
struct catalyst_feed_answer {
    enum catalyst_feed_question question;
    enum status status;
    char text[256], protocol[32], url[160]; /* url: the host in use */
    int64_t latency_ms;
    union {
        struct catalyst_self self;
        struct catalyst_whoami whoami;
        struct catalyst_cutover cutover;
        struct catalyst_reconcilers reconcilers;
    } told;
};

struct catalyst_feed_machine;

struct catalyst_feed_machine_options {
    struct http_thread *thread;
    struct inbox *inbox;
    struct worker *worker;
    struct feed_gate *gate;
    struct feed_anchor *anchor;
    struct catalyst_client *client;
    void (*answered)(void *feed, void *answer); /* UI: a struct catalyst_feed_answer */
    void (*happened)(void *feed, void *event);  /* UI: a struct catalyst_event */
};

/* UI */
struct catalyst_feed_machine *catalyst_feed_machine_new(const struct catalyst_feed_machine_options *options);
void catalyst_feed_machine_start(struct catalyst_feed_machine *machine);
void catalyst_feed_machine_close(struct catalyst_feed_machine *machine);
void catalyst_feed_machine_free(struct catalyst_feed_machine *machine);
void catalyst_feed_machine_retry(struct catalyst_feed_machine *machine);
void catalyst_feed_machine_refresh(struct catalyst_feed_machine *machine);
void catalyst_feed_machine_renew(struct catalyst_feed_machine *machine); /* the client has another identity now: ask everything */

#endif
