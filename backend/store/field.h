/* Every fact a row can hold, once for all kinds. A kind says which of them it has and where they are in the object. */
#ifndef STORE_FIELD_H
#define STORE_FIELD_H

/* FIELD(id, "name in -o json")
 *
 * Shapes that readers rely on (KIND_CELL_* in kind.h); texts are single scalars, conditions are their `status` ("True"):
 *   LABELS map · FINALIZERS list · CONDITIONS pairs (type, status) · DEPENDS_ON pairs (name, namespace or "")
 *   HISTORY pairs (chartVersion, status), newest first · REVISION history[0].chartVersion, else the applied revision, or
 *   artifact.revision of a source · REGIONS, IMAGES list · PLACEMENT the text form, else placement.mode
 *   CLUSTER_STATES pairs (perCluster.cluster, .status) · CLUSTER_RELEASES pairs (cluster, hr) · CLUSTER_MESSAGES pairs
 *   (cluster, message) · BACKING_RELEASE one pair (spec.helmRelease name, namespace) · ORGANIZATION, ENVIRONMENT,
 *   APPLICATION names, from spec (organizationRef, environmentRef) or the join labels of domain.md 1.6
 *   SUSPENDED, BOOTSTRAP "true" · WAITING reason of the first waiting container · ROLES list */
