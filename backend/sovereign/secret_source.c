/* Files and commands that give secrets; see secret_source.h. One run at a time, the others wait for its outcome. */
#include "sovereign/secret_source.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/span.h"
#include "base/subprocess.h"
#include "transport/tls_credentials.h"

#define TIMEOUT_MS 30000
#define LOOK_MS 100 /* at the cancel flag, while another thread's run is waited for */
#define PAUSE_LEAST_MS 5000
#define PAUSE_MOST_MS 60000

struct secret_source {
    char *what, *file;
    char **command;
    int64_t refresh_ms, timeout_ms;
    pthread_mutex_t lock;
    pthread_cond_t idle;
    /* under the lock */
    bool is_running, is_refused;
    char *secret; /* of the last good run; NULL: none */
    int64_t made_ms;
    struct error failure; /* of the last run; STATUS_OK: it was good */
    int64_t pause_ms, rests_until_ms;
};

struct secret_source *secret_source_new(const struct secret_source_options *options)
{
    if (options->file == NULL && options->command == NULL)
        return NULL;
    struct secret_source *source = alloc_new(struct secret_source);
    source->what = alloc_strdup(options->what);
    source->file = alloc_strdup(options->file);
    source->refresh_ms = options->refresh_ms;
    source->timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : TIMEOUT_MS;
    size_t count = 0;
    while (options->command != NULL && options->command[count] != NULL)
        count++;
    if (source->file == NULL && count > 0)
        source->command = alloc_zeroed(count + 1, sizeof *source->command);
    for (size_t i = 0; source->command != NULL && i < count; i++)
        source->command[i] = alloc_strdup(options->command[i]);
    pthread_mutex_init(&source->lock, NULL);
    pthread_cond_init(&source->idle, NULL);
    return source;
}

void secret_source_wipe(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void secret_source_free(struct secret_source *source)
{
    if (source == NULL)
        return;
    for (size_t i = 0; source->command != NULL && source->command[i] != NULL; i++)
        free(source->command[i]);
    free(source->command);
    secret_source_wipe(source->secret);
    pthread_cond_destroy(&source->idle);
    pthread_mutex_destroy(&source->lock);
    free(source->what);
    free(source->file);
    free(source);
}

bool secret_source_runs_command(const struct secret_source *source)
{
    return source->command != NULL;
}

/* Its first line, when it is one that a header or a login can carry. */
static enum status take_line(struct span text, const char *origin, char **ret, struct error *err)
{
    ptrdiff_t end = span_find_byte(text, '\n');
    struct span line = span_trim(end < 0 ? text : span_first(text, (size_t)end));
    if (line.length == 0)
        return error_set(err, STATUS_UNAUTHENTICATED, "%s gave nothing in its first line", origin);
    for (size_t i = 0; i < line.length; i++)
        if ((unsigned char)line.data[i] < 0x20 || line.data[i] == 0x7f)
            return error_set(err, STATUS_UNAUTHENTICATED, "%s gave something with control characters, which is no secret to log in with", origin);
    *ret = span_dup(line);
    return STATUS_OK;
}

static enum status read_file(const struct secret_source *source, char **ret, struct error *err)
{
    struct tls_secret content = {0};
    enum status status = tls_credentials_read_file(source->file, source->what, SECRET_SOURCE_MAXIMUM, &content, err);
    if (status != STATUS_OK)
        return status;
    char origin[320];
    snprintf(origin, sizeof origin, "%s: %s", source->what, source->file);
    status = take_line(tls_credentials_get(&content), origin, ret, err);
    tls_credentials_set(&content, SPAN_EMPTY);
    return status;
}

static enum status run_command(const struct secret_source *source, const atomic_bool *cancel, char **ret, struct error *err)
{
    char origin[160];
    snprintf(origin, sizeof origin, "%.60s: command '%.80s'", source->what, source->command[0]);
    struct subprocess_options options = {.argv = (const char *const *)source->command, .what = origin, .output_maximum = SECRET_SOURCE_MAXIMUM,
                                         .timeout_ms = source->timeout_ms, .cancel = cancel, .dies_with_thread = true};
    struct subprocess_result result = {0};
    enum status status = subprocess_run(&options, &result, err);
    if (status == STATUS_OK)
        status = take_line(bytebuf_span(&result.output), origin, ret, err);
    else if (status == STATUS_INVALID || status == STATUS_TOO_BIG)
        status = STATUS_UNAUTHENTICATED;
    else if (status == STATUS_NOT_FOUND)
        status = STATUS_IO;
    if (err != NULL && status != STATUS_OK)
        err->status = status;
    subprocess_result_done(&result);
    return status;
}

static bool is_due(const struct secret_source *source)
{
    return source->secret == NULL || source->is_refused ||
           (source->refresh_ms > 0 && clock_monotonic_ms() - source->made_ms >= source->refresh_ms);
}

/* With the lock; false: cancelled. */
static bool await_run(struct secret_source *source, const atomic_bool *cancel)
{
    while (source->is_running) {
        if (cancel != NULL && atomic_load(cancel))
            return false;
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&source->idle, &source->lock, &until);
    }
    return cancel == NULL || !atomic_load(cancel);
}

