/* One state per distinct plugin behind a lock, in a list of all; see exec_credential.h. Lock order: list, credential, identity.
 * An identity's release waits for the credential's lock, so that a run never provides for an identity that is going. */
#include "sovereign/exec_credential.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"

#define PAUSE_LEAST_MS 1000
#define PAUSE_MOST_MS 30000
#define REJECT_PAUSE_MS 15000 /* a plugin that gives refused credentials is not run for every 401 */
#define EARLY_MOST_MS 60000   /* refreshed this long before the end, or a fifth of the life */

struct exec_credential {
    struct exec_credential *next; /* list */
    size_t attached;              /* under the list's lock */
    char *key;
    struct exec_plugin plugin;
    char **argv, **env;
    pthread_mutex_t lock; /* of what follows */
    ARRAY(struct attachment *) attachments;
    pthread_t thread;
    bool has_thread; /* to be joined */
    bool running, provided, had_failure;
    int64_t got_ms, expires_ms; /* wall clock */
    int64_t early_from_ms;      /* monotonic: no early refresh before */
    int64_t retry_at_ms, pause_ms, rejected_ms;
    struct error failure;
    atomic_bool cancel;
};

struct attachment {
    struct exec_credential *credential;
    struct tls_identity *identity; /* not referenced: it owns us */
};

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct exec_credential *list;

static char **copy_texts(const char *const *texts)
{
    size_t count = 0;
    while (texts != NULL && texts[count] != NULL)
        count++;
    char **copy = alloc_zeroed(count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = alloc_strdup(texts[i]);
    return copy;
}

static void free_texts(char **texts)
{
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++)
        free(texts[i]);
    free(texts);
}

static void add_part(char **key, const char *text)
{
    char *longer = alloc_printf("%s%zu:%s;", *key, text != NULL ? strlen(text) : 0, text != NULL ? text : "-");
    free(*key);
    *key = longer;
}

/* The same for the same question to the same program. */
static char *make_key(const struct exec_plugin *plugin)
{
    char *key = alloc_strdup("");
    add_part(&key, plugin->api_version);
    add_part(&key, plugin->cluster);
    for (size_t i = 0; plugin->argv[i] != NULL; i++)
        add_part(&key, plugin->argv[i]);
    add_part(&key, NULL);
    for (size_t i = 0; plugin->env != NULL && plugin->env[i] != NULL; i++)
        add_part(&key, plugin->env[i]);
    return key;
}

/* ---- a run */

static enum status provide(struct exec_credential *credential, const struct exec_plugin_result *result, struct error *err)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < credential->attachments.count && status == STATUS_OK; i++) {
        struct tls_identity *identity = credential->attachments.items[i]->identity;
        status = tls_identity_set_certificate(identity, span_of(result->certificate), span_of(result->key), err);
        if (status == STATUS_OK)
            tls_identity_set_token(identity, result->token);
    }
    if (status == STATUS_OK)
        return STATUS_OK;
    error_prefix(err, "exec plugin '%s'", credential->plugin.name);
    return err->status = STATUS_UNAUTHENTICATED;
}

static void take_success(struct exec_credential *credential, int64_t expires_ms)
{
    credential->provided = true;
    credential->had_failure = false;
    credential->got_ms = clock_wall_ms();
    credential->expires_ms = expires_ms;
    credential->pause_ms = 0;
}

static void take_failure(struct exec_credential *credential, const struct error *problem)
{
    int64_t pause_ms = credential->pause_ms == 0 ? PAUSE_LEAST_MS : credential->pause_ms * 2;
    credential->pause_ms = pause_ms > PAUSE_MOST_MS ? PAUSE_MOST_MS : pause_ms;
    credential->retry_at_ms = clock_monotonic_ms() + credential->pause_ms;
    credential->had_failure = true;
    credential->failure = *problem;
}

static void *run(void *argument)
{
    struct exec_credential *credential = argument;
    struct exec_plugin_result result;
    struct error problem = {0};
    enum status status = exec_plugin_run(&credential->plugin, &credential->cancel, &result, &problem);
    pthread_mutex_lock(&credential->lock);
    if (status == STATUS_OK)
        status = provide(credential, &result, &problem);
    if (status == STATUS_OK)
        take_success(credential, result.expires_ms);
    else
        take_failure(credential, &problem);
    credential->early_from_ms = clock_monotonic_ms() + REJECT_PAUSE_MS;
    credential->running = false;
    for (size_t i = 0; i < credential->attachments.count; i++)
        tls_identity_settle(credential->attachments.items[i]->identity);
    pthread_mutex_unlock(&credential->lock);
    exec_plugin_result_done(&result);
    return NULL;
}

/* Signals belong to the main thread. */
static void start(struct exec_credential *credential)
{
    sigset_t all, before;
    if (credential->has_thread)
        pthread_join(credential->thread, NULL); /* it has let go of the lock for the last time, or will at once */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    credential->running = pthread_create(&credential->thread, NULL, run, credential) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    credential->has_thread = credential->running;
    if (credential->running) {
        pthread_setname_np(credential->thread, "exec-plugin");
        return;
    }
    struct error problem;
    error_set(&problem, STATUS_UNAUTHENTICATED, "exec plugin '%s': no thread for it", credential->plugin.name);
    take_failure(credential, &problem);
}

/* ---- what an identity asks */

static bool is_expired(const struct exec_credential *credential)
{
    return credential->expires_ms != TIMESTAMP_NONE && clock_wall_ms() >= credential->expires_ms;
}

