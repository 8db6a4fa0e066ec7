/* Which version is served, which document is missing, and finding a kind by any of its names. */
#include <criterion/criterion.h>
#include <string.h>

#include "sovereign/discovery.h"
#include "sovereign/dynamic_kind.h"
#include "sovereign/kind_table.h"
#include "support/leak_check.h"

static void take(struct discovery *discovery, const char *path, int code, const char *body)
{
    struct error err = {0};
    cr_assert_eq(discovery_take(discovery, path, code, span_of(body), &err), STATUS_OK, "%s", err.text);
}

Test(discovery, chooses_the_best_version_that_has_the_resource)
{
    struct discovery *discovery = discovery_new();
    char version[DISCOVERY_VERSION_MAX], missing[DISCOVERY_PATH_MAX];
    const struct kind *kind = kind_table_get(KIND_ID_OCIREPOSITORIES);
    cr_assert_eq(discovery_version(discovery, kind, version, missing), DISCOVERY_ANSWER_UNKNOWN);
    cr_assert_str_eq(missing, "/apis");
    take(discovery, "/apis", 200, "{\"groups\":[{\"name\":\"source.toolkit.fluxcd.io\",\"versions\":[{\"groupVersion\":\"source.toolkit.fluxcd.io/v1\"},"
                                  "{\"groupVersion\":\"source.toolkit.fluxcd.io/v1beta2\"}]}]}");
    cr_assert_eq(discovery_version(discovery, kind, version, missing), DISCOVERY_ANSWER_UNKNOWN);
    cr_assert_str_eq(missing, "/apis/source.toolkit.fluxcd.io/v1");
    take(discovery, missing, 200, "{\"resources\":[{\"name\":\"gitrepositories\",\"kind\":\"GitRepository\",\"namespaced\":true,\"verbs\":[\"list\"]}]}");
    cr_assert_eq(discovery_version(discovery, kind, version, missing), DISCOVERY_ANSWER_UNKNOWN);
    cr_assert_str_eq(missing, "/apis/source.toolkit.fluxcd.io/v1beta2");
    take(discovery, missing, 200, "{\"resources\":[{\"name\":\"ocirepositories\",\"kind\":\"OCIRepository\",\"verbs\":[\"list\"]}]}");
    cr_assert_eq(discovery_version(discovery, kind, version, missing), DISCOVERY_ANSWER_SERVED);
    cr_assert_str_eq(version, "v1beta2");
    kind = kind_table_get(KIND_ID_PROVIDERS); /* its group is not in the list: nothing to ask for */
    cr_assert_eq(discovery_version(discovery, kind, version, missing), DISCOVERY_ANSWER_ABSENT);
    struct error err = {0};
    cr_assert_eq(discovery_take(discovery, "/apis/x/v1", 200, span_of("{\"kind\":\"Status\"}"), &err), STATUS_INVALID);
    cr_assert_eq(discovery_take(discovery, "/apis/x/v1", 200, span_of("{"), &err), STATUS_INVALID);
    discovery_free(discovery);
    TEST_NO_LEAKS();
}

Test(discovery, finds_a_kind_by_name_once_everything_is_read)
{
    struct discovery *discovery = discovery_new();
    const struct discovery_resource *found;
    char missing[DISCOVERY_PATH_MAX];
    cr_assert_eq(discovery_find(discovery, "cert", &found, missing), DISCOVERY_ANSWER_UNKNOWN);
    cr_assert_str_eq(missing, "/api/v1");
    take(discovery, "/api/v1", 200, "{\"resources\":[{\"name\":\"pods\",\"kind\":\"Pod\",\"shortNames\":[\"po\"],\"verbs\":[\"list\"]},"
                                    "{\"name\":\"pods/log\",\"kind\":\"Pod\",\"verbs\":[\"get\"]},{\"name\":\"bindings\",\"kind\":\"Binding\",\"verbs\":[\"create\"]}]}");
    take(discovery, "/apis", 200, "{\"groups\":[{\"versions\":[{\"groupVersion\":\"cert-manager.io/v1\"},{\"groupVersion\":\"cert-manager.io/v1alpha2\"}]}]}");
    cr_assert_eq(discovery_find(discovery, "cert", &found, missing), DISCOVERY_ANSWER_UNKNOWN);
    const char *resources = "{\"resources\":[{\"name\":\"certificates\",\"singularName\":\"certificate\",\"kind\":\"Certificate\",\"namespaced\":true,"
                            "\"shortNames\":[\"cert\",\"certs\"],\"verbs\":[\"list\",\"watch\"]}]}";
    take(discovery, "/apis/cert-manager.io/v1alpha2", 200, resources); /* read first, but not preferred */
    take(discovery, "/apis/cert-manager.io/v1", 200, resources);
    static const char *const WORDS[] = {"cert", "CERTS", "certificates", "certificate", "Certificate", "certificates.cert-manager.io"};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        cr_assert_eq(discovery_find(discovery, WORDS[i], &found, missing), DISCOVERY_ANSWER_SERVED, "%s", WORDS[i]);
        cr_assert(strcmp(found->version, "v1") == 0 && found->namespaced && found->can_watch);
    }
    static const char *const ABSENT[] = {"", "pods/log", "bindings", "nothing"};
    for (size_t i = 0; i < sizeof ABSENT / sizeof ABSENT[0]; i++)
        cr_assert_eq(discovery_find(discovery, ABSENT[i], &found, missing), DISCOVERY_ANSWER_ABSENT, "'%s'", ABSENT[i]);
    cr_assert_eq(discovery_find(discovery, "cert", &found, missing), DISCOVERY_ANSWER_SERVED);
    struct kind *kind = NULL;
    struct error err = {0};
    const char *table = "{\"kind\":\"Table\",\"columnDefinitions\":[{\"name\":\"Name\"},{\"name\":\"Ready\"}],\"rows\":[]}";
    cr_assert_eq(dynamic_kind_new(found, span_of(table), &kind, &err), STATUS_OK, "%s", err.text);
    cr_assert_str_eq(kind->id, "certificates.cert-manager.io");
    cr_assert_eq(kind->dynamic_count, 2);
    dynamic_kind_free(kind);
    cr_assert_eq(dynamic_kind_new(found, span_of("{\"kind\":\"List\",\"items\":[]}"), &kind, &err), STATUS_UNSUPPORTED);
    discovery_free(discovery);
    TEST_NO_LEAKS();
}

