/* See http_scouts.h. The lists are short: some dozens of transfers. */
#include "transport/http_scouts.h"

#include <stdio.h>
#include <string.h>

static bool is_beside(const struct http_transfer *one, const struct http_transfer *other)
{
    return one != other && one->class == other->class && strcmp(one->easy.authority, other->easy.authority) == 0;
}

static bool is_single(const struct http_scouts *scouts, const char *authority)
{
    for (size_t i = 0; i < HTTP_SCOUTS_MAXIMUM; i++)
        if (strcmp(scouts->single[i], authority) == 0)
            return true;
    return false;
}

static bool has_scout(const struct http_transfer *running, const struct http_transfer *transfer)
{
    for (; running != NULL; running = running->next)
        if (is_beside(running, transfer) && running->scouting)
            return true;
    return false;
}

static bool has_connection(const struct http_transfer *running, const struct http_transfer *transfer)
{
    for (; running != NULL; running = running->next)
        if (is_beside(running, transfer) && running->connected)
            return true;
    return false;
}

void http_scouts_place(const struct http_scouts *scouts, const struct http_transfer *running, struct http_transfer *transfer)
{
    bool shares = transfer->easy.may_share && !transfer->easy.once && !is_single(scouts, transfer->easy.authority);
    transfer->held = shares && has_scout(running, transfer);
    transfer->scouting = shares && !transfer->held && !has_connection(running, transfer);
}

void http_scouts_learn(struct http_scouts *scouts, struct http_transfer *transfer)
{
    transfer->scouting = transfer->scouting && !transfer->connected;
    if (!transfer->head_complete || strncmp(transfer->head.protocol, "HTTP/1", 6) != 0 || !transfer->easy.may_share ||
        is_single(scouts, transfer->easy.authority))
        return;
    snprintf(scouts->single[scouts->next++ % HTTP_SCOUTS_MAXIMUM], HTTP_URL_ORIGIN_MAX, "%s", transfer->easy.authority);
}

struct http_transfer *http_scouts_next(struct http_transfer *running)
{
    for (struct http_transfer *at = running; at != NULL; at = at->next)
        if (at->held && !has_scout(running, at))
            return at;
    return NULL;
}
