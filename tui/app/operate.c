/* Operations through the console; see operate.h.
 *
 * request → (worker) operation_prepare → dialog → (worker) operation_execute → toast and timeline. The prepared operation is
 * immutable and stays until the next one, so that its plan can be read again. */
#include "app/operate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "base/alloc.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "operation/journal.h"
#include "screen/document.h"

enum { ANSWER_CANCEL = 0, ANSWER_GO = 1, ANSWER_PLAN = 2 };

static const struct {
    enum command_id command;
    enum operation_id operation;
} COMMANDS[] = {
    {COMMAND_START_CUTOVER, OPERATION_START_CUTOVER}, {COMMAND_RECONCILE, OPERATION_RECONCILE},
    {COMMAND_SUSPEND, OPERATION_SUSPEND},             {COMMAND_RESUME, OPERATION_RESUME},
    {COMMAND_PATCH_VALUE, OPERATION_PATCH_VALUES},    {COMMAND_DELETE_EGRESS_POLICY, OPERATION_DELETE_EGRESS_POLICY},
    {COMMAND_OVERRIDE_ROLL, OPERATION_OVERRIDE_ROLL},
};

/* What travels between the threads. */
struct trip {
    struct app *app;
    struct inbox *inbox;
    struct sovereign *sovereign;
    const char *journal;
    struct operation *operation;      /* prepare: owned */
    struct blast_radius radius;
    bool has_radius;
    const struct prepared *prepared;  /* execute: borrowed; the console waits for the end before it lets go */
    enum status status;
    struct error err;
    struct prepared *made;
    struct operation_outcome outcome;
};

static struct operation_context context_of(const struct trip *trip)
{
    return (struct operation_context){.sovereign = trip->sovereign,
                                      .journal_file = trip->journal,
                                      .radius = trip->has_radius ? &trip->radius : NULL,
                                      .channel = "console"};
}

static struct trip *trip_new(struct app *app)
{
    struct trip *trip = alloc_new(struct trip);
    trip->app = app;
    trip->inbox = app->host.inbox;
    trip->sovereign = app->host.sovereign;
    trip->journal = app->options->journal;
    return trip;
}

static void trip_free(void *payload)
{
    struct trip *trip = payload;
    operation_free(trip->operation);
    prepared_free(trip->made);
    free(trip);
}

/* --- the question --- */

static enum style_id check_style(enum status status)
{
    if (status == STATUS_OK)
        return STYLE_GOOD;
    return status == STATUS_FOUND || status == STATUS_UNMEASURED ? STYLE_WARN : STYLE_BAD;
}

static void add_texts(struct dialog *dialog, enum style_id style, const char *sign, char *const *texts, size_t count)
{
    char line[ERROR_TEXT_MAX + 16];
    for (size_t i = 0; i < count; i++) {
        snprintf(line, sizeof line, "%s %s", sign, texts[i]);
        dialog_add_text(dialog, style, line);
    }
}

static void add_checks(struct dialog *dialog, const struct prepared *prepared)
{
    char line[ERROR_TEXT_MAX + 16];
    for (size_t i = 0; i < prepared->checks.count; i++) {
        const struct prepared_check *check = &prepared->checks.items[i];
        snprintf(line, sizeof line, "%s %s", check->status == STATUS_OK ? "✔" : check_style(check->status) == STYLE_WARN ? "!" : "✖",
                 check->text);
        dialog_add_text(dialog, check_style(check->status), line);
    }
}

static void add_diff(struct dialog *dialog, const struct json_diff *diff)
{
    for (size_t i = 0; i < diff->count; i++) {
        const struct json_diff_line *line = &diff->items[i];
        enum style_id style = line->sign == '+' ? STYLE_DIFF_ADD : line->sign == '-' ? STYLE_DIFF_DEL : line->sign == '@' ? STYLE_DIFF_HUNK : STYLE_DIM;
        CLEANUP(alloc_free_pointer) char *text = alloc_printf("%c %s", line->sign, line->text);
        dialog_add_line(dialog, style, span_of(text));
    }
}

