/* Host parsing and classes. The well-known hosts are a table; the Sovereign's own names are decided before it, so that a
 * Sovereign below openova.io is local to itself. Suffixes are compared with their dot: evilacme.example is not
 * acme.example. Addresses are compared as numbers, never as text. */
#include "tether/host.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/array.h"

struct known_host {
    const char *name;
    size_t length;
    enum host_class class;
    bool with_subdomains;
};

#define KNOWN(name, class, with_subdomains)                                                                                      \
    {                                                                                                                            \
        name, sizeof name - 1, class, with_subdomains                                                                            \
    }

/* Cutover contract 5.2. */
static const struct known_host KNOWN_HOSTS[] = {
    KNOWN("pdns.openova.io", HOST_CLASS_ALLOWED, false),
    KNOWN("openova.io", HOST_CLASS_MOTHERSHIP, true),
    KNOWN("github.com", HOST_CLASS_UPSTREAM, true),
    KNOWN("githubusercontent.com", HOST_CLASS_UPSTREAM, true),
    KNOWN("ghcr.io", HOST_CLASS_UPSTREAM, true),
    KNOWN("xpkg.upbound.io", HOST_CLASS_PACKAGES, false),
    KNOWN("xpkg.crossplane.io", HOST_CLASS_PACKAGES, false),
    KNOWN("charts.loft.sh", HOST_CLASS_PACKAGES, false),
    KNOWN("docker.io", HOST_CLASS_PUBLIC, false),
    KNOWN("registry-1.docker.io", HOST_CLASS_PUBLIC, false),
    KNOWN("index.docker.io", HOST_CLASS_PUBLIC, false),
    KNOWN("quay.io", HOST_CLASS_PUBLIC, false),
    KNOWN("registry.k8s.io", HOST_CLASS_PUBLIC, false),
    KNOWN("gcr.io", HOST_CLASS_PUBLIC, false),
    KNOWN("k8s.gcr.io", HOST_CLASS_PUBLIC, false),
    KNOWN("mirror.gcr.io", HOST_CLASS_PUBLIC, false),
    KNOWN("cgr.dev", HOST_CLASS_PUBLIC, false),
    KNOWN("public.ecr.aws", HOST_CLASS_PUBLIC, false),
    KNOWN("litmuschaos.docker.scarf.sh", HOST_CLASS_PUBLIC, false),
    KNOWN("get.k3s.io", HOST_CLASS_BOOTSTRAP, false),
};

/* In-cluster ranges: pods, k3s Services, kubeadm Services (cutover contract 5.2, class L); loopback as "localhost". */
static const struct {
    uint32_t network;
    int bits;
} LOCAL_NETWORKS[] = {
    {0x0A2A0000u, 16},
    {0x0A2B0000u, 16},
    {0x0A600000u, 12},
    {0x7F000000u, 8},
};

/* API groups and prefixes of label and annotation keys (domain contract 1.6, 2). Their resources' names end in them. */
static const char *const API_GROUPS[] = {
    "openova.io",         "catalyst.openova.io", "orgs.openova.io",    "apps.openova.io",
    "bp.openova.io",      "dr.openova.io",       "access.openova.io",  "placement.catalyst.openova.io",
    "cutover.openova.io", "compose.openova.io",  "sandbox.openova.io",
};

static const char *const CLASS_NAMES[] = {
    [HOST_CLASS_NONE] = "none",         [HOST_CLASS_BROKEN] = "unreadable",      [HOST_CLASS_LOCAL] = "local",
    [HOST_CLASS_ALLOWED] = "allowed",   [HOST_CLASS_MOTHERSHIP] = "mothership",  [HOST_CLASS_UPSTREAM] = "upstream",
    [HOST_CLASS_PACKAGES] = "packages", [HOST_CLASS_PUBLIC] = "public registry", [HOST_CLASS_BOOTSTRAP] = "bootstrap",
    [HOST_CLASS_FOREIGN] = "foreign",   [HOST_CLASS_UNDECIDED] = "undecided",
};

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool isnamebyte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_';
}

