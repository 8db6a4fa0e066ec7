/* Which changes Git takes back, from managedFields as a real server writes them. */
#include <criterion/criterion.h>

#include "base/array.h"
#include "operation/git_verdict.h"
#include "support/leak_check.h"

static const char RELEASE[] =
    "{\"metadata\":{\"name\":\"bp-x\",\"labels\":{\"kustomize.toolkit.fluxcd.io/name\":\"bootstrap-kit\","
    "\"kustomize.toolkit.fluxcd.io/namespace\":\"flux-system\"},\"managedFields\":["
    "{\"manager\":\"kustomize-controller\",\"operation\":\"Apply\",\"fieldsV1\":{\"f:spec\":{\"f:interval\":{},\"f:values\":{\".\":{},"
    "\"f:image\":{\".\":{},\"f:tag\":{}},\"f:list\":{}},\"f:rules\":{\"k:{\\\"name\\\":\\\"b\\\"}\":{\".\":{},\"f:name\":{},\"f:v\":{}}}}}},"
    "{\"manager\":\"helm-controller\",\"subresource\":\"status\",\"fieldsV1\":{\"f:status\":{\"f:conditions\":{}}}},"
    "{\"manager\":\"chargeback\",\"fieldsV1\":{\"f:spec\":{\"f:values\":{\"f:cost\":{}}}}},"
    "{\"manager\":\"kubectl-edit\",\"fieldsV1\":{\"f:spec\":{\"f:values\":{\"f:hand\":{}}}}}]},"
    "\"spec\":{\"interval\":\"15m\",\"values\":{\"image\":{\"tag\":\"1\"},\"list\":[{\"a\":1}],\"cost\":1,\"hand\":2},"
    "\"rules\":[{\"name\":\"a\",\"v\":1},{\"name\":\"b\",\"v\":2}]}}";

Test(git_verdict, follows_the_owner_of_the_path)
{
    static const struct {
        const char *path;
        enum git_verdict_kind kind;
        const char *says;
    } CASES[] = {
        {"spec.interval", GIT_VERDICT_REVERTS, "Git will revert this: flux-system/bootstrap-kit"},
        {"spec.values.image.tag", GIT_VERDICT_REVERTS, "Git will revert this"},
        {"spec.values.image", GIT_VERDICT_REVERTS, "Git will revert this"},
        {"spec.values.image.pullPolicy", GIT_VERDICT_DRIFT, "stays as drift that Git does not know"},
        {"spec.values.list[0].a", GIT_VERDICT_REVERTS, "Git will revert this"},
        {"spec.rules[1].v", GIT_VERDICT_REVERTS, "Git will revert this"},
        {"spec.rules[0].v", GIT_VERDICT_DRIFT, "stays as drift"},
        {"spec.suspend", GIT_VERDICT_DRIFT, "stays as drift"},
        {"spec.values.cost", GIT_VERDICT_UNKNOWN, "unknown: 'chargeback' wrote it last"},
        {"spec.values.hand", GIT_VERDICT_DRIFT, "stays as drift"},
    };
    json_t *object = NULL;
    struct error err;
    cr_assert_eq(json_edit_parse("release", span_of(RELEASE), &object, &err), STATUS_OK, "%s", err.text);
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct value_path path;
        struct git_verdict verdict;
        cr_assert_eq(value_path_parse(span_of(CASES[i].path), &path, &err), STATUS_OK);
        git_verdict_of(object, &path, &verdict);
        cr_expect_eq(verdict.kind, CASES[i].kind, "%s: %s", CASES[i].path, verdict.text);
        cr_expect(strstr(verdict.text, CASES[i].says) == verdict.text, "%s: %s", CASES[i].path, verdict.text);
        value_path_done(&path);
    }
    json_decref(object);
    TEST_NO_LEAKS();
}

Test(git_verdict, unknown_without_managed_fields_and_off_by_annotation)
{
    static const struct {
        const char *object, *says;
    } CASES[] = {
        {"{\"metadata\":{}}", "unknown: the object carries no managedFields"},
        {"{\"metadata\":{\"managedFields\":[{\"manager\":\"kubectl-create\",\"fieldsV1\":{\"f:spec\":{\"f:a\":{}}}}]}}",
         "stays: no Kustomization applies this object"},
        {"{\"metadata\":{\"annotations\":{\"kustomize.toolkit.fluxcd.io/reconcile\":\"disabled\"},\"managedFields\":["
         "{\"manager\":\"kustomize-controller\",\"fieldsV1\":{\"f:spec\":{\"f:a\":{}}}}]}}",
         "stays: the annotation kustomize.toolkit.fluxcd.io/reconcile=disabled keeps its Kustomization off"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        json_t *object = NULL;
        struct error err;
        struct value_path path;
        struct git_verdict verdict;
        cr_assert_eq(json_edit_parse("object", span_of(CASES[i].object), &object, &err), STATUS_OK, "%s", err.text);
        cr_assert_eq(value_path_parse(span_of("spec.a"), &path, &err), STATUS_OK);
        git_verdict_of(object, &path, &verdict);
        cr_expect_str_eq(verdict.text, CASES[i].says);
        value_path_done(&path);
        json_decref(object);
    }
    TEST_NO_LEAKS();
}
