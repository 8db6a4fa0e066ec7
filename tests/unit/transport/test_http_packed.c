/* Packed answers: what is unpacked counts against the maximum, however small it came. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "support/fake_server.h"
#include "support/leak_check.h"
#include "transport/http_thread.h"

#define UNPACKED ((size_t)8 << 20)

static unsigned char packed[64 << 10];
static size_t packed_length;

static void pack(void)
{
    z_stream zip = {0};
    unsigned char *zeros = alloc_zeroed(1, UNPACKED);
    cr_assert_eq(deflateInit2(&zip, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    zip.next_in = zeros;
    zip.avail_in = UNPACKED;
    zip.next_out = packed;
    zip.avail_out = sizeof packed;
    cr_assert_eq(deflate(&zip, Z_FINISH), Z_STREAM_END);
    packed_length = zip.total_out;
    deflateEnd(&zip);
    free(zeros);
}

static void handle(void *context, struct fake_exchange *exchange)
{
    fake_server_begin(exchange, 200, "Content-Encoding: gzip\r\n");
    fake_server_write(exchange, packed, packed_length);
    fake_server_end(exchange);
}

Test(http_packed, a_small_answer_that_unpacks_to_too_much_is_refused)
{
    static const struct {
        size_t maximum;
        enum status status;
    } CASES[] = {{UNPACKED, STATUS_OK}, {UNPACKED - 1, STATUS_TOO_BIG}, {1 << 20, STATUS_TOO_BIG}};
    pack();
    struct fake_server *server = fake_server_new((struct fake_server_options){.handle = handle});
    struct http_thread *thread = http_thread_new();
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct http_response response;
        struct error err = {0};
        http_response_init(&response, CASES[i].maximum);
        struct http_request request = {.url = fake_server_url(server), .accept_compressed = true, .maximum_body = CASES[i].maximum};
        cr_assert_eq(http_thread_fetch(thread, &request, NULL, &response, &err), CASES[i].status, "case %zu: %s", i, err.text);
        cr_assert_leq(response.body.length, CASES[i].maximum);
        http_response_done(&response);
    }
    http_thread_free(thread);
    fake_server_free(server);
    TEST_NO_LEAKS();
}
