/* One thread a region, so that one that is down costs the others nothing; see compare_fetch.h. */
#include "resource/compare_fetch.h"

#include <pthread.h>
#include <string.h>

#include "base/array.h"

#define SIDES_MAX 8
#define PATIENCE_MS 8000
#define METADATA_ACCEPT "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

struct job {
    struct compare_side *side;
    const struct kind *kind;
    const char *namespace, *name;
    pthread_t thread;
    bool started;
};

static enum status read_object(const struct job *job, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf path, reply;
    bytebuf_init(&path, 2048);
    bytebuf_init(&reply, KUBE_CLIENT_OBJECT_MAXIMUM);
    bool is_secret = strcmp(job->kind->plural, "secrets") == 0 && job->kind->group[0] == '\0';
    enum status status = kube_client_object_path(job->side->client, job->kind, job->namespace, job->name, NULL, &path, err);
    struct kube_call call = {.path = bytebuf_text(&path), .what = job->name, .timeout_ms = PATIENCE_MS,
                             .accept = is_secret ? METADATA_ACCEPT : NULL};
    if (status == STATUS_OK)
        status = kube_client_call(job->side->client, &call, &reply, err);
    if (status == STATUS_OK)
        status = json_edit_parse("the object", bytebuf_span(&reply), &job->side->object, err);
    return status;
}

static void *run_job(void *context)
{
    struct job *job = context;
    struct compare_side *side = job->side;
    enum status status = side->client == NULL ? side->error.status : read_object(job, &side->error);
    bool is_missing = side->client != NULL && (status == STATUS_NOT_FOUND || status == STATUS_UNSUPPORTED);
    side->presence = status == STATUS_OK ? COMPARE_PRESENT : is_missing ? COMPARE_MISSING : COMPARE_UNKNOWN;
    return NULL;
}

void compare_fetch(struct compare_side *sides, size_t count, const struct kind *kind, const char *namespace, const char *name)
{
    struct job jobs[SIDES_MAX] = {0};
    for (size_t i = 0; i < count && i < SIDES_MAX; i++) {
        jobs[i] = (struct job){.side = &sides[i], .kind = kind, .namespace = namespace, .name = name};
        jobs[i].started = pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]) == 0;
        if (!jobs[i].started)
            run_job(&jobs[i]);
    }
    for (size_t i = 0; i < count && i < SIDES_MAX; i++)
        if (jobs[i].started)
            pthread_join(jobs[i].thread, NULL);
}

void compare_fetch_done(struct compare_side *sides, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_decref(sides[i].object);
        sides[i].object = NULL;
    }
}
