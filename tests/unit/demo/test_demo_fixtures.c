/* The fixtures' shape: counts, sizes, ties between the objects, and that Git declares what runs. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "demo/demo_flux.h"
#include "demo/demo_git.h"
#include "demo/demo_json.h"
#include "demo_world_fixture.h"
#include "support/leak_check.h"

static size_t text_length(const json_t *value)
{
    char *text = demo_json_dump(value);
    size_t length = strlen(text);
    free(text);
    return length;
}

Test(demo_fixtures, regions_have_the_kit)
{
    struct demo_world *world = demo_world_fixture_new(100);
    json_t *releases = demo_store_list(world->stores[0], DEMO_KIND_HELMRELEASE, "flux-system");
    cr_assert_eq(json_array_size(releases), 67, "kit releases in fsn: %zu", json_array_size(releases));
    cr_assert_eq(demo_store_count(world->stores[0], DEMO_KIND_HELMREPOSITORY), 62, "repositories in fsn: %zu",
                 demo_store_count(world->stores[0], DEMO_KIND_HELMREPOSITORY));
    size_t bytes = 0, managed = 0, index;
    json_t *release;
    json_array_foreach(releases, index, release) {
        bytes += text_length(release);
        managed += text_length(demo_json_at(release, "metadata.managedFields"));
        size_t at;
        json_t *dependency;
        json_array_foreach(demo_json_at(release, "spec.dependsOn"), at, dependency) {
            json_t *there = demo_store_get(world->stores[0], DEMO_KIND_HELMRELEASE, "flux-system",
                                           demo_json_text(dependency, "name"));
            cr_assert(there, "%s depends on %s", demo_json_text(release, "metadata.name"),
                      demo_json_text(dependency, "name"));
            json_decref(there);
        }
    }
    cr_expect_gt(bytes / json_array_size(releases), 13000u, "mean size %zu", bytes / json_array_size(releases));
    cr_expect_lt(bytes / json_array_size(releases), 20000u, "mean size %zu", bytes / json_array_size(releases));
    cr_expect_gt(managed * 10, bytes * 4, "managedFields %zu of %zu", managed, bytes);
    json_decref(releases);
    demo_world_fixture_free(world);
    TEST_NO_LEAKS();
}

Test(demo_fixtures, git_declares_what_runs)
{
    struct demo_world *world = demo_world_fixture_new(100);
    struct error err = {0};
    for (int region = 0; region < DEMO_WORLD_REGIONS; region++) {
        json_t *declared = NULL;
        cr_assert_eq(demo_git_declared(world->git, DEMO_GIT_UPSTREAM, region, &declared, &err), STATUS_OK, "%s",
                     err.text);
        size_t index;
        json_t *object;
        json_array_foreach(declared, index, object) {
            const struct demo_kind *kind =
                demo_kinds_by_kind(demo_json_text(object, "apiVersion"), demo_json_text(object, "kind"));
            cr_assert(kind);
            json_t *live = demo_store_get(world->stores[region], demo_kinds_id(kind), "flux-system",
                                          demo_json_text(object, "metadata.name"));
            cr_assert(live, "%s", demo_json_text(object, "metadata.name"));
            cr_assert(json_equal(json_object_get(live, "spec"), json_object_get(object, "spec")), "%s",
                      demo_json_text(object, "metadata.name"));
            json_decref(live);
        }
        json_decref(declared);
    }
    demo_world_fixture_free(world);
    TEST_NO_LEAKS();
}
