/* What a Kubernetes API server says about itself: versions, groups, resources, OpenAPI v2. Any thread. */
#ifndef DEMO_DEMO_DISCOVERY_H
#define DEMO_DEMO_DISCOVERY_H

#include <jansson.h>

#include "base/bytebuf.h"

json_t *demo_discovery_version(const char *git_version);
json_t *demo_discovery_core_versions(void);                                /* GET /api */
json_t *demo_discovery_groups(void);                                       /* GET /apis */
json_t *demo_discovery_group(const char *group);                           /* GET /apis/GROUP; NULL: none */
json_t *demo_discovery_resources(const char *group, const char *version); /* GET /apis/GROUP/VERSION; NULL: none */

/* Aggregated discovery (apidiscovery.k8s.io, Kubernetes 1.27 on): GET /api with is_core, else GET /apis. `version` as chosen by
 * demo_discovery_aggregated_version from an Accept header: "v2", "v2beta1", or NULL for the plain documents. */
const char *demo_discovery_aggregated_version(const char *accept);
json_t *demo_discovery_aggregated(bool is_core, const char *version);

/* The OpenAPI v2 document with one PATCH operation per kind and version (what kubectl looks up before a server-side dry
 * run): as JSON, and appended as protobuf (gnostic's openapi.v2.Document). */
json_t *demo_discovery_openapi(const char *git_version);
void demo_discovery_openapi_protobuf(struct bytebuf *out, const char *git_version);

/* Asked for as "...spec.v2@v1.0+protobuf", which is no valid media type; servers therefore answer with this. */
#define DEMO_DISCOVERY_PROTOBUF "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

#endif
