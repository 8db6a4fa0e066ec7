/* Keys to commands and commands to whoever runs them; see dispatch.h. */
#include "app/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "app/doctor_document.h"
#include "base/alloc.h"
#include "base/array.h"
#include "input/command_line.h"
#include "screen/document.h"
#include "screen/spine_screens.h"
#include "sovereign/kind_table.h"
#include "theme/theme_load.h"

enum keymap_context dispatch_context(const struct app *app)
{
    if (app->dialog != NULL)
        return KEYMAP_CONTEXT_DIALOG;
    if (app->prompt_purpose != APP_PROMPT_NONE)
        return KEYMAP_CONTEXT_PROMPT;
    return screen_context(app_screen(app));
}

static bool selected_object(struct app *app, struct screen_object *object)
{
    struct screen *screen = app_screen(app);
    *object = (struct screen_object){0};
    return screen->ops->object != NULL && screen->ops->object(screen, object);
}

static uint32_t holds_of_object(const struct screen_object *object)
{
    uint32_t holds = COMMAND_NEEDS_SELECTION;
    if (object->kind == NULL)
        return holds;
    holds |= COMMAND_NEEDS_OBJECT;
    if (span_ends_with(span_of(object->kind->group), "toolkit.fluxcd.io"))
        holds |= COMMAND_NEEDS_FLUX_OBJECT;
    if (strcmp(object->kind->plural, "helmreleases") == 0)
        holds |= COMMAND_NEEDS_HELMRELEASE;
    if (strcmp(object->kind->plural, "pods") == 0 || strcmp(object->kind->plural, "jobs") == 0)
        holds |= COMMAND_NEEDS_LOGS;
    return holds;
}

static bool has_rows(const struct store *store, const char *kind)
{
    for (int region = 0; region < store->region_count; region++) {
        const struct table *table = store_find_table(store, kind, region);
        if (table != NULL && table->rows.count > 0)
            return true;
    }
    return false;
}

uint32_t dispatch_holds(struct app *app)
{
    const struct store *store = app->host.store;
    struct screen *screen = app_screen(app);
    struct screen_object object;
    uint32_t holds = screen->ops->holds != NULL ? screen->ops->holds(screen) : 0;
    if (selected_object(app, &object))
        holds |= holds_of_object(&object);
    if (app_is_armed(app))
        holds |= COMMAND_NEEDS_ARMED;
    if (store->region_count > 1)
        holds |= COMMAND_NEEDS_REGIONS;
    if (app->operate.prepared != NULL)
        holds |= COMMAND_NEEDS_PLAN;
    if (app->dialog != NULL)
        holds |= COMMAND_NEEDS_DIALOG;
    if (app->prompt_purpose != APP_PROMPT_NONE)
        holds |= COMMAND_NEEDS_PROMPT;
    if (has_rows(store, "cutover-status") || has_rows(store, "cutover-steps") || store->catalyst.cutover_known)
        holds |= COMMAND_NEEDS_CUTOVER;
    for (size_t i = 0; i < store->feed_count; i++)
        if (store->feeds[i].kind == FEED_KIND_KUBE &&
            (store->feeds[i].state == FEED_STATE_LIVE || store->feeds[i].state == FEED_STATE_LIMITED))
            holds |= COMMAND_NEEDS_KUBERNETES;
    return holds;
}

/* --- commands of the console itself --- */

static void quit(struct app *app, const char *argument)
{
    event_loop_stop(app->loop);
}

static void show_help(struct app *app, const char *argument)
{
    app_push(app, help_screen_new(&app->host, screen_context(app_screen(app))));
}

static void go_back(struct app *app, const char *argument)
{
    struct screen *screen = app_screen(app);
    if (screen->ops->filter != NULL && screen->ops->filter_text != NULL && screen->ops->filter_text(screen).length > 0)
        screen->ops->filter(screen, SPAN_EMPTY);
    else if (app->tabs[app->open_tab].depth > 1)
        app_pop(app);
    else
        app_toast(app, TONE_NEUTRAL, "There is nothing to go back to; q leaves the console");
}

static void open_command_line(struct app *app, const char *argument)
{
    app_open_prompt(app, APP_PROMPT_COMMAND, ":", "a command, or the name of any kind the server has", argument);
}

static void opened_kind(void *context, const struct kind *kind, const struct error *err)
{
    struct app *app = context;
    if (kind == NULL) {
        app_toast(app, TONE_BAD, "%s", err->text);
        return;
    }
    app_push(app, resource_screen_new(&app->host, kind, KEYMAP_CONTEXT_RESOURCE));
}

