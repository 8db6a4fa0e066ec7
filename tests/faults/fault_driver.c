/* One row's play: whole, fault, truth told, changes behind it, end, whole and true again; see fault_driver.h. */
#include "fault_driver.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WHOLE_MS 30000       /* before a row: whatever the last one left behind */
#define CALM_MS 10500        /* and between two: a watch that lived so long has forgotten its failures */
#define CALM_STEP_MS 700
#define WATCHED_MS 2500      /* how long a lamp that must stay live is looked at */
#define HELD_MS 1500         /* how much longer a fault holds once the lamp has told */
#define TRUE_MS 5000         /* a change made just before the end is still on its way */
#define TURN_US 150000       /* CPU time of one turn, sanitizers included: a key waits no longer */
#define LEAVE_MS 1000
#define REQUESTS_AT_ONCE 150 /* all kinds of both regions are tried again, and discovery */
#define REQUESTS_A_SECOND 60

struct play {
    struct fault_rig *rig;
    const struct fault_row *row;
    struct fault_report *report;
    int64_t began_ms;
    bool fell; /* a lamp that had to stay live did not */
};

__attribute__((format(printf, 2, 3))) static bool broken(struct play *play, const char *format, ...)
{
    char *why = play->report->why;
    size_t size = sizeof play->report->why, length = (size_t)snprintf(why, size, "%s: ", play->row->name);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why + length, size - length, format, arguments);
    va_end(arguments);
    return false;
}

static const struct feed_health *own_lamp(const struct play *play)
{
    return fault_rig_lamp(play->rig, play->row->link);
}

/* Every lamp that the fault is none of is live. */
static bool are_others_live(struct play *play)
{
    for (int link = 0; link < FAULT_LINKS; link++) {
        const struct feed_health *lamp = fault_rig_lamp(play->rig, (enum fault_link)link);
        if (link == (int)play->row->link || lamp == NULL || lamp->state == FEED_STATE_LIVE)
            continue;
        return broken(play, "the lamp of %s is %s: %s", lamp->name, feed_health_state_name(lamp->state), lamp->reason);
    }
    return true;
}

static bool stays_live(const struct fault_row *row)
{
    return row->lamps == FAULT_LAMP(LIVE);
}

static bool is_told(struct play *play)
{
    const struct feed_health *lamp = own_lamp(play);
    return (play->row->lamps & 1u << lamp->state) != 0 && (play->row->word == NULL || strstr(lamp->reason, play->row->word) != NULL);
}

/* Rows are no fresher than the lamp says. */
static bool are_rows_honest(struct play *play)
{
    const struct fault_row *row = play->row;
    if (row->lamps != FAULT_LAMP(DOWN) || row->rows_live || row->link > FAULT_LINK_HEL)
        return true;
    return store_find_table(play->rig->store, "helmreleases", (int)row->link)->state == TABLE_STATE_STALE;
}

static bool has_told_or_fell(struct fault_rig *rig, void *context)
{
    struct play *play = context;
    if (!are_others_live(play))
        return true;
    play->fell = stays_live(play->row) && own_lamp(play)->state != FEED_STATE_LIVE;
    return play->fell || (!stays_live(play->row) && is_told(play) && are_rows_honest(play));
}

static bool is_disturbed(struct fault_rig *rig, void *context)
{
    struct play *play = context;
    play->fell = stays_live(play->row) && own_lamp(play)->state != FEED_STATE_LIVE;
    return play->fell || !are_others_live(play);
}

static void begin(struct play *play)
{
    const struct fault_row *row = play->row;
    struct fault_rig *rig = play->rig;
    rig->mute = row->mute;
    rig->worst_turn_us = 0;
    for (size_t i = 0; i < FAULT_ROW_RULES_MAX && row->rules[i] != NULL; i++)
        fault_rig_switch(rig, row->link, row->rules[i]);
    if (row->begin != NULL)
        row->begin(rig, row->link);
    for (size_t i = 0; i < FAULT_ROW_FAULTS_MAX && row->faults[i].action != FAULT_NONE; i++)
        fault_proxy_set(rig->proxies[row->link], &row->faults[i]);
    play->began_ms = fault_rig_now_ms(rig);
}

