/* The customers of the demo Sovereign as data: Organizations, their Environments and Applications, the Blueprints they
 * install (domain contract section 2). */
#ifndef DEMO_DEMO_ESTATE_H
#define DEMO_DEMO_ESTATE_H

#include <stdbool.h>
#include <stddef.h>

struct demo_estate_organization {
    const char *slug, *display_name;
    const char *kind, *tier, *billing; /* as the CR spells them */
    const char *owner;                 /* e-mail */
    const char *iac_state;             /* status.iacBootstrap.state */
    const char *realm_state;           /* status.perOrgRealm.state */
    const char *problem;               /* lastError of the state that is Failed; NULL for none */
};

struct demo_estate_environment {
    const char *organization, *type; /* "bluewave", "prod" */
    bool multi_region;
};

enum demo_estate_trouble {
    DEMO_ESTATE_FINE,
    DEMO_ESTATE_UPGRADE_FAILED, /* its HelmRelease is stalled after its retries */
    DEMO_ESTATE_CRASH_LOOP,     /* its pod restarts again and again */
    DEMO_ESTATE_SUSPENDED,      /* its HelmRelease is suspended */
    DEMO_ESTATE_PROVISIONING,   /* still being installed */
};

enum demo_estate_placement {
    DEMO_ESTATE_SINGLETON_TEXT, /* spec.placement: "singleton" */
    DEMO_ESTATE_LEGACY_TEXT,    /* spec.placement: "active-hotstandby" (legacy spelling) */
    DEMO_ESTATE_OBJECT,         /* spec.placement: {mode, regions, ...} on one region */
    DEMO_ESTATE_OBJECT_PAIR,    /* the same, active-hot-standby over both regions */
    DEMO_ESTATE_OBJECT_ACTIVE,  /* active-active over both regions */
};

struct demo_estate_application {
    const char *organization, *environment_type, *name;
    const char *blueprint; /* "bp-wordpress" */
    enum demo_estate_placement placement;
    enum demo_estate_trouble trouble;
    int replicas;
};

struct demo_estate_blueprint {
    const char *name, *version, *title, *category, *summary;
    const char *image; /* what an Application of it runs */
};

/* Applications that only represent a release of the bootstrap kit (spec.bootstrap). */
struct demo_estate_spine {
    const char *release, *title;
};

const struct demo_estate_organization *demo_estate_organizations(size_t *count);
const struct demo_estate_environment *demo_estate_environments(size_t *count);
const struct demo_estate_application *demo_estate_applications(size_t *count);
const struct demo_estate_blueprint *demo_estate_blueprints(size_t *count);
const struct demo_estate_spine *demo_estate_spines(size_t *count);
const struct demo_estate_blueprint *demo_estate_blueprint(const char *name); /* NULL: unknown */

#endif
