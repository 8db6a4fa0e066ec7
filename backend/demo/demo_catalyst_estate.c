/* Organizations, Applications and the Sovereign's five numbers (contract 5.2, 6.1, 6.3). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_build.h"
#include "demo/demo_catalyst_internal.h"
#include "demo/demo_flux_scan.h"
#include "demo/demo_json.h"

#define SOON_MS ((int64_t)30 * DEMO_BUILD_DAY * 1000)

static int count_certificates(struct demo_store *store)
{
    int soon = 0;
    size_t index = 0;
    json_t *certificate = NULL;
    json_t *certificates = demo_store_list(store, DEMO_KIND_CERTIFICATE, NULL);
    json_array_foreach(certificates, index, certificate) {
        int64_t end_ms = timestamp_parse(span_of(demo_json_text(certificate, "status.notAfter")));
        soon += end_ms != TIMESTAMP_NONE && end_ms - clock_wall_ms() <= SOON_MS;
    }
    json_decref(certificates);
    return soon;
}

static int count_pods(struct demo_store *store, int *running)
{
    struct demo_snapshot snapshot = {0};
    demo_store_snapshot(store, demo_kinds_at(DEMO_KIND_POD), NULL, 0, &snapshot);
    *running = 0;
    for (size_t i = 0; i < snapshot.count; i++)
        *running +=
            memmem(snapshot.objects[i]->body, snapshot.objects[i]->body_length, "\"phase\":\"Running\"", 17) != NULL;
    int total = (int)snapshot.count;
    demo_store_release(&snapshot);
    return total;
}

void demo_catalyst_estate_status(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    if (demo_catalyst_session_of(catalyst, request, reply) == NULL)
        return;
    struct demo_store *store = catalyst->world->stores[DEMO_WORLD_PRIMARY];
    struct demo_snapshot snapshot = {0};
    demo_store_snapshot(store, demo_kinds_at(DEMO_KIND_HELMRELEASE), NULL, 0, &snapshot);
    int ready = 0, running = 0;
    for (size_t i = 0; i < snapshot.count; i++)
        ready += demo_flux_scan_is_ready(snapshot.objects[i]);
    int releases = (int)snapshot.count;
    demo_store_release(&snapshot);
    int pods = count_pods(store, &running);
    demo_http_reply_json(reply, 200,
                         json_pack("{s:i, s:i, s:i, s:i, s:i}", "helmReleasesReady", ready, "helmReleasesTotal",
                                   releases, "podsRunning", running, "podsTotal", pods, "certExpirySoonCount",
                                   count_certificates(store)));
}

static json_t *organization_row(const json_t *organization)
{
    const char *slug = demo_json_text(organization, "spec.slug"),
               *at = demo_json_text(organization, "metadata.creationTimestamp");
    const char *tier = demo_json_text(organization, "spec.tier");
    bool has_failed = strcmp(demo_json_text(organization, "status.iacBootstrap.state"), "Failed") == 0;
    json_t *row = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s+, s:s, s:s++, s:s, s:s, s:s, s:s, s:s, s:s}", "org_tenant_id",
        demo_json_text(organization, "metadata.uid"), "state", has_failed ? "failed" : "done", "subdomain", slug,
        "domain_mode", "free-subdomain", "parent_domain", DEMO_WORLD_FQDN, "admin_email",
        demo_json_text(organization, "spec.owners[0].email"), "company_name",
        demo_json_text(organization, "spec.displayName"), "otech_fqdn", DEMO_WORLD_FQDN, "vcluster_name", "vc-", slug,
        "tenant_namespace", slug, "console_host", "console.", slug, "." DEMO_WORLD_FQDN, "kind",
        demo_json_text(organization, "spec.kind"), "tier", strcmp(tier, "sme") == 0 ? "org" : tier, "billing_mode",
        demo_json_text(organization, "spec.billingMode"), "isolation", "vcluster", "created_at", at, "updated_at", at);
    if (has_failed)
        json_object_set_new(
            row, "last_error",
            json_pack("s+", "bp_charts:conflict:", demo_json_text(organization, "status.iacBootstrap.lastError")));
    json_object_set_new(row, "steps",
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "vcluster", "done", "bp_charts",
                                  has_failed ? "failed" : "done", "dns", "done", "certs", "done", "keycloak_clients",
                                  "done", "registry", "done"));
    return row;
}

void demo_catalyst_estate_organizations(const struct demo_http_request *request, struct demo_http_reply *reply,
                                        void *context)
{
    struct demo_catalyst *catalyst = context;
    if (demo_catalyst_session_of(catalyst, request, reply) == NULL)
        return;
    json_t *organizations = demo_store_list(catalyst->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_ORGANIZATION, NULL),
           *items = json_array();
    size_t index = 0;
    json_t *organization = NULL;
    json_array_foreach(organizations, index, organization)
        json_array_append_new(items, organization_row(organization));
    json_decref(organizations);
    demo_http_reply_json(reply, 200, json_pack("{s:o}", "items", items));
}

void demo_catalyst_estate_organization(const struct demo_http_request *request, struct demo_http_reply *reply,
                                       void *context)
{
    struct demo_catalyst *catalyst = context;
    if (demo_catalyst_session_of(catalyst, request, reply) == NULL)
        return;
    json_t *organizations = demo_store_list(catalyst->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_ORGANIZATION, NULL),
           *row = NULL;
    size_t index = 0;
    json_t *organization = NULL;
    json_array_foreach(organizations, index, organization)
        if (!row && strcmp(demo_json_text(organization, "metadata.uid"), request->captures[0]) == 0)
            row = organization_row(organization);
    json_decref(organizations);
    if (row)
        demo_http_reply_json(reply, 200, row);
    else
        demo_catalyst_refuse(reply, 404, "org-tenant-not-found", request->captures[0]);
}

void demo_catalyst_estate_applications(const struct demo_http_request *request, struct demo_http_reply *reply,
                                       void *context)
{
    struct demo_catalyst *catalyst = context;
    if (demo_catalyst_session_of(catalyst, request, reply) == NULL)
        return;
    json_t *applications = demo_store_list(catalyst->world->stores[DEMO_WORLD_PRIMARY], DEMO_KIND_APPLICATION, NULL),
           *items = json_array();
    size_t index = 0;
    json_t *application = NULL;
    json_array_foreach(applications, index, application)
        json_array_append_new(items, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "kind", "Application", "name",
                                               demo_json_text(application, "metadata.name"), "namespace",
                                               demo_json_text(application, "metadata.namespace"), "blueprint",
                                               demo_json_text(application, "spec.blueprintRef.name"), "version",
                                               demo_json_text(application, "spec.blueprintRef.version"), "phase",
                                               demo_json_text(application, "status.phase")));
    json_decref(applications);
    int total = (int)json_array_size(items);
    demo_http_reply_json(reply, 200,
                         json_pack("{s:s, s:o, s:i}", "kind", "ApplicationList", "items", items, "total", total));
}
