/* The Kubernetes API of one region: blocking calls for workers and headless commands, and the URLs the feeds need.
 *
 * Errors name region and object, and carry the server's own message (sanitized). Every call may be used from any thread
 * but the HTTP thread; calls of one client from several threads are fine. */
#ifndef SOVEREIGN_KUBE_CLIENT_H
#define SOVEREIGN_KUBE_CLIENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytebuf.h"
#include "base/error.h"
#include "base/span.h"
#include "decode/json_reader.h"
#include "sovereign/discovery.h"
#include "sovereign/row_decoder.h"
#include "store/kind.h"
#include "transport/http_thread.h"

#define KUBE_CLIENT_FIELD_MANAGER "sovdeck"
#define KUBE_CLIENT_NO_TIMEOUT_MS ((int64_t)24 * 3600 * 1000)
#define KUBE_CLIENT_OBJECT_MAXIMUM ((size_t)4 << 20)  /* bytes of one object; etcd's limit is about 1.5 MiB */
#define KUBE_CLIENT_LOG_MAXIMUM ((size_t)4 << 20)

struct kube_client_options {
    const char *region;    /* lamp's name: "fsn" */
    const char *server;    /* https://host:6443, without a path */
    const char *namespace; /* of the context; NULL: "default" */
    const char *user;      /* the context's user name, for display */
    const char *proxy;     /* NULL: as the environment says */
    struct tls_identity *identity; /* referenced */
    int index;             /* of the region: goes into rows */
    int64_t request_timeout_ms; /* of blocking calls that name none; 0: transport's; KUBE_CLIENT_NO_TIMEOUT_MS: none */
};

struct kube_client;

struct kube_client *kube_client_new(struct http_thread *thread, const struct kube_client_options *options);
void kube_client_free(struct kube_client *client);

/* Another client of the same server and identity, with a discovery and a cancel flag (may be NULL) of its own. */
struct kube_client *kube_client_twin(const struct kube_client *client, const atomic_bool *cancel);

const char *kube_client_region(const struct kube_client *client);
const char *kube_client_server(const struct kube_client *client);
const char *kube_client_namespace(const struct kube_client *client);
const char *kube_client_user(const struct kube_client *client);
const char *kube_client_proxy(const struct kube_client *client);
int64_t kube_client_request_timeout(const struct kube_client *client); /* --request-timeout, for requests made elsewhere; 0: none given */
int kube_client_index(const struct kube_client *client);
struct tls_identity *kube_client_identity(const struct kube_client *client); /* borrowed */
struct http_thread *kube_client_thread(const struct kube_client *client);    /* borrowed */

/* Calls end with STATUS_INTERRUPTED once *cancel is true. NULL: never. Set before other threads use the client. */
void kube_client_set_cancel(struct kube_client *client, const atomic_bool *cancel);
const atomic_bool *kube_client_cancel(const struct kube_client *client);

/* Paths: "/api/v1/namespaces/NS/pods/NAME/log". `namespace` NULL or "": all namespaces (collections only);
 * `name` NULL: the collection; `subresource` NULL: none. Names are escaped. Pure. */
void kube_client_path(struct bytebuf *path, const struct kind *kind, const char *version, const char *namespace,
                      const char *name, const char *subresource);

/* Selectors of the kind as a query without '?', into an empty buffer: "labelSelector=…&fieldSelector=…". Pure. */
void kube_client_selectors(struct bytebuf *query, const struct kind *kind);

/* Version of the kind that this server has (asked once, then remembered; blocks). STATUS_UNSUPPORTED: it does not have the kind. */
enum status kube_client_version(struct kube_client *client, const struct kind *kind, char version[DISCOVERY_VERSION_MAX],
                                struct error *err);

/* kube_client_path with the version this server has. */
enum status kube_client_object_path(struct kube_client *client, const struct kind *kind, const char *namespace,
                                    const char *name, const char *subresource, struct bytebuf *path, struct error *err);

/* Built-in kind, or one the server has by that name (made with its Table columns; lives as long as the client).
 * STATUS_NOT_FOUND with a "did you mean" otherwise. */
enum status kube_client_find_kind(struct kube_client *client, const char *word, const struct kind **kind, struct error *err);

