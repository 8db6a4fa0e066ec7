/* A whole demo Sovereign in this process, both regions and catalyst-api, and a Sovereign opened on it by its profile. */
#ifndef TESTS_UNIT_OPERATION_BENCH_DEMO_H
#define TESTS_UNIT_OPERATION_BENCH_DEMO_H

#include "demo/demo_sovereign.h"
#include "operation/operation.h"

struct bench_demo {
    struct demo_sovereign *demo;
    struct http_thread *thread;
    struct sovereign *sovereign;
    struct operation_context context;
    char folder[64], config[96], journal[96];
};

void bench_demo_open(struct bench_demo *bench, const char *scenario); /* NULL: the default one */
void bench_demo_close(struct bench_demo *bench);

#endif
