/* Random fault schedules by seed, on all links at once: faults overlap, heal, and afterwards every lamp is live, every table equals a
 * fresh list, and neither memory nor descriptors have grown.
 *
 *   soak [--schedules N] [--seed S] [--minutes M]   schedules S, S+1, …; a failure prints the seed that plays it alone
 *   soak --row WORDS                                the rows of the fault table whose name holds WORDS, with their figures */
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fault_driver.h"
#include "transport/nats_link.h"

#define EVENTS_MAX 7
#define PAUSE_MAX_MS 4000
#define BACK_MS 90000           /* kinds that were refused or absent are looked for again once a minute */
#define NATS_EVERY 25           /* schedules with NATS in them wait for real time: few of them */
#define GROWTH_BYTES_MAX ((size_t)24 << 20)
#define DESCRIPTORS_MAX 160     /* more than at the start: connections kept for reuse */
#define SETTLED 10              /* schedules before memory is measured: pools and caches have filled */
#define EXTRA_RELEASES 560

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

struct luck {
    uint64_t state;
};

static uint32_t draw(struct luck *luck, uint32_t limit)
{
    luck->state ^= luck->state << 13;
    luck->state ^= luck->state >> 7;
    luck->state ^= luck->state << 17;
    return (uint32_t)((luck->state * 0x2545f4914f6cdd1du) >> 33) % limit;
}

static const char *const RULES[] = {
    "{\"url\":\"*continue=*\",\"action\":\"status\",\"code\":410}",
    "{\"url\":\"*helmreleases*\",\"action\":\"status\",\"code\":429,\"retryAfter\":3}",
    "{\"url\":\"*helmreleases*\",\"action\":\"status\",\"code\":500,\"contentType\":\"text/html\",\"body\":\"<html>no</html>\"}",
    "{\"action\":\"status\",\"code\":503,\"count\":40}",
    "{\"action\":\"status\",\"code\":401,\"count\":10}",
    "{\"url\":\"*/nodes*\",\"action\":\"status\",\"code\":403}",
    "{\"url\":\"*/kustomizations*\",\"action\":\"status\",\"code\":404}",
    "{\"url\":\"*watch=1*\",\"action\":\"break\",\"afterBytes\":700,\"count\":30}",
    "{\"url\":\"*watch=1*\",\"action\":\"cut\",\"afterBytes\":300}",
    "{\"url\":\"*limit=*\",\"action\":\"cut\",\"afterBytes\":3000}",
    "{\"url\":\"*limit=*\",\"action\":\"break\",\"afterBytes\":500}",
    "{\"url\":\"*limit=*\",\"action\":\"drop\"}",
    "{\"url\":\"/livez*\",\"action\":\"drop\"}",
    "{\"action\":\"drop\",\"count\":25}",
};

static struct fault_rig rig;
static bool verbose;

/* --- a schedule --- */

static bool is_whole_and_true(struct fault_rig *played, void *context)
{
    if (!fault_rig_is_whole(played, NULL)) {
        snprintf(context, 256, "not everything is live");
        return false;
    }
    for (int region = 0; region < FAULT_RIG_REGIONS; region++)
        if (!fault_rig_is_true(played, region, context, 256))
            return false;
    return true;
}

static bool never(struct fault_rig *played, void *unused)
{
    return false;
}

static void spoil_wire(struct luck *luck, enum fault_link link)
{
    struct fault fault = {
        .action = (enum fault_action)(1 + draw(luck, FAULT_ACTIONS - 1)),
        .way = (enum fault_way)draw(luck, 3),
        .after_bytes = draw(luck, 3) == 0 ? draw(luck, 40000) : 0,
        .on_connection = draw(luck, 4) == 0 ? 1 + draw(luck, 20) : 0,
        .new_only = draw(luck, 3) == 0,
        .delay_ms = draw(luck, 4000),
        .bytes_per_s = 200 + draw(luck, 100000),
    };
    if (verbose)
        fprintf(stderr, "  link %d: %s way %d after %zu on %u%s %lld ms %zu B/s\n", (int)link, fault_action_name(fault.action), (int)fault.way,
                fault.after_bytes, fault.on_connection, fault.new_only ? " new" : "", (long long)fault.delay_ms, fault.bytes_per_s);
    fault_proxy_set(rig.proxies[link], &fault);
}

