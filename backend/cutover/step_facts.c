/* The eleven steps of the newest chart, as data. A step more is a row more. */
#include "cutover/step_facts.h"

#include "base/array.h"

static const struct step_facts STEPS[] = {
    {.name = "gitea-mirror",
     .aliases = "",
     .title = "Mirror Git",
     .usual = "1-3 min",
     .usual_s = 180,
     .deadline_s = 1200,
     .does = "pushes github.com/openova-io/openova into the local Gitea, as an ordinary repository",
     .measure = STEP_MEASURE_GIT_MIRROR,
     .measured_by = "the revision Flux serves from Gitea, else the step's Job"},
    {.name = "harbor-projects",
     .aliases = "",
     .title = "Harbor projects",
     .usual = "< 1 min",
     .usual_s = 60,
     .deadline_s = 600,
     .does = "creates the projects of the local registry",
     .measure = STEP_MEASURE_HARBOR_PROJECTS,
     .measured_by = "the step's Job, and registriesYamlActive afterwards"},
    {.name = "harbor-prewarm",
     .aliases = "",
     .title = "Fill the registry",
     .usual = "16-105 min",
     .usual_s = 6300,
     .deadline_s = 9600,
     .does = "copies every image, chart and package that is in use into the local registry",
     .measure = STEP_MEASURE_HARBOR_PREWARM,
     .measured_by = "registriesYamlActive, and the secondary regions' Jobs"},
    {.name = "registry-pivot",
     .aliases = "",
     .title = "Nodes pull locally",
     .usual = "1-5 min",
     .usual_s = 300,
     .deadline_s = 600,
     .is_daemonset = true,
     .does = "makes containerd on every node pull from the local registry",
     .measure = STEP_MEASURE_REGISTRY_PIVOT,
     .measured_by = "nodes against their acknowledgements, and the DaemonSet"},
    {.name = "flux-gitrepository-patch",
     .aliases = "",
     .title = "Flux reads local Git",
     .usual = "< 1-5 min",
     .usual_s = 300,
     .deadline_s = 1800,
     .does = "points the GitRepository flux-system/openova at the local Gitea, in every region",
     .measure = STEP_MEASURE_GIT_SOURCE,
     .measured_by = "its URL, its generations and Ready"},
    {.name = "helmrepository-patches",
     .aliases = "helmrepo-patches",
     .title = "Charts come from local Harbor",
     .usual = "2-15 min",
     .usual_s = 900,
     .deadline_s = 2400,
     .does = "points every HelmRepository at the local registry, live and in Git",
     .measure = STEP_MEASURE_HELM_SOURCES,
     .measured_by = "the URL of every HelmRepository"},
    {.name = "catalyst-api-env-patch",
     .aliases = "",
     .title = "Catalyst uses local hosts",
     .usual = "2-10 min",
     .usual_s = 600,
     .deadline_s = 600,
     .does = "sets the image registry and catalyst-api's Git URL; restarts catalyst-api",
     .measure = STEP_MEASURE_API_ENVIRONMENT,
     .measured_by = "catalyst-api's environment and global.imageRegistry of the releases"},
    {.name = "gitea-token-mint",
     .aliases = "",
     .title = "Mint a Gitea token",
     .usual = "< 1 min",
     .usual_s = 60,
     .deadline_s = 600,
     .does = "gives provisioning a token of the local Gitea",
     .measure = STEP_MEASURE_GITEA_TOKEN,
     .measured_by = "the step's Job; the Secret itself is not read"},
    {.name = "vcluster-registry-pivot",
     .aliases = "",
     .title = "vClusters pull locally",
     .usual = "< 1 min",
     .usual_s = 60,
     .deadline_s = 600,
     .does = "points the values of the vCluster releases and of bp-sso-bridge at the local registry",
     .measure = STEP_MEASURE_VCLUSTERS,
     .measured_by = "the values of those four HelmReleases"},
    {.name = "crossplane-provider-pivot",
     .aliases = "",
     .title = "Crossplane packages are local",
     .usual = "< 1 min",
     .usual_s = 60,
     .deadline_s = 600,
     .does = "points every Crossplane Provider at the local package proxy, by digest",
     .measure = STEP_MEASURE_PROVIDERS,
     .measured_by = "spec.package of every Provider"},
    {.name = "egress-block-test",
     .aliases = "",
     .title = "Prove it without the outside",
     .usual = "15-70 min",
     .usual_s = 4200,
     .deadline_s = 7200,
     .does = "denies all egress for 600 s while everything must stay Ready",
     .measure = STEP_MEASURE_EGRESS_HOLD,
     .measured_by = "the policy cutover-egress-block: there during the hold, gone otherwise"},
};

static bool isalias(const struct step_facts *facts, struct span name)
{
    struct span rest = span_of(facts->aliases), alias;
    while (rest.length > 0 && span_split(&rest, ' ', &alias)) {
        if (span_equals(alias, name))
            return true;
    }
    return false;
}

const struct step_facts *step_facts_find(struct span name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(STEPS); i++) {
        if (span_equals_text(name, STEPS[i].name) || isalias(&STEPS[i], name))
            return &STEPS[i];
    }
    return NULL;
}

const struct step_facts *step_facts_at(size_t index)
{
    return index < ARRAY_LENGTH(STEPS) ? &STEPS[index] : NULL;
}

bool step_facts_same(struct span a, struct span b)
{
    if (span_equals(a, b))
        return true;
    const struct step_facts *facts = step_facts_find(a);
    return facts != NULL && facts == step_facts_find(b);
}
