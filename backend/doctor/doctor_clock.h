/* Clock skew from a Date header, which has whole seconds and was written somewhere between sending and receiving. Pure. */
#ifndef DOCTOR_DOCTOR_CLOCK_H
#define DOCTOR_DOCTOR_CLOCK_H

#include "doctor/diagnosis.h"

#define DOCTOR_CLOCK_WARNING_MS 5000
#define DOCTOR_CLOCK_BAD_MS 60000

struct doctor_clock {
    int64_t skew_ms;   /* ours minus the server's; positive: we are ahead */
    int64_t margin_ms; /* it may be that much more or less */
    enum diagnosis_result result;
};

/* `date_ms` is the header's, `received_ms` our wall clock when the answer began, `request_ms` how long that took. */
struct doctor_clock doctor_clock_compare(int64_t date_ms, int64_t received_ms, int64_t request_ms);

/* The line "clock" and the fact "clock". `date_ms` may be TIMESTAMP_NONE: then it could not be measured. */
void doctor_clock_note(struct diagnosis_section *section, int64_t date_ms, int64_t received_ms, int64_t request_ms);

#endif
