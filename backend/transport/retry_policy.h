/* How long to wait before the next attempt. Pure. */
#ifndef TRANSPORT_RETRY_POLICY_H
#define TRANSPORT_RETRY_POLICY_H

#include <stdbool.h>
#include <stdint.h>

struct retry_policy {
    int64_t first_ms;       /* delay after the first failure, before jitter */
    int64_t maximum_ms;     /* cap of the exponential growth */
    int64_t refused_ms;     /* cap after "connection refused": the server is restarting, look often */
    int64_t retry_after_ms; /* cap for what a server may ask for with Retry-After */
};

extern const struct retry_policy RETRY_POLICY_DEFAULT; /* 1 s, 30 s, 5 s, 5 min */

struct retry_failure {
    unsigned attempt; /* failures in a row, 1 for the first */
    bool refused;
    int64_t retry_after_ms; /* -1: the server did not say */
};

/* Doubling from first_ms, less jitter of up to a half taken from `random` (any 32 bits), so never above the cap. A
 * Retry-After is a lower bound, plus jitter of up to 10% so that many clients do not return in the same instant; with
 * Retry-After: 0 the first delay of the policy holds. */
int64_t retry_policy_delay_ms(const struct retry_policy *policy, struct retry_failure failure, uint32_t random);

#endif
