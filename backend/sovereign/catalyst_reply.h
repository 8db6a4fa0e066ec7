/* What catalyst-api's JSON says (contract 2.4, 3.2, 3.3, 4.3, 5.1), read leniently: unknown keys ignored, absent ones empty.
 * All text is sanitized. Pure; any thread. */
#ifndef SOVEREIGN_CATALYST_REPLY_H
#define SOVEREIGN_CATALYST_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

#define CATALYST_STEPS_MAX 24

struct catalyst_self {
    char deployment_id[64], fqdn[160];
};

struct catalyst_whoami {
    char email[96], tier[24], deployment_id[64], fqdn[160];
    bool org_scoped;
};

struct catalyst_step {
    char name[64], result[16], job[96]; /* result "" is pending */
    int64_t started_ms, finished_ms;    /* wall; TIMESTAMP_NONE */
};

/* Steps are in the server's order, which is alphabetical (contract 3.2): sort by the step ConfigMaps before showing. */
struct catalyst_cutover {
    char state[24]; /* "tethered", "sovereign" */
    bool complete;
    char current_step[64], failed_step[64], last_error[256];
    int current_index, total_steps, progress_percent;
    int64_t started_ms, last_attempt_ms, finished_ms;
    struct catalyst_step steps[CATALYST_STEPS_MAX];
    size_t step_count;
    size_t steps_left_out; /* over CATALYST_STEPS_MAX */
};

struct catalyst_event {
    char phase[48], level[8], step[64], job[96], message[256];
    int64_t at_ms; /* wall */
};

struct catalyst_reconcilers {
    int reconciled, total;
};

struct catalyst_version {
    char version[48], sha[48];
};

enum status catalyst_reply_self(struct span body, struct catalyst_self *ret, struct error *err);
enum status catalyst_reply_whoami(struct span body, struct catalyst_whoami *ret, struct error *err);
enum status catalyst_reply_cutover(struct span body, struct catalyst_cutover *ret, struct error *err);
enum status catalyst_reply_event(struct span data, struct catalyst_event *ret, struct error *err);
enum status catalyst_reply_reconcilers(struct span body, struct catalyst_reconcilers *ret, struct error *err);
enum status catalyst_reply_version(struct span body, struct catalyst_version *ret, struct error *err);

/* "cutover-in-progress" and "a cutover is already …" out of an error body: JSON {"error","detail"} or one line of plain text
 * (then code is "" and detail that line). */
void catalyst_reply_failure(struct span body, char *code, size_t code_size, char *detail, size_t detail_size);

/* A run is on: started, a current step, not failed, not complete (contract 3.4). */
bool catalyst_reply_is_running(const struct catalyst_cutover *cutover);

#endif
