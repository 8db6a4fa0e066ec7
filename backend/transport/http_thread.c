/* The HTTP thread: a queue of commands from everywhere, two pools of connections and the timers, in one poll. Nothing that
 * libcurl calls back touches a multi handle: callbacks only queue commands, which run between libcurl's calls. */
#include "transport/http_thread.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/array.h"
#include "transport/http_origins.h"
#include "transport/http_pool.h"
#include "transport/http_scouts.h"
#include "transport/http_timers.h"
#include "transport/http_transfer.h"

enum command_kind { COMMAND_START, COMMAND_CANCEL, COMMAND_CUT, COMMAND_CALL };

struct command {
    enum command_kind kind;
    uint64_t id;
    struct http_transfer *transfer;
    char *authority;
    void (*fn)(void *context);
    void *context;
};

struct http_thread {
    pthread_t thread;
    pthread_mutex_t lock; /* queue, last_id, stopping, closed */
    ARRAY(struct command) queue;
    uint64_t last_id;
    bool stopping; /* no new transfers */
    bool closed;   /* no new calls either: the thread is gone */
    bool joined;
    bool ending; /* HTTP thread's own view of stopping */
    int wake_fd;
    struct http_pool pools[HTTP_ORIGINS_POOLS]; /* by enum http_request_class */
    struct http_transfer *running;
    struct http_transfer *parked; /* wait for their identity's credentials */
    struct http_timers timers;
    struct http_origins origins;
    struct http_scouts scouts;
    atomic_uint_fast64_t submitted, finished, failed, bytes, running_count[HTTP_ORIGINS_POOLS];
};

/* --- commands ------------------------------------------------------------------------------------------------------- */

static bool push(struct http_thread *thread, struct command command)
{
    pthread_mutex_lock(&thread->lock);
    bool accepted = command.kind == COMMAND_START ? !thread->stopping : !thread->closed;
    if (accepted)
        ARRAY_PUSH(&thread->queue, command);
    pthread_mutex_unlock(&thread->lock);
    uint64_t one = 1;
    if (accepted && write(thread->wake_fd, &one, sizeof one) < 0)
        return true; /* the counter is full: awake already */
    return accepted;
}

static void count_result(struct http_thread *thread, const struct http_transfer *transfer, bool failed)
{
    atomic_fetch_add(&thread->finished, 1);
    atomic_fetch_add(&thread->failed, failed ? 1 : 0);
}

static void unlink_transfer(struct http_thread *thread, struct http_transfer *transfer)
{
    for (struct http_transfer **at = &thread->running; *at != NULL; at = &(*at)->next) {
        if (*at == transfer) {
            *at = transfer->next;
            break;
        }
    }
    http_timers_cancel(&thread->timers, transfer->limit_timer);
    http_timers_cancel(&thread->timers, transfer->connect_timer);
    transfer->connect_timer = 0;
    http_scouts_learn(&thread->scouts, transfer);
    curl_off_t body = 0;
    curl_easy_getinfo(transfer->easy.handle, CURLINFO_SIZE_DOWNLOAD_T, &body);
    atomic_fetch_add(&thread->bytes, (uint64_t)body);
    if (!transfer->held)
        curl_multi_remove_handle(thread->pools[transfer->class].multi, transfer->easy.handle);
    atomic_fetch_sub(&thread->running_count[transfer->class], 1);
}

static void abort_transfer(struct http_thread *thread, struct http_transfer *transfer, const struct error *error)
{
    unlink_transfer(thread, transfer);
    count_result(thread, transfer, true);
    http_transfer_abort(transfer, error);
}

/* A server that takes the connection and then says nothing, or not all of it. The limits are timers of ours and not libcurl's, so
 * that they run on the injectable clock like everything that follows from them. A silent connection may be dead. */
