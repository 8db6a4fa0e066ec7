/* A deflating stream around another one, at the level API servers use. */
#include "demo/demo_gzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"

#define LEVEL 1
#define WINDOW_GZIP (15 + 16)
#define MEMORY 8
#define INPUT_BYTES (64u << 10)

struct gzip {
    struct demo_http_stream inner;
    z_stream zip;
    bool is_ended;
    unsigned char input[INPUT_BYTES];
};

bool demo_gzip_is_accepted(const struct demo_http_request *request)
{
    const char *accepted = demo_http_header(request, "Accept-Encoding");
    return !request->is_spoiled && accepted != NULL && strstr(accepted, "gzip") != NULL;
}

static void free_gzip(void *state)
{
    struct gzip *gzip = state;
    deflateEnd(&gzip->zip);
    if (gzip->inner.free != NULL)
        gzip->inner.free(gzip->inner.state);
    free(gzip);
}

static ssize_t read_gzip(void *state, char *out, size_t size)
{
    struct gzip *gzip = state;
    gzip->zip.next_out = (unsigned char *)out;
    gzip->zip.avail_out = (unsigned)size;
    int said = Z_OK;
    while (gzip->zip.avail_out == size && said != Z_STREAM_END) {
        if (gzip->zip.avail_in == 0 && !gzip->is_ended) {
            ssize_t count = gzip->inner.read(gzip->inner.state, (char *)gzip->input, sizeof gzip->input);
            if (count == DEMO_HTTP_STREAM_ABORT || count == 0)
                return count;
            gzip->is_ended = count < 0;
            gzip->zip.next_in = gzip->input;
            gzip->zip.avail_in = count < 0 ? 0 : (unsigned)count;
        }
        said = deflate(&gzip->zip, gzip->is_ended ? Z_FINISH : Z_NO_FLUSH);
        if (said != Z_OK && said != Z_STREAM_END && said != Z_BUF_ERROR)
            return DEMO_HTTP_STREAM_ABORT;
    }
    size_t filled = size - gzip->zip.avail_out;
    return filled == 0 ? DEMO_HTTP_STREAM_END : (ssize_t)filled;
}

struct demo_http_stream demo_gzip_stream(struct demo_http_stream inner)
{
    struct gzip *gzip = alloc_new(struct gzip);
    gzip->inner = inner;
    if (deflateInit2(&gzip->zip, LEVEL, Z_DEFLATED, WINDOW_GZIP, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    return (struct demo_http_stream){read_gzip, free_gzip, gzip};
}