static void end(struct play *play)
{
    struct fault_rig *rig = play->rig;
    if (play->row->link != FAULT_LINK_NATS)
        fault_rig_hits(rig, play->row->link, play->report->hits, sizeof play->report->hits);
    if (play->row->end != NULL)
        play->row->end(rig, play->row->link);
    fault_proxy_heal(rig->proxies[play->row->link]);
    fault_rig_switch_off(rig);
    rig->mute = false;
}

static bool is_over(struct fault_rig *rig, void *unused)
{
    return false;
}

/* --- while it holds --- */

static bool is_other_region_true(struct fault_rig *rig, void *context)
{
    struct play *play = context;
    int other = play->row->link == FAULT_LINK_HEL ? FAULT_LINK_FSN : FAULT_LINK_HEL;
    return fault_rig_is_true(rig, other, play->report->why, sizeof play->report->why);
}

static int64_t told_limit_ms(const struct fault_row *row)
{
    return row->told_ms > 0 ? row->told_ms : FAULT_TOLD_MS;
}

/* The limit counts from the last sign of life: bytes that still came in after the fault began are one. */
static bool comes_to_tell(struct play *play)
{
    struct fault_rig *rig = play->rig;
    const struct feed_health *lamp = own_lamp(play);
    if (stays_live(play->row))
        return fault_rig_until(rig, has_told_or_fell, play, WATCHED_MS);
    int64_t limit_ms = told_limit_ms(play->row), last_ms = play->began_ms + 2 * limit_ms;
    for (;;) {
        if (has_told_or_fell(rig, play))
            return true;
        int64_t alive_ms = lamp->proof_ms > play->began_ms ? lamp->proof_ms : play->began_ms, now_ms = fault_rig_now_ms(rig);
        if (now_ms > alive_ms + limit_ms || now_ms > last_ms)
            return false;
        fault_rig_turn(rig);
    }
}

static bool hold(struct play *play)
{
    struct fault_rig *rig = play->rig;
    const struct feed_health *lamp = own_lamp(play);
    fault_rig_change(rig);
    if (!comes_to_tell(play) && !stays_live(play->row))
        return broken(play, "%lld ms after the last sign of life the lamp is %s: %s", (long long)told_limit_ms(play->row),
                      feed_health_state_name(lamp->state), lamp->reason);
    if (play->report->why[0] != '\0')
        return false;
    if (play->fell)
        return broken(play, "the lamp did not stay live: %s: %s", feed_health_state_name(lamp->state), lamp->reason);
    play->report->told_ms = fault_rig_now_ms(rig) - play->began_ms;
    fault_rig_change(rig);
    if (fault_rig_until(rig, is_disturbed, play, HELD_MS))
        return play->fell ? broken(play, "the lamp did not stay live: %s", lamp->reason) : false;
    if (!fault_rig_until(rig, is_other_region_true, play, TRUE_MS))
        return false;
    play->report->why[0] = '\0';
    return true;
}

static bool is_modest(struct play *play, uint64_t requests_before)
{
    int64_t held_ms = fault_rig_now_ms(play->rig) - play->began_ms;
    play->report->requests = http_thread_counters(play->rig->thread).submitted - requests_before;
    uint64_t limit = REQUESTS_AT_ONCE + (uint64_t)held_ms * REQUESTS_A_SECOND / 1000;
    play->report->worst_turn_us = play->rig->worst_turn_us;
    if (play->report->requests > limit)
        return broken(play, "%llu requests within %lld ms", (unsigned long long)play->report->requests, (long long)held_ms);
    if (play->rig->worst_turn_us > TURN_US)
        return broken(play, "a turn of the UI thread took %lld us", (long long)play->rig->worst_turn_us);
    return true;
}