static void spoil_server(struct luck *luck, enum fault_link link)
{
    const char *rule = RULES[draw(luck, sizeof RULES / sizeof RULES[0])];
    if (verbose)
        fprintf(stderr, "  link %d: %s\n", (int)link, rule);
    fault_rig_switch(&rig, link, rule);
}

static void spoil_store(struct luck *luck, int region)
{
    struct demo_store *store = rig.world.stores[region];
    if (verbose)
        fprintf(stderr, "  region %d: its history is gone\n", region);
    demo_store_expire(store);
}

static void spoil(struct luck *luck, bool with_nats)
{
    enum fault_link link = (enum fault_link)draw(luck, with_nats ? FAULT_LINKS : FAULT_LINK_NATS);
    uint32_t what = draw(luck, 10);
    if (what < 6 || link == FAULT_LINK_NATS)
        spoil_wire(luck, link);
    else if (what < 9)
        spoil_server(luck, link);
    else
        spoil_store(luck, link == FAULT_LINK_HEL);
}

static void heal(struct luck *luck, bool everything)
{
    for (int link = 0; link < FAULT_LINKS; link++)
        if (rig.proxies[link] != NULL && (everything || draw(luck, 3) == 0))
            fault_proxy_heal(rig.proxies[link]);
    if (everything || draw(luck, 2) == 0)
        fault_rig_switch_off(&rig);
}

static bool comes_back(char *why)
{
    if (!rig.options.with_nats)
        return fault_rig_until(&rig, is_whole_and_true, why, BACK_MS);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (time_t end = now.tv_sec + 30; now.tv_sec < end; clock_gettime(CLOCK_MONOTONIC, &now))
        if (fault_rig_until(&rig, is_whole_and_true, why, 1000))
            return true;
    return false;
}

static bool play(uint64_t seed, char *why)
{
    struct luck luck = {seed * 0x9e3779b97f4a7c15u + 0x1234567};
    bool with_nats = rig.options.with_nats && seed % NATS_EVERY == 0;
    rig.mute = true;
    if (verbose)
        fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
    for (uint32_t i = 0, events = 1 + draw(&luck, EVENTS_MAX); i < events; i++) {
        spoil(&luck, with_nats);
        fault_rig_change(&rig);
        (void)fault_rig_until(&rig, never, NULL, draw(&luck, PAUSE_MAX_MS));
        if (draw(&luck, 3) == 0)
            heal(&luck, false);
        fault_rig_change(&rig);
    }
    if (draw(&luck, 8) == 0) { /* somebody leaves and comes back in the middle of it */
        int64_t took_ms = fault_rig_leave(&rig);
        fault_rig_enter(&rig);
        if (took_ms > 5000) {
            snprintf(why, 256, "leaving took %lld ms", (long long)took_ms);
            return false;
        }
    }
    heal(&luck, true);
    rig.mute = false;
    return comes_back(why);
}

/* --- what must not grow --- */

static size_t count_descriptors(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count;
}

static size_t count_memory(void)
{
    if (__sanitizer_get_current_allocated_bytes != NULL)
        return __sanitizer_get_current_allocated_bytes();
    return mallinfo2().uordblks;
}

struct baseline {
    size_t descriptors, memory;
};

/* The demo keeps a history of every change, as an API server does: dropped before its weight is taken. */
static struct baseline measure(void)
{
    char why[256];
    for (int region = 0; region < FAULT_RIG_REGIONS; region++)
        demo_store_expire(rig.world.stores[region]);
    (void)fault_rig_until(&rig, is_whole_and_true, why, BACK_MS);
    return (struct baseline){count_descriptors(), count_memory()};
}