static void give_up(void *context)
{
    struct http_transfer *transfer = context;
    struct http_thread *thread = transfer->thread;
    struct error error;
    transfer->limit_timer = 0;
    error_set(&error, STATUS_TIMEOUT, "%s: no %s within %.1f s", transfer->easy.authority,
              !transfer->connected                           ? "connection"
              : transfer->class == HTTP_REQUEST_CLASS_STREAM ? "answer"
                                                               : "complete answer",
              (double)transfer->limit_ms / 1000);
    if (transfer->connected)
        http_origins_cut(&thread->origins, transfer->easy.authority, http_pool_now_ms());
    curl_easy_setopt(transfer->easy.handle, CURLOPT_FORBID_REUSE, 1L);
    abort_transfer(thread, transfer, &error);
}

static void give_up_connecting(void *context)
{
    struct http_transfer *transfer = context;
    struct error error;
    transfer->connect_timer = 0;
    if (transfer->connected)
        return;
    error_set(&error, STATUS_TIMEOUT, "%s: no connection within %.1f s", transfer->easy.authority, (double)transfer->connect_ms / 1000);
    abort_transfer(transfer->thread, transfer, &error);
}

static void refuse(struct http_thread *thread, struct http_transfer *transfer, const struct error *error)
{
    count_result(thread, transfer, true);
    http_transfer_abort(transfer, error);
}

static void hand_over(struct http_thread *thread, struct http_transfer *transfer)
{
    transfer->held = false;
    transfer->connect_timer = http_timers_add(&thread->timers, transfer->connect_ms, give_up_connecting, transfer);
    http_origins_apply(&thread->origins, &transfer->easy, (int)transfer->class, http_pool_now_ms());
    curl_multi_add_handle(thread->pools[transfer->class].multi, transfer->easy.handle);
}

/* Those whose scout is through follow on its connection; when it failed, each tries for itself. */
static void release(struct http_thread *thread)
{
    for (struct http_transfer *at = thread->running; at != NULL; at = at->next)
        if (at->connected)
            http_scouts_learn(&thread->scouts, at);
    for (struct http_transfer *held; (held = http_scouts_next(thread->running)) != NULL;)
        hand_over(thread, held);
}

static void launch(struct http_thread *thread, struct http_transfer *transfer)
{
    transfer->thread = thread;
    transfer->connected = false;
    http_scouts_place(&thread->scouts, thread->running, transfer);
    transfer->limit_timer = http_timers_add(&thread->timers, transfer->limit_ms, give_up, transfer);
    transfer->next = thread->running;
    thread->running = transfer;
    atomic_fetch_add(&thread->running_count[transfer->class], 1);
    if (!transfer->held)
        hand_over(thread, transfer);
}

static void start(struct http_thread *thread, struct http_transfer *transfer)
{
    struct error stopping = {.status = STATUS_INTERRUPTED, .text = "sovdeck is closing its connections"}, why = {0};
    const struct error *made = thread->ending ? &stopping : &transfer->made;
    if (made->status != STATUS_OK) {
        refuse(thread, transfer, made);
        return;
    }
    enum tls_identity_state state = tls_identity_demand(transfer->easy.identity, thread->wake_fd, &why);
    if (state == TLS_IDENTITY_STATE_PENDING) {
        transfer->thread = thread;
        transfer->next = thread->parked;
        thread->parked = transfer;
    } else if (state == TLS_IDENTITY_STATE_FAILED || http_easy_bind(&transfer->easy, &why) != STATUS_OK) {
        refuse(thread, transfer, &why);
    } else {
        launch(thread, transfer);
    }
}

/* Takes it from the parked ones. Nobody may wake us for an identity that nobody here waits for: our descriptor will be closed. */
static void unpark(struct http_thread *thread, struct http_transfer *transfer)
{
    bool still_wanted = false;
    for (struct http_transfer **at = &thread->parked; *at != NULL;) {
        if (*at == transfer) {
            *at = transfer->next;
            continue;
        }
        still_wanted = still_wanted || (*at)->easy.identity == transfer->easy.identity;
        at = &(*at)->next;
    }
    transfer->next = NULL;
    if (!still_wanted)
        tls_identity_forget(transfer->easy.identity, thread->wake_fd);
}

