/* One list+watch against a scripted server: what it asked for and what it told its consumer, in one trace. */
#ifndef TESTS_UNIT_TRANSPORT_KUBE_WATCH_SCENE_H
#define TESTS_UNIT_TRANSPORT_KUBE_WATCH_SCENE_H

#include "support/fake_server.h"
#include "support/trace.h"
#include "transport/kube_watch.h"

/* `list` and `follow` are called for each request with its number among the lists or watches. */
struct kube_watch_scene {
    struct trace trace; /* of both sides */
    struct fake_server *server;
    struct http_thread *thread;
    struct kube_watch *watch;
    void (*list)(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number);
    void (*follow)(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number);
    struct kube_watch_options options;
    bool hold_pages; /* the test takes the pages */
    const char *version_now; /* what the server says when it is asked for its version; NULL: 1000 */
    pthread_mutex_t lock;
    int lists, follows;
};

void kube_watch_scene_begin(struct kube_watch_scene *scene);
void kube_watch_scene_end(struct kube_watch_scene *scene);
void kube_watch_scene_expect(struct kube_watch_scene *scene, const char *text, int times);

/* The server's side: named by kube_watch_scene_begin, for servers a test starts itself. */
void kube_watch_scene_handle(void *context, struct fake_exchange *exchange);

/* Ready scripts: a list of one page at version 100, and a watch that says nothing. */
void kube_watch_scene_list_one(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number);
void kube_watch_scene_follow_quiet(struct kube_watch_scene *scene, struct fake_exchange *exchange, int number);

#endif
