/* States and failures of a list+watch in words, and the pause that follows; see kube_watch_machine.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sanitize.h"
#include "transport/kube_watch_machine.h"

static void report(struct kube_watch *watch, struct kube_watch_status status)
{
    bool steady = status.state == KUBE_WATCH_STATE_LIVE || status.state == KUBE_WATCH_STATE_LISTING ||
                  status.state == KUBE_WATCH_STATE_POLLED;
    if (steady && watch->ever_reported && watch->reported == status.state)
        return;
    watch->ever_reported = true;
    watch->reported = status.state;
    watch->callbacks.on_state(watch->context, &status);
}

void kube_watch_report_steady(struct kube_watch *watch, enum kube_watch_state state)
{
    report(watch, (struct kube_watch_status){.state = state, .text = "", .retry_in_ms = -1});
}

void kube_watch_report_polled(struct kube_watch *watch)
{
    char text[300];
    snprintf(text, sizeof text, "%s: listed every %lld s, because it may not be watched (403)", watch->name,
             (long long)((watch->poll_ms + 999) / 1000));
    watch->attempt = 0;
    report(watch, (struct kube_watch_status){.state = KUBE_WATCH_STATE_POLLED, .text = text, .retry_in_ms = watch->poll_ms});
}

/* The server asked for a pause: how long, and how long we wait if that is too much. */
static void mention_pause(struct error *error, int64_t asked_ms, int64_t delay_ms)
{
    char pause[96];
    if (asked_ms < 1000)
        return;
    if (asked_ms > delay_ms)
        snprintf(pause, sizeof pause, "; it asks to wait %lld s, the next try is in %lld s", (long long)(asked_ms / 1000),
                 (long long)((delay_ms + 999) / 1000));
    else
        snprintf(pause, sizeof pause, "; the next try is in %lld s, as it asks", (long long)((delay_ms + 999) / 1000));
    size_t length = strlen(error->text);
    snprintf(error->text + length, sizeof error->text - length, "%s", pause);
}

/* After a failure: the pause grows with failures in a row, and with broken answers in a row even where lists in between were
 * fine, so that one unreadable object does not cost a list a second. */
void kube_watch_report_failure(struct kube_watch *watch, const struct error *error, bool refused, int64_t retry_after_ms)
{
    watch->attempt++;
    kube_watch_count(&watch->counted.failures, 1);
    unsigned attempt = watch->attempt > watch->broken_in_row ? watch->attempt : watch->broken_in_row;
    struct retry_failure failure = {.attempt = attempt, .refused = refused, .retry_after_ms = retry_after_ms};
    int64_t delay_ms = retry_policy_delay_ms(&watch->retry, failure, arc4random());
    kube_watch_wait(watch, delay_ms);
    struct error whole = *error;
    error_prefix(&whole, "%s", watch->name);
    mention_pause(&whole, retry_after_ms, delay_ms);
    report(watch, (struct kube_watch_status){.state = KUBE_WATCH_STATE_RETRYING,
                                             .status = whole.status,
                                             .text = whole.text,
                                             .retry_in_ms = delay_ms,
                                             .attempt = watch->attempt});
}

static const struct {
    int code;
    enum kube_watch_state state;
    const char *text;
} STANDING[] = {
    {401, KUBE_WATCH_STATE_UNAUTHENTICATED, "the server does not accept our credentials (401)"},
    {403, KUBE_WATCH_STATE_DENIED, "not allowed (403)"},
    {404, KUBE_WATCH_STATE_ABSENT, "the server does not have this kind (404)"},
};

static void read_failure(struct kube_watch *watch, struct kube_watch_failure *failure)
{
    *failure = (struct kube_watch_failure){.code = watch->code, .retry_after_ms = -1};
    if (watch->callbacks.read_failure != NULL && watch->body.length > 0)
        watch->callbacks.read_failure(watch->context, bytebuf_span(&watch->body), failure);
}

/* A replica that has not come as far as we have catches up within seconds; one that never does holds another history. */
#define TOO_LARGE_MAX 3

static void note_too_large(struct kube_watch *watch, const struct kube_watch_failure *failure)
{
    if (failure->version_too_large && ++watch->too_large_in_row > TOO_LARGE_MAX) {
        watch->too_large_in_row = 0;
        kube_watch_count(&watch->counted.rewound, 1);
        kube_watch_forget_list(watch);
    }
}

/* A reply other than 200 and 410: a standing state of the kind, or a failure to be retried. */
void kube_watch_report_refusal(struct kube_watch *watch, const struct http_result *result)
{
    char said[300];
    struct kube_watch_failure failure;
    struct error error;
    read_failure(watch, &failure);
    sanitize_line_into(said, sizeof said, failure.message, strlen(failure.message));
    const char *colon = said[0] != '\0' ? ": " : "";
    for (size_t i = 0; i < sizeof STANDING / sizeof STANDING[0]; i++) {
        if (STANDING[i].code != watch->code)
            continue;
        error_set(&error, http_response_code_status(watch->code), "%s: %s%s%s", watch->name, STANDING[i].text, colon, said);
        watch->polled = false;
        if (watch->code == 404) /* what comes back under this name is another collection */
            kube_watch_forget_list(watch);
        kube_watch_wait(watch, watch->recheck_ms);
        report(watch,
               (struct kube_watch_status){
                   .state = STANDING[i].state, .status = error.status, .text = error.text, .retry_in_ms = watch->recheck_ms});
        return;
    }
    note_too_large(watch, &failure);
    error_set(&error, http_response_code_status(watch->code), "the server answers %d %s%s%s", watch->code,
              http_response_reason(watch->code), colon, said);
    int64_t asked_ms = result->head->retry_after_ms >= 0 ? result->head->retry_after_ms : failure.retry_after_ms;
    kube_watch_report_failure(watch, &error, false, asked_ms);
}
