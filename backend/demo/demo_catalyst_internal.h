/* What the files of the demo's catalyst-api share. */
#ifndef DEMO_DEMO_CATALYST_INTERNAL_H
#define DEMO_DEMO_CATALYST_INTERNAL_H

#include "demo/demo_catalyst.h"
#include "demo/demo_http.h"

#define DEMO_CATALYST_SESSIONS_MAX 8

struct demo_catalyst {
    struct demo_world *world;
    struct demo_http *http;
    struct demo_catalyst_session sessions[DEMO_CATALYST_SESSIONS_MAX];
    size_t session_count;
    int64_t started_ms;
};

/* {"error": code, "detail": detail}; detail NULL is left out. */
void demo_catalyst_refuse(struct demo_http_reply *reply, int status, const char *code, const char *detail);

/* The session behind the request (Authorization, access_token, cookie); NULL after answering 401. */
const struct demo_catalyst_session *demo_catalyst_session_of(const struct demo_catalyst *catalyst, const struct demo_http_request *request,
                                                             struct demo_http_reply *reply);
/* Tier operator or higher. */
bool demo_catalyst_may_operate(const struct demo_catalyst_session *session);

/* demo_catalyst_cutover.c */
void demo_catalyst_cutover_status(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_cutover_start(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_cutover_events(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);

/* demo_catalyst_flux.c */
void demo_catalyst_flux_list(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_flux_act(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);

#endif
