/* Injectable time; see clock.h. */
#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static struct {
    double scale;
    int64_t monotonic_start, wall_start;
    int64_t frozen_monotonic, frozen_wall;
} state = {.scale = 1.0, .frozen_monotonic = -1, .frozen_wall = -1};
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int64_t read_ms(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void initialise(void)
{
    state.monotonic_start = read_ms(CLOCK_MONOTONIC);
    state.wall_start = read_ms(CLOCK_REALTIME);
    const char *scale = getenv("SOVDECK_CLOCK_SCALE");
    if (scale != NULL && atof(scale) > 0)
        state.scale = atof(scale);
}

static int64_t scaled(int64_t now, int64_t start)
{
    return state.scale == 1.0 ? now : start + (int64_t)((double)(now - start) * state.scale);
}

int64_t clock_monotonic_ms(void)
{
    pthread_once(&once, initialise);
    int64_t frozen = __atomic_load_n(&state.frozen_monotonic, __ATOMIC_RELAXED);
    return frozen >= 0 ? frozen : scaled(read_ms(CLOCK_MONOTONIC), state.monotonic_start);
}

int64_t clock_wall_ms(void)
{
    pthread_once(&once, initialise);
    int64_t frozen = __atomic_load_n(&state.frozen_wall, __ATOMIC_RELAXED);
    return frozen >= 0 ? frozen : scaled(read_ms(CLOCK_REALTIME), state.wall_start);
}

void clock_freeze(int64_t monotonic_ms, int64_t wall_ms)
{
    __atomic_store_n(&state.frozen_monotonic, monotonic_ms, __ATOMIC_RELAXED);
    __atomic_store_n(&state.frozen_wall, wall_ms, __ATOMIC_RELAXED);
}

int64_t clock_unscale(int64_t scaled_ms)
{
    pthread_once(&once, initialise);
    if (scaled_ms <= 0 || state.scale == 1.0)
        return scaled_ms;
    int64_t real = (int64_t)((double)scaled_ms / state.scale);
    return real < 1 ? 1 : real;
}
