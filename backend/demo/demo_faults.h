/* Fault switches of one demo server: rules that match requests and spoil their replies. Thread-safe.
 *
 * A rule as JSON (POST /demo/faults):
 *   {"url": "*helmreleases*continue=*", a shell pattern over path?query; left out: any
 *    "method": "GET",                 left out: any
 *    "action": "status" | "drop" | "stall" | "break" | "cut" | "freeze" | "flood",
 *    "code": 503, "body": "...",      status: the reply (body left out: a Kubernetes Status)
 *    "contentType": "text/html",      status: of the body; left out: application/json
 *    "retryAfter": 5,                 status: seconds for the Retry-After header
 *    "delayMs": 3000,                 stall: before an ordinary reply; left out: until the rule is removed
 *    "afterBytes": 1000,              break, cut, freeze, flood: how much of the body still passes
 *    "bytes": 20971520,               flood: length of the line that is put in
 *    "count": 1}                      how many requests; left out: until the rule is removed */
#ifndef DEMO_DEMO_FAULTS_H
#define DEMO_DEMO_FAULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define DEMO_FAULTS_MAX 64

enum demo_fault_action {
    DEMO_FAULT_NONE,
    DEMO_FAULT_STATUS, /* another reply instead of the real one */
    DEMO_FAULT_DROP,   /* the connection closes without a reply */
    DEMO_FAULT_STALL,  /* the reply comes late, or never */
    DEMO_FAULT_BREAK,  /* the body turns into broken JSON and ends properly */
    DEMO_FAULT_CUT,    /* the connection closes in the middle of the body */
    DEMO_FAULT_FREEZE, /* the body stops and the connection stays open */
    DEMO_FAULT_FLOOD,  /* one overlong line in the body, which then goes on */
    DEMO_FAULT_COUNT
};

struct demo_fault {
    enum demo_fault_action action;
    int code;
    int retry_after_s;
    int64_t delay_ms; /* negative: until the rule is removed */
    size_t after_bytes;
    size_t flood_bytes;
    char *body;     /* owned; NULL: none given */
    char content_type[48]; /* of the body */
    unsigned epoch; /* of the rule set it came from */
};

struct demo_faults;

struct demo_faults *demo_faults_new(void);
void demo_faults_free(struct demo_faults *faults);
enum status demo_faults_add(struct demo_faults *faults, const json_t *rule, struct error *err);
void demo_faults_remove_all(struct demo_faults *faults);
json_t *demo_faults_list(struct demo_faults *faults); /* the rules with their "hits"; new reference */

/* The first rule that matches, counted as a hit. Clear with demo_faults_clear_match. */
struct demo_fault demo_faults_match(struct demo_faults *faults, const char *method, const char *url);
void demo_faults_clear_match(struct demo_fault *fault);

/* True while no rules were removed since the match was made. */
bool demo_faults_still_hold(struct demo_faults *faults, const struct demo_fault *fault);

#endif
