/* What else an operation on a HelmRelease touches: releases that depend on it (transitively, over dependsOn), Applications
 * behind those releases, and their Organizations. Pure. */
#ifndef OPERATION_BLAST_RADIUS_H
#define OPERATION_BLAST_RADIUS_H

#include <stdbool.h>
#include <stddef.h>

#include "store/store.h"

#define BLAST_RADIUS_NAMES_MAX 12
#define BLAST_RADIUS_NAME_MAX 128

struct blast_radius {
    bool known;
    bool is_everything; /* the whole Sovereign; nothing else counts then */
    char why[160]; /* not known: why */
    size_t dependents, applications, organizations; /* the object itself is not counted */
    char names[BLAST_RADIUS_NAMES_MAX][BLAST_RADIUS_NAME_MAX]; /* first dependents, nearest first */
    size_t name_count;
};

/* Rows of kinds helmreleases and applications of one region. `known` becomes true. */
void blast_radius_measure(const struct row *const *releases, size_t release_count, const struct row *const *applications,
                          size_t application_count, const char *namespace, const char *name, struct blast_radius *ret);

/* From the store (UI thread). Not known when the releases of the region are not. */
void blast_radius_of_store(const struct store *store, int region, const char *namespace, const char *name, struct blast_radius *ret);

size_t blast_radius_total(const struct blast_radius *radius); /* objects beyond the one itself */

/* "7 HelmReleases depend on it (bp-a, bp-b, …), 3 Applications of 2 Organizations". */
void blast_radius_text(const struct blast_radius *radius, char *text, size_t size);

#endif
