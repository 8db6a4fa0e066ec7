/* Hosts as the contract reads them (5.1, 5.2): every trap of the parser and of the classes once. */
#include <criterion/criterion.h>

#include "base/array.h"
#include "support/leak_check.h"
#include "tether/host.h"

#define FQDN "acme.example"

Test(host, takes_the_host_out_of_a_url)
{
    static const struct {
        const char *url, *name;
        bool broken;
    } CASES[] = {
        {"https://github.com/openova-io/openova", "github.com", false},
        {"oci://user@ghcr.io/x", "ghcr.io", false},
        {"oci://USER:pw@GHCR.io:443/x", "ghcr.io", false},
        {"ssh://git@github.com:22/openova-io/openova", "github.com", false},
        {"git@github.com:openova-io/openova.git", "github.com", false},
        {"ACME.example:443", "acme.example", false},
        {"http://gitea-http.gitea.svc.cluster.local:3000/openova/openova", "gitea-http.gitea.svc.cluster.local", false},
        {"https://registry.acme.example@evil.test/x", "evil.test", false},
        {"https://evil.test/x@registry.acme.example", "evil.test", false},
        {"https://evil.test?@registry.acme.example", "evil.test", false},
        {"https://evil.test#@registry.acme.example", "evil.test", false},
        {"https://evil.test\\@registry.acme.example/", "registry.acme.example", true},
        {"https://evil.test\\.acme.example/", "evil.test\\.acme.example", true},
        {"https://github.com./x", "github.com", false},
        {"https://[::1]:5000/x", "::1", false},
        {"https://[::1/x", "[::1", true},
        {"https://a..acme.example", "a..acme.example", true},
        {"https://.acme.example", ".acme.example", true},
        {"https:///x", "", true},
        {"harbor.openova.io", "harbor.openova.io", false},
        {"", "", false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct host host;
        host_of_url(&host, span_of(CASES[i].url));
        cr_assert_str_eq(host.name, CASES[i].name, "%s gave %s", CASES[i].url, host.name);
        cr_assert_eq(host.broken, CASES[i].broken, "%s", CASES[i].url);
    }
    TEST_NO_LEAKS();
}

Test(host, takes_the_host_out_of_an_image_reference)
{
    static const struct {
        const char *reference, *name, *path;
        bool implicit;
    } CASES[] = {
        {"alpine", "docker.io", "alpine", true},
        {"alpine:3.20", "docker.io", "alpine:3.20", true},
        {"alpine/k8s:1", "docker.io", "alpine/k8s:1", true},
        {"localhost/x", "localhost", "x", false},
        {"localhost:5000/x", "localhost", "x", false},
        {"ghcr.io/openova-io/a@sha256:00", "ghcr.io", "openova-io/a@sha256:00", false},
        {"Harbor.OpenOva.IO/proxy-ghcr/x:1", "harbor.openova.io", "proxy-ghcr/x:1", false},
        {"ghcr.io", "docker.io", "ghcr.io", true},
        {"registry.acme.example:443/openova-io/a:1", "registry.acme.example", "openova-io/a:1", false},
        {"", "", "", false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct host host;
        struct span path;
        host_of_image(&host, span_of(CASES[i].reference), &path);
        cr_assert_str_eq(host.name, CASES[i].name, "%s gave %s", CASES[i].reference, host.name);
        cr_assert_eq(host.implicit, CASES[i].implicit, "%s", CASES[i].reference);
        cr_assert(span_equals_text(path, CASES[i].path), "%s left %.*s", CASES[i].reference, SPAN_PRINT(path));
    }
}

Test(host, says_what_a_host_means)
{
    static const struct {
        const char *url;
        enum host_class class;
    } CASES[] = {
        {"acme.example", HOST_CLASS_LOCAL},
        {"registry.acme.example", HOST_CLASS_LOCAL},
        {"ACME.example:443", HOST_CLASS_LOCAL},
        {"harbor.acme.example.", HOST_CLASS_LOCAL},
        {"evilacme.example", HOST_CLASS_FOREIGN},
        {"acme.example.evil.test", HOST_CLASS_FOREIGN},
        {"harbor.openova.io", HOST_CLASS_MOTHERSHIP},
        {"pool.openova.io", HOST_CLASS_MOTHERSHIP},
        {"openova.io", HOST_CLASS_MOTHERSHIP},
        {"pdns.openova.io", HOST_CLASS_ALLOWED},
        {"harbor.openova.io.evil.test", HOST_CLASS_FOREIGN},
        {"notopenova.io", HOST_CLASS_FOREIGN},
        {"oci://ghcr.io/x", HOST_CLASS_UPSTREAM},
        {"raw.githubusercontent.com", HOST_CLASS_UPSTREAM},
        {"codeload.github.com", HOST_CLASS_UPSTREAM},
        {"xpkg.upbound.io", HOST_CLASS_PACKAGES},
        {"https://charts.loft.sh", HOST_CLASS_PACKAGES},
        {"registry.k8s.io", HOST_CLASS_PUBLIC},
        {"get.k3s.io", HOST_CLASS_BOOTSTRAP},
        {"gitea-http.gitea.svc.cluster.local:3000", HOST_CLASS_LOCAL},
        {"gitea-http.gitea.svc", HOST_CLASS_LOCAL},
        {"gitea-http", HOST_CLASS_LOCAL},
        {"gitea-http.gitea", HOST_CLASS_FOREIGN},
        {"localhost:5000", HOST_CLASS_LOCAL},
        {"127.0.0.1", HOST_CLASS_LOCAL},
        {"10.42.255.255", HOST_CLASS_LOCAL},
        {"10.43.0.10", HOST_CLASS_LOCAL},
        {"10.44.0.1", HOST_CLASS_FOREIGN},
        {"10.96.0.1", HOST_CLASS_LOCAL},
        {"10.111.255.255", HOST_CLASS_LOCAL},
        {"10.112.0.0", HOST_CLASS_FOREIGN},
        {"10.42.0.1.evil.test", HOST_CLASS_FOREIGN},
        {"3232235521", HOST_CLASS_FOREIGN},
        {"0x7f000001", HOST_CLASS_FOREIGN},
        {"https://[::1]:5000", HOST_CLASS_LOCAL},
        {"https://[2001:db8::1]/", HOST_CLASS_FOREIGN},
        {"https://a b/", HOST_CLASS_BROKEN},
        {"https://registr\xd1\x83.acme.example/", HOST_CLASS_BROKEN},
        {"", HOST_CLASS_NONE},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct host host;
        host_of_url(&host, span_of(CASES[i].url));
        enum host_class class = host_classify(&host, FQDN);
        cr_assert_eq(class, CASES[i].class, "%s is %s", CASES[i].url, host_class_name(class));
    }
}

Test(host, never_calls_a_stranger_foreign_or_local_while_the_domain_is_not_known)
{
    struct host host;
    host_of_url(&host, span_of("https://registry.acme.example"));
    cr_assert_eq(host_classify(&host, ""), HOST_CLASS_UNDECIDED);
    host_of_url(&host, span_of("https://ghcr.io"));
    cr_assert_eq(host_classify(&host, ""), HOST_CLASS_UPSTREAM);
    host_of_url(&host, span_of("https://registry.t40.openova.io"));
    cr_assert_eq(host_classify(&host, "t40.openova.io"), HOST_CLASS_LOCAL, "a Sovereign below openova.io is local to itself");
    host_of_url(&host, span_of("https://harbor.openova.io"));
    cr_assert_eq(host_classify(&host, "T40.openova.io."), HOST_CLASS_MOTHERSHIP);
}

Test(host, finds_tethers_in_text_at_host_boundaries)
{
    static const struct {
        const char *text, *name;
        enum host_text kind;
    } CASES[] = {
        {"openova.io/region", NULL},
        {"openova.io/region", "openova.io", HOST_TEXT_NAMES},
        {"in(catalyst.openova.io/app, bp.openova.io/order)", NULL},
        {"apps.openova.io", NULL},
        {"organizations.orgs.openova.io", NULL},
        {"//openova.io/healthz", "openova.io"},
        {"https://catalyst.openova.io/x", "catalyst.openova.io"},
        {"openova.io:443", "openova.io"},
        {"x.openova.io/region", "x.openova.io"},
        {"https://console.openova.io/healthz", "console.openova.io"},
        {"mirror=ghcr.io,registry.acme.example", "ghcr.io"},
        {"mail to ops@openova.io.", "openova.io"},
        {"--url=HTTPS://GitHub.com/x", "github.com"},
        {"use pdns.openova.io here", NULL},
        {"harbor.openova.io.evil.test", NULL},
        {"notghcr.io and my-ghcr.io", NULL},
        {"registry.acme.example/openova-io", NULL},
        {"", NULL},
        {"...", NULL},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct host host;
        bool found = host_find_tether(span_of(CASES[i].text), CASES[i].kind, FQDN, &host);
        cr_assert_eq(found, CASES[i].name != NULL, "%s gave '%s'", CASES[i].text, host.name);
        if (found)
            cr_assert_str_eq(host.name, CASES[i].name);
    }
}
