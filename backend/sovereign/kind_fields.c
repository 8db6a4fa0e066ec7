/* The fields of the built-in kinds as data. A fact more is a line more; shapes are those of store/field.h. */
#include "sovereign/kind_fields.h"

#include "base/array.h"

#define TEXT(id, where) {.field = FIELD_##id, .cell = KIND_CELL_TEXT, .path = where}
#define LIST(id, where) {.field = FIELD_##id, .cell = KIND_CELL_LIST, .path = where}
#define PAIRS(id, where, one, two) {.field = FIELD_##id, .cell = KIND_CELL_PAIRS, .path = where, .first = one, .second = two}
#define SUM(id, where) {.field = FIELD_##id, .cell = KIND_CELL_SUM, .path = where}
#define COUNT(id, where) {.field = FIELD_##id, .cell = KIND_CELL_COUNT, .path = where}

#define CONDITION(type, key) "status.conditions[type=" type "]." key

#define LIFE                                     \
    LIST(FINALIZERS, "metadata.finalizers[*]"),  \
    PAIRS(CONDITIONS, "status.conditions[*]", "type", "status")

#define READINESS                                                            \
    LIFE,                                                                    \
    TEXT(OBSERVED_GENERATION, "status.observedGeneration"),                  \
    TEXT(READY, CONDITION("Ready", "status")),                               \
    TEXT(READY_REASON, CONDITION("Ready", "reason")),                        \
    TEXT(READY_MESSAGE, CONDITION("Ready", "message")),                      \
    TEXT(READY_CHANGED, CONDITION("Ready", "lastTransitionTime"))

#define FLUX                                                                        \
    READINESS,                                                                      \
    TEXT(STALLED, CONDITION("Stalled", "status")),                                  \
    TEXT(STALLED_MESSAGE, CONDITION("Stalled", "message")),                         \
    TEXT(RECONCILING, CONDITION("Reconciling", "status")),                          \
    TEXT(SUSPENDED, "spec.suspend"),                                                \
    TEXT(REQUESTED_AT, "metadata.annotations.\"reconcile.fluxcd.io/requestedAt\""), \
    TEXT(HANDLED_AT, "status.lastHandledReconcileAt"),                              \
    TEXT(INTERVAL, "spec.interval")

#define SOURCE                                        \
    FLUX,                                             \
    TEXT(URL, "spec.url"),                            \
    TEXT(SECRET_REF, "spec.secretRef.name"),          \
    TEXT(CERT_SECRET_REF, "spec.certSecretRef.name"), \
    TEXT(REVISION, "status.artifact.revision")

#define JOIN_LABELS                                                                                                      \
    TEXT(APPLICATION, "metadata.labels.\"catalyst.openova.io/app\" metadata.labels.\"openova.io/application\""),         \
    TEXT(ORGANIZATION,                                                                                                   \
         "metadata.labels.\"openova.io/organization\" metadata.labels.\"catalyst.openova.io/organization\""),            \
    TEXT(ENVIRONMENT, "metadata.labels.\"openova.io/environment\"")

/* Every place of a pod spec that names an image (cutover contract 5.3, img(T)). */
#define IMAGES_OF(pod)                                                                                               \
    {.field = FIELD_IMAGES, .cell = KIND_CELL_LIST, .maximum = 8192,                                                 \
     .path = pod ".containers[*].image " pod ".initContainers[*].image " pod ".ephemeralContainers[*].image " pod    \
                 ".volumes[*].image.reference"}

#define KIND_FIELDS(name) const struct kind_fields KIND_FIELDS_##name = {fields_##name, ARRAY_LENGTH(fields_##name)}

