/* Servers and people of the demo's Kubernetes side; see demo_gate.h. Credentials are made anew for every run. */
#include "demo/demo_gate.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "demo/demo_controller_logs.h"
#include "demo/demo_kubeconfig.h"

#define LIFETIME_MS (90LL * 24 * 3600 * 1000)
#define EXPIRED_MS (-60LL * 1000)
#define TOKEN_BYTES 24

enum person { PERSON_ADMIN, PERSON_VIEWER, PERSON_DEVELOPER, PERSON_EXPIRED, PERSON_STRANGER, PERSON_COUNT };

static const struct {
    const char *suffix, *user, *name_space;
    const char *groups[2];
    int64_t lifetime_ms; /* of the client certificate; 0: a token instead */
} people[PERSON_COUNT] = {
    [PERSON_ADMIN] = {"", "sre@acme.example", NULL, {"system:masters", NULL}, LIFETIME_MS},
    [PERSON_VIEWER] = {"-viewer", "viewer@acme.example", NULL, {"openova:tier-viewer", NULL}, 0},
    [PERSON_DEVELOPER] = {"-developer", "dev@northwind.example", DEMO_GATE_DEVELOPER_NAMESPACE,
                          {"openova:tier-developer", NULL}, LIFETIME_MS},
    [PERSON_EXPIRED] = {"-expired", "sre@acme.example", NULL, {"system:masters", NULL}, EXPIRED_MS},
    [PERSON_STRANGER] = {"-stranger", "stranger", NULL, {NULL, NULL}, 0},
};

struct demo_gate {
    struct demo_tls *tls;
    struct demo_access *access;
    struct demo_tls_pair pairs[PERSON_COUNT];
    char *tokens[PERSON_COUNT];
    struct demo_kube *kubes[DEMO_GATE_REGIONS_MAX];
    struct demo_controller_logs *controllers[DEMO_GATE_REGIONS_MAX];
    struct demo_gate_region regions[DEMO_GATE_REGIONS_MAX];
    size_t count;
};

static char *make_token(void)
{
    unsigned char bytes[TOKEN_BYTES];
    char *text = alloc_zeroed(TOKEN_BYTES * 2 + 1, 1);
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        memset(bytes, 0, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(text + i * 2, 3, "%02x", bytes[i]);
    return text;
}

static enum status make_people(struct demo_gate *gate, struct error *err)
{
    for (size_t i = 0; i < PERSON_COUNT; i++) {
        if (people[i].lifetime_ms == 0) {
            gate->tokens[i] = make_token();
            continue;
        }
        enum status status = demo_tls_client_pair(gate->tls, people[i].user, people[i].groups, people[i].lifetime_ms,
                                                  &gate->pairs[i], err);
        if (status != STATUS_OK)
            return status;
    }
    demo_access_add_token(gate->access, gate->tokens[PERSON_VIEWER], people[PERSON_VIEWER].user,
                          people[PERSON_VIEWER].groups);
    return STATUS_OK;
}

static enum status start_servers(struct demo_gate *gate, struct error *err)
{
    for (size_t i = 0; i < gate->count; i++) {
        struct demo_kube_options options = {.store = gate->regions[i].store, .logs = gate->regions[i].logs,
            .access = gate->access, .tls = gate->tls, .port = gate->regions[i].port};
        enum status status = demo_kube_start(&gate->kubes[i], &options, err);
        if (status != STATUS_OK)
            return error_prefix(err, "region %s", demo_store_region(gate->regions[i].store));
        gate->controllers[i] = demo_controller_logs_start(gate->regions[i].store, gate->regions[i].logs);
    }
    return STATUS_OK;
}

enum status demo_gate_start(struct demo_gate **ret, struct demo_tls *tls, const struct demo_gate_region *regions,
                            size_t count, struct error *err)
{
    if (count > DEMO_GATE_REGIONS_MAX)
        return error_set(err, STATUS_TOO_BIG, "demo: at most %d regions", DEMO_GATE_REGIONS_MAX);
    struct demo_gate *gate = alloc_new(struct demo_gate);
    gate->tls = tls;
    gate->access = demo_access_new(DEMO_GATE_DEVELOPER_NAMESPACE);
    memcpy(gate->regions, regions, count * sizeof *regions);
    gate->count = count;
    enum status status = make_people(gate, err);
    if (status == STATUS_OK)
        status = start_servers(gate, err);
    if (status != STATUS_OK) {
        demo_gate_stop(gate);
        return status;
    }
    *ret = gate;
    return STATUS_OK;
}

enum status demo_gate_write_kubeconfig(const struct demo_gate *gate, const char *path, struct error *err)
{
    struct demo_context contexts[DEMO_GATE_REGIONS_MAX * PERSON_COUNT];
    char *names[DEMO_GATE_REGIONS_MAX * PERSON_COUNT];
    size_t count = 0;
    for (size_t person = 0; person < PERSON_COUNT; person++) {
        for (size_t i = 0; i < gate->count; i++) {
            const char *region = demo_store_region(gate->regions[i].store);
            names[count] = alloc_printf("%s%s", region, people[person].suffix);
            contexts[count] = (struct demo_context){.name = names[count], .cluster = region,
                .port = demo_kube_port(gate->kubes[i]), .name_space = people[person].name_space,
                .pair = gate->pairs[person].key_pem == NULL ? NULL : &gate->pairs[person],
                .token = gate->tokens[person]};
            count++;
        }
    }
    enum status status = demo_kubeconfig_write(path, demo_tls_ca_pem(gate->tls), contexts, count, err);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    return status;
}

struct demo_kube *demo_gate_kube(struct demo_gate *gate, size_t region)
{
    return region < gate->count ? gate->kubes[region] : NULL;
}

const struct demo_access *demo_gate_access(const struct demo_gate *gate)
{
    return gate->access;
}

const char *demo_gate_viewer_token(const struct demo_gate *gate)
{
    return gate->tokens[PERSON_VIEWER];
}

void demo_gate_stop(struct demo_gate *gate)
{
    if (gate == NULL)
        return;
    for (size_t i = 0; i < gate->count; i++) {
        demo_kube_stop(gate->kubes[i]);
        demo_controller_logs_stop(gate->controllers[i]);
    }
    for (size_t i = 0; i < PERSON_COUNT; i++) {
        demo_tls_pair_clear(&gate->pairs[i]);
        free(gate->tokens[i]);
    }
    demo_access_free(gate->access);
    free(gate);
}
