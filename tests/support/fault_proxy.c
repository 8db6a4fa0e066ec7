/* One thread, one poll: each connection is two pipes with a buffer, and the faults that hold act where bytes pass; see
 * fault_proxy.h. */
#include "support/fault_proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"

#define PIPE_BYTES ((size_t)64 << 10)
#define PIECES_MAX 64
#define CONNECTIONS_MAX 256
#define TIMED_POLL_MS 2 /* while bytes wait for the clock */
#define LOST_BYTES 16

enum { CLIENT, SERVER };
enum { UP, DOWN };

/* Bytes with the time they may leave. */
struct piece {
    size_t length;
    int64_t due_ms;
};

struct pipe {
    char bytes[PIPE_BYTES];
    size_t start, length; /* what waits: bytes + start, length of it */
    struct piece pieces[PIECES_MAX];
    size_t piece_count;
    uint64_t total; /* bytes read */
    int64_t paid_ms; /* throttle: up to when the bytes sent are paid for */
    bool ended, closed; /* the source said FIN; and the sink was told */
};

struct connection {
    int fds[2];
    unsigned number;
    struct pipe pipes[2];
    uint64_t base[FAULT_PROXY_FAULTS_MAX][2]; /* totals when the fault began */
    bool spent[FAULT_PROXY_FAULTS_MAX];       /* once per connection: done */
    bool dead[2];                             /* this direction's bytes vanish for ever */
    bool waiting;                             /* the last byte went up, and the server has it all */
    bool mangled;                             /* the server may wait for the rest of what was lost */
    bool swallowed, doomed, reset;
    int64_t connect_ms; /* SLOW_ACCEPT: when the server is called */
};

struct held {
    struct fault fault;
    unsigned first_number; /* of the connections that are new to it */
};

struct fault_proxy {
    pthread_t thread;
    pthread_mutex_t lock;
    int listener, wake_fd, port, target_port;
    bool answers, stopping, refusing;
    struct held held[FAULT_PROXY_FAULTS_MAX];
    size_t held_count;
    ARRAY(struct connection *) connections;
    unsigned accepted;
    uint64_t activity, moved[2];
};

static const char *const ACTION_NAMES[FAULT_ACTIONS] = {
    [FAULT_NONE] = "none",       [FAULT_CUT] = "cut",             [FAULT_RESET] = "reset",
    [FAULT_REFUSE] = "refuse",   [FAULT_DELAY] = "delay",         [FAULT_THROTTLE] = "throttle",
    [FAULT_HALF_OPEN] = "half-open", [FAULT_PAUSE] = "pause",     [FAULT_CORRUPT] = "corrupt",
    [FAULT_DUPLICATE] = "duplicate", [FAULT_LOSE] = "lose",       [FAULT_SWALLOW] = "swallow",
    [FAULT_SLOW_ACCEPT] = "slow accept", [FAULT_SPLIT] = "split",
};

const char *fault_action_name(enum fault_action action)
{
    return ACTION_NAMES[action];
}

static void note(struct fault_proxy *proxy)
{
    __atomic_fetch_add(&proxy->activity, 1, __ATOMIC_RELAXED);
}

/* --- which faults hold --- */

static bool is_for(const struct held *held, const struct connection *connection)
{
    bool is_new = connection->number >= held->first_number;
    if (held->fault.on_connection > 0)
        return is_new && connection->number - held->first_number + 1 == held->fault.on_connection;
    return is_new || !held->fault.new_only;
}

static bool is_way(const struct fault *fault, int way)
{
    return fault->way == FAULT_WAY_BOTH || (fault->way == FAULT_WAY_UP) == (way == UP);
}

/* The fault of this kind that holds for the connection and direction and whose bytes have passed; NULL: none. */
static const struct fault *find_fault(const struct fault_proxy *proxy, const struct connection *connection, int way,
                                      enum fault_action action, size_t *ret_index)
{
    for (size_t i = 0; i < proxy->held_count; i++) {
        const struct fault *fault = &proxy->held[i].fault;
        if (fault->action != action || !is_way(fault, way) || !is_for(&proxy->held[i], connection) ||
            connection->pipes[way].total - connection->base[i][way] < fault->after_bytes)
            continue;
        if (ret_index != NULL)
            *ret_index = i;
        return fault;
    }
    return NULL;
}

