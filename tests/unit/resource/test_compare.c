/* Two regions' objects beside each other: what is left out, what differs, how lines are paired. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "resource/compare.h"

static json_t *object(const char *text)
{
    json_error_t error;
    json_t *made = json_loads(text, 0, &error);
    cr_assert_not_null(made, "%s: %s", text, error.text);
    return made;
}

static const char LEFT[] =
    "{\"kind\":\"HelmRelease\",\"metadata\":{\"name\":\"a\",\"uid\":\"1\",\"resourceVersion\":\"10\",\"generation\":3,\"creationTimestamp\":\"x\","
    "\"managedFields\":[1],\"annotations\":{\"reconcile.fluxcd.io/requestedAt\":\"1\"}},\"spec\":{\"suspend\":true,\"values\":{\"a\":1,\"list\":[1,2]}},"
    "\"status\":{\"observedGeneration\":3,\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"lastTransitionTime\":\"t1\"}]}}";
static const char RIGHT[] =
    "{\"kind\":\"HelmRelease\",\"metadata\":{\"uid\":\"2\",\"name\":\"a\",\"resourceVersion\":\"99\",\"generation\":8,\"creationTimestamp\":\"y\"},"
    "\"spec\":{\"values\":{\"list\":[1,3,4],\"a\":1}},"
    "\"status\":{\"observedGeneration\":8,\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\",\"lastTransitionTime\":\"t2\"}]}}";

static char *paths_of(unsigned show)
{
    json_t *left = object(LEFT), *right = object(RIGHT), *paths = compare_paths(left, right, show), *path;
    char *text = calloc(1, 2000);
    size_t index;
    json_array_foreach(paths, index, path)
        snprintf(text + strlen(text), 2000 - strlen(text), "%s%s%s ", json_string_value(json_object_get(path, "path")),
                 json_object_get(path, "left") == NULL ? "+" : "", json_object_get(path, "right") == NULL ? "-" : "");
    json_decref(paths);
    json_decref(left);
    json_decref(right);
    return text;
}

Test(compare, leaves_out_what_differs_by_nature)
{
    static const struct {
        unsigned show;
        const char *paths;
    } CASES[] = {
        {COMPARE_SHOW_SPEC, "spec.suspend- spec.values.list[1] spec.values.list[2]+ "},
        {COMPARE_SHOW_STATUS, "spec.suspend- spec.values.list[1] spec.values.list[2]+ status.conditions[0].status "},
    };
    for (size_t i = 0; i < 2; i++) {
        char *paths = paths_of(CASES[i].show);
        cr_assert_str_eq(paths, CASES[i].paths);
        free(paths);
    }
    char *all = paths_of(COMPARE_SHOW_STATUS | COMPARE_SHOW_NOISE);
    cr_assert_not_null(strstr(all, "metadata.uid "));
    cr_assert_not_null(strstr(all, "metadata.managedFields- "));
    cr_assert_not_null(strstr(all, "status.conditions[0].lastTransitionTime "));
    free(all);
}

Test(compare, the_order_of_members_is_no_difference)
{
    json_t *left = object("{\"a\":1,\"b\":{\"c\":1,\"d\":2}}"), *right = object("{\"b\":{\"d\":2,\"c\":1},\"a\":1}");
    struct compare compare;
    compare_make(left, right, COMPARE_SHOW_SPEC, 3, &compare);
    cr_assert_eq(compare.count, 0u);
    compare_done(&compare);
    json_decref(left);
    json_decref(right);
}

Test(compare, puts_changed_lines_beside_each_other)
{
    json_t *left = object("{\"a\":1,\"b\":2,\"c\":3,\"z\":0}"), *right = object("{\"a\":1,\"b\":5,\"c\":6,\"d\":7,\"z\":0}");
    struct compare compare;
    compare_make(left, right, COMPARE_SHOW_SPEC, 1, &compare);
    char signs[16] = "";
    for (size_t i = 0; i < compare.count && i < 15; i++)
        signs[i] = compare.items[i].sign;
    cr_assert_str_eq(signs, "@ ~~+ ");
    cr_assert_str_eq(compare.items[2].left, "b: 2");
    cr_assert_str_eq(compare.items[2].right, "b: 5");
    cr_assert_str_eq(compare.items[4].left, "");
    compare_done(&compare);
    json_decref(left);
    json_decref(right);
}

Test(compare, an_object_that_is_not_there_is_all_difference)
{
    json_t *left = object("{\"a\":1,\"b\":2}");
    struct compare compare;
    compare_make(left, NULL, COMPARE_SHOW_SPEC, 3, &compare);
    cr_assert_eq(compare.diff.removed, 2u);
    cr_assert_eq(compare.diff.added, 0u);
    compare_done(&compare);
    json_t *paths = compare_paths(left, NULL, COMPARE_SHOW_SPEC);
    cr_assert_eq(json_array_size(paths), 1u);
    json_decref(paths);
    json_decref(left);
}

Test(compare, no_value_of_a_secret_is_shown)
{
    json_t *left = object("{\"kind\":\"Secret\",\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":\"hunter2\"}},"
                          "\"data\":{\"password\":\"aHVudGVyMg==\"},\"stringData\":{\"p\":\"hunter2\"}}");
    for (unsigned show = 0; show < 4; show++) {
        json_t *clean = compare_clean(left, show);
        char *text = json_dumps(clean, 0);
        cr_assert_null(strstr(text, "hunter2"));
        cr_assert_null(strstr(text, "aHVudGVyMg"));
        cr_assert_not_null(strstr(text, "password"), "names of keys are no secret");
        free(text);
        json_decref(clean);
    }
    json_decref(left);
}