static void add_effect(struct dialog *dialog, const struct prepared *prepared)
{
    char radius[512], line[1024];
    static const char *const DIFF_TITLES[] = {[PREPARED_DIFF_DRY_RUN] = "What the server says would change (dry run)",
                                              [PREPARED_DIFF_PREDICTED] = "What would change, as predicted (no dry run)"};
    if (prepared->diff_kind != PREPARED_DIFF_NONE && prepared->diff.count > 0) {
        dialog_add_text(dialog, STYLE_TITLE, DIFF_TITLES[prepared->diff_kind]);
        add_diff(dialog, &prepared->diff);
    } else if (prepared->diff_kind == PREPARED_DIFF_DRY_RUN) {
        dialog_add_text(dialog, STYLE_WARN, "! The server's dry run changes nothing.");
    }
    if (prepared->predicted.count > 0) {
        dialog_add_text(dialog, STYLE_TITLE, "Predicted effect (this has no dry run)");
        add_texts(dialog, STYLE_TEXT, "·", prepared->predicted.items, prepared->predicted.count);
    }
    for (size_t i = 0; i < prepared->paths.count; i++) {
        const struct prepared_path *path = &prepared->paths.items[i];
        snprintf(line, sizeof line, "%s %s: %s", path->git.kind == GIT_VERDICT_DRIFT ? "·" : "!", path->path, path->git.text);
        dialog_add_text(dialog, path->git.kind == GIT_VERDICT_DRIFT ? STYLE_TEXT : STYLE_WARN, line);
    }
    blast_radius_text(&prepared->radius, radius, sizeof radius);
    if (radius[0] != '\0') {
        snprintf(line, sizeof line, "Reach: %s", radius);
        dialog_add_text(dialog, blast_radius_total(&prepared->radius) > 0 || !prepared->radius.known ? STYLE_WARN : STYLE_TEXT, line);
    }
}

static void ask(struct app *app)
{
    const struct prepared *prepared = app->operate.prepared;
    bool refused = prepared_is_refused(prepared);
    bool name = prepared->confirm == PREPARED_CONFIRM_TYPE_NAME;
    app->operate.state = OPERATE_ASKING;
    if (app->dialog_purpose == APP_DIALOG_LOGIN) { /* an Enter meant for the PIN must not confirm a change */
        app->operate.is_waiting = true;
        return;
    }
    app_close_dialog(app);
    app->dialog = dialog_new(refused || name ? DIALOG_KIND_DANGER : DIALOG_KIND_PLAIN, prepared->title);
    app->dialog_purpose = APP_DIALOG_OPERATION;
    if (refused) {
        dialog_add_text(app->dialog, STYLE_TITLE, "This will not be done:");
        add_texts(app->dialog, STYLE_BAD, "✖", prepared->refusals.items, prepared->refusals.count);
    }
    if (!refused) /* warnings come with the checks they belong to */
        add_effect(app->dialog, prepared);
    add_checks(app->dialog, prepared);
    if (!refused && prepared->effect != NULL) {
        char line[ERROR_TEXT_MAX], limit[TIMESTAMP_TEXT_MAX];
        timestamp_format_age(limit, prepared->deadline_ms);
        snprintf(line, sizeof line, "Proof: watched until %s, for at most %s", prepared->effect, limit);
        dialog_add_text(app->dialog, STYLE_DIM, line);
    }
    if (!refused && name)
        dialog_require_name(app->dialog, prepared->confirm_name);
    if (!refused)
        dialog_add_choice(app->dialog, (struct dialog_choice){.label = "Do it", .key = 'y', .value = ANSWER_GO, .needs_name = name});
    dialog_add_choice(app->dialog, (struct dialog_choice){.label = "Plan", .key = 'p', .value = ANSWER_PLAN});
    dialog_add_choice(app->dialog, (struct dialog_choice){.label = refused ? "Close" : "Cancel", .key = 'n', .value = ANSWER_CANCEL});
    app_dirty(app);
}

void operate_ask_if_waiting(struct app *app)
{
    if (!app->operate.is_waiting)
        return;
    app->operate.is_waiting = false;
    ask(app);
}

/* --- prepare --- */

