/* One request to a region's Kubernetes API, resolved: who asks what of which kind; and how it is refused. */
#ifndef DEMO_DEMO_CALL_H
#define DEMO_DEMO_CALL_H

#include "demo/demo_access.h"
#include "demo/demo_http.h"
#include "demo/demo_kinds.h"
#include "demo/demo_logs.h"
#include "demo/demo_store.h"

#define DEMO_CALL_NAME_MAX 260

struct demo_call {
    struct demo_store *store;
    struct demo_logs *logs;
    const struct demo_access *access;
    const struct demo_http_request *request;
    struct demo_http_reply *reply;
    struct demo_user user;
    const struct demo_kind *kind;
    char version[32]; /* as asked for: one of the kind's served versions */
    char name_space[DEMO_CALL_NAME_MAX], name[DEMO_CALL_NAME_MAX], subresource[64];
    const char *verb; /* RBAC verb */
    bool has_watch_list; /* the server's feature gate */
};

/* A Status of kind Failure. `kind` and `name` may be NULL. New reference. */
json_t *demo_call_status(int code, const char *reason, const char *message, const struct demo_kind *kind,
                         const char *name);

/* Refuses with a Status about the call's object. */
void demo_call_refuse(struct demo_call *call, int code, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Refuses as an API server words the failure of a store call. */
void demo_call_refuse_status(struct demo_call *call, const struct error *err);

const char *demo_call_query(const struct demo_call *call, const char *name); /* "" when absent */
bool demo_call_flag(const struct demo_call *call, const char *name);         /* "true" or "1" */

/* "helmreleases.helm.toolkit.fluxcd.io" or "pods". */
void demo_call_resource_name(const struct demo_kind *kind, char *out, size_t size);

/* The field manager of a write: ?fieldManager or the start of User-Agent. Written into out. */
void demo_call_manager(const struct demo_call *call, char *out, size_t size);

#endif
