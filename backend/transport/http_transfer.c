/* Headers gathered and read, body handed on under its maximum, and the one result at the end; see http_transfer.h. */
#include "transport/http_transfer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "transport/http_failure.h"
#include "transport/tls_pem.h"

static const struct http_peer UNKNOWN_PEER = {.not_before_ms = TIMESTAMP_NONE, .not_after_ms = TIMESTAMP_NONE};

static void read_protocol(struct http_head *head)
{
    struct span line = bytebuf_span(&head->lines), word;
    line.length = line.length > 0 ? strcspn(line.data, "\r\n") : 0;
    if (span_split(&line, ' ', &word))
        sanitize_line_into(head->protocol, sizeof head->protocol, word.data, word.length);
}

static void read_content_type(struct http_head *head)
{
    struct span value = http_head_get(head, "content-type"), type = SPAN_EMPTY;
    span_split(&value, ';', &type);
    type = span_trim(type);
    sanitize_line_into(head->content_type, sizeof head->content_type, type.data, type.length);
    for (char *at = head->content_type; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
}

static int64_t read_http_date(struct span value)
{
    char text[64];
    snprintf(text, sizeof text, "%.*s", SPAN_PRINT(span_first(value, sizeof text - 1)));
    time_t at = text[0] != '\0' ? curl_getdate(text, NULL) : -1;
    return at < 0 ? TIMESTAMP_NONE : (int64_t)at * 1000;
}

/* Retry-After is seconds or a date; a date is measured against the server's own clock when it says what that is. */
static int64_t read_retry_after(const struct http_head *head)
{
    struct span value = http_head_get(head, "retry-after");
    int64_t number;
    if (value.length == 0)
        return -1;
    if (span_to_int64(value, &number))
        return number < 0 ? -1 : number > 86400 ? 86400000 : number * 1000;
    int64_t until = read_http_date(value);
    int64_t now = head->date_ms != TIMESTAMP_NONE ? head->date_ms : clock_wall_ms();
    return until == TIMESTAMP_NONE ? -1 : until > now ? until - now : 0;
}

static void complete_head(struct http_transfer *transfer)
{
    struct http_head *head = &transfer->head;
    long code = 0;
    curl_easy_getinfo(transfer->easy.handle, CURLINFO_RESPONSE_CODE, &code);
    if (code < 200)
        return;
    head->code = (int)code;
    read_protocol(head);
    read_content_type(head);
    head->date_ms = read_http_date(http_head_get(head, "date"));
    head->retry_after_ms = read_retry_after(head);
    transfer->head_complete = true;
    http_thread_cancel_timer(transfer->thread, transfer->head_timer);
    if (!transfer->muted && transfer->callbacks.on_head != NULL)
        transfer->callbacks.on_head(transfer->context, head);
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;
    struct span line = span_make(data, size * count);
    if (transfer->head_complete)
        return line.length; /* a trailer */
    if (span_starts_with(line, "HTTP/"))
        bytebuf_clear(&transfer->head.lines);
    if (!bytebuf_append_span(&transfer->head.lines, line)) {
        transfer->stopped = STATUS_TOO_BIG;
        return 0;
    }
    if (span_trim(line).length == 0)
        complete_head(transfer);
    return line.length;
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;
    struct span body = span_make(data, size * count);
    if (transfer->muted || transfer->stopped != STATUS_OK)
        return CURL_WRITEFUNC_ERROR;
    transfer->received = transfer->received || body.length > 0;
    if (transfer->maximum_body > 0 && body.length > transfer->maximum_body - transfer->body_length) {
        transfer->stopped = STATUS_TOO_BIG;
        return CURL_WRITEFUNC_ERROR;
    }
    transfer->body_length += transfer->maximum_body > 0 ? body.length : 0;
    if (transfer->callbacks.on_data != NULL && !transfer->callbacks.on_data(transfer->context, body)) {
        transfer->stopped = STATUS_INTERRUPTED;
        return CURL_WRITEFUNC_ERROR;
    }
    return transfer->muted ? CURL_WRITEFUNC_ERROR : body.length;
}

struct http_transfer *http_transfer_new(uint64_t id, const struct http_request *request, const struct http_callbacks *callbacks,
                                        void *context)
{
    struct http_transfer *transfer = alloc_new(struct http_transfer);
    *transfer = (struct http_transfer){
        .id = id,
        .class = request->class,
        .callbacks = *callbacks,
        .context = context,
        .wants_peer = request->want_peer,
        .head_timeout_ms = request->head_timeout_ms > 0 ? request->head_timeout_ms : HTTP_REQUEST_HEAD_TIMEOUT_MS,
        .head = {.retry_after_ms = -1, .date_ms = TIMESTAMP_NONE},
    };
    bytebuf_init(&transfer->head.lines, HTTP_RESPONSE_HEADERS_MAXIMUM);
    if (request->class == HTTP_REQUEST_CLASS_REQUEST)
        transfer->maximum_body = request->maximum_body > 0 ? request->maximum_body : HTTP_REQUEST_BODY_MAXIMUM;
    if (http_easy_init(&transfer->easy, request, &transfer->made) != STATUS_OK)
        return transfer;
    CURL *handle = transfer->easy.handle;
    curl_easy_setopt(handle, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer);
    return transfer;
}

void http_transfer_discard(struct http_transfer *transfer)
{
    bytebuf_done(&transfer->head.lines);
    http_easy_done(&transfer->easy);
    free(transfer);
}

static struct http_peer read_peer(struct http_transfer *transfer)
{
    struct http_peer peer = UNKNOWN_PEER;
    struct curl_certinfo *chain = NULL;
    if (!transfer->wants_peer || transfer->easy.handle == NULL ||
        curl_easy_getinfo(transfer->easy.handle, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == NULL ||
        chain->num_of_certs == 0)
        return peer;
    for (struct curl_slist *field = chain->certinfo[0]; field != NULL; field = field->next)
        if (strncmp(field->data, "Cert:", 5) == 0)
            (void)tls_pem_read(span_of(field->data + 5), &peer, NULL);
    return peer;
}

static void measure(struct http_transfer *transfer, struct http_result *result)
{
    if (transfer->easy.handle == NULL)
        return;
    curl_off_t total_us = 0, body = 0;
    long headers = 0;
    curl_easy_getinfo(transfer->easy.handle, CURLINFO_TOTAL_TIME_T, &total_us);
    curl_easy_getinfo(transfer->easy.handle, CURLINFO_SIZE_DOWNLOAD_T, &body);
    curl_easy_getinfo(transfer->easy.handle, CURLINFO_HEADER_SIZE, &headers);
    result->total_ms = total_us / 1000;
    result->bytes_received = (uint64_t)body + (uint64_t)headers;
}

static void report(struct http_transfer *transfer, struct http_result *result)
{
    struct http_peer peer = read_peer(transfer);
    result->status = result->error.status;
    result->head = &transfer->head;
    result->peer = &peer;
    result->received = transfer->received;
    measure(transfer, result);
    if (!transfer->head_complete)
        transfer->head.code = 0;
    transfer->callbacks.on_done(transfer->context, result);
    http_transfer_discard(transfer);
}

/* Our own write callback ended it: say why, libcurl only knows "write error". */
static void explain_stop(struct http_transfer *transfer, struct error *err)
{
    if (transfer->stopped == STATUS_TOO_BIG && !transfer->head_complete)
        error_set(err, STATUS_TOO_BIG, "%s: the headers are over the maximum of %zu KiB", transfer->easy.authority,
                  HTTP_RESPONSE_HEADERS_MAXIMUM >> 10);
    else if (transfer->stopped == STATUS_TOO_BIG)
        error_set(err, STATUS_TOO_BIG, "%s: the answer is over the maximum of %zu KiB", transfer->easy.authority,
                  transfer->maximum_body >> 10);
    else
        error_set(err, STATUS_INTERRUPTED, "%s: stopped", transfer->easy.authority);
}

bool http_transfer_finish(struct http_transfer *transfer, CURLcode code)
{
    struct http_result result = {0};
    struct http_failure failure = {0};
    if (transfer->stopped != STATUS_OK || transfer->muted)
        explain_stop(transfer, &result.error);
    else if (code != CURLE_OK)
        http_failure_read(&transfer->easy, code, &failure);
    if (failure.error.status != STATUS_OK)
        result.error = failure.error;
    result.refused = failure.refused;
    report(transfer, &result);
    return failure.silent;
}

void http_transfer_abort(struct http_transfer *transfer, const struct error *error)
{
    struct http_result result = {.error = *error};
    report(transfer, &result);
}
