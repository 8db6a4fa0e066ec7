/* Rings of log lines by "namespace/pod/container"; see demo_logs.h. */
#include "demo/demo_logs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/hash_table.h"
#include "base/timestamp.h"

struct line {
    int64_t at_ms;
    char *text;
};

struct log {
    ARRAY(struct line) lines; /* a ring once it is full: line n is at n % DEMO_LOGS_LINES_MAX */
    uint64_t next;            /* number of the line to come */
    bool is_ended;
};

struct demo_logs {
    pthread_mutex_t lock;
    pthread_cond_t grown;
    struct hash_table table; /* text of the key -> struct log */
    bool is_stopping;
};

static void free_log(void *value)
{
    struct log *log = value;
    for (size_t i = 0; i < log->lines.count; i++)
        free(log->lines.items[i].text);
    ARRAY_FREE(&log->lines);
    free(log);
}

struct demo_logs *demo_logs_new(void)
{
    struct demo_logs *logs = alloc_new(struct demo_logs);
    pthread_mutex_init(&logs->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&logs->grown, &attributes);
    pthread_condattr_destroy(&attributes);
    hash_table_init(&logs->table, free_log);
    return logs;
}

void demo_logs_free(struct demo_logs *logs)
{
    if (logs == NULL)
        return;
    hash_table_done(&logs->table);
    pthread_cond_destroy(&logs->grown);
    pthread_mutex_destroy(&logs->lock);
    free(logs);
}

static char *key_text(const struct demo_log_key *key)
{
    return alloc_printf("%s/%s/%s%s", key->name_space, key->pod, key->container == NULL ? "" : key->container,
                        key->is_previous ? "/previous" : "");
}

/* The log of `key`; the lock is held. */
static struct log *find(struct demo_logs *logs, const struct demo_log_key *key)
{
    char *text = key_text(key);
    struct log *log = hash_table_get(&logs->table, span_of(text));
    free(text);
    return log;
}

static struct log *find_or_make(struct demo_logs *logs, const struct demo_log_key *key)
{
    struct log *log = find(logs, key);
    if (log != NULL)
        return log;
    char *text = key_text(key);
    log = alloc_new(struct log);
    hash_table_put(&logs->table, span_of(text), log);
    free(text);
    return log;
}

void demo_logs_append_at(struct demo_logs *logs, const struct demo_log_key *key, int64_t at_ms, const char *text)
{
    struct line line = {at_ms, alloc_strdup(text)};
    pthread_mutex_lock(&logs->lock);
    struct log *log = find_or_make(logs, key);
    log->is_ended = false;
    if (log->lines.count < DEMO_LOGS_LINES_MAX) {
        ARRAY_PUSH(&log->lines, line);
    } else {
        struct line *oldest = &log->lines.items[log->next % DEMO_LOGS_LINES_MAX];
        free(oldest->text);
        *oldest = line;
    }
    log->next++;
    pthread_cond_broadcast(&logs->grown);
    pthread_mutex_unlock(&logs->lock);
}

void demo_logs_append(struct demo_logs *logs, const struct demo_log_key *key, const char *line)
{
    demo_logs_append_at(logs, key, clock_wall_ms(), line);
}

void demo_logs_end(struct demo_logs *logs, const struct demo_log_key *key)
{
    pthread_mutex_lock(&logs->lock);
    find_or_make(logs, key)->is_ended = true;
    pthread_cond_broadcast(&logs->grown);
    pthread_mutex_unlock(&logs->lock);
}

void demo_logs_rotate(struct demo_logs *logs, const struct demo_log_key *key)
{
    struct demo_log_key previous = *key;
    previous.is_previous = true;
    pthread_mutex_lock(&logs->lock);
    struct log *now = find_or_make(logs, key), *before = find_or_make(logs, &previous);
    struct log swapped = *before;
    *before = *now;
    before->is_ended = true;
    *now = (struct log){0};
    for (size_t i = 0; i < swapped.lines.count; i++)
        free(swapped.lines.items[i].text);
    ARRAY_FREE(&swapped.lines);
    pthread_cond_broadcast(&logs->grown);
    pthread_mutex_unlock(&logs->lock);
}

