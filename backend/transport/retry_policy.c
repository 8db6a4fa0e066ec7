/* The next delay; see retry_policy.h. */
#include "transport/retry_policy.h"

const struct retry_policy RETRY_POLICY_DEFAULT = {
    .first_ms = 1000, .maximum_ms = 30000, .refused_ms = 5000, .retry_after_ms = 300000};

static int64_t at_most(int64_t value, int64_t maximum)
{
    return value < maximum ? value : maximum;
}

static int64_t grown(const struct retry_policy *policy, unsigned attempt, int64_t cap)
{
    int64_t delay = policy->first_ms;
    for (unsigned i = 1; i < attempt && delay < cap; i++)
        delay *= 2;
    return at_most(delay, cap);
}

int64_t retry_policy_delay_ms(const struct retry_policy *policy, struct retry_failure failure, uint32_t random)
{
    if (failure.retry_after_ms > 0) {
        int64_t asked = at_most(failure.retry_after_ms, policy->retry_after_ms);
        return asked + asked * (int64_t)(random % 1001) / 10000;
    }
    int64_t cap = failure.refused ? at_most(policy->refused_ms, policy->maximum_ms) : policy->maximum_ms;
    int64_t delay = grown(policy, failure.attempt, cap);
    return delay - delay / 2 * (int64_t)(random % 1001) / 1000;
}