#define AGGREGATED                                                                                                               \
    "{\"kind\":\"APIGroupDiscoveryList\",\"apiVersion\":\"apidiscovery.k8s.io/v2\",\"items\":["                                       \
    "{\"metadata\":{\"name\":\"helm.toolkit.fluxcd.io\"},\"versions\":[{\"version\":\"v2beta2\",\"freshness\":\"Current\",\"resources\":[" \
    "{\"resource\":\"helmreleases\",\"responseKind\":{\"group\":\"helm.toolkit.fluxcd.io\",\"version\":\"v2beta2\",\"kind\":"           \
    "\"HelmRelease\"},\"scope\":\"Namespaced\",\"singularResource\":\"helmrelease\",\"verbs\":[\"get\",\"list\",\"watch\"],"            \
    "\"shortNames\":[\"hr\"],\"subresources\":[{\"subresource\":\"status\",\"verbs\":[\"get\"]}]}]}]},"                                \
    "{\"metadata\":{\"name\":\"kustomize.toolkit.fluxcd.io\"},\"versions\":[{\"version\":\"v1\",\"freshness\":\"Stale\",\"resources\":[]}]}," \
    "{\"metadata\":{\"name\":\"cert-manager.io\"},\"versions\":[{\"version\":\"v1\",\"freshness\":\"Current\",\"resources\":["            \
    "{\"resource\":\"clusterissuers\",\"responseKind\":{\"kind\":\"ClusterIssuer\"},\"scope\":\"Cluster\",\"singularResource\":"            \
    "\"clusterissuer\",\"verbs\":[\"list\"]}]}]}]}"

Test(discovery, reads_everything_from_one_aggregated_document)
{
    struct discovery *discovery = discovery_new();
    const struct discovery_resource *found;
    char version[DISCOVERY_VERSION_MAX], missing[DISCOVERY_PATH_MAX];
    take(discovery, "/apis", 200, AGGREGATED);
    cr_assert_eq(discovery_version(discovery, kind_table_get(KIND_ID_HELMRELEASES), version, missing), DISCOVERY_ANSWER_SERVED);
    cr_assert_str_eq(version, "v2beta2");
    cr_assert_eq(discovery_version(discovery, kind_table_get(KIND_ID_PROVIDERS), version, missing), DISCOVERY_ANSWER_ABSENT);
    cr_assert_eq(discovery_version(discovery, kind_table_get(KIND_ID_KUSTOMIZATIONS), version, missing), DISCOVERY_ANSWER_BROKEN);
    cr_assert_str_eq(missing, "/apis/kustomize.toolkit.fluxcd.io/v1");
    cr_assert_eq(discovery_find(discovery, "clusterissuer", &found, missing), DISCOVERY_ANSWER_UNKNOWN);
    cr_assert_str_eq(missing, "/api/v1");
    take(discovery, "/api/v1", 200, "{\"resources\":[]}");
    cr_assert_eq(discovery_find(discovery, "clusterissuer", &found, missing), DISCOVERY_ANSWER_SERVED);
    cr_assert(!found->namespaced && found->can_list && !found->can_watch && strcmp(found->kind, "ClusterIssuer") == 0);
    cr_assert_eq(discovery_find(discovery, "hr", &found, missing), DISCOVERY_ANSWER_SERVED);
    cr_assert(found->namespaced && found->can_watch);
    discovery_free(discovery);
    TEST_NO_LEAKS();
}

Test(discovery, a_broken_group_hides_no_other)
{
    struct discovery *discovery = discovery_new();
    const struct discovery_resource *found;
    char version[DISCOVERY_VERSION_MAX], missing[DISCOVERY_PATH_MAX];
    take(discovery, "/apis", 200, "{\"groups\":[{\"versions\":[{\"groupVersion\":\"metrics.k8s.io/v1beta1\"}]},"
                                  "{\"versions\":[{\"groupVersion\":\"kustomize.toolkit.fluxcd.io/v1\"}]}]}");
    take(discovery, "/api/v1", 200, "{\"resources\":[{\"name\":\"pods\",\"kind\":\"Pod\",\"verbs\":[\"list\"]}]}");
    discovery_break(discovery, "/apis/metrics.k8s.io/v1beta1");
    discovery_break(discovery, "/apis/kustomize.toolkit.fluxcd.io/v1");
    cr_assert_eq(discovery_version(discovery, kind_table_get(KIND_ID_KUSTOMIZATIONS), version, missing), DISCOVERY_ANSWER_BROKEN);
    cr_assert_eq(discovery_find(discovery, "pods", &found, missing), DISCOVERY_ANSWER_SERVED);
    discovery_clear(discovery);
    discovery_without_groups(discovery); /* a 403 on the list: group versions one by one */
    cr_assert_eq(discovery_version(discovery, kind_table_get(KIND_ID_KUSTOMIZATIONS), version, missing), DISCOVERY_ANSWER_UNKNOWN);
    cr_assert_str_eq(missing, "/apis/kustomize.toolkit.fluxcd.io/v1");
    discovery_free(discovery);
    TEST_NO_LEAKS();
}
