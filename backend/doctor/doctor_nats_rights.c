/* Permissions per subject, as the server applies them; see doctor_nats_rights.h. */
#include "doctor/doctor_nats_rights.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/array.h"
#include "transport/nats_tail.h"

#define EVENTS_SUBJECT "catalyst.>" /* what the console follows */
#define FOLLOW_MS 5000 /* it asks too, and one that is not permitted takes 2 s to be told */
#define CORE_SETTLES_MS 700 /* that a plain subscription is not permitted is told behind it */
#define LOOK_MS 100

/* What asks which question; `use` NULL: another line has said it. */
static const struct {
    const char *operation, *use;
    bool needs_stream;
} QUESTIONS[] = {
    {"STREAM.NAMES", NULL, false},
    {"STREAM.LIST", "screen Spine", false},
    {"STREAM.INFO", "screen Spine", true},
    {"CONSUMER.LIST", "consumers of screen Spine", true},
};

/* One question, on a thread of its own: one that is not permitted takes 2 s to be told. */
struct question {
    struct nats_link *link;
    const char *use;
    char operation[NATS_LINK_STREAM_NAME_MAX + 32];
    enum status status;
    struct error problem;
    pthread_t thread;
    bool is_thread;
};

static void *ask(void *context)
{
    struct question *question = context;
    char *reply = NULL;
    size_t length = 0;
    question->status = nats_link_api(question->link, question->operation, SPAN_EMPTY, &reply, &length, &question->problem);
    free(reply);
    return NULL;
}

static void note_question(struct doctor_look *look, const struct question *question, json_t *rights)
{
    static const char *const WORDS[] = {[STATUS_OK] = "yes", [STATUS_FORBIDDEN] = "no"};
    bool is_known = question->status == STATUS_OK || question->status == STATUS_FORBIDDEN;
    json_array_append_new(rights, json_pack("{s:s,s:s}", "subject", question->operation, "allowed", is_known ? WORDS[question->status] : "unknown"));
    if (question->status == STATUS_OK || question->use == NULL)
        return;
    diagnosis_note(look->section, "right", DIAGNOSIS_WARNING, "%s (%s)", question->problem.text, question->use);
    if (question->status == STATUS_FORBIDDEN)
        diagnosis_remedy(look->section, "let the user publish to $JS.API.%s and subscribe to _INBOX.>", question->operation);
}

static void ask_all(struct doctor_look *look, struct nats_link *link, const char *stream, json_t *rights)
{
    struct question *questions = alloc_zeroed(ARRAY_LENGTH(QUESTIONS), sizeof *questions);
    size_t count = 0, allowed = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(QUESTIONS); i++) {
        struct question *question = &questions[count];
        bool with_stream = QUESTIONS[i].needs_stream;
        if (with_stream && stream[0] == '\0')
            continue;
        count++;
        *question = (struct question){.link = link, .use = QUESTIONS[i].use};
        snprintf(question->operation, sizeof question->operation, "%s%s%s", QUESTIONS[i].operation, with_stream ? "." : "", with_stream ? stream : "");
        question->is_thread = pthread_create(&question->thread, NULL, ask, question) == 0;
        if (!question->is_thread)
            ask(question);
    }
    for (size_t i = 0; i < count; i++) {
        if (questions[i].is_thread)
            pthread_join(questions[i].thread, NULL);
        note_question(look, &questions[i], rights);
        allowed += questions[i].status == STATUS_OK;
    }
    if (allowed == count)
        diagnosis_note(look->section, "rights", DIAGNOSIS_OK, "streams and consumers may be listed");
    free(questions);
}

/* --- following, on the tail's threads --- */

struct doctor_nats_rights {
    struct nats_tail *tail;
    int64_t until_ms, settled_ms; /* settled: what was told stands from then on */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_told, is_closed;
    bool is_over; /* what comes now is the end, no answer */
    enum nats_tail_state state;
    char stream[NATS_LINK_STREAM_NAME_MAX], text[ERROR_TEXT_MAX];
};

static void skip_message(void *context, const struct nats_tail_message *message)
{
}

