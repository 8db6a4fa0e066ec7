/* Reply bodies on their way out; see demo_outflow.h. */
#include "demo/demo_outflow.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STALL_STEP_MS 50

static bool is_client_gone(int fd)
{
    struct pollfd watched = {.fd = fd, .events = POLLRDHUP};
    return poll(&watched, 1, 0) > 0 && (watched.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

static void sleep_ms(int64_t delay_ms)
{
    struct timespec delay = {delay_ms / 1000, (delay_ms % 1000) * 1000000};
    nanosleep(&delay, NULL);
}

static bool is_stopping(const struct demo_outflow *flow)
{
    return __atomic_load_n(flow->is_stopping, __ATOMIC_ACQUIRE);
}

bool demo_outflow_stall(const struct demo_outflow *flow, int64_t delay_ms)
{
    for (int64_t waited_ms = 0; delay_ms < 0 || waited_ms < delay_ms; waited_ms += STALL_STEP_MS) {
        if (is_stopping(flow) || is_client_gone(flow->fd))
            return false;
        if (!demo_faults_still_hold(flow->faults, &flow->fault))
            break;
        sleep_ms(STALL_STEP_MS);
    }
    return true;
}

static ssize_t pull_bytes(struct demo_outflow *flow, char *out, size_t size)
{
    if (flow->bytes == NULL) {
        ssize_t count = flow->stream.read(flow->stream.state, out, size);
        flow->sent += count > 0 ? (size_t)count : 0;
        return count;
    }
    size_t left = flow->length - flow->sent;
    if (left == 0)
        return DEMO_HTTP_STREAM_END;
    size_t taken = left < size ? left : size;
    memcpy(out, flow->bytes + flow->sent, taken);
    flow->sent += taken;
    return (ssize_t)taken;
}

/* The overlong line, piece by piece; then the body goes on. */
static ssize_t flood(struct demo_outflow *flow, char *out, size_t size)
{
    size_t taken = flow->fault.flood_bytes < size ? flow->fault.flood_bytes : size;
    memset(out, 'x', taken);
    flow->fault.flood_bytes -= taken;
    if (flow->fault.flood_bytes == 0) {
        out[taken - (taken > 0 ? 1 : 0)] = '\n';
        flow->fault.action = DEMO_FAULT_NONE;
    }
    return (ssize_t)taken;
}

/* The rest of a spoiled body, once after_bytes have passed. */
static ssize_t spoil(struct demo_outflow *flow, char *out, size_t size)
{
    static const char garbage[] = "\"}]{{\x01 not json";
    if (flow->fault.action == DEMO_FAULT_FREEZE) {
        if (demo_outflow_stall(flow, -1))
            flow->fault.action = DEMO_FAULT_NONE;
        return flow->fault.action == DEMO_FAULT_NONE ? 0 : DEMO_HTTP_STREAM_ABORT;
    }
    if (flow->fault.action == DEMO_FAULT_FLOOD)
        return flood(flow, out, size);
    if (flow->fault.action == DEMO_FAULT_CUT)
        return DEMO_HTTP_STREAM_ABORT;
    if (flow->is_spoiled || size < sizeof garbage)
        return DEMO_HTTP_STREAM_END;
    flow->is_spoiled = true;
    memcpy(out, garbage, sizeof garbage - 1);
    return (ssize_t)sizeof garbage - 1;
}

static ssize_t pull_step(struct demo_outflow *flow, char *out, size_t size)
{
    bool is_spoiling = flow->fault.action >= DEMO_FAULT_BREAK;
    if (is_spoiling && flow->sent >= flow->fault.after_bytes)
        return spoil(flow, out, size);
    if (is_spoiling && size > flow->fault.after_bytes - flow->sent)
        size = flow->fault.after_bytes - flow->sent;
    return pull_bytes(flow, out, size);
}

ssize_t demo_outflow_pull(struct demo_outflow *flow, char *out, size_t size)
{
    for (;;) {
        ssize_t count = pull_step(flow, out, size);
        if (count != 0)
            return count;
        if (is_stopping(flow) || is_client_gone(flow->fd))
            return DEMO_HTTP_STREAM_ABORT;
    }
}

void demo_outflow_free(struct demo_outflow *flow)
{
    if (flow->stream.free != NULL)
        flow->stream.free(flow->stream.state);
    demo_faults_clear_match(&flow->fault);
    free(flow->bytes);
    free(flow);
}
