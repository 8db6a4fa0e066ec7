/* Puts the demo's parts together and takes them apart again; see demo_sovereign.h. */
#include "demo/demo_sovereign.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "demo/demo_catalyst.h"
#include "demo/demo_chronicle.h"
#include "demo/demo_cutover.h"
#include "demo/demo_fixtures.h"
#include "demo/demo_gate.h"
#include "demo/demo_git.h"
#include "demo/demo_gitea.h"
#include "demo/demo_life.h"
#include "demo/demo_nats.h"
#include "demo/demo_scenario.h"
#include "demo/demo_state.h"

struct demo_sovereign {
    struct demo_state state;
    struct demo_world world;
    struct demo_tls_pair server_pair;
    struct demo_gate *gate;
    struct demo_catalyst *catalyst;
    struct demo_gitea *gitea;
    struct demo_nats *nats;
    struct demo_life *life;
};

static void make_world(struct demo_sovereign *sovereign, const struct demo_sovereign_options *options)
{
    struct demo_world *world = &sovereign->world;
    world->scale = options->scale < 1 ? 1 : options->scale > DEMO_SOVEREIGN_SCALE_MAX ? DEMO_SOVEREIGN_SCALE_MAX : options->scale;
    world->speed = options->speed > 0 ? options->speed : DEMO_SOVEREIGN_SPEED;
    world->seed = options->seed;
    world->born_ms = clock_wall_ms();
    world->git = demo_git_new(world->seed);
    world->chronicle = demo_chronicle_new();
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        world->stores[region] = demo_store_new(demo_world_region(region), world->seed + (uint64_t)region);
        world->logs[region] = demo_logs_new();
    }
    world->cutover = demo_cutover_new(world);
    demo_fixtures_load(world);
}

static enum status start_gate(struct demo_sovereign *sovereign, struct error *err)
{
    struct demo_gate_region regions[DEMO_WORLD_REGIONS];
    struct demo_state *state = &sovereign->state;
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++)
        regions[region] = (struct demo_gate_region){sovereign->world.stores[region], sovereign->world.logs[region], state->ports[DEMO_STATE_PORT_FSN + region]};
    enum status status = demo_gate_start(&sovereign->gate, state->tls, regions, DEMO_WORLD_REGIONS, err);
    if (status != STATUS_OK)
        return status;
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++)
        state->ports[DEMO_STATE_PORT_FSN + region] = demo_kube_port(demo_gate_kube(sovereign->gate, (size_t)region));
    CLEANUP(alloc_free_pointer) char *path = demo_state_path(state, "kubeconfig");
    return demo_gate_write_kubeconfig(sovereign->gate, path, err);
}

static enum status start_catalyst(struct demo_sovereign *sovereign, struct error *err)
{
    struct demo_state *state = &sovereign->state;
    const struct demo_catalyst_session sessions[] = {
        {state->tokens[DEMO_STATE_TOKEN_ADMIN], "sre@" DEMO_WORLD_FQDN, "admin"},
        {state->tokens[DEMO_STATE_TOKEN_OPERATOR], "night-shift@" DEMO_WORLD_FQDN, "operator"},
        {state->tokens[DEMO_STATE_TOKEN_VIEWER], "auditor@" DEMO_WORLD_FQDN, "viewer"},
        {NULL, NULL, NULL},
    };
    struct demo_catalyst_options options = {.world = &sovereign->world, .certificate_pem = sovereign->server_pair.certificate_pem,
                                            .key_pem = sovereign->server_pair.key_pem, .sessions = sessions,
                                            .port = state->ports[DEMO_STATE_PORT_CATALYST], .folder = state->folder,
                                            .runner_token = state->tokens[DEMO_STATE_TOKEN_RUNNER]};
    enum status status = demo_catalyst_start(&sovereign->catalyst, &options, err);
    if (status == STATUS_OK)
        state->ports[DEMO_STATE_PORT_CATALYST] = demo_catalyst_port(sovereign->catalyst);
    return status;
}

