/* Distrusted connections; see http_origins.h. libcurl offers no "close that connection": the first request afterwards gets a
 * fresh one, and a maximum lifetime keeps every later request off those made before the cut. */
#include "transport/http_origins.h"

#include <stdio.h>
#include <string.h>

#define FORGET_MS 300000 /* libcurl itself drops connections idle for 118 s */

static struct http_origin *find(struct http_origins *origins, const char *authority)
{
    for (size_t i = 0; i < HTTP_ORIGINS_MAXIMUM; i++)
        if (strcmp(origins->items[i].authority, authority) == 0)
            return &origins->items[i];
    return NULL;
}

void http_origins_cut(struct http_origins *origins, const char *authority, int64_t now_ms)
{
    struct http_origin *origin = find(origins, authority);
    for (size_t i = 0; origin == NULL && i < HTTP_ORIGINS_MAXIMUM; i++)
        if (origins->items[i].authority[0] == '\0')
            origin = &origins->items[i];
    if (origin == NULL) {
        origin = &origins->items[0];
        for (size_t i = 1; i < HTTP_ORIGINS_MAXIMUM; i++)
            if (origins->items[i].cut_ms < origin->cut_ms)
                origin = &origins->items[i];
    }
    *origin = (struct http_origin){.cut_ms = now_ms};
    snprintf(origin->authority, sizeof origin->authority, "%s", authority);
}

void http_origins_apply(struct http_origins *origins, struct http_easy *easy, int pool, int64_t now_ms)
{
    struct http_origin *origin = find(origins, easy->authority);
    if (easy->once)
        curl_easy_setopt(easy->handle, CURLOPT_FRESH_CONNECT, 1L);
    if (origin == NULL || easy->authority[0] == '\0')
        return;
    int64_t age_ms = now_ms - origin->cut_ms;
    if (age_ms > FORGET_MS) {
        *origin = (struct http_origin){0};
        return;
    }
    curl_easy_setopt(easy->handle, CURLOPT_MAXLIFETIME_CONN, age_ms < 2000 ? 1L : (long)(age_ms / 1000));
    if (!origin->renewed[pool])
        curl_easy_setopt(easy->handle, CURLOPT_FRESH_CONNECT, 1L);
    origin->renewed[pool] = true;
}