static void open_kind(struct app *app, const char *argument)
{
    feed_set_open_kind(app->host.feeds, argument, opened_kind, app);
}

static void refresh(struct app *app, const char *argument)
{
    feed_set_retry(app->host.feeds);
    app_toast(app, TONE_NEUTRAL, "Asking every source again");
}

static void redraw(struct app *app, const char *argument)
{
    app->frame.full = true;
    app_dirty(app);
}

static void show_feeds(struct app *app, const char *argument)
{
    app_push(app, feeds_screen_new(&app->host));
}

static void log_in(struct app *app, const char *argument)
{
    login_open(app);
}

static void log_out(struct app *app, const char *argument)
{
    login_log_out(app);
}

static void switch_region(struct app *app, const char *argument)
{
    int region = app->host.region + 1 < app->host.store->region_count ? app->host.region + 1 : -1;
    if (argument[0] != '\0') {
        region = strcmp(argument, "all") == 0 ? -1 : sovereign_find_region(app->host.sovereign, argument);
        if (region < 0 && strcmp(argument, "all") != 0) {
            app_toast(app, TONE_BAD, "There is no region '%s' here", argument);
            return;
        }
    }
    app->host.region = region;
    app_toast(app, TONE_NEUTRAL, region < 0 ? "All regions" : "Only region %s", screen_region_name(&app->host, region));
}

static void show_sovereigns(struct app *app, const char *argument)
{
    if (argument[0] != '\0')
        travel_ask(app, false, argument);
    else
        app_push(app, sovereigns_screen_new(&app->host, app->options->sovereign.kubeconfig, false));
}

static void show_contexts(struct app *app, const char *argument)
{
    if (argument[0] != '\0')
        travel_ask(app, true, argument);
    else
        app_push(app, sovereigns_screen_new(&app->host, app->options->sovereign.kubeconfig, true));
}

static void change_theme(struct app *app, const char *argument)
{
    size_t count, next = 0;
    const char *const *names = theme_load_builtin_names(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], app->theme.name) == 0)
            next = (i + 1) % count;
    if (!theme_load_builtin(argument[0] != '\0' ? argument : names[next], &app->theme)) {
        app_toast(app, TONE_BAD, "There is no theme '%s'", argument);
        return;
    }
    terminal_set_theme(app->terminal, &app->theme);
    redraw(app, "");
}

static void next_tab(struct app *app, const char *argument)
{
    app_open_tab(app, (enum app_tab_id)((app->open_tab + 1) % APP_TAB_COUNT));
}

static void previous_tab(struct app *app, const char *argument)
{
    app_open_tab(app, (enum app_tab_id)((app->open_tab + APP_TAB_COUNT - 1) % APP_TAB_COUNT));
}

static void filter(struct app *app, const char *argument)
{
    struct screen *screen = app_screen(app);
    if (screen->ops->filter == NULL) {
        app_toast(app, TONE_NEUTRAL, "There is nothing to filter here");
    } else if (argument[0] != '\0') {
        screen->ops->filter(screen, span_of(argument));
        app_dirty(app);
    } else {
        struct span text = screen->ops->filter_text != NULL ? screen->ops->filter_text(screen) : SPAN_EMPTY;
        char *copy = span_dup(text);
        app_open_prompt(app, APP_PROMPT_FILTER, "/", "words to find; !word leaves out, column:word looks in one column", copy);
        free(copy);
    }
}

static void open_document(struct app *app, enum document_kind kind)
{
    struct screen_object object;
    if (selected_object(app, &object))
        app_push(app, document_screen_new(&app->host, document_load(&app->host, kind, &object)));
}

static void show_yaml(struct app *app, const char *argument)
{
    open_document(app, DOCUMENT_KIND_YAML);
}

static void show_events(struct app *app, const char *argument)
{
    open_document(app, DOCUMENT_KIND_EVENTS);
}

/* With the region named, else the first other one; in the compare screen itself that screen takes the command. */
static void compare_object(struct app *app, const char *argument)
{
    struct screen_object object;
    if (!selected_object(app, &object) || object.kind == NULL || object.region < 0)
        return;
    int other = argument[0] != '\0' ? sovereign_find_region(app->host.sovereign, argument) : object.region == 0 ? 1 : 0;
    if (other < 0 || other == object.region)
        app_toast(app, TONE_BAD, other < 0 ? "There is no region '%s' here" : "The object is in region '%s': name another", argument);
    else
        app_push(app, compare_screen_new(&app->host, &object, other));
}

static void show_logs(struct app *app, const char *argument)
{
    open_document(app, DOCUMENT_KIND_LOG);
}

