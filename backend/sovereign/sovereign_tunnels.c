/* Which feeds go through which tunnel; see sovereign_tunnels.h. */
#include "sovereign/sovereign_tunnels.h"

#include <string.h>

static bool is_same(char *const *a, char *const *b)
{
    for (size_t i = 0;; i++) {
        if (a[i] == NULL || b[i] == NULL)
            return a[i] == b[i];
        if (strcmp(a[i], b[i]) != 0)
            return false;
    }
}

static void add(struct sovereign_tunnels *tunnels, char **argvs[], char **argv, const char *address, enum feed_kind feed, int region)
{
    if (argv == NULL || address == NULL || tunnels->count == SOVEREIGN_TUNNELS_MAX)
        return;
    struct sovereign_tunnel item = {.feed = feed, .region = region};
    for (size_t i = 0; i < tunnels->count && item.tunnel == NULL; i++)
        if (is_same(argvs[i], argv))
            item.tunnel = tunnels->items[i].tunnel;
    item.is_own = item.tunnel == NULL;
    if (item.is_own)
        item.tunnel = tunnel_new((const char *const *)argv, address);
    argvs[tunnels->count] = argv;
    tunnels->items[tunnels->count++] = item;
}

void sovereign_tunnels_init(struct sovereign_tunnels *tunnels, const struct profile_sovereign *profile)
{
    char **argvs[SOVEREIGN_TUNNELS_MAX];
    *tunnels = (struct sovereign_tunnels){0};
    for (size_t i = 0; i < profile->region_count; i++)
        if (profile->regions[i].problem == NULL)
            add(tunnels, argvs, profile->regions[i].tunnel, profile->regions[i].server, FEED_KIND_KUBE, (int)i);
    if (profile->catalyst.problem == NULL)
        add(tunnels, argvs, profile->catalyst.tunnel, profile->catalyst.url, FEED_KIND_CATALYST, -1);
    if (profile->nats.problem == NULL)
        add(tunnels, argvs, profile->nats.tunnel, profile->nats.urls != NULL ? profile->nats.urls[0] : NULL, FEED_KIND_NATS, -1);
    if (profile->gitea.problem == NULL)
        add(tunnels, argvs, profile->gitea.tunnel, profile->gitea.url, FEED_KIND_GITEA, -1);
    if (profile->openbao.problem == NULL)
        add(tunnels, argvs, profile->openbao.tunnel, profile->openbao.url, FEED_KIND_OPENBAO, -1);
}

void sovereign_tunnels_start(struct sovereign_tunnels *tunnels, void (*on_change)(void *context), void *context)
{
    for (size_t i = 0; i < tunnels->count; i++)
        if (tunnels->items[i].is_own)
            tunnel_start(tunnels->items[i].tunnel, on_change, context);
}

void sovereign_tunnels_mute(struct sovereign_tunnels *tunnels)
{
    for (size_t i = 0; i < tunnels->count; i++)
        tunnel_mute(tunnels->items[i].tunnel);
}

void sovereign_tunnels_wait(struct sovereign_tunnels *tunnels, int64_t timeout_ms, const atomic_bool *cancel, void (*report)(const char *text))
{
    for (size_t i = 0; i < tunnels->count; i++) {
        struct error problem = {0};
        if (tunnels->items[i].is_own && tunnel_wait(tunnels->items[i].tunnel, timeout_ms, cancel, &problem) != STATUS_OK &&
            problem.status != STATUS_INTERRUPTED)
            report(problem.text);
    }
}

void sovereign_tunnels_done(struct sovereign_tunnels *tunnels)
{
    for (size_t i = 0; i < tunnels->count; i++)
        tunnel_stop(tunnels->items[i].tunnel);
    for (size_t i = 0; i < tunnels->count; i++)
        if (tunnels->items[i].is_own)
            tunnel_free(tunnels->items[i].tunnel);
    tunnels->count = 0;
}
