/* Leaving and arriving; see travel.h. */
#include "app/travel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "base/alloc.h"
#include "base/log.h"
#include "sovereign/kind_table.h"
#include "sovereign/kubeconfig.h"
#include "tether/audit.h"

#define LEFT_BEHIND_MAX 16 /* dead ones may take seconds each */
#define INBOX_BUDGET_MS 8

static void drain_inbox(void *context)
{
    struct app *app = context;
    inbox_drain(app->host.inbox, app->host.store, INBOX_BUDGET_MS);
}

static void open_tabs(struct app *app)
{
    struct screen_host *host = &app->host;
    struct screen *screens[APP_TAB_COUNT] = {
        [APP_TAB_OVERVIEW] = overview_screen_new(host),
        [APP_TAB_ORGANIZATIONS] = resource_screen_new(host, kind_table_get("organizations"), KEYMAP_CONTEXT_ORGANIZATIONS),
        [APP_TAB_ENVIRONMENTS] = resource_screen_new(host, kind_table_get("environments"), KEYMAP_CONTEXT_ENVIRONMENTS),
        [APP_TAB_APPLICATIONS] = resource_screen_new(host, kind_table_get("applications"), KEYMAP_CONTEXT_APPLICATIONS),
        [APP_TAB_FLUX] = resource_screen_new(host, kind_table_get("helmreleases"), KEYMAP_CONTEXT_FLUX),
        [APP_TAB_CUTOVER] = cutover_screen_new(host),
        [APP_TAB_TETHERS] = tether_screen_new(host),
        [APP_TAB_TIMELINE] = timeline_screen_new(host),
        [APP_TAB_SPINE] = spine_screen_new(host),
    };
    for (size_t i = 0; i < APP_TAB_COUNT; i++) {
        app->tabs[i].stack[0] = screens[i];
        app->tabs[i].depth = 1;
    }
    app->open_tab = APP_TAB_OVERVIEW;
}

void travel_enter(struct app *app, struct visit *visit)
{
    app->visit = visit;
    app->http = visit->http;
    app->host.sovereign = visit->sovereign;
    app->host.store = visit->store;
    app->host.estate = visit->estate;
    app->host.inbox = visit->inbox;
    app->host.worker = visit->worker;
    app->host.reports = visit->reports;
    app->host.region = -1;
    hold_witness_init(&app->witness);
    visit_start(visit);
    app->host.feeds = visit->feeds;
    open_tabs(app);
    event_loop_add_fd(app->loop, inbox_fd(visit->inbox), drain_inbox, app);
    app->frame.store_generation = UINT64_MAX;
    app_dirty(app);
}

void travel_leave(struct app *app)
{
    app->operate.is_waiting = false;
    app_close_dialog(app);
    login_drop(app);
    app_close_prompt(app);
    for (size_t i = 0; i < APP_TAB_COUNT; i++)
        while (app->tabs[i].depth > 0)
            screen_free(app->tabs[i].stack[--app->tabs[i].depth]);
    event_loop_remove_fd(app->loop, inbox_fd(app->visit->inbox));
    for (size_t i = APP_PROMPT_COMMAND + 1; i <= APP_PROMPT_PATCH; i++) { /* filters and values are about its objects */
        history_done(&app->histories[i]);
        history_init(&app->histories[i]);
    }
    audit_free(app->host.audit);
    app->host.audit = NULL;
    app->visit->prepared = app->operate.prepared;
    app->operate = (struct operate){0};
    app->armed_until_ms = 0;
    app->host.armed = false;
    app->toast_until_ms = 0;
    app->alarm_count = 0;
    app->pending = (struct key_sequence){0};
    app->prompt_object = (struct screen_object){0};
}

/* ---- switching */

void travel_ask(struct app *app, bool to_context, const char *name)
{
    app->travel.is_wanted = true;
    app->travel.to_context = to_context;
    snprintf(app->travel.name, sizeof app->travel.name, "%s", name);
    app_dirty(app);
}

/* Words about cluster and user were about the one that was named with them. Acting as somebody with fewer rights holds for the run:
 * to drop it silently would give rights back. */
static struct sovereign_options options_of(const struct app *app)
{
    const struct sovereign_options *given = &app->options->sovereign;
    struct sovereign_options options = {.config_file = given->config_file, .as = given->as, .as_uid = given->as_uid,
                                        .request_timeout = given->request_timeout};
    memcpy(options.as_groups, given->as_groups, sizeof options.as_groups);
    if (app->travel.to_context) {
        options.kubeconfig = given->kubeconfig;
        options.context = app->travel.name;
    } else {
        options.name = app->travel.name;
    }
    return options;
}