#define FIELD_LIST(FIELD)                                   \
    FIELD(NAMESPACE, "namespace")                           \
    FIELD(NAME, "name")                                     \
    FIELD(UID, "uid")                                       \
    FIELD(RESOURCE_VERSION, "resourceVersion")              \
    FIELD(GENERATION, "generation")                         \
    FIELD(CREATED, "created")                               \
    FIELD(DELETED, "deleting")                              \
    FIELD(LABELS, "labels")                                 \
    FIELD(FINALIZERS, "finalizers")                         \
    FIELD(CONDITIONS, "conditions")                         \
    FIELD(OWNER, "owner")                                   \
    FIELD(OBSERVED_GENERATION, "observedGeneration")        \
    FIELD(READY, "ready")                                   \
    FIELD(READY_REASON, "reason")                           \
    FIELD(READY_MESSAGE, "message")                         \
    FIELD(READY_CHANGED, "readyChanged")                    \
    FIELD(STALLED, "stalled")                               \
    FIELD(STALLED_MESSAGE, "stalledMessage")                \
    FIELD(RECONCILING, "reconciling")                       \
    FIELD(RELEASED, "released")                             \
    FIELD(RELEASED_REASON, "releasedReason")                \
    FIELD(RELEASED_MESSAGE, "releasedMessage")              \
    FIELD(TESTED, "tested")                                 \
    FIELD(TESTED_MESSAGE, "testedMessage")                  \
    FIELD(SUSPENDED, "suspended")                           \
    FIELD(REQUESTED_AT, "requestedAt")                      \
    FIELD(HANDLED_AT, "handledAt")                          \
    FIELD(REVISION, "revision")                             \
    FIELD(LAST_ATTEMPTED_REVISION, "lastAttemptedRevision") \
    FIELD(HISTORY, "history")                               \
    FIELD(CHART, "chart")                                   \
    FIELD(CHART_VERSION, "chartVersion")                    \
    FIELD(SOURCE_KIND, "sourceKind")                        \
    FIELD(SOURCE_NAME, "sourceName")                        \
    FIELD(SOURCE_NAMESPACE, "sourceNamespace")              \
    FIELD(TARGET_NAMESPACE, "targetNamespace")              \
    FIELD(RELEASE_NAME, "releaseName")                      \
    FIELD(DEPENDS_ON, "dependsOn")                          \
    FIELD(INTERVAL, "interval")                             \
    FIELD(FAILURES, "failures")                             \
    FIELD(URL, "url")                                       \
    FIELD(TYPE, "type")                                     \
    FIELD(BRANCH, "branch")                                 \
    FIELD(SECRET_REF, "secretRef")                          \
    FIELD(CERT_SECRET_REF, "certSecretRef")                 \
    FIELD(PATH, "path")                                     \
    FIELD(APPLICATION, "application")                       \
    FIELD(ORGANIZATION, "organization")                     \
    FIELD(ENVIRONMENT, "environment")                       \
    FIELD(DISPLAY_NAME, "displayName")                      \
    FIELD(TIER, "tier")                                     \
    FIELD(BILLING, "billing")                               \
    FIELD(ORGANIZATION_KIND, "organizationKind")            \
    FIELD(VCLUSTER_NAME, "vcluster")                        \
    FIELD(VCLUSTER_PHASE, "vclusterPhase")                  \
    FIELD(REALM_STATE, "realmState")                        \
    FIELD(IAC_STATE, "iacState")                            \
    FIELD(LAST_ERROR, "lastError")                          \
    FIELD(ENVIRONMENT_TYPE, "environmentType")              \
    FIELD(PLACEMENT, "placement")                           \
    FIELD(REGIONS, "regions")                               \
    FIELD(PHASE, "phase")                                   \
    FIELD(BLUEPRINT, "blueprint")                           \
    FIELD(BLUEPRINT_VERSION, "blueprintVersion")            \
    FIELD(INSTALLED_VERSION, "installedVersion")            \
    FIELD(PRIMARY_REGION, "primaryRegion")                  \
    FIELD(CLUSTER_STATES, "clusterStates")                  \
    FIELD(CLUSTER_RELEASES, "clusterReleases")              \
    FIELD(CLUSTER_MESSAGES, "clusterMessages")              \
    FIELD(BACKING_RELEASE, "backingRelease")                \
    FIELD(BOOTSTRAP, "bootstrap")                           \
    FIELD(IMAGES, "images")                                 \
    FIELD(REPLICAS, "replicas")                             \
    FIELD(REPLICAS_READY, "replicasReady")                  \
    FIELD(NODE, "node")                                     \
    FIELD(RESTARTS, "restarts")                             \
    FIELD(WAITING, "waiting")                               \
    FIELD(WAITING_MESSAGE, "waitingMessage")                \
    FIELD(TERMINATED, "terminated")                         \
    FIELD(CONTAINERS, "containers")                         \
    FIELD(CONTAINERS_READY, "containersReady")              \
    FIELD(ROLES, "roles")                                   \
    FIELD(VERSION, "version")                               \
    FIELD(PACKAGE, "package")                               \
    FIELD(INSTALLED, "installed")                           \
    FIELD(HEALTHY, "healthy")                               \
    FIELD(DATA, "data")                                     \
    FIELD(STEP_NAME, "stepName")                            \
    FIELD(STEP_ORDER, "stepOrder")                          \
    FIELD(STEP_MODE, "stepMode")                            \
    FIELD(STEP_DAEMONSET, "stepDaemonset")                  \
    FIELD(STEP_DEADLINE, "stepDeadline")                    \
    FIELD(STEP_POD_SPEC, "stepPodSpec")                     \
    FIELD(STARTED, "started")                               \
    FIELD(FINISHED, "finished")                             \
    FIELD(ACTIVE, "active")                                 \
    FIELD(SUCCEEDED, "succeeded")                           \
    FIELD(FAILED, "failed")                                 \
    FIELD(EGRESS_DEFAULT_DENY, "egressDefaultDeny")         \
    FIELD(ENVIRONMENT_VALUES, "environmentValues")          \
    FIELD(VALUES_SUSPECT, "suspectValues")                  \
    FIELD(VALUES_IMAGE_REPOSITORY, "valuesImageRepository") \
    FIELD(VALUES_REGISTRY_MIRROR, "valuesRegistryMirror")   \
    FIELD(VALUES_IMAGE_REGISTRY, "valuesImageRegistry")     \
    FIELD(VALUES_VCLUSTER_IMAGE, "valuesVclusterImage")     \
    FIELD(VALUES_VCLUSTER_REGISTRY, "valuesVclusterRegistry") \
    FIELD(VALUES_VCLUSTER_REPOSITORY, "valuesVclusterRepository")

#define FIELD_ENUM_ENTRY(id, name) FIELD_##id,
enum field { FIELD_LIST(FIELD_ENUM_ENTRY) FIELD_COUNT };

/* Name as in `-o json` output, for example "observedGeneration". */
const char *field_name(enum field field);

#endif