static bool holds(const struct fault_proxy *proxy, const struct connection *connection, int way, enum fault_action action)
{
    return find_fault(proxy, connection, way, action, NULL) != NULL;
}

/* How many bytes may still be read before a fault that waits for its byte begins. */
static size_t until_fault(const struct fault_proxy *proxy, const struct connection *connection, int way, size_t size)
{
    for (size_t i = 0; i < proxy->held_count; i++) {
        const struct fault *fault = &proxy->held[i].fault;
        uint64_t passed = connection->pipes[way].total - connection->base[i][way];
        if (is_way(fault, way) && is_for(&proxy->held[i], connection) && passed < fault->after_bytes &&
            fault->after_bytes - passed < size)
            size = (size_t)(fault->after_bytes - passed);
    }
    return size;
}

/* --- bytes --- */

static void doom(struct connection *connection, bool reset)
{
    connection->doomed = true;
    connection->reset = connection->reset || reset;
}

static void push_piece(struct pipe *pipe, size_t length, int64_t due_ms)
{
    struct piece *last = pipe->piece_count > 0 ? &pipe->pieces[pipe->piece_count - 1] : NULL;
    if (last != NULL && (last->due_ms == due_ms || pipe->piece_count == PIECES_MAX)) {
        last->length += length;
        last->due_ms = due_ms > last->due_ms ? due_ms : last->due_ms;
    } else {
        pipe->pieces[pipe->piece_count++] = (struct piece){length, due_ms};
    }
    pipe->length += length;
}

/* What is done to bytes once per connection. Returns their new number. */
static size_t spoil(struct fault_proxy *proxy, struct connection *connection, int way, char *bytes, size_t length, size_t room)
{
    size_t index = 0;
    if (find_fault(proxy, connection, way, FAULT_CORRUPT, &index) != NULL && !connection->spent[index]) {
        connection->spent[index] = true;
        bytes[length / 2] ^= 0x20;
    }
    if (find_fault(proxy, connection, way, FAULT_DUPLICATE, &index) != NULL && !connection->spent[index]) {
        size_t again = length < room - length ? length : room - length;
        connection->spent[index] = true;
        memcpy(bytes + length, bytes, again);
        length += again;
    }
    if (find_fault(proxy, connection, way, FAULT_LOSE, &index) != NULL && !connection->spent[index]) {
        size_t lost = length < LOST_BYTES ? length : LOST_BYTES;
        connection->spent[index] = connection->mangled = true;
        memmove(bytes, bytes + lost, length - lost);
        length -= lost;
    }
    return length;
}

