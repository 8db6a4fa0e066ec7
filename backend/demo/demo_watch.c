/* A watch is a stream over the store's history; see demo_watch.h. A version that is too old is no HTTP error but an
 * ERROR event with code 410, as the watch cache of a real server answers. */
#include "demo/demo_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "demo/demo_form.h"
#include "demo/demo_json.h"
#include "demo/demo_list.h"
#include "demo/demo_selector.h"

#define LINE_MAX_BYTES (80u << 20)
#define WAIT_MS 200
#define DEFAULT_TIMEOUT_S 2400

struct watch {
    struct demo_store *store;
    struct demo_form form;
    struct demo_selector selector;
    char *name_space;
    struct demo_snapshot initial; /* objects to announce first */
    size_t announced;
    uint64_t cursor;
    int64_t deadline_ms, bookmark_ms;
    bool has_bookmarks, has_sent_columns, is_over;
    bool wants_end; /* a bookmark says where the initial events end */
    struct bytebuf line;
    size_t sent; /* of line */
};

static void free_watch(void *state)
{
    struct watch *watch = state;
    demo_store_release(&watch->initial);
    demo_selector_clear(&watch->selector);
    bytebuf_done(&watch->line);
    free(watch->name_space);
    free(watch);
}

static void begin_line(struct watch *watch, const char *type)
{
    bytebuf_clear(&watch->line);
    watch->sent = 0;
    bytebuf_printf(&watch->line, "{\"type\":\"%s\",\"object\":", type);
}

static void end_line(struct watch *watch)
{
    bytebuf_append_text(&watch->line, "}\n");
}

static void write_object(struct watch *watch, const char *type, const struct demo_object *object)
{
    watch->form.now_ms = clock_wall_ms();
    begin_line(watch, type);
    demo_form_single(&watch->form, object, !watch->has_sent_columns, &watch->line);
    watch->has_sent_columns = true;
    end_line(watch);
}

static bool is_inside(const struct watch *watch, const struct demo_object *object)
{
    if (object == NULL)
        return false;
    if (watch->name_space[0] != '\0' && strcmp(watch->name_space, object->name_space) != 0)
        return false;
    return demo_selector_matches(&watch->selector, object);
}

/* What the event is for this watch: an object may enter or leave its selector. NULL: nothing. */
static const char *type_for(const struct watch *watch, const struct demo_event *event)
{
    bool was_inside = is_inside(watch, event->previous);
    bool is_now = event->type != DEMO_EVENT_DELETED && is_inside(watch, event->object);
    if (is_now)
        return was_inside ? "MODIFIED" : "ADDED";
    return was_inside ? "DELETED" : NULL;
}

static void write_gone(struct watch *watch)
{
    char message[128];
    snprintf(message, sizeof message, "too old resource version: %llu (%llu)", (unsigned long long)watch->cursor,
             (unsigned long long)demo_store_version(watch->store));
    json_t *status = demo_call_status(410, "Expired", message, NULL, NULL);
    char *text = demo_json_dump(status);
    begin_line(watch, "ERROR");
    bytebuf_append_text(&watch->line, text);
    end_line(watch);
    free(text);
    json_decref(status);
    watch->is_over = true;
}

/* A bookmark when one is due. */
static bool write_bookmark(struct watch *watch)
{
    if (!watch->has_bookmarks || clock_monotonic_ms() < watch->bookmark_ms)
        return false;
    watch->bookmark_ms = clock_monotonic_ms() + DEMO_WATCH_BOOKMARK_MS;
    begin_line(watch, "BOOKMARK");
    demo_form_bookmark(&watch->form, watch->cursor, false, &watch->line);
    end_line(watch);
    return true;
}

/* Makes the next line, waiting a little for one. False: none yet, or the watch is over. */
static bool next_line(struct watch *watch)
{
    if (watch->announced < watch->initial.count) {
        write_object(watch, "ADDED", watch->initial.objects[watch->announced++]);
        return true;
    }
    if (watch->wants_end) {
        watch->wants_end = false;
        begin_line(watch, "BOOKMARK");
        demo_form_bookmark(&watch->form, watch->cursor, true, &watch->line);
        end_line(watch);
        return true;
    }
    struct demo_event event = {0};
    switch (demo_store_next(watch->store, watch->form.kind, &watch->cursor, WAIT_MS, &event)) {
    case STATUS_OK: {
        const char *type = type_for(watch, &event);
        if (type != NULL)
            write_object(watch, type, event.object);
        demo_event_clear(&event);
        return type != NULL;
    }
    case STATUS_GONE:
        write_gone(watch);
        return true;
    case STATUS_TIMEOUT:
        watch->is_over = clock_monotonic_ms() >= watch->deadline_ms;
        return !watch->is_over && write_bookmark(watch);
    default:
        watch->is_over = true;
        return false;
    }
}

