/* Every row of the fault table, a group per test so that they share a rig: faults must leave nothing behind. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault_driver.h"
#include "support/leak_check.h"
#include "transport/nats_link.h"

#define EXTRA_RELEASES 560 /* two pages of HelmReleases */

static struct fault_rig rig;

/* FAULT=words in the environment: only the rows whose name holds them. FAULT_REPORT=1: a line for each. */
static bool is_wanted(const struct fault_row *row, enum fault_group group)
{
    const char *words = getenv("FAULT");
    return row->group == group && (words == NULL || strstr(row->name, words) != NULL);
}

typedef bool (*play_fn)(struct fault_rig *played, const struct fault_row *row, struct fault_report *report);

static void play_group(enum fault_group group, size_t part, size_t parts, play_fn play)
{
    struct fault_report report;
    bool tell = getenv("FAULT_REPORT") != NULL;
    for (size_t i = 0; i < fault_table_count(); i++) {
        const struct fault_row *row = fault_table_at(i);
        if (!is_wanted(row, group) || i % parts != part)
            continue;
        bool good = play(&rig, row, &report);
        if (tell)
            fprintf(stderr, "%-45s told %5lld ms, back %5lld ms, %4llu requests, turn %lld us %s\n", row->name, (long long)report.told_ms,
                    (long long)report.back_ms, (unsigned long long)report.requests, (long long)report.worst_turn_us, report.why);
        cr_expect(good, "%s", report.why);
    }
}

static void play_http(enum fault_group group, size_t part, size_t parts, play_fn play)
{
    fault_rig_start(&rig, (struct fault_rig_options){.extra_releases = EXTRA_RELEASES});
    play_group(group, part, parts, play);
    fault_rig_stop(&rig);
    TEST_NO_LEAKS();
}

Test(faults, there_are_enough)
{
    cr_assert_geq(fault_table_count(), 40);
}

Test(faults, wire_one)
{
    play_http(FAULT_GROUP_WIRE, 0, 2, fault_driver_run);
}

Test(faults, wire_two)
{
    play_http(FAULT_GROUP_WIRE, 1, 2, fault_driver_run);
}

Test(faults, server_one)
{
    play_http(FAULT_GROUP_SERVER, 0, 2, fault_driver_run);
}

Test(faults, server_two)
{
    play_http(FAULT_GROUP_SERVER, 1, 2, fault_driver_run);
}

Test(faults, catalyst)
{
    play_http(FAULT_GROUP_API, 0, 1, fault_driver_run);
}

Test(faults, leaving_during_wire)
{
    play_http(FAULT_GROUP_WIRE, 0, 4, fault_driver_leave);
}

Test(faults, leaving_during_server)
{
    play_http(FAULT_GROUP_SERVER, 0, 4, fault_driver_leave);
}

Test(faults, leaving_during_catalyst)
{
    play_http(FAULT_GROUP_API, 0, 4, fault_driver_leave);
}

static void play_nats(size_t part, size_t parts, play_fn play)
{
    if (!nats_fixture_available())
        cr_skip_test("no nats-server on this machine");
    fault_rig_start(&rig, (struct fault_rig_options){.with_nats = true, .real_clock = true});
    play_group(FAULT_GROUP_NATS, part, parts, play);
    fault_rig_stop(&rig);
    nats_link_shutdown_library();
    TEST_NO_LEAKS();
}

Test(faults, nats_one)
{
    play_nats(0, 3, fault_driver_run);
}

Test(faults, nats_two)
{
    play_nats(1, 3, fault_driver_run);
}

Test(faults, nats_three)
{
    play_nats(2, 3, fault_driver_run);
}
