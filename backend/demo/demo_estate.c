/* Organizations, Environments, Applications and Blueprints of the demo Sovereign. Data only. */
#include "demo/demo_estate.h"

#include <string.h>

#include "base/array.h"

static const struct demo_estate_organization ORGANIZATIONS[] = {
    {"bluewave", "Bluewave Travel", "customer", "sme", "real", "it@bluewave.example", "Ready", "Ready", NULL},
    {"northwind", "Northwind Logistics", "customer", "corporate", "real", "platform@northwind.example", "Ready",
     "Ready", NULL},
    {"finovate", "Finovate Bank", "customer", "corporate", "real", "sre@finovate.example", "Ready", "Ready", NULL},
    {"greenfield", "Greenfield Farms", "customer", "sme", "real", "office@greenfield.example", "Failed", "Ready",
     "robot user 'greenfield-iac': gitea answered 409 Conflict: user already exists [name: greenfield-iac]"},
    {"platform", "Platform Team", "internal", "corporate", "showback", "sre@acme.example", "Ready", "Disabled", NULL},
};

static const struct demo_estate_environment ENVIRONMENTS[] = {
    {"bluewave", "prod", true},   {"bluewave", "stg", false},  {"northwind", "prod", true},   {"northwind", "uat",
     false},
    {"northwind", "dev", false},  {"finovate", "prod", true},  {"finovate", "stg", false},    {"greenfield", "prod",
     false},
    {"platform", "prod", true},   {"platform", "dev", false},
};

static const struct demo_estate_application APPLICATIONS[] = {
    {"bluewave", "prod", "website", "bp-wordpress", DEMO_ESTATE_OBJECT_PAIR, DEMO_ESTATE_FINE, 3},
    {"bluewave", "prod", "shop", "bp-medusa", DEMO_ESTATE_LEGACY_TEXT, DEMO_ESTATE_FINE, 2},
    {"bluewave", "prod", "files", "bp-nextcloud", DEMO_ESTATE_SINGLETON_TEXT, DEMO_ESTATE_FINE, 1},
    {"bluewave", "prod", "chat", "bp-mattermost", DEMO_ESTATE_OBJECT, DEMO_ESTATE_FINE, 1},
    {"bluewave", "stg", "website-stg", "bp-wordpress", DEMO_ESTATE_SINGLETON_TEXT, DEMO_ESTATE_SUSPENDED, 1},
    {"bluewave", "stg", "shop-stg", "bp-medusa", DEMO_ESTATE_OBJECT, DEMO_ESTATE_FINE, 1},
    {"northwind", "prod", "tracking", "bp-temporal", DEMO_ESTATE_OBJECT_ACTIVE, DEMO_ESTATE_FINE, 3},
    {"northwind", "prod", "erp", "bp-odoo", DEMO_ESTATE_OBJECT_PAIR, DEMO_ESTATE_FINE, 2},
    {"northwind", "prod", "reports", "bp-metabase", DEMO_ESTATE_OBJECT, DEMO_ESTATE_FINE, 1},
    {"northwind", "prod", "automation", "bp-n8n", DEMO_ESTATE_SINGLETON_TEXT, DEMO_ESTATE_FINE, 1},
    {"northwind", "uat", "erp-uat", "bp-odoo", DEMO_ESTATE_OBJECT, DEMO_ESTATE_FINE, 1},
    {"northwind", "uat", "tracking-uat", "bp-temporal", DEMO_ESTATE_OBJECT, DEMO_ESTATE_CRASH_LOOP, 1},
    {"northwind", "dev", "sandbox-db", "bp-postgres", DEMO_ESTATE_SINGLETON_TEXT, DEMO_ESTATE_FINE, 1},
    {"finovate", "prod", "core-db", "bp-postgres", DEMO_ESTATE_OBJECT_PAIR, DEMO_ESTATE_FINE, 3},
    {"finovate", "prod", "ledger", "bp-temporal", DEMO_ESTATE_OBJECT_ACTIVE, DEMO_ESTATE_FINE, 3},
    {"finovate", "prod", "dashboards", "bp-metabase", DEMO_ESTATE_OBJECT, DEMO_ESTATE_UPGRADE_FAILED, 1},
    {"finovate", "prod", "vault", "bp-vaultwarden", DEMO_ESTATE_OBJECT, DEMO_ESTATE_FINE, 1},
    {"finovate", "prod", "docs", "bp-outline", DEMO_ESTATE_SINGLETON_TEXT, DEMO_ESTATE_FINE, 1},
    {"finovate", "stg", "ledger-stg", "bp-temporal", DEMO_ESTATE_OBJECT, DEMO_ESTATE_FINE, 1},
    {"finovate", "stg", "core-db-stg", "bp-postgres", DEMO_ESTATE_OBJECT, DEMO_ESTATE_FINE, 1},
    {"greenfield", "prod", "website", "bp-ghost", DEMO_ESTATE_SINGLETON_TEXT, DEMO_ESTATE_FINE, 1},
    {"greenfield", "prod", "orders", "bp-odoo", DEMO_ESTATE_OBJECT, DEMO_ESTATE_PROVISIONING, 1},
    {"platform", "prod", "wiki", "bp-outline", DEMO_ESTATE_OBJECT_PAIR, DEMO_ESTATE_FINE, 1},
    {"platform", "prod", "status-page", "bp-uptime-kuma", DEMO_ESTATE_OBJECT, DEMO_ESTATE_FINE, 1},
    {"platform", "prod", "runbooks", "bp-ghost", DEMO_ESTATE_SINGLETON_TEXT, DEMO_ESTATE_FINE, 1},
    {"platform", "dev", "ci-cache", "bp-valkey-instance", DEMO_ESTATE_OBJECT, DEMO_ESTATE_FINE, 1},
    {"platform", "dev", "load-lab", "bp-n8n", DEMO_ESTATE_OBJECT, DEMO_ESTATE_FINE, 1},
};

