/* One Sovereign's parts, made and taken apart in the order their threads need; see visit.h. */
#include "app/visit.h"

#include <stdlib.h>

#include "base/alloc.h"

#define INBOX_MESSAGES_MAX 65536
#define INBOX_BYTES_MAX ((size_t)128 << 20)
#define WORKER_JOBS_MAX 64

enum status visit_open(const struct sovereign_options *options, struct visit **ret, struct error *err)
{
    struct visit *visit = alloc_new(struct visit);
    visit->http = http_thread_new();
    enum status status = sovereign_open(options, visit->http, &visit->sovereign, err);
    if (status != STATUS_OK) {
        visit_close(visit);
        return status;
    }
    sovereign_set_cancel(visit->sovereign, &visit->cancel);
    visit->store = store_new();
    visit->estate = estate_new(visit->store);
    visit->inbox = inbox_new(INBOX_MESSAGES_MAX, INBOX_BYTES_MAX);
    visit->worker = worker_new("worker", WORKER_JOBS_MAX);
    visit->reports = worker_new("reports", WORKER_JOBS_MAX);
    visit->logins = worker_new("logins", WORKER_JOBS_MAX);
    *ret = visit;
    return STATUS_OK;
}

void visit_start(struct visit *visit)
{
    struct feed_set_options feeds = {.sovereign = visit->sovereign, .thread = visit->http, .inbox = visit->inbox, .store = visit->store,
                                     .worker = visit->worker, .logins = visit->logins};
    visit->feeds = feed_set_start(&feeds);
}

void visit_close(struct visit *visit)
{
    if (visit == NULL)
        return;
    atomic_store(&visit->cancel, true);
    feed_set_stop(visit->feeds);
    worker_free(visit->worker);
    worker_free(visit->reports);
    worker_free(visit->logins);
    http_thread_stop(visit->http);
    if (visit->inbox != NULL)
        inbox_free(visit->inbox);
    prepared_free(visit->prepared);
    if (visit->estate != NULL)
        estate_free(visit->estate);
    if (visit->store != NULL)
        store_free(visit->store);
    sovereign_free(visit->sovereign);
    http_thread_free(visit->http);
    free(visit);
}
