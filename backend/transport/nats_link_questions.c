/* Questions to the server behind a link: requests, the JetStream API, and work that asks several of them. */
#include "transport/nats_link.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "decode/json_reader.h"
#include "decode/json_writer.h"
#include "transport/nats_link_inside.h"

#define API_WAIT_MS 2000
#define REPLY_MAXIMUM ((size_t)32 << 20)
#define JOBS_MAXIMUM 64
#define SUBJECT_MAX 600

struct nats_session *nats_link_borrow(struct nats_link *link, natsConnection **ret)
{
    pthread_mutex_lock(&link->lock);
    struct nats_session *session = link->session;
    *ret = session != NULL ? nats_session_borrow(session) : NULL;
    pthread_mutex_unlock(&link->lock);
    return *ret != NULL ? session : NULL;
}

static enum status not_connected(const struct nats_link *link, struct error *err)
{
    return error_set(err, STATUS_UNREACHABLE, "%s: not connected to NATS", link->addresses[0].shown);
}

enum status nats_link_explain_denial(struct nats_link *link, struct nats_session *session, const char *what, const char *subject,
                                     enum status status, struct error *why)
{
    char inbox[160];
    snprintf(inbox, sizeof inbox, "%.150s.>", link->inbox_prefix);
    if (nats_session_is_denied(session, true, subject))
        return error_set(why, STATUS_FORBIDDEN, "%s: the server does not permit publishing to '%s'", what, subject);
    if (nats_session_is_denied(session, false, inbox))
        return error_set(why, STATUS_FORBIDDEN, "%s: the server does not permit subscribing to '%s' (is another inbox prefix meant for us?)",
                         what, inbox);
    return status;
}

static enum status explain(struct nats_link *link, struct nats_session *session, const char *subject, natsStatus s, struct error *err)
{
    char what[200];
    struct error why = {0};
    snprintf(what, sizeof what, "asking '%.180s'", subject);
    enum status status = nats_failure_request(what, s, 0, &why);
    status = nats_link_explain_denial(link, session, what, subject, status, &why);
    return error_set(err, status, "%s", why.text);
}

enum status nats_link_request(struct nats_link *link, const char *subject, struct span payload, int64_t timeout_ms, char **ret,
                              size_t *ret_length, struct error *err)
{
    natsConnection *connection;
    struct nats_session *session = nats_link_borrow(link, &connection);
    if (session == NULL)
        return not_connected(link, err);
    natsMsg *reply = NULL;
    enum status status = STATUS_OK;
    natsStatus s = natsConnection_Request(&reply, connection, subject, payload.data, (int)payload.length, timeout_ms);
    if (s != NATS_OK)
        status = explain(link, session, subject, s, err);
    else if ((size_t)natsMsg_GetDataLength(reply) > REPLY_MAXIMUM)
        status = error_set(err, STATUS_TOO_BIG, "the answer to '%.180s' is longer than %zu bytes", subject, REPLY_MAXIMUM);
    if (status == STATUS_OK) {
        *ret_length = (size_t)natsMsg_GetDataLength(reply);
        *ret = alloc_zeroed(*ret_length + JSON_READER_PADDING, 1);
        if (*ret_length > 0)
            memcpy(*ret, natsMsg_GetData(reply), *ret_length);
    }
    natsMsg_Destroy(reply);
    nats_session_release(session);
    return status;
}

/* The "error" of a JetStream reply, if it has one. */
static enum status check_reply(const char *operation, struct span reply, struct error *err)
{
    char what[200], description[240];
    struct json_reader *reader = json_reader_new();
    struct json_value root = {0};
    snprintf(what, sizeof what, "JetStream %.180s", operation);
    enum status status = json_reader_parse_padded(reader, reply, &root, NULL);
    struct json_value error = json_reader_get(root, "error");
    if (status != STATUS_OK) {
        status = error_set(err, STATUS_INVALID, "%s: the answer is not JSON", what);
    } else if (json_reader_kind(error) == JSON_KIND_OBJECT) {
        struct span words = json_reader_string(json_reader_get(error, "description"));
        sanitize_line_into(description, sizeof description, words.length > 0 ? words.data : "", words.length);
        status = nats_failure_api(what, (int)json_reader_integer(json_reader_get(error, "code"), 0),
                                  (int)json_reader_integer(json_reader_get(error, "err_code"), 0), span_of(description), err);
    }
    json_reader_free(reader);
    return status;
}

