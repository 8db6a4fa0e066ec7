/* Logs of a reconciler: the lines of its controller's pod that name the object (contract 4.3). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytebuf.h"
#include "demo/demo_catalyst_internal.h"
#include "demo/demo_json.h"

#define LINES_MAX 5000
#define LINES_USUAL 200

/* Name of the controller's running pod in flux-system; "" when none. */
static void find_pod(struct demo_catalyst *catalyst, const char *controller, char *out, size_t size)
{
    out[0] = '\0';
    json_t *pods = demo_store_list(catalyst->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_POD, "flux-system");
    size_t index = 0;
    json_t *pod = NULL;
    json_array_foreach(pods, index, pod)
        if (strcmp(demo_json_text(pod, "metadata.labels.app"), controller) == 0)
            snprintf(out, size, "%s", demo_json_text(pod, "metadata.name"));
    json_decref(pods);
}

static json_t *matching_lines(struct demo_catalyst *catalyst, const char *pod, const char *name, size_t most)
{
    struct demo_log_read read = {.key = {"flux-system", pod, "", false}, .since_ms = INT64_MIN};
    struct bytebuf text;
    bytebuf_init(&text, (size_t)8 << 20);
    read.cursor = demo_logs_tail(catalyst->world->logs[DEMO_WORLD_PRIMARY], &read.key, DEMO_LOGS_LINES_MAX);
    demo_logs_read(catalyst->world->logs[DEMO_WORLD_PRIMARY], &read, &text);
    json_t *lines = json_array();
    struct span rest = bytebuf_span(&text), line;
    while (span_split(&rest, '\n', &line))
        if (!span_is_empty(line) && span_contains(line, name))
            json_array_append_new(lines, json_stringn(line.data, line.length));
    bytebuf_done(&text);
    while (json_array_size(lines) > most)
        json_array_remove(lines, 0);
    json_t *numbered = json_array();
    for (size_t i = 0; i < json_array_size(lines); i++)
        json_array_append_new(numbered,
                              json_pack("{s:i, s:O}", "lineNumber", (int)i + 1, "message", json_array_get(lines, i)));
    json_decref(lines);
    return numbered;
}

void demo_catalyst_logs_get(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    if (demo_catalyst_session_of(catalyst, request, reply) == NULL || !demo_catalyst_is_ours(request, reply))
        return;
    const char *controller = demo_catalyst_flux_controller(request->captures[1]);
    if (controller == NULL) {
        demo_catalyst_refuse(reply, 400, "unknown-kind", request->captures[1]);
        return;
    }
    const char *tail = demo_http_query(request, "tailLines");
    size_t most = tail != NULL ? strtoul(tail, NULL, 10) : LINES_USUAL;
    char pod[256];
    find_pod(catalyst, controller, pod, sizeof pod);
    json_t *lines = matching_lines(catalyst, pod, request->captures[3], most > LINES_MAX ? LINES_MAX : most);
    int total = (int)json_array_size(lines);
    demo_http_reply_json(reply, 200,
                         json_pack("{s:s, s:s++, s:o, s:i}", "controller", controller, "object", request->captures[2],
                                   "/", request->captures[3], "lines", lines, "total", total));
}
