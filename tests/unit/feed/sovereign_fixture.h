/* A Sovereign on loopback for the feeds' tests: the demo's objects behind its real HTTPS API servers, an optional catalyst-api and
 * NATS given by URL, a profile and a kubeconfig in a temporary folder, and everything a console has below its screens. */
#ifndef TESTS_UNIT_FEED_SOVEREIGN_FIXTURE_H
#define TESTS_UNIT_FEED_SOVEREIGN_FIXTURE_H

#include "demo/demo_access.h"
#include "demo/demo_http.h"
#include "demo/demo_kube.h"
#include "demo/demo_world.h"
#include "feed/feed_set.h"
#include "support/nghttpx.h"

enum sovereign_fixture_objects { SOVEREIGN_FIXTURE_NOTHING, SOVEREIGN_FIXTURE_FLUX, SOVEREIGN_FIXTURE_EVERYTHING };

struct sovereign_fixture_options {
    enum sovereign_fixture_objects objects; /* loading everything takes its time */
    const char *catalyst_url, *nats_url; /* NULL: not in the profile */
    const char *token_command;           /* for catalyst-api: one word; NULL: none */
    int regions;                         /* 0: 1 */
    size_t inbox_messages, inbox_bytes;  /* 0: plenty */
    bool limited_user;                   /* may list helmreleases and nothing else */
    const struct demo_grant *grants;     /* of that user instead (subject "limited"); ends with one without a subject */
    int streams;                         /* the console reaches the first region over HTTP/2, with so many streams per connection; 0: directly */
    bool watch_list;                     /* the servers have lists as initial events */
};

struct sovereign_fixture {
    char folder[64];
    struct demo_world world;
    struct demo_access *access;
    struct demo_tls *tls;
    struct demo_kube *kube[DEMO_WORLD_REGIONS];
    struct nghttpx proxy;
    int regions;
    struct http_thread *thread;
    struct inbox *inbox;
    struct worker *worker;
    struct store *store;
    struct sovereign *sovereign;
    struct feed_set *feeds;
};

void sovereign_fixture_start(struct sovereign_fixture *fixture, struct sovereign_fixture_options options);
void sovereign_fixture_stop(struct sovereign_fixture *fixture);

/* Applies messages until `holds` or the time is over. */
bool sovereign_fixture_until(struct sovereign_fixture *fixture, bool (*holds)(struct sovereign_fixture *fixture), int64_t timeout_ms);
bool sovereign_fixture_is_settled(struct sovereign_fixture *fixture);

/* POST /demo/faults of a region's server; {} with DELETE clears. */
void sovereign_fixture_fault(struct sovereign_fixture *fixture, int region, const char *method, const char *json);

#endif