/* Copies a bare host name; anything that no host name has makes it broken, so that it can never pass as local. */
static void keep(struct host *host, struct span name)
{
    memset(host, 0, sizeof *host);
    bool bracketed = name.length >= 2 && name.data[0] == '[' && name.data[name.length - 1] == ']';
    if (bracketed)
        name = span_make(name.data + 1, name.length - 2);
    if (name.length > 1 && name.data[name.length - 1] == '.')
        name.length--;
    if (name.length >= sizeof host->name) {
        host->broken = true;
        name.length = sizeof host->name - 1;
    }
    for (size_t i = 0; i < name.length; i++) {
        host->name[i] = lower(name.data[i]);
        if (!isnamebyte(host->name[i]) && !(bracketed && host->name[i] == ':'))
            host->broken = true;
    }
    if (name.length > 0 && (host->name[0] == '.' || strstr(host->name, "..") != NULL))
        host->broken = true;
}

static struct span until(struct span text, const char *ends)
{
    for (size_t i = 0; i < text.length; i++) {
        if (strchr(ends, text.data[i]) != NULL && text.data[i] != '\0')
            return span_first(text, i);
    }
    return text;
}

static struct span withoutscheme(struct span url)
{
    for (size_t i = 0; i + 2 < url.length; i++) {
        char byte = lower(url.data[i]);
        if (byte == ':' && url.data[i + 1] == '/' && url.data[i + 2] == '/')
            return i == 0 ? url : span_from(url, i + 3);
        if (!((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '+' || byte == '-' || byte == '.'))
            break;
    }
    return url;
}

static struct span withoutport(struct span authority)
{
    if (authority.length > 0 && authority.data[0] == '[') {
        ptrdiff_t end = span_find_byte(authority, ']');
        if (end < 0)
            return authority;
        struct span rest = span_from(authority, (size_t)end + 1);
        return span_is_empty(rest) || rest.data[0] == ':' ? span_first(authority, (size_t)end + 1) : authority;
    }
    ptrdiff_t colon = span_find_byte(authority, ':');
    return colon < 0 ? authority : span_first(authority, (size_t)colon);
}

void host_of_url(struct host *host, struct span url)
{
    url = span_trim(url);
    struct span authority = until(withoutscheme(url), "/?#");
    for (size_t i = authority.length; i > 0; i--) {
        if (authority.data[i - 1] == '@') {
            authority = span_from(authority, i);
            break;
        }
    }
    bool is_ambiguous = span_find_byte(until(withoutscheme(url), "/?#"), '\\') >= 0; /* some clients read '\' as '/' */
    keep(host, withoutport(authority));
    host->broken |= is_ambiguous || (host->name[0] == '\0' && url.length > 0);
}

void host_of_image(struct host *host, struct span reference, struct span *path)
{
    reference = span_trim(reference);
    ptrdiff_t slash = span_find_byte(reference, '/');
    struct span first = slash < 0 ? SPAN_EMPTY : span_first(reference, (size_t)slash);
    bool named = span_find_byte(first, '.') >= 0 || span_find_byte(first, ':') >= 0 || span_equals_text(first, "localhost");
    if (named) {
        keep(host, withoutport(first));
        if (host->name[0] == '\0')
            host->broken = true;
    } else {
        keep(host, reference.length > 0 ? SPAN_LITERAL("docker.io") : SPAN_EMPTY);
        host->implicit = reference.length > 0;
    }
    if (path != NULL)
        *path = named ? span_from(reference, (size_t)slash + 1) : reference;
}

/* "below" or the domain itself. */
static bool isbelow(const char *name, const char *domain, size_t domain_length)
{
    size_t length = strlen(name);
    if (length == domain_length)
        return strncasecmp(name, domain, length) == 0;
    return length > domain_length && name[length - domain_length - 1] == '.' &&
           strncasecmp(name + length - domain_length, domain, domain_length) == 0;
}

static bool islocaladdress(const char *name, bool *is_address)
{
    struct in_addr address;
    struct in6_addr address6;
    *is_address = true;
    if (inet_pton(AF_INET6, name, &address6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&address6);
    if (inet_pton(AF_INET, name, &address) != 1) {
        *is_address = false;
        return false;
    }
    uint32_t number = ntohl(address.s_addr);
    for (size_t i = 0; i < ARRAY_LENGTH(LOCAL_NETWORKS); i++) {
        uint32_t mask = ~0u << (32 - LOCAL_NETWORKS[i].bits);
        if ((number & mask) == LOCAL_NETWORKS[i].network)
            return true;
    }
    return false;
}

/* A Service name (RFC 1035 label). All digits or 0x… would be an address to a resolver, not a Service. */
static bool isservicename(const char *name)
{
    return name[0] >= 'a' && name[0] <= 'z' && strpbrk(name, ".:_") == NULL;
}

static bool islocal(const char *name, const char *fqdn)
{
    bool is_address = false;
    if (islocaladdress(name, &is_address))
        return true;
    if (is_address)
        return false;
    size_t fqdn_length = strlen(fqdn);
    while (fqdn_length > 0 && fqdn[fqdn_length - 1] == '.')
        fqdn_length--;
    if (fqdn_length > 0 && isbelow(name, fqdn, fqdn_length))
        return true;
    return isservicename(name) || span_ends_with(span_of(name), ".svc") || span_ends_with(span_of(name), ".svc.cluster.local");
}

enum host_class host_classify(const struct host *host, const char *fqdn)
{
    if (host->broken)
        return HOST_CLASS_BROKEN;
    if (host->name[0] == '\0')
        return HOST_CLASS_NONE;
    if (islocal(host->name, fqdn))
        return HOST_CLASS_LOCAL;
    for (size_t i = 0; i < ARRAY_LENGTH(KNOWN_HOSTS); i++) {
        const struct known_host *known = &KNOWN_HOSTS[i];
        if (strcmp(host->name, known->name) == 0)
            return known->class;
        if (known->with_subdomains && isbelow(host->name, known->name, known->length))
            return known->class;
    }
    return fqdn[0] == '\0' ? HOST_CLASS_UNDECIDED : HOST_CLASS_FOREIGN;
}

const char *host_class_name(enum host_class class)
{
    return CLASS_NAMES[class];
}

static bool isapigroup(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(API_GROUPS); i++) {
        if (strcmp(name, API_GROUPS[i]) == 0 || (i > 0 && isbelow(name, API_GROUPS[i], strlen(API_GROUPS[i]))))
            return true;
    }
    return false;
}

/* A key or group stands alone or before '/', and nothing before it makes it an address. */
static bool isword(struct span text, size_t start, size_t end, const char *name)
{
    bool is_addressed = start > 0 && (text.data[start - 1] == '/' || text.data[start - 1] == '@');
    bool has_port = end < text.length && text.data[end] == ':';
    return !is_addressed && !has_port && isapigroup(name);
}

/* Cheap and generous: only what ends like a mothership or upstream host is looked at closely. */
static bool maybetether(struct span token)
{
    while (token.length > 0 && token.data[token.length - 1] == '.')
        token.length--;
    for (size_t i = 0; i < ARRAY_LENGTH(KNOWN_HOSTS); i++) {
        const struct known_host *known = &KNOWN_HOSTS[i];
        bool is_tether = known->class == HOST_CLASS_MOTHERSHIP || known->class == HOST_CLASS_UPSTREAM;
        if (is_tether && token.length >= known->length &&
            strncasecmp(token.data + token.length - known->length, known->name, known->length) == 0)
            return true;
    }
    return false;
}

bool host_find_tether(struct span text, enum host_text kind, const char *fqdn, struct host *found)
{
    size_t at = 0;
    while (at < text.length) {
        size_t start = at;
        while (at < text.length && isnamebyte(lower(text.data[at])))
            at++;
        struct span token = span_make(text.data + start, at - start);
        if (maybetether(token)) {
            keep(found, token);
            enum host_class class = host_classify(found, fqdn);
            bool is_tether = class == HOST_CLASS_MOTHERSHIP || class == HOST_CLASS_UPSTREAM;
            if (is_tether && (kind == HOST_TEXT_NAMES || !isword(text, start, at, found->name)))
                return true;
        }
        at += at < text.length && at == start ? 1 : 0;
    }
    memset(found, 0, sizeof *found);
    return false;
}
