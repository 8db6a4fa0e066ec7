/* URLs taken apart and put together. */
#include <criterion/criterion.h>

#include "base/array.h"
#include "support/leak_check.h"
#include "transport/http_response.h"
#include "transport/http_url.h"

static const struct {
    const char *text, *authority;
    bool valid;
} URLS[] = {
    {"https://api.acme.example", "api.acme.example:443", true},
    {"http://api.acme.example/x", "api.acme.example:80", true},
    {"https://127.0.0.1:6443/apis?x=1", "127.0.0.1:6443", true},
    {"HTTPS://[::1]:6443", "[::1]:6443", true},
    {"https://host?query", "host:443", true},
    {"https://user:secret@host/", "https://user:secret@host/", false},
    {"https://", "https://", false},
    {"https://host:0/", "https://host:0/", false},
    {"https://host:port/", "https://host:port/", false},
    {"ftp://host/", "ftp://host/", false},
    {"host:443", "host:443", false},
    {NULL, "(no URL)", false},
};

Test(http_url, parses_or_refuses)
{
    for (size_t i = 0; i < ARRAY_LENGTH(URLS); i++) {
        struct http_url url;
        char authority[HTTP_URL_ORIGIN_MAX];
        cr_assert_eq(http_url_parse(URLS[i].text, &url), URLS[i].valid, "%s", URLS[i].text);
        http_url_authority(URLS[i].text, authority);
        if (URLS[i].valid)
            cr_assert_str_eq(authority, URLS[i].authority);
    }
}

Test(http_url, an_authority_in_an_error_text_shows_no_password)
{
    char authority[HTTP_URL_ORIGIN_MAX];
    http_url_authority("https://user:secret@host/", authority);
    cr_assert_not(span_contains(span_of(authority), "secret"), "%s", authority);
}

Test(http_url, escapes_queries)
{
    struct bytebuf url;
    bytebuf_init(&url, 200);
    bytebuf_append_text(&url, "https://h/x");
    cr_assert(http_url_append_query(&url, "fieldSelector", SPAN_LITERAL("type=a b/\xC3\xA4")));
    cr_assert(http_url_append_query(&url, "limit", SPAN_LITERAL("5~-._")));
    cr_assert_str_eq(bytebuf_text(&url), "https://h/x?fieldSelector=type%3Da%20b%2F%C3%A4&limit=5~-._");
    bytebuf_done(&url);
    TEST_NO_LEAKS();
}

Test(http_url, codes_have_a_status)
{
    static const struct {
        int code;
        enum status status;
    } CODES[] = {{200, STATUS_OK},          {206, STATUS_OK},        {401, STATUS_UNAUTHENTICATED},
                 {403, STATUS_FORBIDDEN},   {404, STATUS_NOT_FOUND}, {409, STATUS_CONFLICT},
                 {410, STATUS_GONE},        {422, STATUS_INVALID},   {429, STATUS_BUSY},
                 {502, STATUS_UNREACHABLE}, {302, STATUS_INVALID},   {599, STATUS_INVALID}};
    for (size_t i = 0; i < ARRAY_LENGTH(CODES); i++)
        cr_assert_eq(http_response_code_status(CODES[i].code), CODES[i].status, "%d", CODES[i].code);
}
