/* The one thread that runs every HTTP transfer, with one pool for streams and one for requests.
 *
 * All callbacks run on the HTTP thread. They may call anything here (submitting and cancelling is queued, never recursive)
 * except http_thread_fetch, http_thread_stop and http_thread_free. They must not block.
 * http_thread_new initialises libcurl; create it in main before other threads. */
#ifndef TRANSPORT_HTTP_THREAD_H
#define TRANSPORT_HTTP_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"
#include "transport/http_request.h"
#include "transport/http_response.h"

struct http_thread;

/* How a transfer ended. status is STATUS_OK when a complete response arrived, whatever its code; else error.text is one
 * sentence that names host:port: STATUS_UNREACHABLE (name, refused, reset, proxy), STATUS_UNTRUSTED (wrong CA, expired, other
 * name, or the server refused our client certificate), STATUS_TIMEOUT, STATUS_TOO_BIG (maximum_body), STATUS_USAGE (bad
 * URL), STATUS_INTERRUPTED (cancelled, on_data said stop, thread stopping). */
struct http_result {
    enum status status;
    struct error error;
    const struct http_head *head; /* code 0 when no response came */
    const struct http_peer *peer;
    struct http_timing timing;
    bool refused;  /* connection refused: the server is probably restarting */
    bool received; /* at least one byte of body arrived */
    int64_t total_ms;
    uint64_t bytes_received;
};

/* Any of them may be NULL except on_done. */
struct http_callbacks {
    void (*on_head)(void *context, const struct http_head *head);
    bool (*on_data)(void *context, struct span data);                 /* false: end the transfer with STATUS_INTERRUPTED */
    void (*on_done)(void *context, const struct http_result *result); /* exactly once, the last one */
};

struct http_thread *http_thread_new(void);

/* Ends every transfer (on_done with STATUS_INTERRUPTED), runs the calls already queued, joins. Timers are dropped. Close
 * watches and streams before. Idempotent; not on the HTTP thread. */
void http_thread_stop(struct http_thread *thread);
void http_thread_free(struct http_thread *thread); /* stops; NULL is fine */

/* Starts a transfer. Returns its id, or 0 when the thread is stopping (then no callback runs). Any thread. Failures to
 * start are reported through on_done like every other. */
uint64_t http_thread_submit(struct http_thread *thread, const struct http_request *request,
                            const struct http_callbacks *callbacks, void *context);

/* Ends a transfer: on_done runs with STATUS_INTERRUPTED unless it already ran. Called on the HTTP thread, no on_head or
 * on_data runs any more; from elsewhere one may be running. Its connection is closed unless it is shared. Any thread. */
void http_thread_cancel(struct http_thread *thread, uint64_t id);

/* The peer gives no sign of life: ends every transfer to the URL's host and port with STATUS_UNREACHABLE, and lets no
 * connection made before now be used again. Any thread. */
void http_thread_cut(struct http_thread *thread, const char *url);

/* Runs fn(context) on the HTTP thread, in order of calling. False when the thread has stopped (fn will not run). Any thread. */
bool http_thread_call(struct http_thread *thread, void (*fn)(void *context), void *context);
bool http_thread_is_current(const struct http_thread *thread);

/* One-shot timer in clock.h milliseconds. HTTP thread only. Returns an id > 0 for http_thread_cancel_timer. */
int http_thread_add_timer(struct http_thread *thread, int64_t delay_ms, void (*fn)(void *context), void *context);
void http_thread_cancel_timer(struct http_thread *thread, int timer); /* 0 is fine */

/* Blocking, for workers and headless commands. `response` is initialised by the caller (http_response_init) and filled.
 * STATUS_OK when a complete response arrived, whatever its code (see http_response_code_status). Ends early with
 * STATUS_INTERRUPTED when *cancel (may be NULL) becomes true. Not on the HTTP thread. */
enum status http_thread_fetch(struct http_thread *thread, const struct http_request *request, const atomic_bool *cancel,
                              struct http_response *response, struct error *err);

/* The same, for callers that can do nothing without success: a code other than 2xx is an error too, with a text
 * "GET host:port/path: 404 Not Found: <first line of a text body>" (JSON bodies are the caller's to read: response is filled). */
enum status http_thread_fetch_ok(struct http_thread *thread, const struct http_request *request, const atomic_bool *cancel,
                                 struct http_response *response, struct error *err);

struct http_thread_counters {
    uint64_t submitted, finished, failed, bytes_received;
    uint64_t running_streams, running_requests;
};

struct http_thread_counters http_thread_counters(struct http_thread *thread); /* any thread */

#endif
