/* A claim that goes backward is an alarm that stays, over restarts too; one that goes on is none. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/state_file.h"
#include "base/timestamp.h"
#include "cutover/cutover_alarm.h"
#include "support/leak_check.h"
#include "support/rows.h"

#define WALL_MS 1785128211000

static struct cutover_memory memory;

static bool look(const char *data)
{
    struct store *store = rows_store("fsn1", NULL);
    clock_freeze(100000, WALL_MS);
    if (data != NULL)
        rows_add(store, KIND_ID_CUTOVER_STATUS, 0, "catalyst/self-sovereign-cutover-status", FIELD_DATA, data, ROWS_END);
    rows_live(store, KIND_ID_CUTOVER_STATUS, 0);
    struct cutover_status *status = calloc(1, sizeof *status);
    cutover_status_read(store, clock_monotonic_ms(), status);
    bool changed = cutover_memory_look(&memory, status, WALL_MS);
    free(status);
    store_free(store);
    return changed;
}

#define STARTED "cutoverStartedAt=2026-07-27T04:00:00Z|cutoverLastAttemptStartedAt=2026-07-27T04:00:00Z|"
#define RETRIED "cutoverStartedAt=2026-07-27T04:00:00Z|cutoverLastAttemptStartedAt=2026-07-27T04:30:00Z|"

static const struct {
    const char *name, *before, *after, *alarm; /* alarm NULL: none */
} TURNS[] = {
    {"a step succeeds", STARTED "step.gitea-mirror.result=running", STARTED "step.gitea-mirror.result=success", NULL},
    {"complete", STARTED "cutoverComplete=false", STARTED "cutoverComplete=true", NULL},
    {"reset by an upgrade", STARTED "cutoverComplete=true|registriesYamlActive=v2|step.registry-pivot.result=success",
     "cutoverComplete=false|cutoverStartedAt=|registriesYamlActive=v1|step.registry-pivot.result=",
     "cutoverComplete went back from true to false"},
    {"first start stamped anew", STARTED, "cutoverStartedAt=2026-07-27T05:00:00Z",
     "cutoverStartedAt was 2026-07-27T04:00:00Z and is 2026-07-27T05:00:00Z"},
    {"nodes switched back", STARTED "registriesYamlActive=v2", STARTED "registriesYamlActive=rollback",
     "registriesYamlActive went back from v2 to 'rollback'"},
    {"a success vanished", STARTED "step.helmrepository-patches.result=success", STARTED "step.helmrepository-patches.result=",
     "1 step went back from success: helmrepository-patches (now pending)"},
    {"a success under its old name", STARTED "step.helmrepo-patches.result=success", STARTED "step.helmrepository-patches.result=success", NULL},
    {"the snapshot is taken again", STARTED "step.gitea-mirror.result=success|step.harbor-projects.result=success",
     RETRIED "step.gitea-mirror.result=running|step.harbor-projects.result=", NULL},
    {"the snapshot vanished in the same attempt", STARTED "step.gitea-mirror.result=success", STARTED "step.gitea-mirror.result=",
     "1 step went back from success: gitea-mirror (now pending)"},
    {"gone", STARTED "cutoverComplete=true", NULL, "the status ConfigMap is gone; it claimed the cutover was complete"},
    {"a new attempt", STARTED "failedStep=x", RETRIED "failedStep=", NULL},
};

Test(cutover_memory, alarms_about_what_goes_backward)
{
    for (size_t i = 0; i < ARRAY_LENGTH(TURNS); i++) {
        cutover_memory_init(&memory);
        cr_assert(look(TURNS[i].before), "%s", TURNS[i].name);
        cr_assert_not(look(TURNS[i].before), "%s: the same again is nothing new", TURNS[i].name);
        cr_assert_eq(memory.alarm_count, 0, "%s", TURNS[i].name);
        look(TURNS[i].after);
        cr_assert_eq(memory.alarm_count > 0, TURNS[i].alarm != NULL, "%s: %s", TURNS[i].name, memory.alarms[0].text);
        if (TURNS[i].alarm != NULL)
            cr_assert_not_null(strstr(memory.alarms[0].text, TURNS[i].alarm), "%s: %s", TURNS[i].name, memory.alarms[0].text);
        size_t count = memory.alarm_count;
        look(TURNS[i].after);
        cr_assert_eq(memory.alarm_count, count, "%s: told once", TURNS[i].name);
    }
    TEST_NO_LEAKS();
}

Test(cutover_memory, our_own_lever_is_no_alarm)
{
    cutover_memory_init(&memory);
    look(STARTED "step.harbor-prewarm.result=success|step.gitea-mirror.result=success");
    cutover_memory_forget_step(&memory, SPAN_LITERAL("harbor-prewarm"));
    look(STARTED "step.harbor-prewarm.result=|step.gitea-mirror.result=success");
    cr_assert_eq(memory.alarm_count, 0, "%s", memory.alarms[0].text);
}

