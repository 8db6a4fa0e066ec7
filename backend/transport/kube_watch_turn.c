/* Lists of one server take turns: a console that opens forty kinds must not ask for forty lists in the same instant. */
#include "transport/kube_watch_machine.h"

bool kube_watch_turn_take(struct kube_watch *watch)
{
    struct kube_watch_server *server = watch->server;
    if (server == NULL || watch->has_turn)
        return true;
    if (server->running < KUBE_WATCH_LISTS_AT_ONCE) {
        server->running++;
        watch->has_turn = true;
        return true;
    }
    struct kube_watch **last = &server->waiting;
    while (*last != NULL)
        last = &(*last)->next_in_line;
    *last = watch;
    watch->next_in_line = NULL;
    watch->in_line = true;
    watch->phase = KUBE_WATCH_PHASE_WAITING;
    return false;
}

static void step_out_of_line(struct kube_watch *watch)
{
    struct kube_watch **at = &watch->server->waiting;
    while (*at != NULL && *at != watch)
        at = &(*at)->next_in_line;
    if (*at != NULL)
        *at = watch->next_in_line;
    watch->in_line = false;
}

void kube_watch_turn_leave(struct kube_watch *watch)
{
    if (watch->in_line)
        step_out_of_line(watch);
    if (!watch->has_turn)
        return;
    struct kube_watch_server *server = watch->server;
    struct kube_watch *next = server->waiting;
    watch->has_turn = false;
    server->running--;
    if (next == NULL)
        return;
    step_out_of_line(next);
    kube_watch_begin(next);
}
