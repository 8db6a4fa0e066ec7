/* What is called local is the Sovereign's own name or an in-cluster one, whatever was wrapped around it; asked again with the
 * bare name, the answer is the same. */
#include <arpa/inet.h>
#include <string.h>

#include "fuzz.h"
#include "tether/host.h"

#define FQDN "acme.example"

static bool ends(const char *name, const char *suffix)
{
    size_t length = strlen(name), tail = strlen(suffix);
    return length >= tail && strcmp(name + length - tail, suffix) == 0;
}

static void check(const struct host *host)
{
    struct host again;
    enum host_class class = host_classify(host, FQDN);
    FUZZ_REQUIRE(strlen(host->name) < HOST_NAME_MAX);
    if (class != HOST_CLASS_LOCAL)
        return;
    struct in6_addr address;
    bool is_own = strcmp(host->name, FQDN) == 0 || ends(host->name, "." FQDN);
    bool is_cluster = ends(host->name, ".svc") || ends(host->name, ".svc.cluster.local") || strchr(host->name, '.') == NULL;
    bool is_address = inet_pton(AF_INET, host->name, &address) == 1 || inet_pton(AF_INET6, host->name, &address) == 1;
    FUZZ_REQUIRE(!host->broken && (is_own || is_cluster || is_address));
    if (strchr(host->name, ':') != NULL)
        return;
    host_of_url(&again, span_of(host->name));
    FUZZ_REQUIRE(strcmp(again.name, host->name) == 0 && host_classify(&again, FQDN) == HOST_CLASS_LOCAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_make((const char *)data, size), path;
    struct host host;
    host_of_url(&host, text);
    check(&host);
    host_of_image(&host, text, &path);
    check(&host);
    for (int kind = HOST_TEXT_FREE; kind <= HOST_TEXT_NAMES; kind++) {
        if (!host_find_tether(text, (enum host_text)kind, FQDN, &host))
            continue;
        enum host_class class = host_classify(&host, FQDN);
        FUZZ_REQUIRE(class == HOST_CLASS_MOTHERSHIP || class == HOST_CLASS_UPSTREAM);
    }
    return 0;
}
