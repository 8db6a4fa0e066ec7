/* The eleven steps and the podSpec each step ConfigMap carries. */
#include "demo/demo_cutover_chain.h"

#include <string.h>

#include "base/alloc.h"
#include "demo/demo_world.h"

#define PRE "docker.io/alpine/k8s:1.31.4"                                     /* through the upstream mirror */
#define POST "registry." DEMO_WORLD_FQDN "/proxy-dockerhub/alpine/k8s:1.31.4" /* the local registry serves it */
#define CURL "docker.io/curlimages/curl:8.10.1"

const struct demo_cutover_step demo_cutover_chain[DEMO_CUTOVER_STEPS] = {
    {"01", "gitea-mirror", 1, false, 1200, PRE},
    {"02", "harbor-projects", 2, false, 600, CURL},
    {"03", "harbor-prewarm", 3, false, 9600, PRE},
    {"04", "registry-pivot", 4, true, 600, "docker.io/library/alpine:3.20"},
    {"05", "flux-gitrepository-patch", 5, false, 1800, POST},
    {"06", "helmrepository-patches", 6, false, 2400, POST},
    {"07", "catalyst-api-env-patch", 7, false, 600, POST},
    {"09", "gitea-token-mint", 8, false, 600, POST},
    {"10", "vcluster-registry-pivot", 9, false, 600, POST},
    {"11", "crossplane-provider-pivot", 10, false, 600, POST},
    {"08", "egress-block-test", 11, false, 7200, POST},
};

int demo_cutover_chain_index(const char *name)
{
    for (int i = 0; i < DEMO_CUTOVER_STEPS; i++)
        if (strcmp(demo_cutover_chain[i].name, name) == 0)
            return i;
    return -1;
}

char *demo_cutover_chain_pod_spec(const struct demo_cutover_step *step)
{
    return alloc_printf("restartPolicy: Never\n"
                        "serviceAccountName: bp-self-sovereign-cutover-runner\n"
                        "activeDeadlineSeconds: %d\n"
                        "securityContext:\n"
                        "  runAsNonRoot: true\n"
                        "  runAsUser: 1001\n"
                        "containers:\n"
                        "  - name: %s\n"
                        "    image: %s\n"
                        "    command: [\"/bin/sh\", \"-c\", \"/scripts/%s.sh\"]\n"
                        "    env:\n"
                        "      - name: SOVEREIGN_FQDN\n"
                        "        value: %s\n"
                        "    securityContext:\n"
                        "      readOnlyRootFilesystem: true\n"
                        "    volumeMounts:\n"
                        "      - name: work\n"
                        "        mountPath: /work\n"
                        "volumes:\n"
                        "  - name: work\n"
                        "    emptyDir: {}\n",
                        step->deadline_s, step->name, step->image, step->name, DEMO_WORLD_FQDN);
}
