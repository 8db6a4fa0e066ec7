/* Injectable time. Monotonic milliseconds for intervals, wall milliseconds (Unix epoch) for display only.
 * SOVDECK_CLOCK_SCALE=N makes both run N times as fast from process start (tests); clock_freeze pins them. Any thread. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_monotonic_ms(void);
int64_t clock_wall_ms(void);

/* Fixes both clocks (tests): monotonic to `monotonic_ms`, wall to `wall_ms`. Negative values unfreeze. */
void clock_freeze(int64_t monotonic_ms, int64_t wall_ms);

/* Real milliseconds for `scaled_ms` of the injectable clock (poll time-outs); at least 1 for a positive input. */
int64_t clock_unscale(int64_t scaled_ms);

#endif