static void take_bytes(struct fault_proxy *proxy, struct connection *connection, int way)
{
    struct pipe *pipe = &connection->pipes[way];
    memmove(pipe->bytes, pipe->bytes + pipe->start, pipe->length);
    pipe->start = 0;
    size_t room = PIPE_BYTES - pipe->length;
    char *at = pipe->bytes + pipe->length;
    ssize_t got = recv(connection->fds[way], at, until_fault(proxy, connection, way, room / 2 + 1), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    note(proxy);
    connection->waiting = connection->waiting && way == UP;
    if (got <= 0) {
        pipe->ended = true;
        if (got < 0)
            doom(connection, true);
        return;
    }
    bool vanish = connection->dead[way] || holds(proxy, connection, way, FAULT_HALF_OPEN) || connection->swallowed;
    connection->dead[way] = connection->dead[way] || (vanish && !connection->swallowed);
    if (!vanish) {
        const struct fault *delay = find_fault(proxy, connection, way, FAULT_DELAY, NULL);
        size_t length = spoil(proxy, connection, way, at, (size_t)got, room);
        push_piece(pipe, length, delay != NULL ? clock_monotonic_ms() + delay->delay_ms : 0);
    }
    pipe->total += (uint64_t)got;
    proxy->moved[way] += (uint64_t)got;
}

/* Bytes that may leave now. */
static size_t ripe(struct fault_proxy *proxy, struct connection *connection, int way)
{
    struct pipe *pipe = &connection->pipes[way];
    int64_t now_ms = clock_monotonic_ms();
    if (pipe->piece_count == 0 || pipe->pieces[0].due_ms > now_ms || connection->fds[!way] < 0)
        return 0;
    size_t length = pipe->pieces[0].length;
    const struct fault *throttle = find_fault(proxy, connection, way, FAULT_THROTTLE, NULL);
    if (throttle != NULL) {
        if (pipe->paid_ms > now_ms)
            return 0;
        size_t slice = throttle->bytes_per_s / 20 + 1; /* a twentieth of a second's worth */
        length = slice < length ? slice : length;
    }
    return holds(proxy, connection, way, FAULT_SPLIT) ? 1 : length;
}

static void give_bytes(struct fault_proxy *proxy, struct connection *connection, int way)
{
    struct pipe *pipe = &connection->pipes[way];
    bool split = holds(proxy, connection, way, FAULT_SPLIT);
    for (size_t wanted = ripe(proxy, connection, way), turns = 0; wanted > 0 && turns < (split ? 256 : 1); turns++) {
        ssize_t sent = send(connection->fds[!way], pipe->bytes + pipe->start, wanted, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            doom(connection, true);
        if (sent <= 0)
            return;
        note(proxy);
        const struct fault *throttle = find_fault(proxy, connection, way, FAULT_THROTTLE, NULL);
        if (throttle != NULL)
            pipe->paid_ms = clock_monotonic_ms() + (int64_t)((size_t)sent * 1000 / (throttle->bytes_per_s + 1));
        pipe->start += (size_t)sent;
        pipe->length -= (size_t)sent;
        pipe->pieces[0].length -= (size_t)sent;
        if (pipe->pieces[0].length == 0)
            memmove(pipe->pieces, pipe->pieces + 1, --pipe->piece_count * sizeof pipe->pieces[0]);
        connection->waiting = way == UP ? pipe->length == 0 : connection->waiting;
        wanted = ripe(proxy, connection, way);
    }
}

/* --- connections --- */

static int connect_server(const struct fault_proxy *proxy)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)proxy->target_port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static void call_server(struct fault_proxy *proxy, struct connection *connection)
{
    connection->connect_ms = 0;
    connection->fds[SERVER] = connect_server(proxy);
    if (connection->fds[SERVER] < 0)
        doom(connection, true);
    note(proxy);
}

static void accept_one(struct fault_proxy *proxy)
{
    int fd = accept4(proxy->listener, NULL, NULL, SOCK_CLOEXEC), yes = 1;
    if (fd < 0)
        return;
    if (proxy->connections.count == CONNECTIONS_MAX) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct connection *connection = alloc_new(struct connection);
    connection->fds[CLIENT] = fd;
    connection->fds[SERVER] = -1;
    connection->number = ++proxy->accepted;
    ARRAY_PUSH(&proxy->connections, connection);
    const struct fault *slow = find_fault(proxy, connection, UP, FAULT_SLOW_ACCEPT, NULL);
    connection->swallowed = holds(proxy, connection, UP, FAULT_SWALLOW);
    if (slow != NULL)
        connection->connect_ms = clock_monotonic_ms() + slow->delay_ms;
    else if (!connection->swallowed)
        call_server(proxy, connection);
    note(proxy);
}

static void close_connection(struct fault_proxy *proxy, struct connection *connection)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    for (int end = 0; end < 2; end++) {
        if (connection->fds[end] < 0)
            continue;
        if (connection->reset)
            setsockopt(connection->fds[end], SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(connection->fds[end]);
    }
    free(connection);
    note(proxy);
}

static void end_pipes(struct connection *connection)
{
    for (int way = 0; way < 2; way++) {
        struct pipe *pipe = &connection->pipes[way];
        if (!pipe->ended || pipe->closed || pipe->length > 0)
            continue;
        pipe->closed = true;
        if (connection->fds[!way] >= 0 && !connection->dead[way])
            shutdown(connection->fds[!way], SHUT_WR);
    }
    bool client_left = connection->pipes[UP].ended && (connection->swallowed || connection->dead[DOWN] || connection->dead[UP]);
    if (client_left || (connection->pipes[UP].closed && connection->pipes[DOWN].closed))
        connection->doomed = true;
}

/* FINs to both. What still comes in is read and thrown away: closing over unread bytes would be a RST. */
static void cut(struct connection *connection)
{
    for (int way = 0; way < 2; way++) {
        if (connection->fds[!way] >= 0 && !connection->pipes[way].closed)
            shutdown(connection->fds[!way], SHUT_WR);
        connection->pipes[way].closed = connection->dead[way] = true;
    }
    connection->doomed = connection->doomed || (connection->pipes[UP].ended && connection->pipes[DOWN].ended);
}

static void apply_ends(struct fault_proxy *proxy, struct connection *connection)
{
    for (int way = 0; way < 2; way++) {
        if (holds(proxy, connection, way, FAULT_RESET) || holds(proxy, connection, way, FAULT_REFUSE))
            doom(connection, true);
        /* what came before the cut still arrives */
        if (holds(proxy, connection, way, FAULT_CUT) && connection->pipes[way].length == 0)
            cut(connection);
    }
    if (connection->connect_ms > 0 && clock_monotonic_ms() >= connection->connect_ms)
        call_server(proxy, connection);
    end_pipes(connection);
}

static void sweep(struct fault_proxy *proxy)
{
    for (size_t i = proxy->connections.count; i-- > 0;) {
        struct connection *connection = proxy->connections.items[i];
        apply_ends(proxy, connection);
        if (!connection->doomed)
            continue;
        close_connection(proxy, connection);
        ARRAY_REMOVE(&proxy->connections, i);
    }
}

/* --- the loop --- */

static short wanted_events(struct fault_proxy *proxy, struct connection *connection, int end, bool *timed)
{
    struct pipe *in = &connection->pipes[end], *out = &connection->pipes[!end];
    bool paused = holds(proxy, connection, end, FAULT_PAUSE);
    short events = 0;
    if (!in->ended && in->length < PIPE_BYTES - 1 && !paused && (end == SERVER || connection->connect_ms == 0))
        events |= POLLIN;
    if (ripe(proxy, connection, !end) > 0)
        events |= POLLOUT;
    *timed = *timed || connection->connect_ms > 0 || (out->piece_count > 0 && (events & POLLOUT) == 0);
    return events;
}

/* Returns the poll's time-out. */
static int list_fds(struct fault_proxy *proxy, struct pollfd *fds)
{
    bool timed = false;
    fds[0] = (struct pollfd){.fd = proxy->wake_fd, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = proxy->refusing ? -1 : proxy->listener, .events = POLLIN};
    for (size_t i = 0; i < proxy->connections.count; i++)
        for (int end = 0; end < 2; end++) {
            struct connection *connection = proxy->connections.items[i];
            short events = wanted_events(proxy, connection, end, &timed);
            fds[2 + 2 * i + (size_t)end] = (struct pollfd){.fd = events != 0 ? connection->fds[end] : -1, .events = events};
        }
    return timed ? TIMED_POLL_MS : -1;
}

static void move_bytes(struct fault_proxy *proxy, const struct pollfd *fds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct connection *connection = proxy->connections.items[i];
        for (int end = 0; end < 2; end++) {
            if ((fds[2 + 2 * i + (size_t)end].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !connection->pipes[end].ended)
                take_bytes(proxy, connection, end);
            give_bytes(proxy, connection, end);
        }
    }
}

static void *run(void *argument)
{
    struct fault_proxy *proxy = argument;
    struct pollfd fds[2 + 2 * CONNECTIONS_MAX];
    pthread_mutex_lock(&proxy->lock);
    while (!proxy->stopping) {
        int timeout_ms = list_fds(proxy, fds);
        size_t count = proxy->connections.count;
        pthread_mutex_unlock(&proxy->lock);
        poll(fds, (nfds_t)(2 + 2 * count), timeout_ms);
        uint64_t drained;
        if (fds[0].revents != 0)
            (void)!read(proxy->wake_fd, &drained, sizeof drained);
        pthread_mutex_lock(&proxy->lock);
        move_bytes(proxy, fds, count);
        if (fds[1].revents != 0 && !proxy->refusing)
            accept_one(proxy);
        sweep(proxy);
    }
    pthread_mutex_unlock(&proxy->lock);
    return NULL;
}

/* --- public --- */

/* A port that was asked for by number stays ours while nobody listens on it. */
static int bind_port(int *port)
{
    for (;;) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
        socklen_t size = sizeof address;
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        bool bound = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
        if (bound && *port != 0)
            return fd;
        getsockname(fd, (struct sockaddr *)&address, &size);
        close(fd);
        *port = bound ? ntohs(address.sin_port) : 0;
    }
}

