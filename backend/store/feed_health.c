/* The lamps' state: what each feed last proved, and why it is not LIVE. */
#include "store/feed_health.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"

bool feed_health_set(struct feed_health *health, enum feed_state state, const char *reason)
{
    char own[sizeof health->own_reason];
    sanitize_line_into(own, sizeof own, reason, reason == NULL ? 0 : strlen(reason));
    memcpy(health->own_reason, own, sizeof own);
    bool is_away = state == FEED_STATE_DOWN || state == FEED_STATE_STARTING;
    const char *text = is_away && health->cause[0] != '\0' ? health->cause : own;
    if (health->state == state && strcmp(text, health->reason) == 0)
        return false;
    if (state == FEED_STATE_DOWN && health->state != FEED_STATE_DOWN)
        health->failures++;
    if (health->state != state)
        health->changed_ms = clock_monotonic_ms();
    health->state = state;
    memmove(health->reason, text, strlen(text) + 1);
    return true;
}

bool feed_health_blame(struct feed_health *health, const char *cause)
{
    char own[sizeof health->own_reason];
    sanitize_line_into(health->cause, sizeof health->cause, cause, strlen(cause));
    memcpy(own, health->own_reason, sizeof own);
    return feed_health_set(health, health->state, own);
}

bool feed_health_proof(struct feed_health *health, int64_t latency_ms)
{
    health->proof_ms = clock_monotonic_ms();
    if (latency_ms >= 0)
        health->latency_ms = latency_ms;
    if (health->state != FEED_STATE_STARTING && health->state != FEED_STATE_DOWN)
        return false;
    return feed_health_set(health, FEED_STATE_LIVE, "");
}

bool feed_health_expire(struct feed_health *health, int64_t limit_ms)
{
    if (health->state == FEED_STATE_OFF || health->state == FEED_STATE_DOWN)
        return false;
    int64_t since = health->proof_ms >= 0 ? health->proof_ms : health->changed_ms;
    if (clock_monotonic_ms() - since <= limit_ms)
        return false;
    char age[TIMESTAMP_TEXT_MAX], reason[128];
    timestamp_format_age(age, clock_monotonic_ms() - since);
    snprintf(reason, sizeof reason, "no sign of life for %s", age);
    return feed_health_set(health, FEED_STATE_DOWN, reason);
}

static const char *const STATE_NAMES[] = {
    [FEED_STATE_OFF] = "off",         [FEED_STATE_STARTING] = "starting", [FEED_STATE_LIVE] = "live",
    [FEED_STATE_LIMITED] = "limited", [FEED_STATE_DENIED] = "denied",     [FEED_STATE_DOWN] = "down",
};

const char *feed_health_state_name(enum feed_state state)
{
    return STATE_NAMES[state];
}
