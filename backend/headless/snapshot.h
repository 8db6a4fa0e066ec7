/* One look at the Sovereign, for commands that answer once: lists kinds in every region (in parallel, one thread a region) into
 * a store, and asks catalyst-api for the cutover. What cannot be read is a state of its table, not a failure. Main thread. */
#ifndef HEADLESS_SNAPSHOT_H
#define HEADLESS_SNAPSHOT_H

#include "headless/session.h"
#include "store/store.h"

#define SNAPSHOT_KINDS_MAX 48

struct snapshot {
    const struct kind *kinds[SNAPSHOT_KINDS_MAX];
    size_t kind_count;
    const char *namespace;      /* of the kind wanted first; NULL: all */
    const char *label_selector; /* of the kind wanted first; NULL: none */
    const char *field_selector;
    int region;                 /* -1: all */
    bool without_catalyst;
    struct store *store; /* filled */
    enum status status;  /* of the first table that is not known, STATUS_OK when all are */
    struct error error;
};

void snapshot_init(struct snapshot *snapshot);
void snapshot_want(struct snapshot *snapshot, const char *kind_id); /* built-in kinds; twice is fine */
void snapshot_want_kind(struct snapshot *snapshot, const struct kind *kind);

/* Lists everything wanted. STATUS_INTERRUPTED on Ctrl-C, else STATUS_OK. Sets the FQDN of the store: profile, or catalyst-api. */
enum status snapshot_take(struct snapshot *snapshot, const struct session *session, struct error *err);
void snapshot_done(struct snapshot *snapshot);

#endif
