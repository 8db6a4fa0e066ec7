/* A TCP proxy on loopback that does to its connections what networks do. A thread of its own; controlled from any thread.
 *
 * Time (delays, rates) is clock.h's: on a frozen clock nothing that is delayed moves until the clock is stepped. */
#ifndef SUPPORT_FAULT_PROXY_H
#define SUPPORT_FAULT_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_action {
    FAULT_NONE,
    FAULT_CUT,         /* both ends get a FIN; with after_bytes that is a truncation */
    FAULT_RESET,       /* both ends get a RST */
    FAULT_REFUSE,      /* nobody listens, and what was open is reset */
    FAULT_DELAY,       /* every byte comes delay_ms later */
    FAULT_THROTTLE,    /* bytes_per_s and direction */
    FAULT_HALF_OPEN,   /* bytes vanish, nothing closes; a connection that was hit is reset when it heals */
    FAULT_PAUSE,       /* nothing is read (the sender meets a full window); heals with every byte in place */
    FAULT_CORRUPT,     /* one byte becomes another, once per connection */
    FAULT_DUPLICATE,   /* a piece arrives twice, once per connection */
    FAULT_LOSE,        /* a piece of up to 16 bytes is missing, once per connection */
    FAULT_SWALLOW,     /* new connections are accepted and nobody is behind them */
    FAULT_SLOW_ACCEPT, /* new connections reach the server delay_ms later */
    FAULT_SPLIT,       /* every byte is a segment of its own */
    FAULT_ACTIONS
};

enum fault_way { FAULT_WAY_BOTH, FAULT_WAY_UP /* to the server */, FAULT_WAY_DOWN /* to the client */ };

struct fault {
    enum fault_action action;
    enum fault_way way;
    size_t after_bytes;     /* of that direction of the connection, counted from the fault's start; 0: at once */
    unsigned on_connection; /* the n-th new connection after the start only; 0: those that are open and all new ones */
    bool new_only;          /* open connections are left alone */
    int64_t delay_ms;
    size_t bytes_per_s;
};

#define FAULT_PROXY_FAULTS_MAX 4 /* at the same time */

struct fault_proxy;

/* Forwards 127.0.0.1:(any free port) to 127.0.0.1:target_port. `answers`: each request has a reply (HTTP), so that a connection
 * whose last byte went up is one that waits for the server; see fault_proxy_is_waiting. */
struct fault_proxy *fault_proxy_new(int target_port, bool answers);
void fault_proxy_free(struct fault_proxy *proxy); /* NULL is fine */
int fault_proxy_port(const struct fault_proxy *proxy);

void fault_proxy_set(struct fault_proxy *proxy, const struct fault *fault); /* beside those that hold */
void fault_proxy_heal(struct fault_proxy *proxy);                           /* no fault any more */

/* Grows with everything that moves: bytes, connections, ends. */
uint64_t fault_proxy_activity(const struct fault_proxy *proxy);

/* A request that reached the server has not been answered with a single byte yet. */
bool fault_proxy_is_waiting(struct fault_proxy *proxy);

struct fault_proxy_counters {
    uint64_t connections; /* accepted since the start */
    uint64_t up_bytes, down_bytes;
    size_t open;
};
struct fault_proxy_counters fault_proxy_counters(struct fault_proxy *proxy);

const char *fault_action_name(enum fault_action action);

#endif
