/* A program that makes something reachable under a local address (kubectl port-forward, ssh -L): started, watched, started again
 * with back-off, ended with sovdeck, also when sovdeck is killed. It has no terminal and never gets ours. Real time throughout: other
 * programs know no other.
 *
 * Any thread, except that new, start and free belong to one owner. */
#ifndef SOVEREIGN_TUNNEL_H
#define SOVEREIGN_TUNNEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define TUNNEL_TEXT_MAX 256

enum tunnel_state {
    TUNNEL_STOPPED,  /* not started yet, or stopped */
    TUNNEL_STARTING, /* the program runs; nothing listens at the local address yet */
    TUNNEL_READY,    /* something listens there */
    TUNNEL_WAITING,  /* the program ended or could not be started; again after a pause */
};

struct tunnel_status {
    enum tunnel_state state;
    char text[TUNNEL_TEXT_MAX]; /* one sentence: "tunnel 'kubectl port-forward ...' ended with exit code 1: ...; again in 2 s"; "" when READY */
    pid_t pid;                  /* 0: none runs */
    unsigned starts;            /* how often it was started */
};

struct tunnel;

/* `address`: the URL or HOST:PORT of its local end. Both are copied. */
struct tunnel *tunnel_new(const char *const *argv, const char *address);

/* Starts its thread, which starts the program. on_change (NULL for none) is called on that thread after each change of the status. */
void tunnel_start(struct tunnel *tunnel, void (*on_change)(void *context), void *context);

/* No on_change is running or will run after this returned. Not from on_change. */
void tunnel_mute(struct tunnel *tunnel);

void tunnel_status(struct tunnel *tunnel, struct tunnel_status *ret);
const char *tunnel_name(const struct tunnel *tunnel);    /* "kubectl port-forward svc/nats 4222", cut and sanitized */
const char *tunnel_address(const struct tunnel *tunnel);

/* Blocks until it is READY, until its program has ended (STATUS_UNREACHABLE with the reason), or for timeout_ms
 * (STATUS_TIMEOUT). STATUS_INTERRUPTED: *cancel (may be NULL). */
enum status tunnel_wait(struct tunnel *tunnel, int64_t timeout_ms, const atomic_bool *cancel, struct error *err);

void tunnel_stop(struct tunnel *tunnel); /* begins to stop; does not wait */
void tunnel_free(struct tunnel *tunnel); /* stops; its program gets 2 s to end by itself. NULL is fine */

#endif