/* --- after it --- */

static bool is_true(struct fault_rig *rig, void *context)
{
    struct play *play = context;
    for (int region = 0; region < FAULT_RIG_REGIONS; region++)
        if (!fault_rig_is_true(rig, region, play->report->why, sizeof play->report->why))
            return false;
    return fault_rig_is_whole(rig, NULL);
}

static bool tell_what_is_not_whole(struct play *play, int64_t limit_ms)
{
    struct fault_rig *rig = play->rig;
    for (int link = 0; link < FAULT_LINKS; link++) {
        const struct feed_health *lamp = fault_rig_lamp(rig, (enum fault_link)link);
        if (lamp != NULL && lamp->state != FEED_STATE_LIVE)
            return broken(play, "%lld ms after it, the lamp of %s is %s: %s", (long long)limit_ms, lamp->name,
                          feed_health_state_name(lamp->state), lamp->reason);
    }
    for (size_t i = 0; i < rig->store->kind_count; i++)
        for (int region = 0; region < FAULT_RIG_REGIONS; region++) {
            const struct table *table = rig->store->kinds[i].tables[region];
            if (table != NULL && table->state != TABLE_STATE_LIVE && table->state != TABLE_STATE_ABSENT)
                return broken(play, "%lld ms after it, %s in region %d is %s: %s", (long long)limit_ms, table->kind->id, region,
                              table_state_name(table->state), table->reason);
        }
    return broken(play, "%lld ms after it something still waits", (long long)limit_ms);
}

static bool recover(struct play *play)
{
    struct fault_rig *rig = play->rig;
    int64_t ended_ms = fault_rig_now_ms(rig), limit_ms = play->row->back_ms > 0 ? play->row->back_ms : FAULT_BACK_MS;
    fault_rig_change(rig);
    end(play);
    if (!fault_rig_until(rig, fault_rig_is_whole, NULL, limit_ms))
        return tell_what_is_not_whole(play, limit_ms);
    if (!fault_rig_until(rig, is_true, play, TRUE_MS)) {
        char why[256];
        snprintf(why, sizeof why, "%s", play->report->why);
        return broken(play, "not what a fresh list says: %s", why);
    }
    play->report->why[0] = '\0';
    play->report->back_ms = fault_rig_now_ms(rig) - ended_ms;
    return true;
}

bool fault_driver_run(struct fault_rig *rig, const struct fault_row *row, struct fault_report *report)
{
    struct play play = {.rig = rig, .row = row, .report = report};
    *report = (struct fault_report){0};
    if (!fault_rig_until(rig, fault_rig_is_whole, NULL, WHOLE_MS)) {
        (void)tell_what_is_not_whole(&play, WHOLE_MS);
        return false;
    }
    if (!rig->options.real_clock) {
        rig->step_ms = CALM_STEP_MS;
        (void)fault_rig_until(rig, is_over, NULL, CALM_MS);
        rig->step_ms = FAULT_RIG_STEP_MS;
    }
    uint64_t requests_before = http_thread_counters(rig->thread).submitted;
    begin(&play);
    bool held = hold(&play) && is_modest(&play, requests_before);
    if (!held) {
        end(&play);
        return false;
    }
    return recover(&play);
}

bool fault_driver_leave(struct fault_rig *rig, const struct fault_row *row, struct fault_report *report)
{
    struct play play = {.rig = rig, .row = row, .report = report};
    *report = (struct fault_report){0};
    begin(&play);
    (void)fault_rig_until(rig, is_over, NULL, WATCHED_MS);
    int64_t took_ms = fault_rig_leave(rig);
    fault_rig_enter(rig);
    (void)fault_rig_until(rig, is_over, NULL, HELD_MS);
    bool back = recover(&play);
    return took_ms <= LEAVE_MS ? back : broken(&play, "leaving took %lld ms", (long long)took_ms);
}
