/* The cutover's events on the HTTP thread: a Server-Sent-Events stream that is replayed from the beginning of a ring at every
 * connect, has no ids and no pings, is closed by the server after an end, and by nginx after 300 s of silence (contract 1.1, 3.3).
 * What was told once is not told again. Inside the layer only. */
#ifndef FEED_CATALYST_FEED_STREAM_H
#define FEED_CATALYST_FEED_STREAM_H

#include "sovereign/catalyst_client.h"
#include "transport/sse_stream.h"

#define CATALYST_FEED_STREAM_SEEN_MAX 1024 /* events remembered; the server's ring holds 256 */

struct catalyst_feed_stream;

struct catalyst_feed_stream_callbacks {
    bool (*told)(void *context, const struct catalyst_event *event); /* a new event; false: not taken, tell it again */
    void (*changed)(void *context);                                  /* something happened: read the status */
    void (*alive)(void *context);                                    /* bytes arrived */
    void (*standing)(void *context, enum status status, const char *text); /* STATUS_OK: open; else refused, and why */
    void (*closed)(void *context);                                   /* the last one, after catalyst_feed_stream_close */
};

/* All on the HTTP thread. Opens at the client's host in use. */
struct catalyst_feed_stream *catalyst_feed_stream_new(struct http_thread *thread, struct catalyst_client *client,
                                                      const struct catalyst_feed_stream_callbacks *callbacks, void *context);
void catalyst_feed_stream_close(struct catalyst_feed_stream *stream); /* frees it */
void catalyst_feed_stream_reopen(struct catalyst_feed_stream *stream); /* do not wait any longer; nothing while it is open */
void catalyst_feed_stream_rehost(struct catalyst_feed_stream *stream); /* another host is in use now */
bool catalyst_feed_stream_is_refused(const struct catalyst_feed_stream *stream); /* it waits because we were not let in */
void catalyst_feed_stream_note_run(struct catalyst_feed_stream *stream, bool is_running); /* a run is followed */

#endif
