/* A demo Sovereign's Kubernetes side in this process, a Sovereign opened on it, and a journal in a temporary folder. */
#ifndef TESTS_UNIT_OPERATION_BENCH_SOVEREIGN_H
#define TESTS_UNIT_OPERATION_BENCH_SOVEREIGN_H

#include "demo/demo_gate.h"
#include "demo/demo_life.h"
#include "demo_world_fixture.h"
#include "operation/operation.h"

struct bench_sovereign {
    struct demo_world *world;
    struct demo_tls *tls;
    struct demo_gate *gate;
    struct demo_life *life; /* NULL: nothing moves by itself */
    struct http_thread *thread;
    struct sovereign *sovereign;
    struct operation_context context;
    char folder[64], kubeconfig[96], journal[96];
};

/* `person` is a context of the demo ("fsn", "fsn-viewer"). */
void bench_sovereign_open(struct bench_sovereign *bench, const char *person, bool alive);
void bench_sovereign_become(struct bench_sovereign *bench, const char *person); /* another context of the same kubeconfig */
void bench_sovereign_close(struct bench_sovereign *bench);

struct kube_client *bench_sovereign_client(struct bench_sovereign *bench);

/* Merge patch on a HelmRelease of flux-system, as somebody else. */
void bench_sovereign_meddle(struct bench_sovereign *bench, const char *release, const char *patch);

/* POST /demo/faults */
void bench_sovereign_fault(struct bench_sovereign *bench, const char *rule);

/* Lines of the journal; every line is good. */
size_t bench_sovereign_journal_lines(const struct bench_sovereign *bench);

/* Value of a HelmRelease as compact JSON; caller frees. */
char *bench_sovereign_value(struct bench_sovereign *bench, const char *release, const char *path);

#endif
