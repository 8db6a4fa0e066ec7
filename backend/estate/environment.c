/* Rolls an Environment up from its phase and its Applications. */
#include "estate/environment.h"

void environment_judge(struct environment *environment, const struct application *applications, const struct store *store)
{
    struct health *health = &environment->health;
    const struct row *row = environment->row;
    struct span phase = row_text(row, FIELD_PHASE), message = row_text(row, FIELD_READY_MESSAGE);
    char reason[HEALTH_CAUSE_MAX - 64];
    health_init(health);
    if (span_is_empty(phase))
        health_add(health, TONE_UNKNOWN, "no status.phase yet");
    else if (span_is_empty(message) || row_is(row, FIELD_READY, "True"))
        health_add(health, health_tone_of(phase), "phase %.*s", SPAN_PRINT(phase));
    else
        health_add(health, health_tone_of(phase), "phase %.*s: %.*s", SPAN_PRINT(phase), SPAN_PRINT(message));
    for (size_t i = environment->first_application; i != ESTATE_NONE; i = applications[i].next_in_environment)
        health_add(health, applications[i].health.tone, "Application %.*s: %s", SPAN_PRINT(row_key(applications[i].row)),
                   applications[i].health.cause);
    health_add_common(health, row);
    if (!store_kind_is_known(store, KIND_ID_APPLICATIONS, reason, sizeof reason))
        health_add(health, TONE_UNKNOWN, "its Applications are not known: %s", reason);
    const struct table *own = store_find_table(store, KIND_ID_ENVIRONMENTS, row_region(row));
    if (!table_is_current(own))
        health_add(health, TONE_UNKNOWN, "environments are not known any more: %s", table_reason(own));
}