static bool ends_soon(const struct exec_credential *credential)
{
    if (credential->expires_ms == TIMESTAMP_NONE || clock_monotonic_ms() < credential->early_from_ms)
        return false;
    int64_t fifth_ms = (credential->expires_ms - credential->got_ms) / 5;
    return clock_wall_ms() >= credential->expires_ms - (fifth_ms < EARLY_MOST_MS ? fifth_ms : EARLY_MOST_MS);
}

static enum tls_identity_state explain_failure(const struct exec_credential *credential, struct error *err)
{
    int64_t left_ms = credential->retry_at_ms - clock_monotonic_ms();
    error_set(err, credential->failure.status, "%s; it is tried again in %lld s", credential->failure.text,
              (long long)(left_ms + 999) / 1000);
    return TLS_IDENTITY_STATE_FAILED;
}

static enum tls_identity_state weigh(struct exec_credential *credential, struct error *err)
{
    bool pausing = credential->had_failure && clock_monotonic_ms() < credential->retry_at_ms;
    bool good = credential->provided && !is_expired(credential);
    if (!credential->running && !pausing && (!good || ends_soon(credential)))
        start(credential);
    if (good)
        return TLS_IDENTITY_STATE_READY;
    return credential->running ? TLS_IDENTITY_STATE_PENDING : explain_failure(credential, err);
}

static enum tls_identity_state demand(void *context, struct error *err)
{
    struct attachment *attachment = context;
    pthread_mutex_lock(&attachment->credential->lock);
    enum tls_identity_state state = weigh(attachment->credential, err);
    pthread_mutex_unlock(&attachment->credential->lock);
    return state;
}

static bool reject(void *context)
{
    struct exec_credential *credential = ((struct attachment *)context)->credential;
    int64_t now_ms = clock_monotonic_ms();
    pthread_mutex_lock(&credential->lock);
    bool worth = credential->running || credential->rejected_ms < 0 || now_ms - credential->rejected_ms >= REJECT_PAUSE_MS;
    if (worth && !credential->running) {
        credential->rejected_ms = now_ms;
        credential->provided = false;
    }
    pthread_mutex_unlock(&credential->lock);
    return worth;
}

/* ---- life */

static void destroy(struct exec_credential *credential)
{
    atomic_store(&credential->cancel, true);
    if (credential->has_thread)
        pthread_join(credential->thread, NULL);
    pthread_mutex_destroy(&credential->lock);
    ARRAY_FREE(&credential->attachments);
    free((char *)(uintptr_t)credential->plugin.name);
    free((char *)(uintptr_t)credential->plugin.api_version);
    free((char *)(uintptr_t)credential->plugin.install_hint);
    free((char *)(uintptr_t)credential->plugin.cluster);
    free_texts(credential->argv);
    free_texts(credential->env);
    free(credential->key);
    free(credential);
}

static bool leave_list(struct exec_credential *credential)
{
    pthread_mutex_lock(&list_lock);
    bool last = --credential->attached == 0;
    for (struct exec_credential **at = &list; last && *at != NULL; at = &(*at)->next)
        if (*at == credential) {
            *at = credential->next;
            break;
        }
    pthread_mutex_unlock(&list_lock);
    return last;
}

static void release(void *context)
{
    struct attachment *attachment = context;
    struct exec_credential *credential = attachment->credential;
    pthread_mutex_lock(&credential->lock);
    for (size_t i = 0; i < credential->attachments.count; i++)
        if (credential->attachments.items[i] == attachment) {
            ARRAY_REMOVE(&credential->attachments, i);
            break;
        }
    pthread_mutex_unlock(&credential->lock);
    free(attachment);
    if (leave_list(credential))
        destroy(credential);
}

static struct exec_credential *make(const struct exec_plugin *plugin, char *key)
{
    struct exec_credential *credential = alloc_new(struct exec_credential);
    credential->key = key;
    credential->argv = copy_texts(plugin->argv);
    credential->env = copy_texts(plugin->env);
    credential->plugin = (struct exec_plugin){
        .name = alloc_strdup(plugin->name),
        .argv = (const char *const *)credential->argv,
        .env = (const char *const *)credential->env,
        .api_version = alloc_strdup(plugin->api_version),
        .install_hint = alloc_strdup(plugin->install_hint),
        .cluster = alloc_strdup(plugin->cluster),
    };
    credential->expires_ms = TIMESTAMP_NONE;
    credential->rejected_ms = -1;
    pthread_mutex_init(&credential->lock, NULL);
    return credential;
}

/* An identity that comes when others have theirs already lets the plugin run once more: what was given then is not kept here. */
void exec_credential_attach(const struct exec_plugin *plugin, struct tls_identity *identity)
{
    char *key = make_key(plugin);
    struct attachment *attachment = alloc_new(struct attachment);
    pthread_mutex_lock(&list_lock);
    struct exec_credential *credential = list;
    while (credential != NULL && strcmp(credential->key, key) != 0)
        credential = credential->next;
    if (credential == NULL) {
        credential = make(plugin, key);
        credential->next = list;
        list = credential;
    } else {
        free(key);
    }
    credential->attached++;
    *attachment = (struct attachment){credential, identity};
    pthread_mutex_lock(&credential->lock);
    credential->provided = credential->had_failure = false; /* who opens it anew does not wait for the end of a pause */
    credential->pause_ms = 0;
    ARRAY_PUSH(&credential->attachments, attachment);
    pthread_mutex_unlock(&credential->lock);
    pthread_mutex_unlock(&list_lock);
    struct tls_identity_source source = {.demand = demand, .reject = reject, .release = release, .context = attachment};
    snprintf(source.name, sizeof source.name, "%s", plugin->name);
    tls_identity_set_source(identity, source);
}
