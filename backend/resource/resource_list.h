/* The view over one kind in all regions: which rows, in which order. Used by the console's tables and by `sovdeck get`.
 *
 * Work is keyed by generations: an update with equal inputs does none. An entry's identity is "key@region". The list holds its
 * rows. One thread. */
#ifndef RESOURCE_RESOURCE_LIST_H
#define RESOURCE_RESOURCE_LIST_H

#include "resource/column_table.h"

#define RESOURCE_LIST_NONE ((size_t)-1)
#define RESOURCE_LIST_FILTER_MAX 127 /* bytes */
#define RESOURCE_LIST_IDENTITY_MAX 640

struct resource_list;

struct resource_list *resource_list_new(const struct kind *kind);
void resource_list_free(struct resource_list *list);

/* Words, all of which must match some column of a row (case does not matter): "harbor", "!ready", "state:failed",
 * "!region:hel". A column is named by any unambiguous start of its title; else the colon is a part of the word. NULL: none.
 * Sanitized and cut at RESOURCE_LIST_FILTER_MAX. */
void resource_list_set_filter(struct resource_list *list, const char *filter);
const char *resource_list_filter(const struct resource_list *list);

/* Only rows of this namespace (NULL or "": all) and this region (-1: all). */
void resource_list_set_namespace(struct resource_list *list, const char *namespace);
void resource_list_set_region(struct resource_list *list, int region);

/* Only the children of a parent (drill down): rows that drill_is_child accepts for it. Holds the row. NULL: no parent. */
void resource_list_set_parent(struct resource_list *list, const struct row *parent);

/* By position in resource_list_columns; -1: the kind's default. */
void resource_list_set_sort(struct resource_list *list, int column, bool descending);
int resource_list_sort(const struct resource_list *list, bool *descending);

/* Takes the present state in (refreshes the estate too). True when the rows, their order or a shown value may have changed. */
bool resource_list_update(struct resource_list *list, const struct column_context *context);

const struct column_set *resource_list_columns(const struct resource_list *list); /* after an update */
const struct kind *resource_list_kind(const struct resource_list *list);
size_t resource_list_count(const struct resource_list *list);   /* rows shown */
size_t resource_list_total(const struct resource_list *list);   /* before the filter */
const struct row *resource_list_at(const struct resource_list *list, size_t index); /* NULL: out of range */
uint64_t resource_list_generation(const struct resource_list *list); /* grows whenever update returns true */

/* "flux-system/bp-harbor@fsn1"; valid until the next call. */
struct span resource_list_identity(struct resource_list *list, size_t index);
size_t resource_list_find(const struct resource_list *list, struct span identity); /* or NONE */

/* All regions' rows are known; else one sentence on which are not, "" otherwise. What the list shows may be incomplete then. */
bool resource_list_is_known(const struct resource_list *list, const struct store *store, char *reason, size_t size);

#endif
