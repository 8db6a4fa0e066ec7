/* Pauses grow, stay under their caps and honour the server's wish. */
#include <criterion/criterion.h>

#include "base/array.h"
#include "transport/retry_policy.h"

static const uint32_t RANDOMS[] = {0, 1, 500, 1000, 1001, 123456789, UINT32_MAX};

static const struct {
    struct retry_failure failure;
    int64_t least_ms, most_ms;
} CASES[] = {
    {{.attempt = 1, .retry_after_ms = -1}, 500, 1000},
    {{.attempt = 2, .retry_after_ms = -1}, 1000, 2000},
    {{.attempt = 3, .retry_after_ms = -1}, 2000, 4000},
    {{.attempt = 6, .retry_after_ms = -1}, 15000, 30000},
    {{.attempt = 4000000000u, .retry_after_ms = -1}, 15000, 30000},
    {{.attempt = 1, .refused = true, .retry_after_ms = -1}, 500, 1000},
    {{.attempt = 50, .refused = true, .retry_after_ms = -1}, 2500, 5000},
    {{.attempt = 1, .retry_after_ms = 7000}, 7000, 7700},
    {{.attempt = 9, .refused = true, .retry_after_ms = 7000}, 7000, 7700},
    {{.attempt = 1, .retry_after_ms = 86400000}, 300000, 330000},
    {{.attempt = 1, .retry_after_ms = 0}, 500, 1000},
};

Test(retry_policy, stays_between_its_bounds)
{
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        for (size_t j = 0; j < ARRAY_LENGTH(RANDOMS); j++) {
            int64_t delay_ms = retry_policy_delay_ms(&RETRY_POLICY_DEFAULT, CASES[i].failure, RANDOMS[j]);
            cr_assert(delay_ms >= CASES[i].least_ms && delay_ms <= CASES[i].most_ms, "case %zu with %u: %ld", i, RANDOMS[j],
                      (long)delay_ms);
        }
    }
}

Test(retry_policy, jitter_spreads_clients)
{
    struct retry_failure failure = {.attempt = 6, .retry_after_ms = -1};
    int64_t a = retry_policy_delay_ms(&RETRY_POLICY_DEFAULT, failure, 0);
    int64_t b = retry_policy_delay_ms(&RETRY_POLICY_DEFAULT, failure, 1000);
    cr_assert_eq(a, 30000);
    cr_assert_eq(b, 15000);
}
