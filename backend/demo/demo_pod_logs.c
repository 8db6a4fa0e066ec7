/* Container logs over HTTP; see demo_pod_logs.h. */
#include "demo/demo_pod_logs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_json.h"

#define WAIT_MS 200
#define CHUNK_MAX (64u << 10)

struct follower {
    struct demo_logs *logs;
    struct demo_log_read read; /* texts of the key owned */
    char *texts[3];
    bool is_following;
    int64_t left; /* bytes of limitBytes; negative: no limit */
    struct bytebuf chunk;
    size_t sent;
};

static void free_follower(void *state)
{
    struct follower *follower = state;
    for (size_t i = 0; i < 3; i++)
        free(follower->texts[i]);
    bytebuf_done(&follower->chunk);
    free(follower);
}

static ssize_t read_log(void *state, char *out, size_t size)
{
    struct follower *follower = state;
    if (follower->sent == follower->chunk.length) {
        bytebuf_clear(&follower->chunk);
        follower->sent = 0;
        enum status status = demo_logs_read(follower->logs, &follower->read, &follower->chunk);
        if (status == STATUS_TIMEOUT && follower->is_following)
            return 0;
        if (status != STATUS_OK)
            return DEMO_HTTP_STREAM_END;
    }
    size_t taken = follower->chunk.length - follower->sent;
    taken = taken < size ? taken : size;
    if (follower->left >= 0 && taken > (size_t)follower->left)
        taken = (size_t)follower->left;
    if (taken == 0)
        return DEMO_HTTP_STREAM_END;
    memcpy(out, follower->chunk.data + follower->sent, taken);
    follower->sent += taken;
    follower->left -= follower->left >= 0 ? (int64_t)taken : 0;
    return (ssize_t)taken;
}

static bool has_container(const json_t *pod, const char *name)
{
    static const char *const lists[] = {"spec.containers", "spec.initContainers"};
    for (size_t i = 0; i < 2; i++) {
        size_t index;
        json_t *container;
        json_array_foreach(demo_json_at(pod, lists[i]), index, container) {
            if (strcmp(demo_json_text(container, "name"), name) == 0)
                return true;
        }
    }
    return false;
}

static void refuse_choice(struct demo_call *call, const json_t *pod)
{
    struct bytebuf names;
    bytebuf_init(&names, 4096);
    size_t index;
    json_t *container;
    json_array_foreach(demo_json_at(pod, "spec.containers"), index, container)
        bytebuf_printf(&names, "%s%s", index > 0 ? " " : "", demo_json_text(container, "name"));
    demo_call_refuse(call, 400, "BadRequest",
                     "a container name must be specified for pod %s, choose one of: [%s]", call->name,
                     bytebuf_text(&names));
    bytebuf_done(&names);
}

/* The container asked for, or the only one. NULL: refused. Borrowed from the call or the pod. */
static const char *choose_container(struct demo_call *call, const json_t *pod)
{
    const char *wanted = demo_call_query(call, "container");
    const json_t *containers = demo_json_at(pod, "spec.containers");
    if (wanted[0] == '\0' && json_array_size(containers) == 1)
        return demo_json_text(pod, "spec.containers[0].name");
    if (wanted[0] == '\0') {
        refuse_choice(call, pod);
        return NULL;
    }
    if (has_container(pod, wanted))
        return wanted;
    demo_call_refuse(call, 400, "BadRequest", "container %s is not valid for pod %s", wanted, call->name);
    return NULL;
}

static void choose_range(const struct demo_call *call, struct follower *follower)
{
    int64_t number = 0;
    if (span_to_int64(span_of(demo_call_query(call, "tailLines")), &number) && number >= 0)
        follower->read.cursor = demo_logs_tail(follower->logs, &follower->read.key, (uint64_t)number);
    follower->read.since_ms = timestamp_parse(span_of(demo_call_query(call, "sinceTime")));
    if (span_to_int64(span_of(demo_call_query(call, "sinceSeconds")), &number) && number > 0)
        follower->read.since_ms = clock_wall_ms() - number * 1000;
    follower->left = span_to_int64(span_of(demo_call_query(call, "limitBytes")), &number) && number > 0 ? number : -1;
}

static void reply_log(struct demo_call *call, const char *container)
{
    struct follower *follower = alloc_new(struct follower);
    follower->logs = call->logs;
    follower->is_following = demo_call_flag(call, "follow");
    follower->texts[0] = alloc_strdup(call->name_space);
    follower->texts[1] = alloc_strdup(call->name);
    follower->texts[2] = alloc_strdup(container);
    bytebuf_init(&follower->chunk, CHUNK_MAX);
    follower->read = (struct demo_log_read){
        .key = {follower->texts[0], follower->texts[1], follower->texts[2], demo_call_flag(call, "previous")},
        .has_timestamps = demo_call_flag(call, "timestamps"),
        .timeout_ms = follower->is_following ? WAIT_MS : 0};
    choose_range(call, follower);
    struct demo_http_stream stream = {read_log, free_follower, follower};
    demo_http_reply_stream(call->reply, 200, "text/plain", stream);
}

/* A container that runs has said at least that it started. */
static void begin_log(struct demo_call *call, const json_t *pod, const char *container)
{
    struct demo_log_key key = {call->name_space, call->name, container, false};
    char path[DEMO_CALL_NAME_MAX + 96];
    snprintf(path, sizeof path, "status.containerStatuses[?(@.name==\"%s\")].state.running.startedAt", container);
    int64_t at_ms = timestamp_parse(span_of(demo_json_text(pod, path)));
    if (at_ms == TIMESTAMP_NONE || demo_logs_exists(call->logs, &key))
        return;
    snprintf(path, sizeof path, "spec.containers[?(@.name==\"%s\")].image", container);
    char *line = alloc_printf("level=info msg=\"starting\" image=%s", demo_json_text(pod, path));
    demo_logs_append_at(call->logs, &key, at_ms, line);
    demo_logs_append_at(call->logs, &key, at_ms + 1400, "level=info msg=\"ready\"");
    free(line);
}

void demo_pod_logs_reply(struct demo_call *call)
{
    json_t *pod = demo_store_get(call->store, DEMO_KIND_POD, call->name_space, call->name);
    if (pod == NULL) {
        demo_call_refuse(call, 404, "NotFound", "pods \"%s\" not found", call->name);
        return;
    }
    const char *container = choose_container(call, pod);
    if (container != NULL)
        begin_log(call, pod, container);
    struct demo_log_key previous = {call->name_space, call->name, container, true};
    if (container != NULL && demo_call_flag(call, "previous") && !demo_logs_exists(call->logs, &previous))
        demo_call_refuse(call, 400, "BadRequest", "previous terminated container \"%s\" in pod \"%s\" not found",
                         container, call->name);
    else if (container != NULL)
        reply_log(call, container);
    json_decref(pod);
}
