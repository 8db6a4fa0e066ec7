/* Rules that spoil replies; see demo_faults.h. */
#include "demo/demo_faults.h"

#include <fnmatch.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "demo/demo_json.h"

#define FLOOD_BYTES (20 << 20)

struct rule {
    enum demo_fault_action action;
    json_t *words; /* as posted */
    json_int_t left; /* negative: without end */
    json_int_t hits;
};

struct demo_faults {
    pthread_mutex_t lock;
    ARRAY(struct rule) rules;
    unsigned epoch;
};

static const char *const action_names[DEMO_FAULT_COUNT] = {
    [DEMO_FAULT_STATUS] = "status", [DEMO_FAULT_DROP] = "drop",   [DEMO_FAULT_STALL] = "stall",
    [DEMO_FAULT_BREAK] = "break",   [DEMO_FAULT_CUT] = "cut",     [DEMO_FAULT_FREEZE] = "freeze",
    [DEMO_FAULT_FLOOD] = "flood"};

struct demo_faults *demo_faults_new(void)
{
    struct demo_faults *faults = alloc_new(struct demo_faults);
    pthread_mutex_init(&faults->lock, NULL);
    return faults;
}

static void clear(struct demo_faults *faults)
{
    for (size_t i = 0; i < faults->rules.count; i++)
        json_decref(faults->rules.items[i].words);
    ARRAY_FREE(&faults->rules);
    faults->epoch++;
}

void demo_faults_free(struct demo_faults *faults)
{
    if (faults == NULL)
        return;
    clear(faults);
    pthread_mutex_destroy(&faults->lock);
    free(faults);
}

enum status demo_faults_add(struct demo_faults *faults, const json_t *words, struct error *err)
{
    const char *name = demo_json_text(words, "action");
    enum demo_fault_action action = DEMO_FAULT_NONE;
    for (size_t i = DEMO_FAULT_STATUS; i < DEMO_FAULT_COUNT; i++) {
        if (strcmp(action_names[i], name) == 0)
            action = (enum demo_fault_action)i;
    }
    if (action == DEMO_FAULT_NONE)
        return error_set(err, STATUS_INVALID, "fault: unknown action \"%s\"", name);
    enum status status = STATUS_OK;
    pthread_mutex_lock(&faults->lock);
    if (faults->rules.count >= DEMO_FAULTS_MAX) {
        status = error_set(err, STATUS_TOO_BIG, "fault: already %d rules", DEMO_FAULTS_MAX);
    } else {
        struct rule rule = {action, json_deep_copy(words), demo_json_integer(words, "count", -1), 0};
        ARRAY_PUSH(&faults->rules, rule);
    }
    pthread_mutex_unlock(&faults->lock);
    return status;
}

void demo_faults_remove_all(struct demo_faults *faults)
{
    pthread_mutex_lock(&faults->lock);
    clear(faults);
    pthread_mutex_unlock(&faults->lock);
}

json_t *demo_faults_list(struct demo_faults *faults)
{
    json_t *list = json_array();
    pthread_mutex_lock(&faults->lock);
    for (size_t i = 0; i < faults->rules.count; i++) {
        json_t *words = json_deep_copy(faults->rules.items[i].words);
        json_object_set_new(words, "hits", json_integer(faults->rules.items[i].hits));
        json_array_append_new(list, words);
    }
    pthread_mutex_unlock(&faults->lock);
    return list;
}

static bool is_match(const struct rule *rule, const char *method, const char *url)
{
    const char *wanted_method = demo_json_text(rule->words, "method");
    const char *pattern = demo_json_text(rule->words, "url");
    return rule->left != 0 && (wanted_method[0] == '\0' || strcmp(wanted_method, method) == 0) &&
           (pattern[0] == '\0' || fnmatch(pattern, url, 0) == 0);
}

static struct demo_fault take(struct rule *rule, unsigned epoch)
{
    rule->hits++;
    if (rule->left > 0)
        rule->left--;
    const json_t *body = json_object_get(rule->words, "body");
    const char *type = demo_json_text(rule->words, "contentType");
    struct demo_fault fault = {
        .action = rule->action,
        .code = (int)demo_json_integer(rule->words, "code", 503),
        .retry_after_s = (int)demo_json_integer(rule->words, "retryAfter", 0),
        .delay_ms = demo_json_integer(rule->words, "delayMs", -1),
        .after_bytes = (size_t)demo_json_integer(rule->words, "afterBytes", 0),
        .flood_bytes = (size_t)demo_json_integer(rule->words, "bytes", FLOOD_BYTES),
        .body = alloc_strdup(json_string_value(body)),
        .epoch = epoch,
    };
    snprintf(fault.content_type, sizeof fault.content_type, "%s", type[0] != '\0' ? type : "application/json");
    return fault;
}

struct demo_fault demo_faults_match(struct demo_faults *faults, const char *method, const char *url)
{
    struct demo_fault fault = {0};
    pthread_mutex_lock(&faults->lock);
    for (size_t i = 0; i < faults->rules.count && fault.action == DEMO_FAULT_NONE; i++) {
        if (is_match(&faults->rules.items[i], method, url))
            fault = take(&faults->rules.items[i], faults->epoch);
    }
    pthread_mutex_unlock(&faults->lock);
    return fault;
}

void demo_faults_clear_match(struct demo_fault *fault)
{
    free(fault->body);
    *fault = (struct demo_fault){0};
}

bool demo_faults_still_hold(struct demo_faults *faults, const struct demo_fault *fault)
{
    pthread_mutex_lock(&faults->lock);
    bool holds = faults->epoch == fault->epoch;
    pthread_mutex_unlock(&faults->lock);
    return holds;
}