static const struct kind_field fields_HELMRELEASE[] = {
    FLUX,
    JOIN_LABELS,
    TEXT(RELEASED, CONDITION("Released", "status")),
    TEXT(RELEASED_REASON, CONDITION("Released", "reason")),
    TEXT(RELEASED_MESSAGE, CONDITION("Released", "message")),
    TEXT(TESTED, CONDITION("TestSuccess", "status")),
    TEXT(TESTED_MESSAGE, CONDITION("TestSuccess", "message")),
    /* v2 has no lastAppliedRevision, v2beta2 had (domain.md 4.5) */
    TEXT(REVISION, "status.history[0].chartVersion status.lastAppliedRevision status.lastAttemptedRevision"),
    TEXT(LAST_ATTEMPTED_REVISION, "status.lastAttemptedRevision"),
    PAIRS(HISTORY, "status.history[*]", "chartVersion", "status"),
    TEXT(CHART, "spec.chart.spec.chart spec.chartRef.name"),
    TEXT(CHART_VERSION, "spec.chart.spec.version"),
    TEXT(SOURCE_KIND, "spec.chart.spec.sourceRef.kind spec.chartRef.kind"),
    TEXT(SOURCE_NAME, "spec.chart.spec.sourceRef.name spec.chartRef.name"),
    TEXT(SOURCE_NAMESPACE, "spec.chart.spec.sourceRef.namespace spec.chartRef.namespace"),
    TEXT(TARGET_NAMESPACE, "spec.targetNamespace"),
    TEXT(RELEASE_NAME, "spec.releaseName"),
    PAIRS(DEPENDS_ON, "spec.dependsOn[*]", "name", "namespace"),
    TEXT(FAILURES, "status.failures"),
    TEXT(VALUES_IMAGE_REPOSITORY, "spec.values.image.repository"),
    TEXT(VALUES_REGISTRY_MIRROR, "spec.values.global.registryMirror"),
    TEXT(VALUES_IMAGE_REGISTRY, "spec.values.global.imageRegistry"),
    TEXT(VALUES_VCLUSTER_IMAGE, "spec.values.mgmtVcluster.image.repository spec.values.dmzVcluster.image.repository "
                                "spec.values.rtzVcluster.image.repository"),
    TEXT(VALUES_VCLUSTER_REGISTRY, "spec.values.vcluster.controlPlane.statefulSet.image.registry"),
    TEXT(VALUES_VCLUSTER_REPOSITORY, "spec.values.vcluster.controlPlane.statefulSet.image.repository"),
    {.field = FIELD_VALUES_SUSPECT, .cell = KIND_CELL_SUSPECT_VALUES, .path = "spec.values", .maximum = 4096},
};
KIND_FIELDS(HELMRELEASE);

static const struct kind_field fields_KUSTOMIZATION[] = {
    FLUX,
    JOIN_LABELS,
    TEXT(REVISION, "status.lastAppliedRevision"),
    TEXT(LAST_ATTEMPTED_REVISION, "status.lastAttemptedRevision"),
    TEXT(PATH, "spec.path"),
    TEXT(SOURCE_KIND, "spec.sourceRef.kind"),
    TEXT(SOURCE_NAME, "spec.sourceRef.name"),
    TEXT(SOURCE_NAMESPACE, "spec.sourceRef.namespace"),
    TEXT(TARGET_NAMESPACE, "spec.targetNamespace"),
    PAIRS(DEPENDS_ON, "spec.dependsOn[*]", "name", "namespace"),
};
KIND_FIELDS(KUSTOMIZATION);

static const struct kind_field fields_GITREPOSITORY[] = {
    SOURCE,
    JOIN_LABELS,
    TEXT(BRANCH, "spec.ref.branch spec.ref.tag spec.ref.semver spec.ref.name spec.ref.commit"),
};
KIND_FIELDS(GITREPOSITORY);

static const struct kind_field fields_HELMREPOSITORY[] = {
    SOURCE,
    JOIN_LABELS,
    TEXT(TYPE, "spec.type"),
};
KIND_FIELDS(HELMREPOSITORY);

static const struct kind_field fields_OCIREPOSITORY[] = {
    SOURCE,
    JOIN_LABELS,
    TEXT(VERSION, "spec.ref.tag spec.ref.semver spec.ref.digest"),
};
KIND_FIELDS(OCIREPOSITORY);

static const struct kind_field fields_ORGANIZATION[] = {
    READINESS,
    TEXT(ORGANIZATION, "spec.slug"),
    TEXT(DISPLAY_NAME, "spec.displayName"),
    TEXT(ORGANIZATION_KIND, "spec.kind"),
    TEXT(TIER, "spec.tier"),
    TEXT(BILLING, "spec.billingMode"),
    TEXT(VCLUSTER_NAME, "status.vcluster.name"),
    TEXT(VCLUSTER_PHASE, "status.vcluster.phase"),
    TEXT(REALM_STATE, "status.perOrgRealm.state"),
    TEXT(IAC_STATE, "status.iacBootstrap.state"),
    TEXT(LAST_ERROR, "status.perOrgRealm.lastError status.iacBootstrap.lastError"),
};
KIND_FIELDS(ORGANIZATION);

static const struct kind_field fields_ENVIRONMENT[] = {
    READINESS,
    {.field = FIELD_ORGANIZATION, .cell = KIND_CELL_TEXT, .path = "spec.organizationRef",
     .alternative = "metadata.labels.\"openova.io/organization\""},
    TEXT(ENVIRONMENT_TYPE, "spec.envType"),
    TEXT(PLACEMENT, "spec.placement spec.placement.mode"),
    LIST(REGIONS, "spec.regions[*].region"),
    TEXT(PHASE, "status.phase"),
    TEXT(BRANCH, "status.giteaRepoRef.branch"),
    PAIRS(CLUSTER_STATES, "status.vclusters[*]", "host", "phase"),
};
KIND_FIELDS(ENVIRONMENT);

