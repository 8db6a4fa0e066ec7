/* What the files of the demo's catalyst-api share. */
#ifndef DEMO_DEMO_CATALYST_INTERNAL_H
#define DEMO_DEMO_CATALYST_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "demo/demo_catalyst.h"
#include "demo/demo_http.h"

#define DEMO_CATALYST_SESSIONS_MAX 64 /* those of the options and those of PIN logins; more logins are refused */

#define DEMO_CATALYST_PINS_MAX 16

/* A PIN login under way, one per address; all are lost when the API restarts. */
struct demo_catalyst_pin {
    char code[8], email[96], request[40];
    int64_t at_ms;
    int attempts;
};

enum demo_catalyst_proxy { DEMO_CATALYST_PROXY_NONE, DEMO_CATALYST_PROXY_REDIRECT, DEMO_CATALYST_PROXY_PAGE };

struct demo_catalyst {
    struct demo_world *world;
    struct demo_http *http;
    struct demo_catalyst_session sessions[DEMO_CATALYST_SESSIONS_MAX];
    atomic_llong session_ends[DEMO_CATALYST_SESSIONS_MAX]; /* wall; 0: never */
    atomic_size_t session_count; /* rows only ever get added, under the lock */
    int64_t started_ms;
    char *folder, *runner_token;
    pthread_mutex_t lock;
    struct demo_catalyst_pin pins[DEMO_CATALYST_PINS_MAX];
    /* /demo/faults */
    atomic_llong pin_pause_ms, pin_valid_ms, session_ms, idle_cut_ms; /* idle_cut_ms 0: nginx's 300 s on the console's host */
    atomic_int proxy; /* enum demo_catalyst_proxy: what stands before the API and wants a login of its own */
    atomic_bool is_unsigned; /* no signer: 503 auth-unconfigured */
};

/* The request came for console.FQDN: nginx serves the browser's files there and hands /api/ on (contract 1.1). */
bool demo_catalyst_is_console(const struct demo_http_request *request);

/* {"error": code, "detail": detail}; detail NULL is left out. */
void demo_catalyst_refuse(struct demo_http_reply *reply, int status, const char *code, const char *detail);

/* The session behind the request (Authorization, access_token, cookie); NULL after answering 401. */
const struct demo_catalyst_session *demo_catalyst_session_of(const struct demo_catalyst *catalyst, const struct demo_http_request *request,
                                                             struct demo_http_reply *reply);
/* The same without an answer. */
const struct demo_catalyst_session *demo_catalyst_session_find(const struct demo_catalyst *catalyst, const struct demo_http_request *request);

/* The deployment id of the path is this Sovereign's; otherwise 404 is answered (never 403). */
bool demo_catalyst_is_ours(const struct demo_http_request *request, struct demo_http_reply *reply);

/* Tier operator or higher. */
bool demo_catalyst_may_operate(const struct demo_catalyst_session *session);

/* demo_catalyst_cutover.c */
void demo_catalyst_cutover_status(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_cutover_start(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_cutover_events(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);

void demo_catalyst_cutover_trigger(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);

/* demo_catalyst_auth.c */
void demo_catalyst_auth_init(struct demo_catalyst *catalyst);
void demo_catalyst_auth_control(struct demo_catalyst *catalyst, const json_t *words);
void demo_catalyst_auth_forget_pins(struct demo_catalyst *catalyst);
void demo_catalyst_auth_old_flow(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_auth_issue(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_auth_verify(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_auth_logout(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);

/* demo_catalyst_flux.c */
const char *demo_catalyst_flux_controller(const char *kind); /* NULL: unknown kind */
void demo_catalyst_flux_list(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_flux_act(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);

/* demo_catalyst_logs.c, demo_catalyst_jobs.c, demo_catalyst_estate.c */
void demo_catalyst_logs_get(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_jobs_list(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_jobs_get(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_jobs_logs(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_estate_status(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_estate_organizations(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_estate_organization(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);
void demo_catalyst_estate_applications(const struct demo_http_request *request, struct demo_http_reply *reply, void *context);

#endif
