/* The objects of one region's API server: versions, uids, generations, managed fields and a bounded history for watches.
 * Thread-safe: one mutex; readers get immutable versions or documents of their own. */
#ifndef DEMO_DEMO_STORE_H
#define DEMO_DEMO_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "demo/demo_history.h"
#include "demo/demo_kinds.h"
#include "demo/demo_metadata.h"
#include "demo/demo_object.h"

struct demo_store;

/* `seed` makes uids reproducible. */
struct demo_store *demo_store_new(const char *region, uint64_t seed);
void demo_store_free(struct demo_store *store); /* after every reader has left; see demo_store_stop */
const char *demo_store_region(const struct demo_store *store);

/* Creates the object, or replaces it (uid and creationTimestamp stay). Takes `document`; metadata.name (and
 * metadata.namespace) must be there; apiVersion and kind are filled in. creationTimestamp, uid, generation and
 * managedFields given in a new object are kept (fixtures), otherwise made: the status belongs to the kind's status
 * manager, the rest to `manager`. */
void demo_store_put(struct demo_store *store, enum demo_kind_id kind, json_t *document, const char *manager);

/* Edits a fresh copy under the store's lock; anything but STATUS_OK leaves the object as it was. Must not call the store. */
typedef enum status (*demo_store_edit_fn)(json_t *document, void *context, struct error *err);

/* STATUS_NOT_FOUND when absent, otherwise what `edit` says. An edit without effect makes no new version. */
enum status demo_store_update(struct demo_store *store, enum demo_kind_id kind, const char *name_space,
                              const char *name, demo_store_edit_fn edit, void *context, const char *manager);

/* A document of the caller's own; NULL when absent. */
json_t *demo_store_get(struct demo_store *store, enum demo_kind_id kind, const char *name_space, const char *name);

/* A JSON array of the caller's own, in list order; name_space NULL or "" means all. */
json_t *demo_store_list(struct demo_store *store, enum demo_kind_id kind, const char *name_space);
size_t demo_store_count(struct demo_store *store, enum demo_kind_id kind);

/* Removes at once, whatever finalizers say. False when absent. */
bool demo_store_remove(struct demo_store *store, enum demo_kind_id kind, const char *name_space, const char *name);

/* As a client's DELETE: with finalizers it only sets deletionTimestamp; the object goes when an update empties them. */
enum status demo_store_delete(struct demo_store *store, enum demo_kind_id kind, const char *name_space,
                              const char *name);

/* ---- the API server's side ---- */

struct demo_change {
    const struct demo_kind *kind;
    const char *name_space, *name;
    const char *manager;
    bool is_apply; /* managedFields operation "Apply" */
    bool dry_run;
    enum demo_part part;
    demo_store_edit_fn edit;
    void *context;
};

/* The full form of demo_store_update. *ret (may be NULL) gets the resulting version, to be unreferenced. */
enum status demo_store_change(struct demo_store *store, const struct demo_change *change, struct demo_object **ret,
                              struct error *err);

/* STATUS_CONFLICT when it exists. Takes `document`. */
enum status demo_store_create(struct demo_store *store, const struct demo_kind *kind, json_t *document,
                              const char *manager, bool dry_run, struct demo_object **ret, struct error *err);

struct demo_object *demo_store_find(struct demo_store *store, const struct demo_kind *kind, const char *name_space,
                                    const char *name); /* a reference of the caller's own, or NULL */

struct demo_snapshot {
    struct demo_object **objects; /* references, in list order */
    size_t count;
    uint64_t version; /* the resourceVersion they are at */
};

/* All objects of the kind (of name_space when not NULL or "") as they were at `version` (0: now). STATUS_GONE when the
 * history no longer reaches back that far. */
enum status demo_store_snapshot(struct demo_store *store, const struct demo_kind *kind, const char *name_space,
                                uint64_t version, struct demo_snapshot *ret);
void demo_store_release(struct demo_snapshot *snapshot);

uint64_t demo_store_version(struct demo_store *store);

/* Next event after *cursor, of `kind` (NULL: of any); moves *cursor. Waits at most timeout_ms real milliseconds.
 * STATUS_OK: *ret holds references (demo_event_clear). STATUS_TIMEOUT: none (the cursor moved on over other kinds).
 * STATUS_GONE: *cursor is older than the history. STATUS_INTERRUPTED: the store is stopping. */
enum status demo_store_next(struct demo_store *store, const struct demo_kind *kind, uint64_t *cursor, int timeout_ms,
                            struct demo_event *ret);

/* Drops the history: running watches and continue tokens get 410. */
void demo_store_expire(struct demo_store *store);

/* Everything is again as it was at `version`, and later versions are given out anew: a backup that was restored. Watches from
 * a later version hear nothing until their number comes again, as with a real server. STATUS_GONE: too long ago. */
enum status demo_store_rewind(struct demo_store *store, uint64_t version);

/* Wakes every demo_store_next with STATUS_INTERRUPTED, now and later. */
void demo_store_stop(struct demo_store *store);

#endif