static const struct kind_field fields_APPLICATION[] = {
    READINESS,
    TEXT(ENVIRONMENT, "spec.environmentRef metadata.labels.\"openova.io/environment\""),
    TEXT(ORGANIZATION, "spec.organizationRef metadata.labels.\"openova.io/organization\" "
                       "metadata.labels.\"catalyst.openova.io/organization\""),
    TEXT(BLUEPRINT, "spec.blueprintRef.name"),
    TEXT(BLUEPRINT_VERSION, "spec.blueprintRef.version"),
    TEXT(INSTALLED_VERSION, "status.installedBlueprint.version"),
    TEXT(PLACEMENT, "spec.placement spec.placement.mode status.placement.mode"),
    /* strings in the CRD, objects in some data */
    {.field = FIELD_REGIONS, .cell = KIND_CELL_LIST, .path = "spec.regions[*] spec.regions[*].name spec.regions[*].region",
     .alternative = "spec.placement.regions[*]"},
    TEXT(PRIMARY_REGION, "status.primaryRegion status.placement.primaryRegion"),
    TEXT(PHASE, "status.phase"),
    PAIRS(CLUSTER_STATES, "status.perCluster[*]", "cluster", "status"),
    PAIRS(CLUSTER_RELEASES, "status.perCluster[*]", "cluster", "hr"),
    PAIRS(CLUSTER_MESSAGES, "status.perCluster[*]", "cluster", "message"),
    PAIRS(BACKING_RELEASE, "spec.helmRelease", "name", "namespace"),
    TEXT(BOOTSTRAP, "spec.bootstrap"),
};
KIND_FIELDS(APPLICATION);

static const struct kind_field fields_BLUEPRINT[] = {
    READINESS,
    TEXT(VERSION, "spec.version"),
    TEXT(DISPLAY_NAME, "spec.card.title"),
    TEXT(TYPE, "spec.visibility"),
    TEXT(PHASE, "status.phase"),
};
KIND_FIELDS(BLUEPRINT);

static const struct kind_field fields_NODE[] = {
    LIFE,
    TEXT(READY, CONDITION("Ready", "status")),
    TEXT(READY_REASON, CONDITION("Ready", "reason")),
    TEXT(READY_MESSAGE, CONDITION("Ready", "message")),
    TEXT(READY_CHANGED, CONDITION("Ready", "lastTransitionTime")),
    TEXT(SUSPENDED, "spec.unschedulable"),
    {.field = FIELD_ROLES, .cell = KIND_CELL_KEYS, .path = "metadata.labels", .first = "node-role.kubernetes.io/"},
    TEXT(VERSION, "status.nodeInfo.kubeletVersion"),
    TEXT(REGIONS, "metadata.labels.\"openova.io/region\" metadata.labels.\"topology.kubernetes.io/region\""),
};
KIND_FIELDS(NODE);

static const struct kind_field fields_POD[] = {
    LIFE,
    PAIRS(OWNER, "metadata.ownerReferences[*]", "kind", "name"),
    TEXT(PHASE, "status.phase"),
    TEXT(READY, CONDITION("Ready", "status")),
    TEXT(READY_REASON, CONDITION("Ready", "reason") " status.reason"),
    TEXT(READY_MESSAGE, CONDITION("Ready", "message") " status.message"),
    TEXT(READY_CHANGED, CONDITION("Ready", "lastTransitionTime")),
    TEXT(NODE, "spec.nodeName"),
    TEXT(STARTED, "status.startTime"),
    COUNT(CONTAINERS, "spec.containers"),
    SUM(CONTAINERS_READY, "status.containerStatuses[*].ready"),
    SUM(RESTARTS, "status.containerStatuses[*].restartCount"),
    TEXT(WAITING, "status.containerStatuses[*].state.waiting.reason status.initContainerStatuses[*].state.waiting.reason"),
    TEXT(WAITING_MESSAGE, "status.containerStatuses[*].state.waiting.message "
                          "status.initContainerStatuses[*].state.waiting.message " CONDITION("PodScheduled", "message")),
    TEXT(TERMINATED, "status.containerStatuses[*].state.terminated.reason "
                     "status.containerStatuses[*].lastState.terminated.reason"),
    IMAGES_OF("spec"),
    TEXT(STEP_NAME, "metadata.labels.\"cutover.openova.io/step\""),
};
KIND_FIELDS(POD);

static const struct kind_field fields_NAMESPACE[] = {
    LIFE,
    TEXT(PHASE, "status.phase"),
    JOIN_LABELS,
};
KIND_FIELDS(NAMESPACE);