Test(cutover_memory, is_kept_in_a_file_that_only_its_owner_reads)
{
    char folder[] = "/tmp/sovdeck-memory-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    setenv("XDG_STATE_HOME", folder, 1);
    cutover_memory_load(&memory, "acme.example");
    cr_assert_not(memory.is_known, "nothing was kept yet");
    look(STARTED "cutoverComplete=true|step.gitea-mirror.result=success");
    look(STARTED "cutoverComplete=false|step.gitea-mirror.result=success");
    cr_assert_eq(memory.alarm_count, 1);
    struct cutover_memory kept = memory;
    cr_assert_eq(cutover_memory_save(&memory, "acme.example", NULL), STATUS_OK);
    cutover_memory_init(&memory);
    cutover_memory_load(&memory, "acme.example");
    cr_assert(memory.is_known && !memory.was_complete && memory.started_ms == kept.started_ms && memory.succeeded_count == 1);
    cr_assert_str_eq(memory.succeeded[0], "gitea-mirror");
    cr_assert(memory.alarm_count == 1 && memory.alarms[0].at_ms == WALL_MS);
    cr_assert_str_eq(memory.alarms[0].text, kept.alarms[0].text);
    cutover_memory_acknowledge(&memory);
    cutover_memory_save(&memory, "acme.example", NULL);
    cutover_memory_load(&memory, "acme.example");
    cr_assert(memory.is_known && memory.alarm_count == 0);
    cutover_memory_load(&memory, "../../other");
    cr_assert_not(memory.is_known, "another Sovereign has another past");
    char *path = state_file_path("cutover/acme.example.json");
    struct stat info;
    cr_assert(stat(path, &info) == 0 && (info.st_mode & 0777) == 0600);
    cr_assert_eq(state_file_write(path, SPAN_LITERAL("{\"schema\": rubbish"), NULL), STATUS_OK);
    cutover_memory_load(&memory, "acme.example");
    cr_assert_not(memory.is_known, "a file that cannot be read is as none");
    free(path);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
    TEST_NO_LEAKS();
}

Test(cutover_alarm, a_policy_outside_its_test_and_the_past)
{
    struct store *store = rows_store("fsn1", "hel1", NULL);
    struct cutover_alarm alarms[CUTOVER_ALARM_MAX];
    struct cutover_status *status = calloc(1, sizeof *status);
    clock_freeze(100000, WALL_MS);
    cutover_memory_init(&memory);
    rows_add(store, KIND_ID_EGRESS_POLICIES, 1, "cutover-egress-block", FIELD_CREATED, "2026-07-27T04:10:00Z", ROWS_END);
    cutover_status_read(store, clock_monotonic_ms(), status);
    cr_assert_eq(cutover_alarm_collect(store, status, &memory, WALL_MS, alarms), 0, "nobody knows whether a test runs");
    rows_add(store, KIND_ID_CUTOVER_STATUS, 0, "catalyst/self-sovereign-cutover-status", FIELD_DATA, STARTED "cutoverComplete=true", ROWS_END);
    rows_all_live(store);
    cutover_status_read(store, clock_monotonic_ms(), status);
    cr_assert_eq(cutover_alarm_collect(store, status, &memory, WALL_MS, alarms), 1);
    cr_assert(alarms[0].kind == CUTOVER_ALARM_LEAKED_POLICY && alarms[0].region == 1);
    cr_assert_str_eq(alarms[0].text, "hel1: egress is blocked since 04:10:00 by a leaked policy: delete cutover-egress-block");
    rows_add(store, KIND_ID_CUTOVER_STATUS, 0, "catalyst/self-sovereign-cutover-status", FIELD_DATA,
             STARTED "currentStep=egress-block-test|step.egress-block-test.result=running|step.egress-block-test.startedAt=2026-07-27T04:00:00Z",
             ROWS_END);
    cutover_status_read(store, clock_monotonic_ms(), status);
    cr_assert_eq(cutover_alarm_collect(store, status, &memory, WALL_MS, alarms), 1, "claimed to run, but without a Job for an hour");
    rows_add(store, KIND_ID_JOBS, 0, "catalyst/cutover-egress-block-test-1", FIELD_STEP_NAME, "egress-block-test", FIELD_ACTIVE, "1", ROWS_END);
    cr_assert_eq(cutover_alarm_collect(store, status, &memory, WALL_MS, alarms), 0, "its Job runs");
    look(STARTED "cutoverComplete=true");
    look(STARTED "cutoverComplete=false");
    cr_assert_eq(cutover_alarm_collect(store, status, &memory, WALL_MS, alarms), 1);
    cr_assert(alarms[0].kind == CUTOVER_ALARM_WENT_BACK && strstr(alarms[0].text, "(seen 04:56 UTC)") != NULL, "%s", alarms[0].text);
    free(status);
    store_free(store);
    TEST_NO_LEAKS();
}
