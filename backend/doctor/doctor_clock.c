/* Two clocks compared; see doctor_clock.h. */
#include "doctor/doctor_clock.h"

#include <stdlib.h>

#include "base/timestamp.h"

#define HALF_SECOND_MS 500

struct doctor_clock doctor_clock_compare(int64_t date_ms, int64_t received_ms, int64_t request_ms)
{
    struct doctor_clock clock = {.margin_ms = HALF_SECOND_MS + request_ms / 2};
    clock.skew_ms = received_ms - request_ms / 2 - (date_ms + HALF_SECOND_MS);
    int64_t sure_ms = llabs(clock.skew_ms) - clock.margin_ms; /* at least this much */
    clock.result = sure_ms > DOCTOR_CLOCK_BAD_MS ? DIAGNOSIS_BAD : sure_ms > DOCTOR_CLOCK_WARNING_MS ? DIAGNOSIS_WARNING : DIAGNOSIS_OK;
    return clock;
}

void doctor_clock_note(struct diagnosis_section *section, int64_t date_ms, int64_t received_ms, int64_t request_ms)
{
    if (date_ms == TIMESTAMP_NONE) {
        diagnosis_note(section, "clock", DIAGNOSIS_OFF, "not measured: the server sends no Date");
        return;
    }
    struct doctor_clock clock = doctor_clock_compare(date_ms, received_ms, request_ms);
    double seconds = (double)llabs(clock.skew_ms) / 1000, margin = (double)clock.margin_ms / 1000;
    const char *way = clock.skew_ms < 0 ? "behind" : "ahead of";
    diagnosis_fact(section, "clock", json_pack("{s:I,s:I}", "skewMs", (json_int_t)clock.skew_ms, "marginMs", (json_int_t)clock.margin_ms));
    if (llabs(clock.skew_ms) <= clock.margin_ms)
        diagnosis_note(section, "clock", DIAGNOSIS_OK, "agrees with the server's within %.1f s (its Date has whole seconds)", margin);
    else if (clock.result == DIAGNOSIS_BAD)
        diagnosis_bad(section, "clock", STATUS_INVALID, "this machine's clock is %.0f s %s the server's", seconds, way);
    else
        diagnosis_note(section, "clock", clock.result, "this machine's clock is %.1f s (+/- %.1f s) %s the server's", seconds, margin, way);
    if (clock.result != DIAGNOSIS_OK)
        diagnosis_remedy(section, "set the clock ('timedatectl set-ntp true' on whichever machine is wrong): certificates, tokens, ages and "
                         "deadlines are judged by it");
}
