/* The screens below Spine; spine_screen_new is in screen.h. */
#ifndef SCREEN_SPINE_SCREENS_H
#define SCREEN_SPINE_SCREENS_H

#include "screen/screen.h"
#include "spine/spine_facts.h"

struct screen *spine_consumers_screen_new(struct screen_host *host, const struct spine_stream *stream);
/* `stream` NULL: whichever stores the subject, or none. `subject` "": all that the stream stores. */
struct screen *spine_tail_screen_new(struct screen_host *host, const char *stream, const char *subject);
struct screen *spine_tail_screen_new_bucket(struct screen_host *host, const struct spine_stream *bucket);

#endif