static void wake(struct fault_proxy *proxy)
{
    uint64_t one = 1;
    (void)!write(proxy->wake_fd, &one, sizeof one);
}

struct fault_proxy *fault_proxy_new(int target_port, bool answers)
{
    struct fault_proxy *proxy = alloc_new(struct fault_proxy);
    sigset_t all, before;
    proxy->target_port = target_port;
    proxy->answers = answers;
    proxy->listener = bind_port(&proxy->port);
    listen(proxy->listener, 64);
    proxy->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&proxy->lock, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_create(&proxy->thread, NULL, run, proxy);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return proxy;
}

void fault_proxy_free(struct fault_proxy *proxy)
{
    if (proxy == NULL)
        return;
    pthread_mutex_lock(&proxy->lock);
    proxy->stopping = true;
    pthread_mutex_unlock(&proxy->lock);
    wake(proxy);
    pthread_join(proxy->thread, NULL);
    for (size_t i = 0; i < proxy->connections.count; i++)
        close_connection(proxy, proxy->connections.items[i]);
    ARRAY_FREE(&proxy->connections);
    close(proxy->listener);
    close(proxy->wake_fd);
    pthread_mutex_destroy(&proxy->lock);
    free(proxy);
}

int fault_proxy_port(const struct fault_proxy *proxy)
{
    return proxy->port;
}