static void apply_prepared(void *payload, void *context)
{
    struct trip *trip = payload;
    struct app *app = trip->app;
    app->operate.state = OPERATE_IDLE;
    if (trip->status != STATUS_OK) {
        app_toast(app, TONE_BAD, "%s: %s", app->operate.title, trip->err.text);
        return;
    }
    prepared_free(app->operate.prepared);
    app->operate.prepared = trip->made;
    trip->made = NULL;
    ask(app);
}

static void prepare(void *payload)
{
    struct trip *trip = payload;
    struct operation_context context = context_of(trip);
    struct trip *answer = alloc_new(struct trip);
    answer->app = trip->app;
    answer->status = operation_prepare(&context, trip->operation, &answer->made, &answer->err);
    inbox_post(trip->inbox, (struct inbox_message){apply_prepared, trip_free, answer, sizeof *answer, 0});
}

static bool is_about_sovereign(enum operation_id id)
{
    return id == OPERATION_START_CUTOVER || id == OPERATION_DELETE_EGRESS_POLICY;
}

static struct operation *operation_of(const struct screen_request *request)
{
    for (size_t i = 0; i < ARRAY_LENGTH(COMMANDS); i++) {
        if (COMMANDS[i].command != request->command)
            continue;
        if (is_about_sovereign(COMMANDS[i].operation))
            return operation_new(COMMANDS[i].operation, 0, NULL, NULL, NULL);
        struct operation *operation = operation_new(COMMANDS[i].operation, request->object.region, request->object.kind,
                                                    request->object.namespace, request->object.name);
        if (COMMANDS[i].operation == OPERATION_OVERRIDE_ROLL)
            operation_set_reason(operation, request->argument);
        else if (request->argument[0] != '\0')
            operation_add_assignment(operation, request->argument);
        return operation;
    }
    return NULL;
}

void operate_request(struct app *app, const struct screen_request *request)
{
    if (app->operate.state != OPERATE_IDLE) {
        app_toast(app, TONE_WARN, "One operation at a time: %s is still under way", app->operate.title);
        return;
    }
    struct trip *trip = trip_new(app);
    trip->operation = operation_of(request);
    char *title = operation_title(app->host.sovereign, trip->operation);
    snprintf(app->operate.title, sizeof app->operate.title, "%s", title);
    free(title);
    if (trip->operation->kind != NULL) {
        blast_radius_of_store(app->host.store, request->object.region, request->object.namespace, request->object.name, &trip->radius);
        trip->has_radius = trip->radius.known;
    }
    app->operate.state = OPERATE_PREPARING;
    app->operate.started_ms = clock_monotonic_ms();
    snprintf(app->operate.progress, sizeof app->operate.progress, "checking rights and state, asking the server for a dry run");
    if (!worker_submit(app->host.worker, prepare, trip_free, trip)) {
        app->operate.state = OPERATE_IDLE;
        app_toast(app, TONE_BAD, "Too much is waiting already; nothing was done. Try again in a moment");
    }
    app_dirty(app);
}

/* --- execute --- */

struct progress {
    struct app *app;
    char text[256];
};

static void apply_progress(void *payload, void *context)
{
    struct progress *progress = payload;
    snprintf(progress->app->operate.progress, sizeof progress->app->operate.progress, "%s", progress->text);
    app_dirty(progress->app);
}

static void post_progress(void *context, enum operation_phase phase, const char *text)
{
    struct trip *trip = context;
    struct progress *progress = alloc_new(struct progress);
    progress->app = trip->app;
    snprintf(progress->text, sizeof progress->text, "%s", text);
    inbox_post(trip->inbox, (struct inbox_message){apply_progress, free, progress, sizeof *progress, 0});
}

