/* Hosts: taking them out of URLs, image references and free text, and saying what they mean to a Sovereign (cutover
 * contract 5.1, 5.2). This is security logic: what cannot be read with certainty is never local. Pure; any thread. */
#ifndef TETHER_HOST_H
#define TETHER_HOST_H

#include <stdbool.h>

#include "base/span.h"

#define HOST_NAME_MAX 254

enum host_class {
    HOST_CLASS_NONE,       /* there is no host: the text is empty */
    HOST_CLASS_BROKEN,     /* there is a text, but no readable host in it: never local */
    HOST_CLASS_LOCAL,      /* L: the Sovereign itself */
    HOST_CLASS_ALLOWED,    /* a mothership host that the contract allows: pdns.openova.io (ACME DNS-01) */
    HOST_CLASS_MOTHERSHIP, /* M */
    HOST_CLASS_UPSTREAM,   /* U */
    HOST_CLASS_PACKAGES,   /* X */
    HOST_CLASS_PUBLIC,     /* R: public image registries */
    HOST_CLASS_BOOTSTRAP,  /* O: needed once, at boot */
    HOST_CLASS_FOREIGN,    /* any other host */
    HOST_CLASS_UNDECIDED,  /* would be foreign, but the Sovereign's domain is not known */
};

struct host {
    char name[HOST_NAME_MAX]; /* lower case, without port, user, brackets and final dot; "" for none */
    bool implicit;            /* an image reference that names no host: docker.io */
    bool broken;              /* characters that no host name has, or too long */
};

/* "oci://user@GHCR.io:443/x" gives ghcr.io; also takes "host/path", "host:port" and git's "user@host:path". */
void host_of_url(struct host *host, struct span url);

/* The first component names a host only when it has '.' or ':' or is "localhost"; else it is docker.io, implicit.
 * *path (may be NULL) gets what follows the host, tag and digest included. */
void host_of_image(struct host *host, struct span reference, struct span *path);

/* `fqdn` is the Sovereign's domain; "" while it is not known. */
enum host_class host_classify(const struct host *host, const char *fqdn);
const char *host_class_name(enum host_class class);

/* What a text is, when hosts are looked for in it. */
enum host_text {
    HOST_TEXT_FREE,  /* anything: label keys and API groups of OpenOva ("openova.io/region") are words, not hosts */
    HOST_TEXT_NAMES, /* a value whose key says that it names a host: image, registry, url … */
};

/* The first mothership or upstream host that a text holds at host boundaries ("https://console.openova.io/x?y"). */
bool host_find_tether(struct span text, enum host_text kind, const char *fqdn, struct host *found);

#endif
