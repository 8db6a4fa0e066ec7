/* One section per feed, one thread per section, one clock over all; see doctor.h. */
#include "doctor/doctor.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "doctor/doctor_local.h"
#include "doctor/doctor_look.h"
#include "transport/tls_identity.h"

#define LOOKS_MAX (STORE_REGIONS_MAX + 8)
#define CANCEL_LOOK_MS 50

/* The feeds besides the regions' Kubernetes. */
static const struct {
    const char *kind;
    void (*examine)(struct doctor_look *look);
} SERVICES[] = {
    {"catalyst-api", doctor_catalyst_examine},
    {"nats", doctor_nats_examine},
    {"gitea", doctor_gitea_examine},
    {"openbao", doctor_openbao_examine},
};

struct doctor {
    const struct doctor_options *options;
    struct doctor_look looks[LOOKS_MAX];
    size_t count;
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    size_t running;
};

struct job {
    struct doctor *doctor;
    struct doctor_look *look;
    pthread_t thread;
    bool started;
};

int64_t doctor_look_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool doctor_look_is_over(const struct doctor_look *look)
{
    return atomic_load(look->stop);
}

/* Every request waits for the credentials of an exec plugin: then the server is not what is slow. */
static bool waits_for_plugin(const struct doctor_look *look, struct tls_identity_summary *identity)
{
    if (look->region == NULL || look->region->client == NULL)
        return false;
    tls_identity_summary(kube_client_identity(look->region->client), identity);
    return identity->has_source && tls_identity_demand(kube_client_identity(look->region->client), -1, NULL) == TLS_IDENTITY_STATE_PENDING;
}

void doctor_look_fail(const struct doctor_look *look, const char *name, const struct error *err)
{
    struct error late;
    struct tls_identity_summary identity;
    if (err->status == STATUS_INTERRUPTED && doctor_look_is_over(look) && waits_for_plugin(look, &identity)) {
        diagnosis_bad(look->section, "identity", STATUS_TIMEOUT, "exec plugin '%s' has not answered within the %.1f s that doctor waits",
                      identity.source_name, DOCTOR_PATIENCE_MS / 1000.0);
        diagnosis_remedy(look->section, "run it by hand: what waits for a person (a browser, a password) has to be logged in before");
        return;
    }
    if (err->status == STATUS_INTERRUPTED && doctor_look_is_over(look)) {
        error_set(&late, STATUS_TIMEOUT, "no complete answer within the %.1f s that doctor waits", DOCTOR_PATIENCE_MS / 1000.0);
        err = &late;
    }
    diagnosis_fail(look->section, name, err);
}

static bool is_wanted(const struct doctor_options *options, const char *kind, const char *name)
{
    return options->feed == NULL || strcmp(options->feed, kind) == 0 || strcmp(options->feed, name) == 0;
}

static const char KUBE_RENEWAL[] = "kubeadm: 'kubeadm certs renew all'; k3s: 'k3s certificate rotate'; then restart the API server";
static const char SERVICE_RENEWAL[] = "cert-manager: 'cmctl renew' of its Certificate";

static void add_look(struct doctor *doctor, struct diagnosis *diagnosis, const char *kind, const char *name,
                     const struct sovereign_region *region, void (*examine)(struct doctor_look *look))
{
    struct diagnosis_section *section = diagnosis_add(diagnosis, kind, name);
    const char *renewal = region != NULL ? KUBE_RENEWAL : SERVICE_RENEWAL;
    doctor->looks[doctor->count++] = (struct doctor_look){.options = doctor->options, .region = region, .section = section,
                                                          .stop = &doctor->stop, .renewal = renewal, .examine = examine};
}