static void keep_failure(struct secret_source *source, const struct error *err)
{
    if (err->status == STATUS_INTERRUPTED)
        return;
    source->failure = *err;
    source->pause_ms = source->pause_ms == 0 ? PAUSE_LEAST_MS : source->pause_ms * 2;
    if (source->pause_ms > PAUSE_MOST_MS)
        source->pause_ms = PAUSE_MOST_MS;
    source->rests_until_ms = clock_monotonic_ms() + source->pause_ms;
}

/* The same secret again after it was refused is a failure of a kind: it is given, but not asked for every moment. */
static void keep_secret(struct secret_source *source, char *secret)
{
    bool is_same = source->is_refused && source->secret != NULL && strcmp(source->secret, secret) == 0;
    if (!is_same)
        source->pause_ms = 0;
    secret_source_wipe(source->secret);
    source->secret = secret;
    source->made_ms = clock_monotonic_ms();
    source->is_refused = false;
    error_clear(&source->failure);
    if (is_same)
        source->pause_ms = source->pause_ms == 0 ? PAUSE_LEAST_MS : source->pause_ms * 2 > PAUSE_MOST_MS ? PAUSE_MOST_MS : source->pause_ms * 2;
    source->rests_until_ms = source->made_ms + source->pause_ms;
}

static void renew(struct secret_source *source, const atomic_bool *cancel, struct error *problem)
{
    char *secret = NULL;
    source->is_running = true;
    pthread_mutex_unlock(&source->lock);
    enum status status = run_command(source, cancel, &secret, problem);
    pthread_mutex_lock(&source->lock);
    source->is_running = false;
    if (status == STATUS_OK)
        keep_secret(source, secret);
    else
        keep_failure(source, problem);
    pthread_cond_broadcast(&source->idle);
}

enum status secret_source_get(struct secret_source *source, const atomic_bool *cancel, char **ret, struct error *err)
{
    if (source->command == NULL)
        return read_file(source, ret, err);
    struct error problem = {0};
    pthread_mutex_lock(&source->lock);
    if (!await_run(source, cancel))
        error_set(&problem, STATUS_INTERRUPTED, "interrupted");
    else if (is_due(source) && clock_monotonic_ms() >= source->rests_until_ms)
        renew(source, cancel, &problem);
    else if (is_due(source))
        problem = source->failure;
    if (problem.status != STATUS_INTERRUPTED && source->secret != NULL && !source->is_refused)
        error_clear(&problem); /* it could not be renewed, but nobody has refused it yet */
    if (problem.status == STATUS_OK)
        *ret = alloc_strdup(source->secret);
    pthread_mutex_unlock(&source->lock);
    return problem.status == STATUS_OK ? STATUS_OK : error_set(err, problem.status, "%s", problem.text);
}

void secret_source_refuse(struct secret_source *source)
{
    pthread_mutex_lock(&source->lock);
    source->is_refused = source->command != NULL;
    pthread_mutex_unlock(&source->lock);
}

bool secret_source_is_due(struct secret_source *source)
{
    pthread_mutex_lock(&source->lock);
    bool due = source->command != NULL && is_due(source) && clock_monotonic_ms() >= source->rests_until_ms;
    pthread_mutex_unlock(&source->lock);
    return due;
}