/* Oldest first. Each finds out for itself whether it has to wait on. */
static void start_parked(struct http_thread *thread)
{
    struct http_transfer *waiting = NULL;
    while (thread->parked != NULL) {
        struct http_transfer *transfer = thread->parked;
        thread->parked = transfer->next;
        transfer->next = waiting;
        waiting = transfer;
    }
    while (waiting != NULL) {
        struct http_transfer *transfer = waiting;
        waiting = transfer->next;
        transfer->next = NULL;
        start(thread, transfer);
    }
}

static struct http_transfer *find_in(struct http_transfer *list, uint64_t id)
{
    while (list != NULL && list->id != id)
        list = list->next;
    return list;
}

static struct http_transfer *find_transfer(struct http_thread *thread, uint64_t id)
{
    return find_in(thread->running, id);
}

static void abort_parked(struct http_thread *thread, struct http_transfer *transfer, const struct error *error)
{
    unpark(thread, transfer);
    refuse(thread, transfer, error);
}

static void cancel(struct http_thread *thread, uint64_t id)
{
    struct http_transfer *transfer = find_transfer(thread, id), *parked = find_in(thread->parked, id);
    struct error error;
    error_set(&error, STATUS_INTERRUPTED, "%s: stopped", transfer != NULL ? transfer->easy.authority : parked != NULL ? parked->easy.authority : "");
    if (transfer != NULL)
        abort_transfer(thread, transfer, &error);
    else if (parked != NULL)
        abort_parked(thread, parked, &error);
}

/* on_done may not run while we walk the list it might change: collect first, then abort by id. */
static void abort_all(struct http_thread *thread, const char *authority, enum status status, const char *why)
{
    ARRAY(uint64_t) ids = {0};
    for (struct http_transfer *at = thread->running; at != NULL; at = at->next)
        if (authority == NULL || strcmp(at->easy.authority, authority) == 0)
            ARRAY_PUSH(&ids, at->id);
    for (struct http_transfer *at = thread->parked; at != NULL && authority == NULL; at = at->next)
        ARRAY_PUSH(&ids, at->id);
    for (size_t i = 0; i < ids.count; i++) {
        struct http_transfer *transfer = find_transfer(thread, ids.items[i]);
        struct http_transfer *parked = find_in(thread->parked, ids.items[i]);
        struct error error;
        if (parked != NULL) {
            error_set(&error, status, "%s: %s", parked->easy.authority, why);
            abort_parked(thread, parked, &error);
        }
        if (transfer == NULL)
            continue;
        error_set(&error, status, "%s: %s", transfer->easy.authority, why);
        curl_easy_setopt(transfer->easy.handle, CURLOPT_FORBID_REUSE, 1L);
        abort_transfer(thread, transfer, &error);
    }
    ARRAY_FREE(&ids);
}

static void run_command(struct http_thread *thread, struct command *command)
{
    switch (command->kind) {
    case COMMAND_START: start(thread, command->transfer); break;
    case COMMAND_CANCEL: cancel(thread, command->id); break;
    case COMMAND_CUT:
        http_origins_cut(&thread->origins, command->authority, http_pool_now_ms());
        abort_all(thread, command->authority, STATUS_UNREACHABLE, "no sign of life, connection cut");
        free(command->authority);
        break;
    case COMMAND_CALL: command->fn(command->context); break;
    }
}

