/* States and failures of a list+watch in words, and the pause that follows; see kube_watch_machine.h. */
#include <stdlib.h>
#include <string.h>

#include "base/sanitize.h"
#include "transport/kube_watch_machine.h"

static void report(struct kube_watch *watch, struct kube_watch_status status)
{
    bool steady = status.state == KUBE_WATCH_STATE_LIVE || status.state == KUBE_WATCH_STATE_LISTING;
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

static void read_failure(struct kube_watch *watch, char *out, size_t size)
{
    char raw[300] = "";
    if (watch->callbacks.read_failure != NULL && watch->body.length > 0)
        watch->callbacks.read_failure(watch->context, bytebuf_span(&watch->body), raw, sizeof raw);
    sanitize_line_into(out, size, raw, strlen(raw));
}

/* A reply other than 200 and 410: a standing state of the kind, or a failure to be retried. */
void kube_watch_report_refusal(struct kube_watch *watch, const struct http_result *result)
{
    char said[300];
    read_failure(watch, said, sizeof said);
    const char *colon = said[0] != '\0' ? ": " : "";
    struct error error;
    for (size_t i = 0; i < sizeof STANDING / sizeof STANDING[0]; i++) {
        if (STANDING[i].code != watch->code)
            continue;
        error_set(&error, http_response_code_status(watch->code), "%s: %s%s%s", watch->name, STANDING[i].text, colon, said);
        kube_watch_wait(watch, watch->recheck_ms);
        report(watch,
               (struct kube_watch_status){
                   .state = STANDING[i].state, .status = error.status, .text = error.text, .retry_in_ms = watch->recheck_ms});
        return;
    }
    error_set(&error, http_response_code_status(watch->code), "the server answers %d %s%s%s", watch->code,
              http_response_reason(watch->code), colon, said);
    kube_watch_report_failure(watch, &error, false, result->head->retry_after_ms);
}
