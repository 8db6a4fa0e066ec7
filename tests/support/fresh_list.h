/* After a fault the table must equal what a fresh list says: both compared by identity and resourceVersion. Blocks for the list;
 * not on the HTTP thread. Link with test_fresh. */
#ifndef SUPPORT_FRESH_LIST_H
#define SUPPORT_FRESH_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "sovereign/kube_client.h"
#include "store/store.h"

/* Lists the table's kind anew with `client` (which must be allowed to) and compares. `namespace`: only this one, in both;
 * NULL: everything. False: `why` names the first difference, or why the list failed. The table's state is not looked at. */
bool fresh_list_equals(struct kube_client *client, const struct table *table, const char *namespace, char *why, size_t size);

/* The same for every table of the region that is LIVE; false also when none is. A server that goes on changing while this
 * lists may differ for a moment: ask again after applying what came in. */
bool fresh_list_equals_all(struct kube_client *client, const struct store *store, int region, char *why, size_t size);

#endif
