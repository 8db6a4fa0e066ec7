/* Who depends on a HelmRelease; see blast_radius.h. A breadth-first walk over reversed dependsOn edges. */
#include "operation/blast_radius.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/hash_table.h"

struct walk {
    const struct row *const *releases;
    size_t count;
    bool *touched;
    size_t *queue; /* indices of touched releases, nearest first */
    size_t queued;
};

static bool depends_on(const struct row *release, struct span namespace, struct span name)
{
    struct span rest = row_text(release, FIELD_DEPENDS_ON), needed, needed_namespace;
    while (row_next_item(&rest, &needed, &needed_namespace)) {
        if (needed_namespace.length == 0)
            needed_namespace = row_namespace(release);
        if (span_equals(needed, name) && span_equals(needed_namespace, namespace))
            return true;
    }
    return false;
}

static void touch_dependents(struct walk *walk, struct span namespace, struct span name)
{
    for (size_t i = 0; i < walk->count; i++) {
        if (walk->touched[i] || !depends_on(walk->releases[i], namespace, name))
            continue;
        walk->touched[i] = true;
        walk->queue[walk->queued++] = i;
    }
}

static void walk_releases(struct walk *walk, const char *namespace, const char *name, struct blast_radius *ret)
{
    struct span target_namespace = span_of(namespace), target_name = span_of(name);
    size_t target = SIZE_MAX;
    for (size_t i = 0; i < walk->count; i++)
        if (span_equals(row_namespace(walk->releases[i]), target_namespace) && span_equals(row_name(walk->releases[i]), target_name))
            target = i;
    if (target != SIZE_MAX)
        walk->touched[target] = true; /* a circle must not count the object itself */
    touch_dependents(walk, target_namespace, target_name);
    for (size_t at = 0; at < walk->queued; at++) {
        const struct row *release = walk->releases[walk->queue[at]];
        if (ret->name_count < BLAST_RADIUS_NAMES_MAX)
            snprintf(ret->names[ret->name_count++], BLAST_RADIUS_NAME_MAX, "%.*s", SPAN_PRINT(row_name(release)));
        touch_dependents(walk, row_namespace(release), row_name(release));
    }
    ret->dependents = walk->queued;
}

static bool names_release(const struct row *application, const struct row *release)
{
    struct span rest = row_text(application, FIELD_BACKING_RELEASE), name, namespace;
    while (row_next_item(&rest, &name, &namespace))
        if (span_equals(name, row_name(release)) && (namespace.length == 0 || span_equals(namespace, row_namespace(release))))
            return true;
    struct span label = row_text(release, FIELD_APPLICATION);
    return label.length > 0 && span_equals(label, row_name(application));
}

static void count_applications(const struct walk *walk, const struct row *const *applications, size_t count, struct blast_radius *ret)
{
    struct hash_table organizations;
    hash_table_init(&organizations, NULL);
    for (size_t a = 0; a < count; a++) {
        bool is_touched = false;
        for (size_t i = 0; i < walk->count && !is_touched; i++)
            is_touched = walk->touched[i] && names_release(applications[a], walk->releases[i]);
        if (!is_touched)
            continue;
        ret->applications++;
        struct span organization = row_text(applications[a], FIELD_ORGANIZATION);
        if (organization.length > 0 && hash_table_put(&organizations, organization, ret))
            ret->organizations++;
    }
    hash_table_done(&organizations);
}

void blast_radius_measure(const struct row *const *releases, size_t release_count, const struct row *const *applications,
                          size_t application_count, const char *namespace, const char *name, struct blast_radius *ret)
{
    *ret = (struct blast_radius){.known = true};
    struct walk walk = {releases, release_count, alloc_zeroed(release_count, sizeof(bool)),
                        alloc_zeroed(release_count, sizeof(size_t)), 0};
    walk_releases(&walk, namespace, name, ret);
    count_applications(&walk, applications, application_count, ret);
    free(walk.touched);
    free(walk.queue);
}

struct rows {
    const struct row **items;
    size_t count, capacity;
};

static bool collect(const struct store *store, const char *kind_id, int region, struct rows *rows)
{
    const struct table *table = store_find_table(store, kind_id, region);
    if (table == NULL || !table_is_known(table))
        return false;
    const struct row *row;
    for (size_t at = 0; (row = table_next(table, &at)) != NULL;)
        ARRAY_PUSH(rows, row);
    return true;
}

void blast_radius_of_store(const struct store *store, int region, const char *namespace, const char *name, struct blast_radius *ret)
{
    struct rows releases = {0}, applications = {0};
    if (collect(store, KIND_ID_HELMRELEASES, region, &releases)) {
        collect(store, KIND_ID_APPLICATIONS, store_primary_region(store), &applications);
        blast_radius_measure(releases.items, releases.count, applications.items, applications.count, namespace, name, ret);
    } else {
        *ret = (struct blast_radius){.known = false};
        snprintf(ret->why, sizeof ret->why, "the HelmReleases of the region are not known");
    }
    ARRAY_FREE(&releases);
    ARRAY_FREE(&applications);
}

size_t blast_radius_total(const struct blast_radius *radius)
{
    return radius->dependents + radius->applications;
}

void blast_radius_text(const struct blast_radius *radius, char *text, size_t size)
{
    if (radius->is_everything) {
        snprintf(text, size, "the whole Sovereign, every region");
        return;
    }
    if (!radius->known) {
        snprintf(text, size, "unknown: %s", radius->why);
        return;
    }
    char names[512] = "";
    for (size_t i = 0; i < radius->name_count; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i == 0 ? " (" : ", ", radius->names[i]);
    }
    if (radius->name_count > 0) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s)", radius->name_count < radius->dependents ? ", ..." : "");
    }
    char organizations[64] = "";
    if (radius->organizations > 0)
        snprintf(organizations, sizeof organizations, " of %zu Organization%s", radius->organizations, radius->organizations == 1 ? "" : "s");
    snprintf(text, size, "%zu HelmRelease%s on it%s; %zu Application%s%s", radius->dependents,
             radius->dependents == 1 ? " depends" : "s depend", names, radius->applications, radius->applications == 1 ? "" : "s",
             organizations);
}