static void show_detail(struct app *app, const char *argument)
{
    struct screen_object object;
    if (selected_object(app, &object) && object.kind != NULL)
        app_push(app, detail_screen_new(&app->host, &object));
}

static void copy_name(struct app *app, const char *argument)
{
    struct screen_object object;
    if (!selected_object(app, &object))
        return;
    terminal_copy(app->terminal, object.name);
    app_toast(app, TONE_GOOD, "Copied %s", object.name);
}

static void arm(struct app *app, const char *argument)
{
    app_ask_to_arm(app, atoi(argument));
}

/* An alarm about a live object goes with the object; one about the past goes when somebody took note. */
static void acknowledge(struct app *app, const char *argument)
{
    size_t count = app->memory.alarm_count;
    struct error problem = {0};
    cutover_memory_acknowledge(&app->memory);
    if (cutover_memory_save(&app->memory, app->memory_of, &problem) != STATUS_OK)
        app_toast(app, TONE_WARN, "Taken note of, but only for this session: %s", problem.text);
    else if (count == 0)
        app_toast(app, TONE_NEUTRAL, "There is nothing to take note of: what is red now goes when its cause does");
    else
        app_toast(app, TONE_NEUTRAL, "Taken note of %zu alarm%s about the cutover", count, count == 1 ? "" : "s");
}

static void disarm(struct app *app, const char *argument)
{
    app_disarm(app, "");
}

static void show_plan(struct app *app, const char *argument)
{
    operate_show_plan(app);
}

/* A subject may be followed from any screen. */
static void follow_subject(struct app *app, const char *argument)
{
    if (argument[0] == '\0')
        app_toast(app, TONE_NEUTRAL, "tail: name a subject, for example :tail catalyst.>");
    else
        app_push(app, spine_tail_screen_new(&app->host, NULL, argument));
}

static void show_journal(struct app *app, const char *argument)
{
    operate_show_journal(app);
}

/* The commands that the console runs whatever screen is open. */
static const struct {
    enum command_id command;
    void (*run)(struct app *app, const char *argument);
} CONSOLE_COMMANDS[] = {
    {COMMAND_QUIT, quit},
    {COMMAND_HELP, show_help},
    {COMMAND_BACK, go_back},
    {COMMAND_COMMAND_LINE, open_command_line},
    {COMMAND_KIND, open_kind},
    {COMMAND_REFRESH, refresh},
    {COMMAND_REDRAW, redraw},
    {COMMAND_FEEDS, show_feeds},
    {COMMAND_LOGIN, log_in},
    {COMMAND_LOGOUT, log_out},
    {COMMAND_SWITCH_REGION, switch_region},
    {COMMAND_SOVEREIGN, show_sovereigns},
    {COMMAND_CONTEXT, show_contexts},
    {COMMAND_THEME_TOGGLE, change_theme},
    {COMMAND_NEXT_TAB, next_tab},
    {COMMAND_PREVIOUS_TAB, previous_tab},
    {COMMAND_FILTER, filter},
    {COMMAND_SEARCH, filter},
    {COMMAND_DETAIL, show_detail},
    {COMMAND_OPEN, show_detail},
    {COMMAND_YAML, show_yaml},
    {COMMAND_EVENTS, show_events},
    {COMMAND_LOGS, show_logs},
    {COMMAND_COMPARE, compare_object},
    {COMMAND_DOCTOR, doctor_document_open},
    {COMMAND_COPY_NAME, copy_name},
    {COMMAND_ARM, arm},
    {COMMAND_ACKNOWLEDGE, acknowledge},
    {COMMAND_DISARM, disarm},
    {COMMAND_SHOW_PLAN, show_plan},
    {COMMAND_JOURNAL, show_journal},
    {COMMAND_TAIL, follow_subject},
};

static const struct {
    enum command_id command;
    enum app_tab_id tab;
} TAB_COMMANDS[] = {
    {COMMAND_TAB_OVERVIEW, APP_TAB_OVERVIEW},         {COMMAND_TAB_ORGANIZATIONS, APP_TAB_ORGANIZATIONS},
    {COMMAND_TAB_ENVIRONMENTS, APP_TAB_ENVIRONMENTS}, {COMMAND_TAB_APPLICATIONS, APP_TAB_APPLICATIONS},
    {COMMAND_TAB_FLUX, APP_TAB_FLUX},                 {COMMAND_TAB_CUTOVER, APP_TAB_CUTOVER},
    {COMMAND_TAB_TETHERS, APP_TAB_TETHERS},           {COMMAND_TAB_TIMELINE, APP_TAB_TIMELINE},
    {COMMAND_TAB_SPINE, APP_TAB_SPINE},
};

