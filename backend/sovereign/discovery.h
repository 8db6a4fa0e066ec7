/* What one API server serves: filled with its discovery documents, asked about kinds. Pure; one thread at a time.
 *
 * GET /apis with DISCOVERY_ACCEPT gives everything at once where the server has aggregated discovery (Kubernetes 1.27 on, v2 from
 * 1.30 on); an older one gives its list of groups, and one document per group version follows. What is broken (an APIService
 * whose server is away: 503, or freshness Stale) hides nothing else and is not taken for absent. */
#ifndef SOVEREIGN_DISCOVERY_H
#define SOVEREIGN_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/span.h"
#include "store/kind.h"

#define DISCOVERY_PATH_MAX 192
#define DISCOVERY_VERSION_MAX 32
#define DISCOVERY_DOCUMENTS_MAX 256 /* group versions */
#define DISCOVERY_RESOURCES_MAX 4096
#define DISCOVERY_ACCEPT \
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," \
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

enum discovery_answer {
    DISCOVERY_ANSWER_SERVED,
    DISCOVERY_ANSWER_ABSENT,
    DISCOVERY_ANSWER_UNKNOWN, /* a document is missing: fetch it, give it to discovery_take, ask again */
    DISCOVERY_ANSWER_BROKEN,  /* the group's own server is away: neither served nor absent. `missing` is its path */
};

struct discovery_resource {
    char group[96], version[DISCOVERY_VERSION_MAX]; /* group "" is the core group */
    char plural[96], singular[96];
    char kind[96];
    char short_names[96]; /* space-separated */
    bool namespaced, can_list, can_watch;
};

struct discovery;

struct discovery *discovery_new(void);
void discovery_free(struct discovery *discovery);
void discovery_clear(struct discovery *discovery); /* forget everything: it is asked again */

/* The reply to GET `path` ("/apis", "/api/v1", "/apis/GROUP/VERSION"). 404: the server does not have it. Other codes are the
 * caller's to handle. STATUS_INVALID: the body is no discovery document. */
enum status discovery_take(struct discovery *discovery, const char *path, int code, struct span body, struct error *err);

/* The document of one group version cannot be had (503 and the like). */
void discovery_break(struct discovery *discovery, const char *path);

/* The list of groups may not be read (403): group versions are asked for one by one, as far as kinds name them. */
void discovery_without_groups(struct discovery *discovery);

/* Which of the kind's versions is served. SERVED: `version` is set; UNKNOWN: `missing` is the path to fetch. */
enum discovery_answer discovery_version(const struct discovery *discovery, const struct kind *kind,
                                        char version[DISCOVERY_VERSION_MAX], char missing[DISCOVERY_PATH_MAX]);

/* By what a person types: plural, singular, kind, short name, or plural.group. ABSENT only when all documents are there.
 * *ret is valid until the next discovery_take or _clear. */
enum discovery_answer discovery_find(const struct discovery *discovery, const char *word, const struct discovery_resource **ret,
                                     char missing[DISCOVERY_PATH_MAX]);

/* A path whose server is away, so that nothing can be said about its resources; NULL: none. */
const char *discovery_broken(const struct discovery *discovery);

size_t discovery_count(const struct discovery *discovery);
const struct discovery_resource *discovery_at(const struct discovery *discovery, size_t index);

#endif