/* Runs what was queued up to now; what these commands queue themselves comes in the next turn. */
static bool run_commands(struct http_thread *thread)
{
    ARRAY(struct command) batch = {0};
    pthread_mutex_lock(&thread->lock);
    memcpy(&batch, &thread->queue, sizeof batch);
    memset(&thread->queue, 0, sizeof thread->queue);
    pthread_mutex_unlock(&thread->lock);
    for (size_t i = 0; i < batch.count; i++)
        run_command(thread, &batch.items[i]);
    bool any = batch.count > 0;
    ARRAY_FREE(&batch);
    return any;
}

/* --- the loop ------------------------------------------------------------------------------------------------------- */

static void reap(struct http_thread *thread, struct http_pool *pool)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(pool->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        char authority[HTTP_URL_ORIGIN_MAX];
        struct http_transfer *transfer = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        snprintf(authority, sizeof authority, "%s", transfer->easy.authority);
        unlink_transfer(thread, transfer);
        if (transfer->again && !transfer->muted) {
            http_transfer_rewind(transfer);
            start(thread, transfer);
            continue;
        }
        count_result(thread, transfer, code != CURLE_OK);
        if (http_transfer_finish(transfer, code))
            http_origins_cut(&thread->origins, authority, http_pool_now_ms());
    }
}

static int sooner(int64_t wait_ms, int64_t other_ms)
{
    if (other_ms >= 0 && (wait_ms < 0 || other_ms < wait_ms))
        wait_ms = other_ms;
    return wait_ms > INT32_MAX ? INT32_MAX : (int)wait_ms;
}

static int wait_time_ms(struct http_thread *thread)
{
    int64_t now_ms = http_pool_now_ms();
    int wait_ms = sooner(-1, http_timers_wait_ms(&thread->timers));
    for (size_t i = 0; i < HTTP_ORIGINS_POOLS; i++) {
        int64_t due_ms = thread->pools[i].due_ms;
        if (due_ms >= 0)
            wait_ms = sooner(wait_ms, due_ms > now_ms ? due_ms - now_ms : 0);
    }
    return wait_ms;
}

static void turn(struct http_thread *thread)
{
    struct pollfd polled[1 + HTTP_ORIGINS_POOLS] = {{.fd = thread->wake_fd, .events = POLLIN}};
    for (size_t i = 0; i < HTTP_ORIGINS_POOLS; i++)
        polled[1 + i] = (struct pollfd){.fd = thread->pools[i].epoll_fd, .events = POLLIN};
    release(thread);
    poll(polled, ARRAY_LENGTH(polled), wait_time_ms(thread));
    uint64_t drained;
    if (polled[0].revents != 0)
        (void)!read(thread->wake_fd, &drained, sizeof drained);
    for (size_t i = 0; i < HTTP_ORIGINS_POOLS; i++) {
        http_pool_work(&thread->pools[i]);
        reap(thread, &thread->pools[i]);
    }
    if (thread->parked != NULL)
        start_parked(thread);
    http_timers_run(&thread->timers);
}

static bool is_stopping(struct http_thread *thread)
{
    pthread_mutex_lock(&thread->lock);
    bool stopping = thread->stopping;
    pthread_mutex_unlock(&thread->lock);
    return stopping;
}

/* True once nothing is queued any more; from then on calls are refused. */
static bool close_queue(struct http_thread *thread)
{
    pthread_mutex_lock(&thread->lock);
    thread->closed = thread->queue.count == 0;
    bool closed = thread->closed;
    pthread_mutex_unlock(&thread->lock);
    return closed;
}

static void *run(void *argument)
{
    struct http_thread *thread = argument;
    while (!is_stopping(thread)) {
        run_commands(thread);
        turn(thread);
    }
    thread->ending = true;
    do {
        abort_all(thread, NULL, STATUS_INTERRUPTED, "sovdeck is closing its connections");
        run_commands(thread);
    } while (!close_queue(thread));
    return NULL;
}

/* --- public --------------------------------------------------------------------------------------------------------- */