static const struct demo_estate_blueprint BLUEPRINTS[] = {
    {"bp-wordpress", "1.2.0", "WordPress", "cms", "Web sites and blogs", "docker.io/library/wordpress:6.7.1"},
    {"bp-ghost", "1.0.4", "Ghost", "cms", "Publishing with newsletters", "docker.io/library/ghost:5.105.0"},
    {"bp-medusa", "0.9.3", "Medusa", "commerce", "Headless commerce", "docker.io/medusajs/medusa:2.1.0"},
    {"bp-nextcloud", "1.1.2", "Nextcloud", "collaboration", "Files, calendars and talk",
     "docker.io/library/nextcloud:30.0.4"},
    {"bp-mattermost", "1.0.8", "Mattermost", "collaboration", "Team messaging",
     "docker.io/mattermost/mattermost-team-edition:10.3.1"},
    {"bp-outline", "1.0.3", "Outline", "collaboration", "Team knowledge base", "docker.io/outlinewiki/outline:0.81.1"},
    {"bp-temporal", "1.3.1", "Temporal", "integration", "Durable workflows", "docker.io/temporalio/server:1.25.2"},
    {"bp-n8n", "1.0.6", "n8n", "integration", "Workflow automation", "docker.io/n8nio/n8n:1.72.1"},
    {"bp-odoo", "1.1.4", "Odoo", "business", "ERP and accounting", "docker.io/library/odoo:18.0"},
    {"bp-metabase", "1.0.7", "Metabase", "analytics", "Questions and dashboards",
     "docker.io/metabase/metabase:v0.52.3"},
    {"bp-postgres", "1.0.9", "PostgreSQL", "data", "Relational database (CloudNativePG)",
     "ghcr.io/cloudnative-pg/postgresql:16.6"},
    {"bp-valkey-instance", "1.0.2", "Valkey", "data", "In-memory store", "docker.io/valkey/valkey:8.0.1-alpine"},
    {"bp-vaultwarden", "1.0.1", "Vaultwarden", "security", "Password manager", "docker.io/vaultwarden/server:1.32.7"},
    {"bp-uptime-kuma", "1.0.0", "Uptime Kuma", "observability", "Status pages",
     "docker.io/louislam/uptime-kuma:1.23.16"},
};

static const struct demo_estate_spine SPINES[] = {
    {"bp-grafana", "Grafana"}, {"bp-harbor", "Harbor"},       {"bp-gitea", "Gitea"},         {"bp-keycloak",
     "Keycloak"},
    {"bp-openbao", "OpenBao"}, {"bp-guacamole", "Guacamole"}, {"bp-langfuse", "Langfuse"},   {"bp-newapi", "NewAPI"},
};

const struct demo_estate_organization *demo_estate_organizations(size_t *count)
{
    *count = ARRAY_LENGTH(ORGANIZATIONS);
    return ORGANIZATIONS;
}

const struct demo_estate_environment *demo_estate_environments(size_t *count)
{
    *count = ARRAY_LENGTH(ENVIRONMENTS);
    return ENVIRONMENTS;
}

const struct demo_estate_application *demo_estate_applications(size_t *count)
{
    *count = ARRAY_LENGTH(APPLICATIONS);
    return APPLICATIONS;
}

const struct demo_estate_blueprint *demo_estate_blueprints(size_t *count)
{
    *count = ARRAY_LENGTH(BLUEPRINTS);
    return BLUEPRINTS;
}

const struct demo_estate_spine *demo_estate_spines(size_t *count)
{
    *count = ARRAY_LENGTH(SPINES);
    return SPINES;
}

const struct demo_estate_blueprint *demo_estate_blueprint(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(BLUEPRINTS); i++)
        if (strcmp(BLUEPRINTS[i].name, name) == 0)
            return &BLUEPRINTS[i];
    return NULL;
}
