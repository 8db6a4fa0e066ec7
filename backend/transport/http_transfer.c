/* Headers gathered and read, body handed on under its maximum, and the one result at the end; see http_transfer.h. */
#include "transport/http_transfer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "transport/http_failure.h"
#include "transport/tls_pem.h"

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

/* TLS version and cipher are only there while the connection is the transfer's: at the end of the headers. */
static void read_tls(struct http_transfer *transfer)
{
    struct curl_tlssessioninfo *info = NULL;
    if (curl_easy_getinfo(transfer->easy.handle, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || info == NULL ||
        info->backend != CURLSSLBACKEND_OPENSSL || info->internals == NULL)
        return;
    snprintf(transfer->peer->tls_version, sizeof transfer->peer->tls_version, "%s", SSL_get_version(info->internals));
    snprintf(transfer->peer->cipher, sizeof transfer->peer->cipher, "%s", SSL_get_cipher_name(info->internals));
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
    if (code == 401 && !transfer->tried_again && !transfer->muted && tls_identity_reject(transfer->easy.identity, transfer->easy.credentials))
        transfer->again = true;
    transfer->head_complete = true;
    if (transfer->peer != NULL)
        read_tls(transfer);
    if (transfer->class == HTTP_REQUEST_CLASS_STREAM)
        http_thread_cancel_timer(transfer->thread, transfer->limit_timer);
    if (!transfer->muted && !transfer->again && transfer->callbacks.on_head != NULL)
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
    if (transfer->again)
        return body.length;
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

static int note_connection(void *context, char *server, char *client, int server_port, int client_port)
{
    struct http_transfer *transfer = context;
    transfer->connected = true;
    return CURL_PREREQFUNC_OK;
}

static int64_t read_limit(const struct http_request *request)
{
    if (request->class == HTTP_REQUEST_CLASS_STREAM)
        return request->head_timeout_ms > 0 ? request->head_timeout_ms : HTTP_REQUEST_HEAD_TIMEOUT_MS;
    return request->total_timeout_ms > 0 ? request->total_timeout_ms : HTTP_REQUEST_TOTAL_TIMEOUT_MS;
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
        .peer = request->want_peer ? alloc_new(struct http_peer) : NULL,
        .limit_ms = read_limit(request),
        .connect_ms = request->connect_timeout_ms > 0 ? request->connect_timeout_ms : HTTP_REQUEST_CONNECT_TIMEOUT_MS,
        .head = {.retry_after_ms = -1, .date_ms = TIMESTAMP_NONE},
    };
    bytebuf_init(&transfer->head.lines, HTTP_RESPONSE_HEADERS_MAXIMUM);
    if (request->class == HTTP_REQUEST_CLASS_REQUEST)
        transfer->maximum_body = request->maximum_body > 0 ? request->maximum_body : HTTP_REQUEST_BODY_MAXIMUM;
    if (http_easy_init(&transfer->easy, request, &transfer->made) != STATUS_OK)
        return transfer;
    CURL *handle = transfer->easy.handle;
    curl_easy_setopt(handle, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, note_connection);
    curl_easy_setopt(handle, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer);
    return transfer;
}

void http_transfer_discard(struct http_transfer *transfer)
{
    bytebuf_done(&transfer->head.lines);
    free(transfer->peer);
    http_easy_done(&transfer->easy);
    free(transfer);
}

void http_transfer_rewind(struct http_transfer *transfer)
{
    struct bytebuf lines = transfer->head.lines;
    bytebuf_clear(&lines);
    transfer->head = (struct http_head){.retry_after_ms = -1, .date_ms = TIMESTAMP_NONE, .lines = lines};
    transfer->head_complete = transfer->received = transfer->again = false;
    transfer->tried_again = true;
    transfer->stopped = STATUS_OK;
    transfer->body_length = 0;
    transfer->easy.message[0] = '\0';
}

static const struct http_peer UNKNOWN_PEER;

static void read_chain(struct http_transfer *transfer)
{
    struct http_peer *peer = transfer->peer;
    struct curl_certinfo *chain = NULL;
    if (peer == NULL || transfer->easy.handle == NULL ||
        curl_easy_getinfo(transfer->easy.handle, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == NULL)
        return;
    for (int i = 0; i < chain->num_of_certs; i++)
        for (struct curl_slist *field = chain->certinfo[i]; field != NULL; field = field->next) {
            if (strncmp(field->data, "Cert:", 5) != 0)
                continue;
            if (peer->chain_count == HTTP_PEER_CHAIN_MAX)
                peer->chain_left_out++;
            else if (tls_pem_read(span_of(field->data + 5), &peer->chain[peer->chain_count], NULL))
                peer->chain_count++;
        }
    peer->known = peer->chain_count > 0;
}

static curl_off_t time_of(struct http_transfer *transfer, CURLINFO what)
{
    curl_off_t at_us = 0;
    curl_easy_getinfo(transfer->easy.handle, what, &at_us);
    return at_us;
}

static int64_t between(curl_off_t from_us, curl_off_t to_us)
{
    return to_us > from_us ? to_us - from_us : 0;
}

static void measure(struct http_transfer *transfer, struct http_result *result)
{
    if (transfer->easy.handle == NULL)
        return;
    curl_off_t lookup_us = time_of(transfer, CURLINFO_NAMELOOKUP_TIME_T), connect_us = time_of(transfer, CURLINFO_CONNECT_TIME_T),
               tls_us = time_of(transfer, CURLINFO_APPCONNECT_TIME_T), sent_us = time_of(transfer, CURLINFO_PRETRANSFER_TIME_T),
               first_us = time_of(transfer, CURLINFO_STARTTRANSFER_TIME_T);
    long headers = 0, connections = 0;
    curl_easy_getinfo(transfer->easy.handle, CURLINFO_HEADER_SIZE, &headers);
    curl_easy_getinfo(transfer->easy.handle, CURLINFO_NUM_CONNECTS, &connections);
    result->timing = (struct http_timing){.request_us = between(sent_us, first_us), .reused = connections == 0 && first_us > 0};
    if (!result->timing.reused) {
        result->timing.lookup_us = lookup_us;
        result->timing.connect_us = between(lookup_us, connect_us);
        result->timing.tls_us = between(connect_us, tls_us);
    }
    result->total_ms = time_of(transfer, CURLINFO_TOTAL_TIME_T) / 1000;
    result->bytes_received = (uint64_t)time_of(transfer, CURLINFO_SIZE_DOWNLOAD_T) + (uint64_t)headers;
}

static void report(struct http_transfer *transfer, struct http_result *result)
{
    read_chain(transfer);
    result->status = result->error.status;
    result->head = &transfer->head;
    result->peer = transfer->peer != NULL ? transfer->peer : &UNKNOWN_PEER;
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