#define WORKLOAD                                                                    \
    LIFE,                                                                           \
    JOIN_LABELS,                                                                    \
    TEXT(OBSERVED_GENERATION, "status.observedGeneration"),                         \
    IMAGES_OF("spec.template.spec"),                                                \
    {.field = FIELD_ENVIRONMENT_VALUES, .cell = KIND_CELL_PAIRS, .path = "spec.template.spec.containers[*].env[*]", \
     .first = "name", .second = "value", .maximum = 8192}

static const struct kind_field fields_DEPLOYMENT[] = {
    WORKLOAD,
    TEXT(READY, CONDITION("Available", "status")),
    TEXT(READY_REASON, CONDITION("Available", "reason")),
    TEXT(READY_MESSAGE, CONDITION("Available", "message")),
    TEXT(READY_CHANGED, CONDITION("Available", "lastTransitionTime")),
    TEXT(SUSPENDED, "spec.paused"),
    TEXT(REPLICAS, "spec.replicas"),
    TEXT(REPLICAS_READY, "status.readyReplicas"),
};
KIND_FIELDS(DEPLOYMENT);

static const struct kind_field fields_STATEFULSET[] = {
    WORKLOAD,
    TEXT(REPLICAS, "spec.replicas"),
    TEXT(REPLICAS_READY, "status.readyReplicas"),
    TEXT(REVISION, "status.currentRevision"),
};
KIND_FIELDS(STATEFULSET);

static const struct kind_field fields_DAEMONSET[] = {
    WORKLOAD,
    TEXT(REPLICAS, "status.desiredNumberScheduled"),
    TEXT(REPLICAS_READY, "status.numberReady"),
};
KIND_FIELDS(DAEMONSET);

static const struct kind_field fields_JOB[] = {
    LIFE,
    TEXT(READY, CONDITION("Complete", "status")),
    TEXT(STALLED, CONDITION("Failed", "status")),
    TEXT(READY_REASON, CONDITION("Failed", "reason")),
    TEXT(STALLED_MESSAGE, CONDITION("Failed", "message")),
    TEXT(SUSPENDED, "spec.suspend"),
    TEXT(STEP_NAME, "metadata.labels.\"cutover.openova.io/step\""),
    TEXT(STEP_DEADLINE, "spec.activeDeadlineSeconds"),
    TEXT(STARTED, "status.startTime"),
    TEXT(FINISHED, "status.completionTime"),
    TEXT(ACTIVE, "status.active"),
    TEXT(SUCCEEDED, "status.succeeded"),
    TEXT(FAILED, "status.failed"),
    IMAGES_OF("spec.template.spec"),
};
KIND_FIELDS(JOB);

static const struct kind_field fields_CONFIGMAP[] = {
    {.field = FIELD_DATA, .cell = KIND_CELL_MAP, .path = "data", .maximum = 8192},
};
KIND_FIELDS(CONFIGMAP);

static const struct kind_field fields_CUTOVER_STEP[] = {
    TEXT(STEP_NAME, "data.stepName"),
    TEXT(STEP_ORDER, "metadata.labels.\"bp.openova.io/cutover-order\""),
    TEXT(STEP_MODE, "metadata.labels.\"bp.openova.io/cutover-mode\""),
    TEXT(STEP_DAEMONSET, "metadata.labels.\"bp.openova.io/cutover-daemonset\""),
    {.field = FIELD_STEP_DEADLINE, .cell = KIND_CELL_YAML_VALUE, .path = "data.podSpec", .first = "activeDeadlineSeconds"},
    {.field = FIELD_STEP_POD_SPEC, .cell = KIND_CELL_PRESENT, .path = "data.podSpec"},
};
KIND_FIELDS(CUTOVER_STEP);

/* 11 steps of 4 keys, regions and node acknowledgements; lastError can be long. */
static const struct kind_field fields_CUTOVER_STATUS[] = {
    {.field = FIELD_DATA, .cell = KIND_CELL_MAP, .path = "data", .maximum = 65536},
};
KIND_FIELDS(CUTOVER_STATUS);

static const struct kind_field fields_PROVIDER[] = {
    LIFE,
    TEXT(PACKAGE, "spec.package"),
    TEXT(INSTALLED, CONDITION("Installed", "status")),
    TEXT(HEALTHY, CONDITION("Healthy", "status")),
    TEXT(READY_MESSAGE, CONDITION("Healthy", "message") " " CONDITION("Installed", "message")),
    TEXT(REVISION, "status.currentRevision"),
};
KIND_FIELDS(PROVIDER);

static const struct kind_field fields_EGRESS_POLICY[] = {
    LIFE,
    TEXT(EGRESS_DEFAULT_DENY, "spec.enableDefaultDeny.egress"),
};
KIND_FIELDS(EGRESS_POLICY);