enum status nats_link_api(struct nats_link *link, const char *operation, struct span payload, char **ret, size_t *ret_length,
                          struct error *err)
{
    char subject[SUBJECT_MAX];
    snprintf(subject, sizeof subject, "%.200s.%s", link->api_prefix, operation);
    enum status status = nats_link_request(link, subject, payload, API_WAIT_MS, ret, ret_length, err);
    if (status != STATUS_OK)
        return status;
    status = check_reply(operation, span_make(*ret, *ret_length), err);
    if (status != STATUS_OK) {
        free(*ret);
        *ret = NULL;
    }
    return status;
}

static size_t read_names(struct json_value root, char names[][NATS_LINK_STREAM_NAME_MAX], size_t maximum)
{
    size_t count = 0;
    struct json_iterator it = json_reader_iterate(json_reader_get(root, "streams"));
    while (count < maximum && json_reader_next(&it)) {
        struct span name = json_reader_string(it.value);
        if (name.length > 0 && name.length < NATS_LINK_STREAM_NAME_MAX)
            snprintf(names[count++], NATS_LINK_STREAM_NAME_MAX, "%.*s", SPAN_PRINT(name));
    }
    return count;
}

enum status nats_link_find_streams(struct nats_link *link, const char *subject, char names[][NATS_LINK_STREAM_NAME_MAX], size_t maximum,
                                   size_t *ret_count, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf question;
    struct json_writer writer;
    char *reply = NULL;
    size_t length = 0;
    bytebuf_init(&question, 4096);
    json_writer_init(&writer, &question);
    json_writer_begin_object(&writer, NULL);
    json_writer_text(&writer, "subject", subject);
    json_writer_end(&writer);
    enum status status = nats_link_api(link, "STREAM.NAMES", bytebuf_span(&question), &reply, &length, err);
    if (status != STATUS_OK)
        return status;
    struct json_reader *reader = json_reader_new();
    struct json_value root = {0};
    if (json_reader_parse_padded(reader, span_make(reply, length), &root, NULL) == STATUS_OK)
        *ret_count = read_names(root, names, maximum);
    json_reader_free(reader);
    free(reply);
    return *ret_count > 0 ? STATUS_OK : error_set(err, STATUS_NOT_FOUND, "no JetStream stream stores '%s'", subject);
}

enum status nats_link_find_stream(struct nats_link *link, const char *subject, char *name, size_t size, struct error *err)
{
    char names[1][NATS_LINK_STREAM_NAME_MAX] = {""};
    size_t count = 0;
    enum status status = nats_link_find_streams(link, subject, names, 1, &count, err);
    if (status == STATUS_OK)
        snprintf(name, size, "%s", names[0]);
    return status;
}

bool nats_link_server(struct nats_link *link, char *text, size_t size)
{
    natsConnection *connection;
    struct nats_session *session = nats_link_borrow(link, &connection);
    if (session == NULL)
        return false;
    char url[NATS_FAILURE_SERVER_MAX] = "", server[NATS_FAILURE_SERVER_MAX];
    natsStatus s = natsConnection_GetConnectedUrl(connection, url, sizeof url);
    nats_session_release(session);
    if (s != NATS_OK || url[0] == '\0')
        return false;
    nats_failure_server(url, server);
    snprintf(text, size, "%s", server);
    return true;
}

/* --- work ----------------------------------------------------------------------------------------------------------- */

struct task {
    struct nats_link *link;
    struct nats_link_job job;
    void *context;
};

static void run_task(void *argument)
{
    struct task *task = argument;
    struct nats_link *link = task->link;
    task->job.work(link, task->context);
    pthread_mutex_lock(&link->callback_lock);
    if (!link->muted)
        task->job.done(task->context);
    pthread_mutex_unlock(&link->callback_lock);
}

static void dispose_task(void *argument)
{
    struct task *task = argument;
    task->job.dispose(task->context);
    free(task);
}

/* Signals are the main thread's. */
static struct worker *make_worker(void)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct worker *worker = worker_new("nats", JOBS_MAXIMUM);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return worker;
}

bool nats_link_run(struct nats_link *link, const struct nats_link_job *job, void *context)
{
    struct task *task = alloc_new(struct task);
    *task = (struct task){link, *job, context};
    pthread_mutex_lock(&link->lock);
    if (link->worker == NULL)
        link->worker = make_worker();
    struct worker *worker = link->worker;
    pthread_mutex_unlock(&link->lock);
    return worker_submit(worker, run_task, dispose_task, task);
}