static bool is_operation(enum command_id command)
{
    return command == COMMAND_START_CUTOVER || command == COMMAND_RECONCILE || command == COMMAND_SUSPEND ||
           command == COMMAND_RESUME || command == COMMAND_PATCH_VALUE || command == COMMAND_DELETE_EGRESS_POLICY ||
           command == COMMAND_OVERRIDE_ROLL;
}

static void request_operation(struct app *app, enum command_id command, const char *argument)
{
    struct screen_request request = {.command = command, .argument = argument};
    selected_object(app, &request.object);
    if (command == COMMAND_PATCH_VALUE && argument[0] == '\0') {
        char label[64];
        snprintf(label, sizeof label, "patch %.40s: ", request.object.name);
        app->prompt_object = request.object;
        app_open_prompt(app, APP_PROMPT_PATCH, label, "PATH=VALUE keeps the type, PATH:=JSON is typed; dots in keys as \\.", "");
        return;
    }
    operate_request(app, &request);
}

void dispatch_command(struct app *app, enum command_id command, const char *argument)
{
    const char *reason;
    struct screen *screen = app_screen(app);
    if (!command_table_allows(command, dispatch_holds(app), &reason)) {
        app_toast(app, TONE_WARN, "%s: %s", command_table_get(command)->name, reason);
        return;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(TAB_COMMANDS); i++)
        if (TAB_COMMANDS[i].command == command) {
            app_open_tab(app, TAB_COMMANDS[i].tab);
            return;
        }
    if (is_operation(command)) {
        request_operation(app, command, argument);
        return;
    }
    if (screen->ops->command != NULL && screen->ops->command(screen, command, argument)) {
        app_dirty(app);
        return;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(CONSOLE_COMMANDS); i++)
        if (CONSOLE_COMMANDS[i].command == command) {
            CONSOLE_COMMANDS[i].run(app, argument);
            app_dirty(app);
            return;
        }
}

/* --- prompts --- */

static void accept_prompt(struct app *app)
{
    char text[LINE_EDIT_MAX + 1];
    enum app_prompt purpose = app->prompt_purpose;
    snprintf(text, sizeof text, "%s", app->prompt.edit.text);
    history_add(&app->histories[purpose], span_of(text));
    app_close_prompt(app);
    if (purpose == APP_PROMPT_COMMAND) {
        struct command_line line;
        struct error err;
        if (command_line_parse(span_of(text), &line, &err) != STATUS_OK)
            app_toast(app, TONE_BAD, "%s", err.text);
        else if (line.command != COMMAND_NONE)
            dispatch_command(app, line.command, line.argument);
    } else if (purpose == APP_PROMPT_PATCH && text[0] != '\0') {
        struct screen_request request = {.command = COMMAND_PATCH_VALUE, .object = app->prompt_object, .argument = text};
        operate_request(app, &request);
    }
}

static void follow_prompt(struct app *app, enum prompt_outcome outcome)
{
    struct screen *screen = app_screen(app);
    bool filters = app->prompt_purpose == APP_PROMPT_FILTER && screen->ops->filter != NULL;
    switch (outcome) {
    case PROMPT_EDITED:
        if (filters)
            screen->ops->filter(screen, line_edit_span(&app->prompt.edit));
        break;
    case PROMPT_ACCEPTED:
        accept_prompt(app);
        break;
    case PROMPT_CANCELLED:
        if (filters)
            screen->ops->filter(screen, SPAN_EMPTY);
        app_close_prompt(app);
        break;
    default:
        break;
    }
    app_dirty(app);
}

static size_t offer(struct span word, const char *name, size_t count, char candidates[PROMPT_CANDIDATES_MAX][PROMPT_CANDIDATE_TEXT_MAX])
{
    if (count == PROMPT_CANDIDATES_MAX || !span_equals(span_first(span_of(name), word.length), word))
        return count;
    snprintf(candidates[count], PROMPT_CANDIDATE_TEXT_MAX, "%s", name);
    return count + 1;
}