static ssize_t read_watch(void *state, char *out, size_t size)
{
    struct watch *watch = state;
    if (watch->sent == watch->line.length) {
        if (watch->is_over)
            return DEMO_HTTP_STREAM_END;
        if (!next_line(watch))
            return watch->is_over ? DEMO_HTTP_STREAM_END : 0;
    }
    size_t left = watch->line.length - watch->sent;
    size_t taken = left < size ? left : size;
    memcpy(out, watch->line.data + watch->sent, taken);
    watch->sent += taken;
    return (ssize_t)taken;
}

/* Without a version (or "0") a watch first announces every object there is. */
static void announce_all(struct watch *watch)
{
    demo_store_snapshot(watch->store, watch->form.kind, watch->name_space, 0, &watch->initial);
    watch->cursor = watch->initial.version;
    size_t kept = 0;
    for (size_t i = 0; i < watch->initial.count; i++) {
        if (demo_selector_matches(&watch->selector, watch->initial.objects[i]))
            watch->initial.objects[kept++] = watch->initial.objects[i];
        else
            demo_object_unref(watch->initial.objects[i]);
    }
    watch->initial.count = kept;
}

static bool set_up(struct demo_call *call, struct watch *watch)
{
    const char *version = demo_call_query(call, "resourceVersion");
    int64_t number = 0, timeout_s = DEFAULT_TIMEOUT_S;
    if (!demo_form_choose(&watch->form, call)) {
        demo_call_refuse(call, 406, "NotAcceptable", "only the following media types are accepted: application/json");
        return false;
    }
    bool sends_initial = demo_call_flag(call, "sendInitialEvents");
    if (demo_call_query(call, "sendInitialEvents")[0] != '\0' && !call->has_watch_list) {
        demo_call_refuse(call, 422, "Invalid",
                         "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is "
                         "forbidden for watch unless the WatchList feature gate is enabled");
        return false;
    }
    if (sends_initial && strcmp(demo_call_query(call, "resourceVersionMatch"), "NotOlderThan") != 0) {
        demo_call_refuse(call, 422, "Invalid",
                         "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires "
                         "setting resourceVersionMatch to NotOlderThan");
        return false;
    }
    if (version[0] != '\0' && (!span_to_int64(span_of(version), &number) || number < 0)) {
        demo_call_refuse(call, 400, "BadRequest", "Invalid value: \"%s\": resourceVersion", version);
        return false;
    }
    if (!demo_list_selectors(call, &watch->selector))
        return false;
    span_to_int64(span_of(demo_call_query(call, "timeoutSeconds")), &timeout_s);
    watch->cursor = (uint64_t)number;
    watch->deadline_ms = clock_monotonic_ms() + (timeout_s <= 0 ? DEFAULT_TIMEOUT_S : timeout_s) * 1000;
    watch->bookmark_ms = clock_monotonic_ms() + DEMO_WATCH_BOOKMARK_MS;
    watch->has_bookmarks = demo_call_flag(call, "allowWatchBookmarks");
    watch->wants_end = sends_initial && watch->has_bookmarks;
    if (sends_initial)
        watch->cursor = 0;
    return true;
}

void demo_watch_reply(struct demo_call *call)
{
    struct watch *watch = alloc_new(struct watch);
    watch->store = call->store;
    watch->name_space = alloc_strdup(call->name_space);
    bytebuf_init(&watch->line, LINE_MAX_BYTES);
    if (!set_up(call, watch)) {
        free_watch(watch);
        return;
    }
    if (watch->cursor == 0)
        announce_all(watch);
    struct demo_http_stream stream = {read_watch, free_watch, watch};
    demo_http_reply_stream(call->reply, 200, "application/json", stream);
}
