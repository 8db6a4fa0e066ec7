/* One region's API server with a few objects, and a client for it: libcurl with the demo's own authority. */
#ifndef DEMO_KUBE_FIXTURE_H
#define DEMO_KUBE_FIXTURE_H

#include <jansson.h>

#include "demo/demo_gate.h"

struct demo_kube_fixture {
    struct demo_store *store;
    struct demo_logs *logs;
    struct demo_tls *tls;
    struct demo_gate *gate;
    struct demo_tls_pair admin, developer;
    int port;
};

/* Namespaces default, flux-system, northwind; HelmReleases flux-system/bp-000 … (labelled slot=N); pod northwind/web-0. */
void demo_kube_fixture_start(struct demo_kube_fixture *fixture, int releases);
void demo_kube_fixture_stop(struct demo_kube_fixture *fixture);

enum demo_kube_who { WHO_ADMIN, WHO_VIEWER, WHO_DEVELOPER, WHO_NOBODY };

struct demo_kube_request {
    enum demo_kube_who who;
    const char *method; /* NULL: GET */
    const char *path;
    const char *accept, *content_type;
    const char *body;
    long timeout_ms;                            /* 0: 10 s */
    bool (*line)(const char *text, void *data); /* called per line of a stream; false ends the transfer */
    void *data;
};

struct demo_kube_answer {
    long code;   /* 0: no reply */
    int failure; /* CURLcode */
    char *text;
    json_t *json; /* NULL when it is none */
};

struct demo_kube_answer demo_kube_fixture_ask(const struct demo_kube_fixture *fixture, const struct demo_kube_request *request);
struct demo_kube_answer demo_kube_fixture_get(const struct demo_kube_fixture *fixture, const char *path);
void demo_kube_fixture_clear(struct demo_kube_answer *answer);

/* POST /demo/faults. */
void demo_kube_fixture_fault(const struct demo_kube_fixture *fixture, const char *words);

#endif
