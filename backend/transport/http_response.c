/* Status lines and headers read; see http_response.h. */
#include "transport/http_response.h"

#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/timestamp.h"

static const struct {
    int code;
    enum status status;
    const char *reason;
} CODES[] = {
    {200, STATUS_OK, "OK"},
    {201, STATUS_OK, "Created"},
    {202, STATUS_OK, "Accepted"},
    {204, STATUS_OK, "No Content"},
    {400, STATUS_INVALID, "Bad Request"},
    {401, STATUS_UNAUTHENTICATED, "Unauthorized"},
    {403, STATUS_FORBIDDEN, "Forbidden"},
    {404, STATUS_NOT_FOUND, "Not Found"},
    {405, STATUS_UNSUPPORTED, "Method Not Allowed"},
    {406, STATUS_UNSUPPORTED, "Not Acceptable"},
    {408, STATUS_TIMEOUT, "Request Timeout"},
    {409, STATUS_CONFLICT, "Conflict"},
    {410, STATUS_GONE, "Gone"},
    {412, STATUS_CONFLICT, "Precondition Failed"},
    {413, STATUS_TOO_BIG, "Payload Too Large"},
    {415, STATUS_UNSUPPORTED, "Unsupported Media Type"},
    {422, STATUS_INVALID, "Unprocessable Entity"},
    {429, STATUS_BUSY, "Too Many Requests"},
    {500, STATUS_INVALID, "Internal Server Error"},
    {501, STATUS_UNSUPPORTED, "Not Implemented"},
    {502, STATUS_UNREACHABLE, "Bad Gateway"},
    {503, STATUS_UNREACHABLE, "Service Unavailable"},
    {504, STATUS_UNREACHABLE, "Gateway Timeout"},
};

void http_response_init(struct http_response *response, size_t maximum_body)
{
    *response = (struct http_response){.head = {.retry_after_ms = -1, .date_ms = TIMESTAMP_NONE}};
    bytebuf_init(&response->head.lines, HTTP_RESPONSE_HEADERS_MAXIMUM);
    bytebuf_init(&response->body, maximum_body);
}

void http_response_done(struct http_response *response)
{
    bytebuf_done(&response->head.lines);
    bytebuf_done(&response->body);
}

struct span http_head_get(const struct http_head *head, const char *name)
{
    struct span rest = bytebuf_span(&head->lines), line;
    size_t length = strlen(name);
    while (span_split(&rest, '\n', &line)) {
        bool found = line.length > length && line.data[length] == ':' && strncasecmp(line.data, name, length) == 0;
        if (found)
            return span_trim(span_from(line, length + 1));
    }
    return SPAN_EMPTY;
}

enum status http_response_code_status(int code)
{
    for (size_t i = 0; i < ARRAY_LENGTH(CODES); i++)
        if (CODES[i].code == code)
            return CODES[i].status;
    return code >= 200 && code < 300 ? STATUS_OK : STATUS_INVALID;
}

const char *http_response_reason(int code)
{
    for (size_t i = 0; i < ARRAY_LENGTH(CODES); i++)
        if (CODES[i].code == code)
            return CODES[i].reason;
    return "";
}