struct kube_call {
    const char *method;       /* NULL: GET */
    const char *path;         /* from "/", with query */
    const char *accept;       /* NULL: application/json */
    const char *content_type; /* NULL: application/json when there is a body */
    struct span body;
    const char *what;         /* for error texts: "HelmRelease flux-system/bp-harbor"; NULL: the path */
    size_t maximum;           /* 0: KUBE_CLIENT_OBJECT_MAXIMUM */
    int64_t timeout_ms;       /* 0: transport's */
    bool repeatable;          /* a POST that changes nothing (reviews): may use a kept connection */
};

/* One request. STATUS_OK only for 2xx; `reply` (may be NULL) gets the body in either case. The error says
 * "fsn: get HelmRelease flux-system/bp-harbor: 403 Forbidden: helmreleases … is forbidden: User …". */
enum status kube_client_call(struct kube_client *client, const struct kube_call *call, struct bytebuf *reply, struct error *err);

enum status kube_client_get(struct kube_client *client, const struct kind *kind, const char *namespace, const char *name,
                            struct bytebuf *reply, struct error *err);

enum kube_patch { KUBE_PATCH_MERGE, KUBE_PATCH_JSON, KUBE_PATCH_STRATEGIC, KUBE_PATCH_APPLY };

/* Content type and query ("fieldManager=sovdeck&dryRun=All") of a patch. Pure. */
const char *kube_client_patch_type(enum kube_patch patch);
enum status kube_client_patch(struct kube_client *client, const struct kind *kind, const char *namespace, const char *name,
                              enum kube_patch patch, bool dry_run, struct span body, struct bytebuf *reply, struct error *err);
enum status kube_client_delete(struct kube_client *client, const struct kind *kind, const char *namespace, const char *name,
                               const char *uid, bool dry_run, struct error *err);

struct kube_list {
    const struct kind *kind;
    const char *namespace;      /* NULL: the kind's own, or all */
    const char *field_selector; /* further ones, put beside the kind's; NULL: none */
    const char *label_selector;
    unsigned page_items; /* 0: as many as weigh about 2 MB */
};

/* Lists page by page; `page` is called for each on the calling thread and may take the rows. It stops the list with anything
 * but STATUS_OK. 410 in the middle starts again from the first page (`first` is then true again), at most twice. */
enum status kube_client_list(struct kube_client *client, const struct kube_list *list,
                             enum status (*page)(void *context, struct row_decoder_page *page, bool first, struct error *err),
                             void *context, struct error *err);

struct kube_access {
    const char *verb, *group, *resource, *subresource, *namespace, *name; /* NULL: any, none */
};

/* SelfSubjectAccessReview. STATUS_OK with *allowed set; `reason` (may be NULL) gets the server's words. */
enum status kube_client_can(struct kube_client *client, const struct kube_access *access, bool *allowed, char *reason,
                            size_t reason_size, struct error *err);

/* SelfSubjectRulesReview of a namespace: raw reply. */
enum status kube_client_rules(struct kube_client *client, const char *namespace, struct bytebuf *reply, struct error *err);

/* Who the server says we are. */
struct kube_self {
    char user[160];
    char groups[512]; /* comma separated */
};

/* SelfSubjectReview. STATUS_UNSUPPORTED: the server is older than 1.28. */
enum status kube_client_self(struct kube_client *client, struct kube_self *ret, struct error *err);

/* Who the server thinks we are (SelfSubjectReview; else the client certificate's name, else the context's user). */
void kube_client_whoami(struct kube_client *client, char *user, size_t size);

/* "v1.30.4+k3s1", sanitized. */
enum status kube_client_server_version(struct kube_client *client, char *version, size_t size, struct error *err);

/* Last lines of a container's log, raw (sanitize with sanitize_text). `container` NULL: the only one. */
enum status kube_client_log(struct kube_client *client, const char *namespace, const char *pod, const char *container,
                            unsigned tail_lines, struct bytebuf *text, struct error *err);

/* Watches one object until `satisfied` says so: on the calling thread, with the object's newest state (absent value: it does
 * not exist). Intermediate states may be skipped. STATUS_TIMEOUT after `deadline_ms`; the wait survives broken connections. */
enum status kube_client_watch_until(struct kube_client *client, const struct kind *kind, const char *namespace, const char *name,
                                    int64_t deadline_ms, bool (*satisfied)(void *context, struct json_value object),
                                    void *context, struct error *err);

#endif
