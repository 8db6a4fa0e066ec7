/* The public hosts of one catalyst-api and which of them is in use (contract 1.1): https://api.FQDN and https://console.FQDN
 * serve the same paths under /api/; the console's other paths are the browser's. Another host is tried when the present one
 * does not serve catalyst-api (404, a web page, name, TLS), or goes silent. Any thread; texts live as long as the hosts. */
#ifndef SOVEREIGN_CATALYST_HOSTS_H
#define SOVEREIGN_CATALYST_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

#define CATALYST_HOSTS_MAX 2
#define CATALYST_HOSTS_PATIENCE 3 /* a host that has served is left after this many failures in a row */

enum catalyst_host_word {
    CATALYST_HOST_SERVES,    /* only catalyst-api answers like this */
    CATALYST_HOST_ELSEWHERE, /* something else answers: a 404, a web page, a redirect */
    CATALYST_HOST_SILENT,    /* nobody answers: name, TLS, connection, a gateway without backend */
};

struct catalyst_hosts;

/* `url` as configured, or NULL: https://api.FQDN; one of both must be given. `other_url` as configured, or NULL: the first with
 * console. for api. or the other way round; none when its name begins with neither. */
struct catalyst_hosts *catalyst_hosts_new(const char *url, const char *other_url, const char *fqdn);
void catalyst_hosts_free(struct catalyst_hosts *hosts);

size_t catalyst_hosts_count(const struct catalyst_hosts *hosts);
const char *catalyst_hosts_at(const struct catalyst_hosts *hosts, size_t index); /* as configured first; without a '/' at the end */
const char *catalyst_hosts_url(struct catalyst_hosts *hosts);                    /* the one in use */

/* Path of a sign of life on the host in use: "/healthz", or "/api/v1/version" where that is the browser's own. */
const char *catalyst_hosts_health_path(struct catalyst_hosts *hosts);
void catalyst_hosts_distrust_health(struct catalyst_hosts *hosts, const char *url); /* /healthz there is a web page */

/* What an answer under /api/v1/ says about who answered. */
enum catalyst_host_word catalyst_hosts_judge(int code, const char *content_type, struct span body);

/* Takes note of what happened on `url` (one of catalyst_hosts_at); `text` says it. True: another host is in use now. */
bool catalyst_hosts_note(struct catalyst_hosts *hosts, const char *url, enum catalyst_host_word word, const char *text);

bool catalyst_hosts_has_served(struct catalyst_hosts *hosts, const char *url);

/* "https://api.acme.example is not used: ..."; "" when there is nothing to say. */
void catalyst_hosts_explain(struct catalyst_hosts *hosts, char *out, size_t size);

#endif