static enum status start_gitea(struct demo_sovereign *sovereign, struct error *err)
{
    struct demo_state *state = &sovereign->state;
    struct demo_gitea_options options = {.git = sovereign->world.git, .certificate_pem = sovereign->server_pair.certificate_pem,
                                         .key_pem = sovereign->server_pair.key_pem, .token = state->tokens[DEMO_STATE_TOKEN_GITEA],
                                         .port = state->ports[DEMO_STATE_PORT_GITEA]};
    enum status status = demo_gitea_start(&sovereign->gitea, &options, err);
    if (status == STATUS_OK)
        state->ports[DEMO_STATE_PORT_GITEA] = demo_gitea_port(sovereign->gitea);
    return status;
}

static enum status start_nats(struct demo_sovereign *sovereign, struct error *err)
{
    struct demo_nats_options options = {&sovereign->world, sovereign->state.folder, sovereign->state.ports[DEMO_STATE_PORT_NATS]};
    enum status status = demo_nats_start(&sovereign->nats, &options, err);
    sovereign->state.ports[DEMO_STATE_PORT_NATS] = status == STATUS_OK ? demo_nats_port(sovereign->nats) : 0;
    if (status != STATUS_NOT_FOUND)
        return status;
    fprintf(stderr, "sovdeck demo: without NATS: %s\n", err->text); /* the rest is worth serving */
    return STATUS_OK;
}

/* In this order; each leaves its port in the state. */
static enum status start_parts(struct demo_sovereign *sovereign, struct error *err)
{
    static enum status (*const STARTS[])(struct demo_sovereign *, struct error *) = {start_gate, start_catalyst, start_gitea, start_nats};
    static const char *const NAMES[] = {"fsn.", "hel.", "api." DEMO_WORLD_FQDN, "console." DEMO_WORLD_FQDN,
                                        "api.localhost", "console.localhost", "gitea." DEMO_WORLD_FQDN, NULL};
    enum status status = demo_tls_server_pair(sovereign->state.tls, NAMES, &sovereign->server_pair, err);
    for (size_t i = 0; status == STATUS_OK && i < sizeof STARTS / sizeof STARTS[0]; i++)
        status = STARTS[i](sovereign, err);
    return status == STATUS_OK ? demo_state_save(&sovereign->state, err) : status;
}

enum status demo_sovereign_start(struct demo_sovereign **ret, const struct demo_sovereign_options *options, struct error *err)
{
    const struct demo_scenario *scenario = demo_scenario_find(options->scenario == NULL ? "default" : options->scenario, err);
    if (scenario == NULL)
        return STATUS_USAGE;
    struct demo_sovereign *sovereign = alloc_new(struct demo_sovereign);
    enum status status = demo_state_open(&sovereign->state, options->folder, err);
    for (int i = 0; i < DEMO_STATE_PORTS && options->port_base > 0; i++)
        sovereign->state.ports[i] = options->port_base + i;
    if (status == STATUS_OK) {
        make_world(sovereign, options);
        demo_scenario_apply(scenario, &sovereign->world);
        status = start_parts(sovereign, err);
    }
    if (status != STATUS_OK) {
        demo_sovereign_stop(sovereign);
        return status;
    }
    sovereign->life = demo_life_start(&sovereign->world);
    demo_scenario_begin(scenario, &sovereign->world);
    *ret = sovereign;
    return STATUS_OK;
}

void demo_sovereign_stop(struct demo_sovereign *sovereign)
{
    if (sovereign == NULL)
        return;
    struct demo_world *world = &sovereign->world;
    if (world->cutover != NULL)
        demo_cutover_halt(world->cutover);
    demo_nats_stop(sovereign->nats);
    demo_catalyst_stop(sovereign->catalyst);
    demo_gitea_stop(sovereign->gitea);
    demo_life_stop(sovereign->life);
    demo_gate_stop(sovereign->gate);
    demo_cutover_free(world->cutover);
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        if (world->stores[region] != NULL)
            demo_store_free(world->stores[region]);
        if (world->logs[region] != NULL)
            demo_logs_free(world->logs[region]);
    }
    if (world->chronicle != NULL)
        demo_chronicle_free(world->chronicle);
    if (world->git != NULL)
        demo_git_free(world->git);
    demo_tls_pair_clear(&sovereign->server_pair);
    demo_state_close(&sovereign->state);
    free(sovereign);
}
