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
#define FOLLOW_MS 2000
#define LOOK_MS 100

/* What asks which question. The argument is the events' stream. */
static const struct {
    const char *operation, *use;
    bool needs_stream;
} QUESTIONS[] = {
    {"STREAM.NAMES", "finding the events", false},
    {"STREAM.LIST", "screen Spine", false},
    {"STREAM.INFO", "screen Spine", true},
    {"CONSUMER.LIST", "consumers of screen Spine", true},
};

static bool ask(struct doctor_look *look, struct nats_link *link, size_t index, const char *stream, json_t *rights)
{
    char operation[NATS_LINK_STREAM_NAME_MAX + 32], *reply = NULL;
    size_t length = 0;
    struct error problem = {0};
    bool with_stream = QUESTIONS[index].needs_stream;
    snprintf(operation, sizeof operation, "%s%s%s", QUESTIONS[index].operation, with_stream ? "." : "", with_stream ? stream : "");
    enum status status = nats_link_api(link, operation, SPAN_EMPTY, &reply, &length, &problem);
    free(reply);
    json_array_append_new(rights, json_pack("{s:s,s:s}", "subject", operation, "allowed",
                                            status == STATUS_OK ? "yes" : status == STATUS_FORBIDDEN ? "no" : "unknown"));
    if (status == STATUS_OK)
        return true;
    diagnosis_note(look->section, "right", DIAGNOSIS_WARNING, "%s (%s)", problem.text, QUESTIONS[index].use);
    if (status == STATUS_FORBIDDEN)
        diagnosis_remedy(look->section, "let the user publish to $JS.API.%s and subscribe to _INBOX.>", operation);
    return false;
}

/* --- following, on the tail's threads --- */

struct follow {
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
    struct follow *follow = context;
    pthread_mutex_lock(&follow->lock);
    if (!follow->is_over) {
        follow->state = status->state;
        follow->is_told = status->state != NATS_TAIL_STATE_WAITING;
        snprintf(follow->stream, sizeof follow->stream, "%s", status->stream);
        snprintf(follow->text, sizeof follow->text, "%s", status->text);
    }
    pthread_cond_signal(&follow->changed);
    pthread_mutex_unlock(&follow->lock);
}

static void note_closed(void *context)
{
    struct follow *follow = context;
    pthread_mutex_lock(&follow->lock);
    follow->is_closed = true;
    pthread_cond_signal(&follow->changed);
    pthread_mutex_unlock(&follow->lock);
}

static void wait_once(struct follow *follow)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LOOK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&follow->changed, &follow->lock, &until);
}

static void follow_events(struct doctor_look *look, struct nats_link *link, struct follow *follow)
{
    static const struct nats_tail_callbacks CALLBACKS = {skip_message, note_state, note_closed};
    struct nats_tail_options options = {.subject = EVENTS_SUBJECT, .core = true};
    int64_t until_ms = doctor_look_now() + FOLLOW_MS;
    struct nats_tail *tail = nats_tail_new(link, &options, &CALLBACKS, follow);
    pthread_mutex_lock(&follow->lock);
    while (!follow->is_told && !doctor_look_is_over(look) && doctor_look_now() < until_ms)
        wait_once(follow);
    follow->is_over = true;
    pthread_mutex_unlock(&follow->lock);
    nats_tail_close(tail);
    pthread_mutex_lock(&follow->lock);
    while (!follow->is_closed)
        wait_once(follow);
    pthread_mutex_unlock(&follow->lock);
}

static void note_events(struct doctor_look *look, struct nats_link *link, json_t *rights)
{
    struct follow *follow = alloc_new(struct follow);
    pthread_mutex_init(&follow->lock, NULL);
    pthread_cond_init(&follow->changed, NULL);
    follow_events(look, link, follow);
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
    pthread_cond_destroy(&follow->changed);
    pthread_mutex_destroy(&follow->lock);
    free(follow);
}

void doctor_nats_rights_note(struct doctor_look *look, struct nats_link *link, const char *stream)
{
    json_t *rights = json_array();
    size_t asked = 0, allowed = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(QUESTIONS) && !doctor_look_is_over(look); i++) {
        if (QUESTIONS[i].needs_stream && stream[0] == '\0')
            continue;
        asked++;
        allowed += ask(look, link, i, stream, rights);
    }
    if (asked > 0 && allowed == asked)
        diagnosis_note(look->section, "rights", DIAGNOSIS_OK, "streams and consumers may be listed");
    if (!doctor_look_is_over(look))
        note_events(look, link, rights);
    diagnosis_fact(look->section, "rights", rights);
}