void fault_proxy_set(struct fault_proxy *proxy, const struct fault *fault)
{
    pthread_mutex_lock(&proxy->lock);
    if (proxy->held_count < FAULT_PROXY_FAULTS_MAX) {
        size_t index = proxy->held_count++;
        proxy->held[index] = (struct held){*fault, proxy->accepted + 1};
        for (size_t i = 0; i < proxy->connections.count; i++) {
            struct connection *connection = proxy->connections.items[i];
            connection->spent[index] = false;
            for (int way = 0; way < 2; way++) {
                connection->base[index][way] = connection->pipes[way].total;
                connection->dead[way] = connection->dead[way] || holds(proxy, connection, way, FAULT_HALF_OPEN);
            }
        }
    }
    if (fault->action == FAULT_REFUSE && !proxy->refusing) {
        proxy->refusing = true;
        shutdown(proxy->listener, SHUT_RDWR);
    }
    pthread_mutex_unlock(&proxy->lock);
    wake(proxy);
}

void fault_proxy_heal(struct fault_proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
    proxy->held_count = 0;
    for (size_t i = 0; i < proxy->connections.count; i++) {
        struct connection *connection = proxy->connections.items[i];
        if (connection->dead[UP] || connection->dead[DOWN])
            doom(connection, true);
    }
    if (proxy->refusing && listen(proxy->listener, 64) == 0)
        proxy->refusing = false;
    pthread_mutex_unlock(&proxy->lock);
    wake(proxy);
}

uint64_t fault_proxy_activity(const struct fault_proxy *proxy)
{
    return __atomic_load_n(&proxy->activity, __ATOMIC_RELAXED);
}

bool fault_proxy_is_waiting(struct fault_proxy *proxy)
{
    bool waiting = false;
    pthread_mutex_lock(&proxy->lock);
    for (size_t i = 0; proxy->answers && i < proxy->connections.count; i++) {
        struct connection *connection = proxy->connections.items[i];
        bool can_answer = !connection->pipes[UP].ended && !connection->dead[DOWN] && !connection->dead[UP] && !connection->mangled &&
                          !holds(proxy, connection, DOWN, FAULT_PAUSE);
        waiting = waiting || (connection->waiting && can_answer);
    }
    pthread_mutex_unlock(&proxy->lock);
    return waiting;
}

struct fault_proxy_counters fault_proxy_counters(struct fault_proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
    struct fault_proxy_counters counters = {proxy->accepted, proxy->moved[UP], proxy->moved[DOWN], proxy->connections.count};
    pthread_mutex_unlock(&proxy->lock);
    return counters;
}