static bool may_leave(struct app *app)
{
    if (app->operate.state == OPERATE_RUNNING) {
        app_toast(app, TONE_WARN, "%s is still under way: its end must be seen and journalled before this Sovereign can be left", app->operate.title);
        return false;
    }
    if (app->travel.reaper != NULL && worker_pending(app->travel.reaper) >= LEFT_BEHIND_MAX) {
        app_toast(app, TONE_WARN, "%d Sovereigns that were left are still being closed: try again in a moment", LEFT_BEHIND_MAX);
        return false;
    }
    return true;
}

static void nothing(void *visit)
{
}

static void close_visit(void *visit)
{
    visit_close(visit);
}

/* The reaper's dispose does the work, because it is sure to run. */
static void leave_behind(struct app *app, struct visit *visit)
{
    if (app->travel.reaper == NULL)
        app->travel.reaper = worker_new("reaper", LEFT_BEHIND_MAX * 2);
    atomic_store(&visit->cancel, true);
    worker_submit(app->travel.reaper, nothing, close_visit, visit);
}

/* A context that is not there would be a Sovereign with a dead lamp: say so and stay. */
static enum status check_region(const struct visit *visit, const struct travel *travel, struct error *err)
{
    const struct sovereign_region *region = &visit->sovereign->regions[0];
    if (!travel->to_context || region->client != NULL)
        return STATUS_OK;
    return error_set(err, region->error.status, "%s", region->error.text);
}

void travel_if_asked(struct app *app)
{
    struct visit *visit = NULL;
    struct error err = {0};
    if (!app->travel.is_wanted)
        return;
    app->travel.is_wanted = false;
    if (!may_leave(app))
        return;
    struct sovereign_options options = options_of(app);
    enum status status = visit_open(&options, &visit, &err);
    if (status == STATUS_OK)
        status = check_region(visit, &app->travel, &err);
    if (status != STATUS_OK) {
        visit_close(visit);
        app_toast(app, TONE_BAD, "%s; still on %s", err.text, app->host.store->sovereign);
        return;
    }
    struct visit *old = app->visit;
    bool was_armed = app_is_armed(app);
    char name[sizeof old->store->sovereign];
    snprintf(name, sizeof name, "%s", old->store->sovereign);
    log_info("from Sovereign %s to %s", name, visit->sovereign->name);
    travel_leave(app);
    leave_behind(app, old);
    travel_enter(app, visit);
    if (visit->sovereign->profile != NULL && visit->sovereign->profile->warning != NULL)
        app_toast(app, TONE_WARN, "%s", visit->sovereign->profile->warning);
    else
        app_toast(app, TONE_GOOD, "Opened %s (%s)%s", app->host.store->sovereign, app->host.store->sovereign_class,
                  was_armed ? "; read-only again" : "");
    app->frame.full = true;
}

void travel_end(struct app *app)
{
    worker_free(app->travel.reaper);
    app->travel.reaper = NULL;
}

/* ---- completion */

static bool offer(const char *name, const char *word, char *candidate)
{
    if (strncmp(name, word, strlen(word)) != 0)
        return false;
    snprintf(candidate, PROMPT_CANDIDATE_TEXT_MAX, "%s", name);
    return true;
}

static size_t complete_contexts(struct app *app, const char *word, char (*candidates)[PROMPT_CANDIDATE_TEXT_MAX], size_t maximum)
{
    struct kubeconfig *config = NULL;
    size_t count = 0;
    if (kubeconfig_load(app->options->sovereign.kubeconfig, &config, NULL) != STATUS_OK)
        return 0;
    for (size_t i = 0; i < kubeconfig_context_count(config) && count < maximum; i++)
        count += offer(kubeconfig_context_name(config, i), word, candidates[count]);
    kubeconfig_free(config);
    return count;
}

size_t travel_complete(struct app *app, bool contexts, const char *word, char (*candidates)[PROMPT_CANDIDATE_TEXT_MAX], size_t maximum)
{
    const struct profile *file = app->host.sovereign->file;
    size_t count = 0;
    if (contexts)
        return complete_contexts(app, word, candidates, maximum);
    for (size_t i = 0; i < file->sovereign_count && count < maximum; i++)
        count += offer(file->sovereigns[i].name, word, candidates[count]);
    return count;
}
