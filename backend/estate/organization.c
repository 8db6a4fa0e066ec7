/* Rolls an Organization up from the four states its controllers write. */
#include "estate/organization.h"

#include "base/array.h"

static const struct {
    enum field field;
    const char *label;
} STATES[] = {{FIELD_VCLUSTER_PHASE, "vCluster"}, {FIELD_REALM_STATE, "Keycloak realm"}, {FIELD_IAC_STATE, "IaC repository"}};

void organization_judge(struct organization *organization, const struct store *store)
{
    struct health *health = &organization->health;
    const struct row *row = organization->row;
    struct span ready = row_text(row, FIELD_READY), error = row_text(row, FIELD_LAST_ERROR);
    health_init(health);
    if (span_is_empty(ready))
        health_add(health, TONE_UNKNOWN, "no Ready condition yet");
    else
        health_add_ready(health, span_equals_text(ready, "Unknown") ? TONE_PROGRESS : health_tone_of(ready), row);
    for (size_t i = 0; i < ARRAY_LENGTH(STATES); i++) {
        struct span state = row_text(row, STATES[i].field);
        bool explains = STATES[i].field != FIELD_VCLUSTER_PHASE && !span_is_empty(error);
        if (!span_is_empty(state)) /* an older schema may not have it */
            health_add(health, health_tone_of(state), "%s is %.*s%s%.*s", STATES[i].label, SPAN_PRINT(state), explains ? ": " : "",
                       SPAN_PRINT(explains ? error : SPAN_EMPTY));
    }
    health_add_common(health, row);
    const struct table *own = store_find_table(store, KIND_ID_ORGANIZATIONS, row_region(row));
    if (!table_is_current(own))
        health_add(health, TONE_UNKNOWN, "organizations are not known any more: %s", table_reason(own));
}