static void note_state(void *context, const struct nats_tail_status *status)
{
    struct doctor_nats_rights *follow = context;
    pthread_mutex_lock(&follow->lock);
    if (!follow->is_over) {
        follow->state = status->state;
        follow->is_told = status->state != NATS_TAIL_STATE_WAITING;
        follow->settled_ms = doctor_look_now() + (status->state == NATS_TAIL_STATE_CORE ? CORE_SETTLES_MS : 0);
        snprintf(follow->stream, sizeof follow->stream, "%s", status->stream);
        snprintf(follow->text, sizeof follow->text, "%s", status->text);
    }
    pthread_cond_signal(&follow->changed);
    pthread_mutex_unlock(&follow->lock);
}

static void note_closed(void *context)
{
    struct doctor_nats_rights *follow = context;
    pthread_mutex_lock(&follow->lock);
    follow->is_closed = true;
    pthread_cond_signal(&follow->changed);
    pthread_mutex_unlock(&follow->lock);
}

static void wait_once(struct doctor_nats_rights *follow)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LOOK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&follow->changed, &follow->lock, &until);
}

struct doctor_nats_rights *doctor_nats_rights_new(struct nats_link *link)
{
    static const struct nats_tail_callbacks CALLBACKS = {skip_message, note_state, note_closed};
    struct nats_tail_options options = {.subject = EVENTS_SUBJECT, .core = true};
    struct doctor_nats_rights *follow = alloc_new(struct doctor_nats_rights);
    pthread_mutex_init(&follow->lock, NULL);
    pthread_cond_init(&follow->changed, NULL);
    follow->until_ms = doctor_look_now() + FOLLOW_MS;
    follow->tail = nats_tail_new(link, &options, &CALLBACKS, follow);
    return follow;
}

static void end_follow(struct doctor_look *look, struct doctor_nats_rights *follow)
{
    pthread_mutex_lock(&follow->lock);
    while ((!follow->is_told || doctor_look_now() < follow->settled_ms) && !doctor_look_is_over(look) && doctor_look_now() < follow->until_ms)
        wait_once(follow);
    follow->is_over = true;
    pthread_mutex_unlock(&follow->lock);
    nats_tail_close(follow->tail);
    pthread_mutex_lock(&follow->lock);
    while (!follow->is_closed)
        wait_once(follow);
    pthread_mutex_unlock(&follow->lock);
}

static void note_events(struct doctor_look *look, const struct doctor_nats_rights *follow, json_t *rights)
{
    bool live = follow->is_told && follow->state == NATS_TAIL_STATE_LIVE;
    bool denied = follow->is_told && follow->state == NATS_TAIL_STATE_DENIED;
    json_array_append_new(rights, json_pack("{s:s,s:s}", "subject", EVENTS_SUBJECT, "allowed", live ? "yes" : denied ? "no" : "unknown"));
    if (live)
        diagnosis_note(look->section, "follow", DIAGNOSIS_OK, EVENTS_SUBJECT " can be followed%s%s", follow->stream[0] != '\0' ? " in " : "",
                       follow->stream);
    else
        diagnosis_note(look->section, "follow", DIAGNOSIS_WARNING, EVENTS_SUBJECT ": %s",
                       follow->is_told ? follow->text : "nothing was said about it in time");
    if (denied)
        diagnosis_remedy(look->section, "let the user publish to $JS.API.CONSUMER.CREATE.> and subscribe to _INBOX.> (without a stream: to "
                         EVENTS_SUBJECT ")");
}

void doctor_nats_rights_end(struct doctor_nats_rights *follow, struct doctor_look *look, struct nats_link *link, const char *stream)
{
    json_t *rights = json_array();
    if (!doctor_look_is_over(look))
        ask_all(look, link, stream, rights);
    end_follow(look, follow);
    note_events(look, follow, rights);
    diagnosis_fact(look->section, "rights", rights);
    pthread_cond_destroy(&follow->changed);
    pthread_mutex_destroy(&follow->lock);
    free(follow);
}
