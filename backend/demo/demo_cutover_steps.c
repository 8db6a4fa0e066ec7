/* Which function does which step's work. */
#include <string.h>

#include "demo/demo_cutover_run.h"

static const struct {
    const char *name;
    demo_cutover_step_fn run;
} STEPS[] = {
    {"gitea-mirror", demo_cutover_mirror_gitea},
    {"harbor-projects", demo_cutover_mirror_projects},
    {"harbor-prewarm", demo_cutover_mirror_prewarm},
    {"flux-gitrepository-patch", demo_cutover_sources_git},
    {"helmrepository-patches", demo_cutover_sources_helm},
    {"helmrepo-patches", demo_cutover_sources_helm}, /* its name in old charts */
    {"catalyst-api-env-patch", demo_cutover_platform_env},
    {"gitea-token-mint", demo_cutover_platform_token},
    {"vcluster-registry-pivot", demo_cutover_platform_vclusters},
    {"crossplane-provider-pivot", demo_cutover_platform_providers},
    {"07a", demo_cutover_platform_relay},
    {"egress-block-test", demo_cutover_egress_test},
};

demo_cutover_step_fn demo_cutover_steps_find(const char *name)
{
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++)
        if (strcmp(STEPS[i].name, name) == 0)
            return STEPS[i].run;
    return NULL;
}