static void apply_outcome(void *payload, void *context)
{
    struct trip *trip = payload;
    struct app *app = trip->app;
    const struct operation_outcome *outcome = &trip->outcome;
    enum tone tone = outcome->status == STATUS_OK ? TONE_GOOD : outcome->sent ? TONE_WARN : TONE_BAD;
    struct timeline_entry entry = {.at_ms = clock_wall_ms(), .source = TIMELINE_SOURCE_OPERATION, .tone = tone,
                                   .region = trip->prepared->operation->name == NULL ? -1 : trip->prepared->operation->region};
    app->operate.state = OPERATE_IDLE;
    snprintf(entry.object, sizeof entry.object, "%s", app->operate.title);
    snprintf(entry.text, sizeof entry.text, "%s", outcome->text);
    timeline_add(app->host.store->timeline, &entry);
    store_touch(app->host.store);
    app_toast(app, tone, "%s: %s", app->operate.title, outcome->text);
    if (trip->prepared->operation->id == OPERATION_START_CUTOVER)
        feed_set_refresh_cutover(app->host.feeds);
}

static void execute(void *payload)
{
    struct trip *trip = payload;
    struct operation_context context = context_of(trip);
    struct trip *answer = alloc_new(struct trip);
    answer->app = trip->app;
    answer->prepared = trip->prepared;
    answer->status = operation_execute(&context, trip->prepared, post_progress, trip, &answer->outcome);
    inbox_post(trip->inbox, (struct inbox_message){apply_outcome, trip_free, answer, sizeof *answer, 0});
}

void operate_answer(struct app *app)
{
    struct operate *operate = &app->operate;
    operate->state = OPERATE_IDLE;
    if (operate->answer == ANSWER_PLAN) {
        operate_show_plan(app);
        return;
    }
    if (operate->answer != ANSWER_GO) {
        if (!prepared_is_refused(operate->prepared))
            app_toast(app, TONE_NEUTRAL, "Nothing was changed");
        return;
    }
    if (!app_is_armed(app)) {
        app_toast(app, TONE_WARN, "The time for changes is over: arm the console again. Nothing was changed");
        return;
    }
    struct trip *trip = trip_new(app);
    trip->prepared = operate->prepared;
    operate->state = OPERATE_RUNNING;
    operate->started_ms = clock_monotonic_ms();
    snprintf(operate->progress, sizeof operate->progress, "writing the journal");
    if (!worker_submit(app->host.worker, execute, trip_free, trip)) {
        operate->state = OPERATE_IDLE;
        app_toast(app, TONE_BAD, "Too much is waiting already; nothing was done. Try again in a moment");
    }
}

/* --- reading --- */

void operate_show_plan(struct app *app)
{
    char *text = prepared_text(app->operate.prepared);
    app_push(app, document_screen_new(&app->host, document_of_text(DOCUMENT_KIND_PLAN, app->operate.prepared->title, span_of(text))));
    free(text);
}

static void add_journal_line(void *context, size_t number, const json_t *entry, const char *text)
{
    struct bytebuf *out = context;
    char *line = entry == NULL ? alloc_printf("line %zu cannot be read", number) : journal_describe(entry);
    sanitize_line(out, span_of(line));
    bytebuf_append_byte(out, '\n');
    free(line);
}

void operate_show_journal(struct app *app)
{
    struct bytebuf text;
    struct error err = {0};
    struct journal_verdict *verdict = alloc_new(struct journal_verdict);
    char *path = app->options->journal != NULL ? alloc_strdup(app->options->journal) : journal_default_path();
    bytebuf_init(&text, DOCUMENT_MAXIMUM);
    if (journal_verify(path, NULL, verdict, &err) != STATUS_OK) {
        bytebuf_printf(&text, "%s\n", err.text);
    } else {
        bytebuf_printf(&text, "%s: %zu lines, %s; head %s\nA cut tail shows only against a head hash kept elsewhere.\n\n", path, verdict->lines,
                       verdict->findings_total == 0 ? "the chain is whole" : "THE CHAIN IS BROKEN", verdict->head);
        for (size_t i = 0; i < verdict->finding_count; i++)
            bytebuf_printf(&text, "! line %zu: %s\n", verdict->findings[i].line, verdict->findings[i].text);
        journal_each(path, add_journal_line, &text, &err);
    }
    app_push(app, document_screen_new(&app->host, document_of_text(DOCUMENT_KIND_TEXT, "Journal", bytebuf_span(&text))));
    bytebuf_done(&text);
    free(verdict);
    free(path);
}