void demo_logs_remove(struct demo_logs *logs, const char *name_space, const char *pod)
{
    char *prefix = alloc_printf("%s/%s/", name_space, pod);
    ARRAY(char *) doomed = {0};
    pthread_mutex_lock(&logs->lock);
    struct span key;
    for (size_t at = 0; hash_table_next(&logs->table, &at, &key) != NULL;) {
        if (span_starts_with(key, prefix))
            ARRAY_PUSH(&doomed, span_dup(key));
    }
    for (size_t i = 0; i < doomed.count; i++) {
        hash_table_remove(&logs->table, span_of(doomed.items[i]));
        free(doomed.items[i]);
    }
    pthread_cond_broadcast(&logs->grown);
    pthread_mutex_unlock(&logs->lock);
    ARRAY_FREE(&doomed);
    free(prefix);
}

bool demo_logs_exists(struct demo_logs *logs, const struct demo_log_key *key)
{
    pthread_mutex_lock(&logs->lock);
    bool exists = find(logs, key) != NULL;
    pthread_mutex_unlock(&logs->lock);
    return exists;
}

uint64_t demo_logs_tail(struct demo_logs *logs, const struct demo_log_key *key, uint64_t count)
{
    pthread_mutex_lock(&logs->lock);
    const struct log *log = find(logs, key);
    uint64_t first = log == NULL || log->next < count ? 0 : log->next - count;
    pthread_mutex_unlock(&logs->lock);
    return first;
}

static bool append_line(const struct demo_log_read *read, const struct line *line, struct bytebuf *out)
{
    char stamp[TIMESTAMP_TEXT_MAX] = "";
    if (read->has_timestamps)
        timestamp_format_ms(stamp, line->at_ms);
    size_t needed = strlen(stamp) + strlen(line->text) + 2;
    if (out->length + needed > out->maximum && out->length > 0)
        return false;
    if (read->has_timestamps)
        bytebuf_printf(out, "%s ", stamp);
    bytebuf_append_text(out, line->text);
    bytebuf_append_byte(out, '\n');
    return true;
}

/* Copies what is there; true when something was. */
static bool copy_lines(struct log *log, struct demo_log_read *read, struct bytebuf *out)
{
    size_t before = out->length;
    if (read->cursor + log->lines.count < log->next)
        read->cursor = log->next - log->lines.count;
    while (read->cursor < log->next) {
        const struct line *line = &log->lines.items[read->cursor % DEMO_LOGS_LINES_MAX];
        if (line->at_ms >= read->since_ms && !append_line(read, line, out))
            break;
        read->cursor++;
    }
    return out->length > before;
}

static enum status read_locked(struct demo_logs *logs, struct demo_log_read *read, struct bytebuf *out)
{
    if (logs->is_stopping)
        return STATUS_INTERRUPTED;
    struct log *log = find(logs, &read->key);
    if (log == NULL)
        return STATUS_NOT_FOUND;
    if (copy_lines(log, read, out))
        return STATUS_OK;
    return log->is_ended ? STATUS_GONE : STATUS_TIMEOUT;
}

enum status demo_logs_read(struct demo_logs *logs, struct demo_log_read *read, struct bytebuf *out)
{
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    int64_t end_ns = deadline.tv_nsec + (int64_t)read->timeout_ms * 1000000;
    deadline.tv_sec += end_ns / 1000000000;
    deadline.tv_nsec = end_ns % 1000000000;
    pthread_mutex_lock(&logs->lock);
    enum status status = read_locked(logs, read, out);
    while (status == STATUS_TIMEOUT && pthread_cond_timedwait(&logs->grown, &logs->lock, &deadline) == 0)
        status = read_locked(logs, read, out);
    pthread_mutex_unlock(&logs->lock);
    return status;
}

void demo_logs_stop(struct demo_logs *logs)
{
    pthread_mutex_lock(&logs->lock);
    logs->is_stopping = true;
    pthread_cond_broadcast(&logs->grown);
    pthread_mutex_unlock(&logs->lock);
}
