/* Which host of catalyst-api is used. A host that has never served is left at its first failure, one that has served only after
 * several in a row: catalyst-api restarts in step catalyst-api-env-patch, and that is no reason to go. A host where something
 * else answers is not tried again for a while. */
#include "sovereign/catalyst_hosts.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sanitize.h"

#define ELSEWHERE_PAUSE_MS 60000

struct host {
    char *url;
    bool has_served, health_is_page;
    unsigned failures;
    int64_t elsewhere_ms; /* monotonic; -1: never */
    char text[256];       /* of the last failure */
};

struct catalyst_hosts {
    pthread_mutex_t lock;
    struct host hosts[CATALYST_HOSTS_MAX];
    size_t count, current;
};

/* The name behind "https://", when it begins with `prefix`. */
static const char *find_prefix(const char *url, const char *prefix)
{
    const char *name = strstr(url, "://");
    name = name != NULL ? name + 3 : url;
    return strncmp(name, prefix, strlen(prefix)) == 0 ? name : NULL;
}

static char *swap_prefix(const char *url)
{
    static const char *const PAIRS[][2] = {{"api.", "console."}, {"console.", "api."}};
    for (size_t i = 0; i < 2; i++) {
        const char *name = find_prefix(url, PAIRS[i][0]);
        if (name != NULL)
            return alloc_printf("%.*s%s%s", (int)(name - url), url, PAIRS[i][1], name + strlen(PAIRS[i][0]));
    }
    return NULL;
}

static void add(struct catalyst_hosts *hosts, char *url)
{
    for (size_t length = strlen(url); length > 0 && url[length - 1] == '/'; length--)
        url[length - 1] = '\0';
    hosts->hosts[hosts->count++] = (struct host){.url = url, .elsewhere_ms = -1, .health_is_page = find_prefix(url, "console.") != NULL};
}

struct catalyst_hosts *catalyst_hosts_new(const char *url, const char *other_url, const char *fqdn)
{
    struct catalyst_hosts *hosts = alloc_new(struct catalyst_hosts);
    pthread_mutex_init(&hosts->lock, NULL);
    add(hosts, url != NULL ? alloc_strdup(url) : alloc_printf("https://api.%s", fqdn));
    char *other = other_url != NULL ? alloc_strdup(other_url) : swap_prefix(hosts->hosts[0].url);
    if (other != NULL)
        add(hosts, other);
    return hosts;
}

void catalyst_hosts_free(struct catalyst_hosts *hosts)
{
    if (hosts == NULL)
        return;
    for (size_t i = 0; i < hosts->count; i++)
        free(hosts->hosts[i].url);
    pthread_mutex_destroy(&hosts->lock);
    free(hosts);
}

size_t catalyst_hosts_count(const struct catalyst_hosts *hosts)
{
    return hosts->count;
}

const char *catalyst_hosts_at(const struct catalyst_hosts *hosts, size_t index)
{
    return hosts->hosts[index].url;
}

const char *catalyst_hosts_url(struct catalyst_hosts *hosts)
{
    pthread_mutex_lock(&hosts->lock);
    const char *url = hosts->hosts[hosts->current].url;
    pthread_mutex_unlock(&hosts->lock);
    return url;
}

/* The host of this url; the one in use when it is none of ours. Under the lock. */
static struct host *find(struct catalyst_hosts *hosts, const char *url)
{
    for (size_t i = 0; i < hosts->count; i++)
        if (strcmp(hosts->hosts[i].url, url) == 0)
            return &hosts->hosts[i];
    return &hosts->hosts[hosts->current];
}

const char *catalyst_hosts_health_path(struct catalyst_hosts *hosts)
{
    pthread_mutex_lock(&hosts->lock);
    bool is_page = hosts->hosts[hosts->current].health_is_page;
    pthread_mutex_unlock(&hosts->lock);
    return is_page ? "/api/v1/version" : "/healthz";
}

void catalyst_hosts_distrust_health(struct catalyst_hosts *hosts, const char *url)
{
    pthread_mutex_lock(&hosts->lock);
    find(hosts, url)->health_is_page = true;
    pthread_mutex_unlock(&hosts->lock);
}

enum catalyst_host_word catalyst_hosts_judge(int code, const char *content_type, struct span body)
{
    if (code == 0)
        return CATALYST_HOST_SILENT;
    if (span_starts_with(span_trim(body), "{") || (code == 200 && strcmp(content_type, "text/event-stream") == 0))
        return CATALYST_HOST_SERVES;
    if (code == 502 || code == 503 || code == 504)
        return CATALYST_HOST_SILENT;
    bool is_plain = strcmp(content_type, "text/plain") == 0 && (code == 429 || code / 100 == 5); /* Go's http.Error */
    return is_plain ? CATALYST_HOST_SERVES : CATALYST_HOST_ELSEWHERE;
}

/* True: changed. */
static bool move_on(struct catalyst_hosts *hosts, int64_t now_ms)
{
    size_t next = (hosts->current + 1) % hosts->count;
    struct host *other = &hosts->hosts[next];
    bool rests = other->elsewhere_ms >= 0 && now_ms - other->elsewhere_ms < ELSEWHERE_PAUSE_MS;
    if (next == hosts->current || rests)
        return false;
    hosts->current = next;
    other->failures = 0;
    return true;
}

bool catalyst_hosts_note(struct catalyst_hosts *hosts, const char *url, enum catalyst_host_word word, const char *text)
{
    int64_t now_ms = clock_monotonic_ms();
    bool changed = false;
    pthread_mutex_lock(&hosts->lock);
    struct host *host = find(hosts, url);
    bool in_use = host == &hosts->hosts[hosts->current];
    if (word == CATALYST_HOST_SERVES) {
        host->has_served = true;
        host->failures = 0;
        host->elsewhere_ms = -1;
        host->text[0] = '\0';
    } else if (word == CATALYST_HOST_SILENT || !host->has_served) { /* where it has served, a 404 or a login page is its answer */
        host->failures++;
        sanitize_line_into(host->text, sizeof host->text, text, strlen(text));
        bool leaves = !host->has_served || host->failures >= CATALYST_HOSTS_PATIENCE;
        if (word == CATALYST_HOST_ELSEWHERE)
            host->elsewhere_ms = now_ms;
        changed = in_use && leaves && move_on(hosts, now_ms);
    }
    pthread_mutex_unlock(&hosts->lock);
    return changed;
}

bool catalyst_hosts_has_served(struct catalyst_hosts *hosts, const char *url)
{
    pthread_mutex_lock(&hosts->lock);
    bool served = find(hosts, url)->has_served;
    pthread_mutex_unlock(&hosts->lock);
    return served;
}

void catalyst_hosts_explain(struct catalyst_hosts *hosts, char *out, size_t size)
{
    out[0] = '\0';
    pthread_mutex_lock(&hosts->lock);
    for (size_t i = 0; i < hosts->count; i++)
        if (i != hosts->current && hosts->hosts[i].text[0] != '\0')
            snprintf(out, size, "%s is not used: %s", hosts->hosts[i].url, hosts->hosts[i].text);
    pthread_mutex_unlock(&hosts->lock);
}