static bool has_grown(const struct baseline *start, char *why)
{
    struct baseline now = measure();
    if (now.descriptors > start->descriptors + DESCRIPTORS_MAX)
        snprintf(why, 256, "%zu descriptors at the start, %zu now", start->descriptors, now.descriptors);
    else if (now.memory > start->memory + GROWTH_BYTES_MAX)
        snprintf(why, 256, "%zu KiB at the start, %zu now", start->memory >> 10, now.memory >> 10);
    else
        return false;
    return true;
}

static int soak(uint64_t seed, uint64_t schedules, time_t minutes)
{
    struct baseline start = {0};
    char why[256] = "";
    time_t end = time(NULL) + minutes * 60;
    uint64_t played = 0;
    bool good = true;
    for (; good && played < schedules && time(NULL) < end; played++) {
        good = play(seed + played, why);
        if (good && played == SETTLED)
            start = measure();
        if (good && played > SETTLED && played % 50 == 0)
            good = !has_grown(&start, why);
        if (played % 100 == 99)
            fprintf(stderr, "soak: %llu schedules\n", (unsigned long long)(played + 1));
    }
    if (!good) {
        fprintf(stderr, "soak: failed: %s\nsoak: play it alone: ./dev soak --schedules 1 --seed %llu\n", why, (unsigned long long)(seed + played - 1));
        return 1;
    }
    printf("soak: %llu schedules from seed %llu, everything true afterwards\n", (unsigned long long)played, (unsigned long long)seed);
    return 0;
}

/* --- rows of the table --- */

static int play_rows(const char *words)
{
    int failed = 0;
    for (size_t i = 0; i < fault_table_count(); i++) {
        const struct fault_row *row = fault_table_at(i);
        if (strstr(row->name, words) == NULL || (row->group == FAULT_GROUP_NATS) != rig.options.real_clock)
            continue;
        struct fault_report report;
        bool good = fault_driver_run(&rig, row, &report);
        failed += !good;
        if (getenv("FAULT_HITS") != NULL)
            fprintf(stderr, "%s\n", report.hits);
        printf("%-46s %6lld ms until told, %6lld ms until back, %3llu requests%s%s\n", row->name, (long long)report.told_ms,
               (long long)report.back_ms, (unsigned long long)report.requests, good ? "" : ": ", report.why);
    }
    return failed;
}

static int rows_of_both_clocks(const char *words)
{
    int failed = 0;
    for (int with_nats = 0; with_nats < (nats_fixture_available() ? 2 : 1); with_nats++) {
        fault_rig_start(&rig, (struct fault_rig_options){.extra_releases = with_nats ? 0 : EXTRA_RELEASES, .with_nats = with_nats,
                                                         .real_clock = with_nats});
        failed += play_rows(words);
        fault_rig_stop(&rig);
    }
    nats_link_shutdown_library();
    return failed > 0;
}

int main(int argc, char **argv)
{
    uint64_t schedules = 1000, seed = 1;
    time_t minutes = 60;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--row") == 0)
            return rows_of_both_clocks(argv[i + 1]);
        unsigned long long number = strtoull(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--schedules") == 0)
            schedules = number;
        else if (strcmp(argv[i], "--seed") == 0)
            seed = number;
        else if (strcmp(argv[i], "--minutes") == 0)
            minutes = (time_t)number;
        else
            return fprintf(stderr, "soak: unknown option %s\n", argv[i]), 2;
    }
    verbose = schedules == 1;
    fault_rig_start(&rig, (struct fault_rig_options){.extra_releases = EXTRA_RELEASES, .with_nats = nats_fixture_available()});
    int code = soak(seed, schedules, minutes);
    fault_rig_stop(&rig);
    nats_link_shutdown_library();
    return code;
}