static void add_looks(struct doctor *doctor, struct diagnosis *diagnosis)
{
    const struct doctor_options *options = doctor->options;
    const struct sovereign *sovereign = options->sovereign;
    for (size_t i = 0; i < sovereign->region_count; i++)
        if ((options->region < 0 || options->region == (int)i) && is_wanted(options, "kubernetes", sovereign->regions[i].name))
            add_look(doctor, diagnosis, "kubernetes", sovereign->regions[i].name, &sovereign->regions[i], doctor_kube_examine);
    for (size_t i = 0; i < ARRAY_LENGTH(SERVICES); i++)
        if (options->region < 0 && is_wanted(options, SERVICES[i].kind, SERVICES[i].kind))
            add_look(doctor, diagnosis, SERVICES[i].kind, SERVICES[i].kind, NULL, SERVICES[i].examine);
}

static void *run_job(void *context)
{
    struct job *job = context;
    job->look->examine(job->look);
    pthread_mutex_lock(&job->doctor->lock);
    job->doctor->running--;
    pthread_cond_signal(&job->doctor->ended);
    pthread_mutex_unlock(&job->doctor->lock);
    return NULL;
}

/* Until all looks have ended; tells them to when the patience or the caller's is at its end. */
static void wait_all(struct doctor *doctor)
{
    int64_t until_ms = doctor_look_now() + DOCTOR_PATIENCE_MS;
    pthread_mutex_lock(&doctor->lock);
    while (doctor->running > 0) {
        const atomic_bool *cancel = doctor->options->cancel;
        if (doctor_look_now() >= until_ms || (cancel != NULL && atomic_load(cancel)))
            atomic_store(&doctor->stop, true);
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += CANCEL_LOOK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&doctor->ended, &doctor->lock, &until);
    }
    pthread_mutex_unlock(&doctor->lock);
}

static void run_looks(struct doctor *doctor)
{
    struct job jobs[LOOKS_MAX] = {0};
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&doctor->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&doctor->lock, NULL);
    doctor->running = doctor->count;
    for (size_t i = 0; i < doctor->count; i++) {
        jobs[i] = (struct job){.doctor = doctor, .look = &doctor->looks[i]};
        jobs[i].started = pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]) == 0;
        if (!jobs[i].started)
            run_job(&jobs[i]);
    }
    wait_all(doctor);
    for (size_t i = 0; i < doctor->count; i++)
        if (jobs[i].started)
            pthread_join(jobs[i].thread, NULL);
    pthread_mutex_destroy(&doctor->lock);
    pthread_cond_destroy(&doctor->ended);
}

static void note_document(const struct doctor_options *options, struct diagnosis *diagnosis)
{
    char at[TIMESTAMP_TEXT_MAX];
    timestamp_format(at, clock_wall_ms());
    json_object_set_new(diagnosis->facts, "at", json_string(at));
    json_object_set_new(diagnosis->facts, "sovereign", json_string(options->sovereign->name));
    json_object_set_new(diagnosis->facts, "fqdn", json_string(options->sovereign->fqdn));
    json_object_set_new(diagnosis->facts, "class", json_string(profile_class_name(options->sovereign->class)));
}

enum status doctor_examine(const struct doctor_options *options, struct diagnosis *diagnosis, struct error *err)
{
    struct doctor *doctor = alloc_new(struct doctor);
    bool is_whole = options->feed == NULL && options->region < 0;
    enum status status = STATUS_OK;
    doctor->options = options;
    note_document(options, diagnosis);
    if (is_whole)
        doctor_local_configuration(options, diagnosis);
    add_looks(doctor, diagnosis);
    if (doctor->count == 0 && !is_whole)
        status = error_set(err, STATUS_USAGE, "there is no feed '%s'; there is: kubernetes, catalyst-api, nats, gitea, openbao, and the regions' names",
                           options->feed != NULL ? options->feed : "");
    run_looks(doctor);
    if (is_whole)
        doctor_local_machine(options, diagnosis);
    if (options->cancel != NULL && atomic_load(options->cancel))
        status = error_set(err, STATUS_INTERRUPTED, "interrupted");
    free(doctor);
    return status;
}
