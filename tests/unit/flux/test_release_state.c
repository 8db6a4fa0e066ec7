/* What the console makes of the conditions that Flux controllers really write (domain.md 4.5, 4.6). */
#include <criterion/criterion.h>

#include "base/array.h"
#include "flux/release_state.h"
#include "support/leak_check.h"
#include "support/rows.h"

static const struct {
    const char *name, *kind, *type, *ready, *reason, *message, *stalled, *released, *released_message, *suspended, *observed;
    enum release_phase phase;
    const char *cause;
} CASES[] = {
    {"ready", "helmreleases", .ready = "True", .observed = "2", .phase = RELEASE_PHASE_READY, .cause = ""},
    {"ready of an older generation", "gitrepositories", .ready = "True", .observed = "1", .phase = RELEASE_PHASE_STALE,
     .cause = "its Ready is of an older generation: the controller has not taken in the present spec"},
    {"rolled back: the error is in Released", "helmreleases", .ready = "False", .reason = "RollbackSucceeded",
     .message = "Helm rollback succeeded", .released = "False", .released_message = "upgrade failed: timed out", .observed = "2",
     .phase = RELEASE_PHASE_FAILED, .cause = "upgrade failed: timed out"},
    {"given up", "helmreleases", .ready = "False", .reason = "RetriesExceeded", .message = "exhausted", .stalled = "True",
     .released = "False", .released_message = "install failed: hook", .phase = RELEASE_PHASE_STALLED, .cause = "install failed: hook"},
    {"a newer error than the one in Released", "helmreleases", .ready = "False", .reason = "ArtifactFailed",
     .message = "401 from ghcr.io", .released = "False", .released_message = "old", .phase = RELEASE_PHASE_FAILED,
     .cause = "401 from ghcr.io"},
    {"blocked by reason", "helmreleases", .ready = "False", .reason = "DependencyNotReady", .message = "dep",
     .phase = RELEASE_PHASE_BLOCKED, .cause = "dep"},
    {"blocked by message", "helmreleases", .ready = "False", .message = "dependency 'flux-system/bp-openbao' is not ready",
     .phase = RELEASE_PHASE_BLOCKED, .cause = "dependency 'flux-system/bp-openbao' is not ready"},
    {"suspended wins over green", "helmreleases", .ready = "True", .suspended = "true", .phase = RELEASE_PHASE_SUSPENDED,
     .cause = "its Ready=True is frozen"},
    {"suspended while failed keeps the cause", "helmreleases", .ready = "False", .message = "boom", .suspended = "true",
     .phase = RELEASE_PHASE_SUSPENDED, .cause = "boom"},
    {"nothing said", "helmreleases", .phase = RELEASE_PHASE_UNKNOWN,
     .cause = "no Ready condition: the controller has not looked at it yet"},
    {"an OCI HelmRepository has no status", "helmrepositories", .type = "oci", .phase = RELEASE_PHASE_STATIC, .cause = ""},
    {"another HelmRepository without status", "helmrepositories", .type = "default", .phase = RELEASE_PHASE_UNKNOWN,
     .cause = "no Ready condition: the controller has not looked at it yet"},
    {"retrying", "helmreleases", .ready = "Unknown", .reason = "Progressing", .message = "Running 'upgrade'",
     .phase = RELEASE_PHASE_PROGRESSING, .cause = "Running 'upgrade'"},
    {"reason without message", "kustomizations", .ready = "False", .reason = "BuildFailed", .phase = RELEASE_PHASE_FAILED,
     .cause = "BuildFailed"},
};

Test(release_state, reads_conditions_as_the_controllers_mean_them)
{
    struct store *store = rows_store("fsn1", NULL);
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        const struct row *row = rows_add(
            store, CASES[i].kind, 0, "flux-system/x", FIELD_GENERATION, "2", FIELD_OBSERVED_GENERATION, CASES[i].observed, FIELD_TYPE,
            CASES[i].type, FIELD_READY, CASES[i].ready, FIELD_READY_REASON, CASES[i].reason, FIELD_READY_MESSAGE, CASES[i].message,
            FIELD_STALLED, CASES[i].stalled, FIELD_STALLED_MESSAGE, CASES[i].stalled == NULL ? NULL : CASES[i].message, FIELD_RELEASED,
            CASES[i].released, FIELD_RELEASED_MESSAGE, CASES[i].released_message, FIELD_SUSPENDED, CASES[i].suspended, ROWS_END);
        struct release_state state = release_state_of(row);
        cr_assert_eq(state.phase, CASES[i].phase, "%s: %s", CASES[i].name, release_state_name(state.phase));
        cr_assert(span_equals_text(state.cause, CASES[i].cause), "%s: %.*s", CASES[i].name, SPAN_PRINT(state.cause));
        cr_assert(state.tone != TONE_GOOD || state.usable, "%s: green although Flux would not depend on it", CASES[i].name);
    }
    store_free(store);
    TEST_NO_LEAKS();
}