/* What the command that begins the line takes behind it. */
static size_t complete_argument(struct app *app, struct span line, struct span word,
                                char candidates[PROMPT_CANDIDATES_MAX][PROMPT_CANDIDATE_TEXT_MAX])
{
    struct command_line parsed;
    struct span rest = line, name;
    size_t count = 0, themes;
    if (!span_split(&rest, ' ', &name) || span_trim(rest).length != word.length || command_line_parse(name, &parsed, NULL) != STATUS_OK)
        return 0; /* only the first word behind the command */
    CLEANUP(alloc_free_pointer) char *begun = span_dup(word);
    switch (command_table_get(parsed.command)->argument) {
    case COMMAND_ARGUMENT_SOVEREIGN:
    case COMMAND_ARGUMENT_CONTEXT:
        return travel_complete(app, parsed.command == COMMAND_CONTEXT, begun, candidates, PROMPT_CANDIDATES_MAX);
    case COMMAND_ARGUMENT_REGION:
        count = offer(word, "all", count, candidates);
        for (int i = 0; i < app->host.store->region_count; i++)
            count = offer(word, app->host.store->regions[i].name, count, candidates);
        return count;
    case COMMAND_ARGUMENT_THEME:
        for (const char *const *names = theme_load_builtin_names(&themes); themes > 0; themes--, names++)
            count = offer(word, *names, count, candidates);
        return count;
    default:
        return 0;
    }
}

/* Names of commands and kinds for the command line. */
static size_t complete_command(void *context, struct span line, struct span word,
                               char candidates[PROMPT_CANDIDATES_MAX][PROMPT_CANDIDATE_TEXT_MAX])
{
    const char *names[PROMPT_CANDIDATES_MAX];
    if (word.data != line.data) /* only the first word is a command */
        return complete_argument(context, line, word, candidates);
    size_t count = command_line_complete(word, names, PROMPT_CANDIDATES_MAX);
    for (size_t i = 0; i < count; i++)
        snprintf(candidates[i], PROMPT_CANDIDATE_TEXT_MAX, "%s", names[i]);
    for (size_t i = 0; i < kind_table_count() && count < PROMPT_CANDIDATES_MAX; i++) {
        struct span id = span_of(kind_table_at(i)->id);
        if (id.length >= word.length && span_equals(span_first(id, word.length), word))
            snprintf(candidates[count++], PROMPT_CANDIDATE_TEXT_MAX, "%.*s", SPAN_PRINT(id));
    }
    return count;
}

/* --- dialogs --- */

static void close_dialog(struct app *app, bool chosen)
{
    enum app_dialog purpose = app->dialog_purpose;
    int value = chosen ? dialog_value(app->dialog) : 0;
    if (purpose == APP_DIALOG_LOGIN) {
        login_answer(app, value);
        return;
    }
    if (purpose == APP_DIALOG_OPERATION) {
        app->operate.answer = value;
        app_close_dialog(app);
        operate_answer(app);
        return;
    }
    app_close_dialog(app);
    if (purpose == APP_DIALOG_ARM && value == 1)
        app_arm(app);
}

static void follow_dialog(struct app *app, enum dialog_outcome outcome)
{
    if (outcome != DIALOG_OPEN)
        close_dialog(app, outcome == DIALOG_CHOSEN);
    app_dirty(app);
}

/* --- keys --- */

static void run_match(struct app *app, enum keymap_context context, struct keymap_match match)
{
    if (match.command == COMMAND_QUIT && context == KEYMAP_CONTEXT_DIALOG)
        follow_dialog(app, DIALOG_CANCELLED);
    else if (match.command == COMMAND_QUIT && context == KEYMAP_CONTEXT_PROMPT)
        follow_prompt(app, PROMPT_CANCELLED);
    else if (context == KEYMAP_CONTEXT_DIALOG)
        follow_dialog(app, dialog_command(app->dialog, match.command));
    else if (context == KEYMAP_CONTEXT_PROMPT)
        follow_prompt(app, prompt_command(&app->prompt, match.command));
    else
        dispatch_command(app, match.command, match.argument);
    if (app->prompt_purpose == APP_PROMPT_COMMAND) {
        app->prompt.complete = complete_command;
        app->prompt.complete_context = app;
    }
}

void dispatch_key(struct app *app, struct key key)
{
    enum keymap_context context = dispatch_context(app);
    struct keymap_match match;
    app_dirty(app);
    if (context == KEYMAP_CONTEXT_DIALOG && dialog_wants_text(app->dialog) && key_is_text(key)) {
        follow_dialog(app, dialog_key(app->dialog, key));
        return;
    }
    if (context == KEYMAP_CONTEXT_PROMPT && key_is_text(key)) {
        follow_prompt(app, prompt_key(&app->prompt, key));
        return;
    }
    switch (keymap_feed(app->keymap, context, &app->pending, key, &match)) {
    case KEYMAP_ACTION:
        run_match(app, context, match);
        break;
    case KEYMAP_PREFIX:
        break;
    case KEYMAP_NONE:
        if (context == KEYMAP_CONTEXT_DIALOG)
            follow_dialog(app, dialog_key(app->dialog, key));
        else if (context == KEYMAP_CONTEXT_PROMPT)
            follow_prompt(app, prompt_key(&app->prompt, key));
        break;
    }
}
