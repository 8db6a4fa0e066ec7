/* Tabs and their stacks, prompts, dialogs, toasts, arming; see app.h. */
#include "app/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sanitize.h"

#define ARM_MINUTES_DEFAULT 15

static const char *const TAB_TITLES[APP_TAB_COUNT] = {
    [APP_TAB_OVERVIEW] = "Overview",         [APP_TAB_ORGANIZATIONS] = "Organizations", [APP_TAB_ENVIRONMENTS] = "Environments",
    [APP_TAB_APPLICATIONS] = "Applications", [APP_TAB_FLUX] = "Flux",                   [APP_TAB_CUTOVER] = "Cutover",
    [APP_TAB_TETHERS] = "Tethers",           [APP_TAB_TIMELINE] = "Timeline",
    [APP_TAB_SPINE] = "Spine",
};

const char *app_tab_title(enum app_tab_id tab)
{
    return TAB_TITLES[tab];
}

struct screen *app_screen(const struct app *app)
{
    const struct app_tab *tab = &app->tabs[app->open_tab];
    return tab->stack[tab->depth - 1];
}

void app_dirty(struct app *app)
{
    app->frame.dirty = true;
    app->frame.input = true;
}

void app_open_tab(struct app *app, enum app_tab_id tab)
{
    while (app->open_tab == tab && app->tabs[tab].depth > 1) /* asked for the tab that is open: back to its own screen */
        screen_free(app->tabs[tab].stack[--app->tabs[tab].depth]);
    app->open_tab = tab;
    app_dirty(app);
}

void app_push(struct app *app, struct screen *screen)
{
    struct app_tab *tab = &app->tabs[app->open_tab];
    if (tab->depth == APP_STACK_MAX) {
        screen_free(tab->stack[1]); /* the oldest above the tab's own screen makes room */
        memmove(&tab->stack[1], &tab->stack[2], (APP_STACK_MAX - 2) * sizeof tab->stack[0]);
        tab->depth--;
    }
    tab->stack[tab->depth++] = screen;
    app_dirty(app);
}

void app_pop(struct app *app)
{
    struct app_tab *tab = &app->tabs[app->open_tab];
    if (tab->depth > 1)
        screen_free(tab->stack[--tab->depth]);
    app_dirty(app);
}

void app_toast(struct app *app, enum tone tone, const char *format, ...)
{
    char raw[ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    sanitize_line_into(app->toast, sizeof app->toast, raw, strlen(raw));
    app->toast_tone = tone;
    app->toast_until_ms = clock_monotonic_ms() + APP_TOAST_MS + (int64_t)strlen(app->toast) * 30;
    app_dirty(app);
}

void app_note(struct app *app, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *text = alloc_vprintf(format, args);
    va_end(args);
    if (app->toast_until_ms == 0)
        app_toast(app, TONE_WARN, "%s", text);
    else if (app->note_count < APP_NOTES_MAX)
        app->notes[app->note_count++] = alloc_strdup(text);
}

void app_next_note(struct app *app)
{
    app->toast_until_ms = 0;
    app_dirty(app);
    if (app->note_count == 0)
        return;
    CLEANUP(alloc_free_pointer) char *text = app->notes[0];
    memmove(app->notes, app->notes + 1, --app->note_count * sizeof *app->notes);
    app_toast(app, TONE_WARN, "%s", text);
}

bool app_is_armed(const struct app *app)
{
    return app->armed_until_ms != 0 && clock_monotonic_ms() < app->armed_until_ms;
}

void app_ask_to_arm(struct app *app, int minutes)
{
    const struct store *store = app->host.store;
    const char *name = store->fqdn[0] != '\0' ? store->fqdn : store->sovereign;
    bool production = strcmp(store->sovereign_class, "production") == 0;
    char text[512];
    app->arm_minutes = minutes > 0 ? minutes : ARM_MINUTES_DEFAULT;
    app_close_dialog(app);
    app->dialog = dialog_new(production ? DIALOG_KIND_DANGER : DIALOG_KIND_PLAIN, "Arm the console");
    app->dialog_purpose = APP_DIALOG_ARM;
    snprintf(text, sizeof text,
             "Changes will be possible on %s (%s) for %d minutes. Each one still shows its plan and preview, asks, and is "
             "written to the journal. The header counts down; :disarm ends it.",
             name, store->sovereign_class, app->arm_minutes);
    dialog_add_text(app->dialog, STYLE_TEXT, text);
    if (production)
        dialog_require_name(app->dialog, name);
    dialog_add_choice(app->dialog, (struct dialog_choice){.label = "Arm", .key = 'a', .value = 1, .needs_name = production});
    dialog_add_choice(app->dialog, (struct dialog_choice){.label = "Stay read-only", .key = 'n', .value = 0});
    app_dirty(app);
}

void app_arm(struct app *app)
{
    app->armed_until_ms = clock_monotonic_ms() + (int64_t)app->arm_minutes * 60000;
    app->host.armed = true;
    app_toast(app, TONE_GOOD, "Armed for %d minutes on %s", app->arm_minutes,
              app->host.store->fqdn[0] != '\0' ? app->host.store->fqdn : app->host.store->sovereign);
}

void app_disarm(struct app *app, const char *why)
{
    app->armed_until_ms = 0;
    app->host.armed = false;
    app_toast(app, TONE_NEUTRAL, "%s%sread-only again", why, why[0] != '\0' ? ": " : "");
}

void app_close_dialog(struct app *app)
{
    bool was_login = app->dialog_purpose == APP_DIALOG_LOGIN;
    if (was_login)
        login_closed(app);
    dialog_free(app->dialog);
    app->dialog = NULL;
    app->dialog_purpose = APP_DIALOG_NONE;
    app_dirty(app);
    if (was_login)
        operate_ask_if_waiting(app);
}

void app_open_prompt(struct app *app, enum app_prompt purpose, const char *label, const char *placeholder, const char *text)
{
    app_close_prompt(app);
    prompt_init(&app->prompt, label);
    snprintf(app->prompt.placeholder, sizeof app->prompt.placeholder, "%s", placeholder);
    app->prompt.history = &app->histories[purpose];
    line_edit_set(&app->prompt.edit, span_of(text));
    app->prompt_purpose = purpose;
    app_dirty(app);
}

void app_close_prompt(struct app *app)
{
    if (app->prompt_purpose == APP_PROMPT_NONE)
        return;
    prompt_done(&app->prompt);
    app->prompt_purpose = APP_PROMPT_NONE;
    app_dirty(app);
}