static void initialise_library(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* Signals belong to the main thread; libcurl may write to a closed socket, which must not kill us. */
static void create(struct http_thread *thread)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_create(&thread->thread, NULL, run, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setname_np(thread->thread, "http");
}

struct http_thread *http_thread_new(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, initialise_library);
    struct http_thread *thread = alloc_new(struct http_thread);
    pthread_mutex_init(&thread->lock, NULL);
    thread->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    for (size_t i = 0; i < HTTP_ORIGINS_POOLS; i++)
        http_pool_init(&thread->pools[i]);
    create(thread);
    return thread;
}

void http_thread_stop(struct http_thread *thread)
{
    if (thread->joined)
        return;
    pthread_mutex_lock(&thread->lock);
    thread->stopping = true;
    pthread_mutex_unlock(&thread->lock);
    uint64_t one = 1;
    (void)!write(thread->wake_fd, &one, sizeof one);
    pthread_join(thread->thread, NULL);
    thread->joined = true;
}

void http_thread_free(struct http_thread *thread)
{
    if (thread == NULL)
        return;
    http_thread_stop(thread);
    for (size_t i = 0; i < HTTP_ORIGINS_POOLS; i++)
        http_pool_done(&thread->pools[i]);
    http_timers_done(&thread->timers);
    ARRAY_FREE(&thread->queue);
    close(thread->wake_fd);
    pthread_mutex_destroy(&thread->lock);
    free(thread);
}

uint64_t http_thread_submit(struct http_thread *thread, const struct http_request *request,
                            const struct http_callbacks *callbacks, void *context)
{
    pthread_mutex_lock(&thread->lock);
    uint64_t id = ++thread->last_id;
    pthread_mutex_unlock(&thread->lock);
    struct http_transfer *transfer = http_transfer_new(id, request, callbacks, context);
    if (!push(thread, (struct command){.kind = COMMAND_START, .transfer = transfer})) {
        http_transfer_discard(transfer);
        return 0;
    }
    atomic_fetch_add(&thread->submitted, 1);
    return id;
}

void http_thread_cancel(struct http_thread *thread, uint64_t id)
{
    struct http_transfer *transfer = http_thread_is_current(thread) ? find_transfer(thread, id) : NULL;
    if (transfer == NULL && http_thread_is_current(thread))
        transfer = find_in(thread->parked, id);
    if (transfer != NULL)
        transfer->muted = true;
    push(thread, (struct command){.kind = COMMAND_CANCEL, .id = id});
}

void http_thread_cut(struct http_thread *thread, const char *url)
{
    char *authority = alloc_zeroed(1, HTTP_URL_ORIGIN_MAX);
    http_url_authority(url, authority);
    if (!push(thread, (struct command){.kind = COMMAND_CUT, .authority = authority}))
        free(authority);
}

bool http_thread_call(struct http_thread *thread, void (*fn)(void *context), void *context)
{
    return push(thread, (struct command){.kind = COMMAND_CALL, .fn = fn, .context = context});
}

bool http_thread_is_current(const struct http_thread *thread)
{
    return pthread_equal(pthread_self(), thread->thread);
}

int http_thread_add_timer(struct http_thread *thread, int64_t delay_ms, void (*fn)(void *context), void *context)
{
    return http_timers_add(&thread->timers, delay_ms, fn, context);
}

void http_thread_cancel_timer(struct http_thread *thread, int timer)
{
    http_timers_cancel(&thread->timers, timer);
}

struct http_thread_counters http_thread_counters(struct http_thread *thread)
{
    return (struct http_thread_counters){
        .submitted = atomic_load(&thread->submitted),
        .finished = atomic_load(&thread->finished),
        .failed = atomic_load(&thread->failed),
        .bytes_received = atomic_load(&thread->bytes),
        .running_streams = atomic_load(&thread->running_count[HTTP_REQUEST_CLASS_STREAM]),
        .running_requests = atomic_load(&thread->running_count[HTTP_REQUEST_CLASS_REQUEST]),
    };
}
