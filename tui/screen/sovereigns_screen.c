/* The Sovereigns of the configuration and the contexts of the kubeconfig: what class, which regions, which is open. Opening a row goes
 * there. Nothing here asks a network: a Sovereign that is away is listed as quickly as one that answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/sanitize.h"
#include "screen/screen.h"
#include "sovereign/kubeconfig.h"
#include "widget/table.h"

#define CONTEXTS_MAX 512

enum { COLUMN_NAME, COLUMN_WHAT, COLUMN_CLASS, COLUMN_FQDN, COLUMN_REGIONS, COLUMN_NOTE };

static const struct table_column COLUMNS[] = {
    [COLUMN_NAME] = {.title = "NAME", .priority = 1, .least = 12, .most = 32, .cut = TEXT_CUT_MIDDLE},
    [COLUMN_WHAT] = {.title = "WHAT", .priority = 3, .least = 9, .most = 9},
    [COLUMN_CLASS] = {.title = "CLASS", .priority = 1, .least = 11, .most = 11},
    [COLUMN_FQDN] = {.title = "FQDN", .priority = 2, .least = 14, .most = 32, .cut = TEXT_CUT_MIDDLE},
    [COLUMN_REGIONS] = {.title = "REGIONS", .priority = 2, .least = 8, .most = 40},
    [COLUMN_NOTE] = {.title = "NOTE", .priority = 4, .least = 10, .weight = 1},
};

struct destination {
    bool is_context, is_open;
    char name[160], regions[200];
    const struct profile_sovereign *profile; /* NULL: a context */
};

struct sovereigns_screen {
    struct screen screen;
    struct table_view view;
    ARRAY(struct destination) rows;
    char identity[200], problem[ERROR_TEXT_MAX]; /* of the kubeconfig; "" */
};

static struct sovereigns_screen *self_of(struct screen *screen)
{
    return (struct sovereigns_screen *)screen;
}

/* ---- what there is */

static void add_sovereigns(struct sovereigns_screen *self, const struct sovereign *open)
{
    for (size_t i = 0; i < open->file->sovereign_count; i++) {
        const struct profile_sovereign *profile = &open->file->sovereigns[i];
        struct destination row = {.profile = profile, .is_open = profile == open->profile};
        sanitize_line_into(row.name, sizeof row.name, profile->name, strlen(profile->name));
        for (size_t r = 0; r < profile->region_count; r++) {
            size_t length = strlen(row.regions);
            char region[48];
            sanitize_line_into(region, sizeof region, profile->regions[r].name, strlen(profile->regions[r].name));
            snprintf(row.regions + length, sizeof row.regions - length, "%s%s", r > 0 ? ", " : "", region);
        }
        ARRAY_PUSH(&self->rows, row);
    }
}

static void add_contexts(struct sovereigns_screen *self, const struct sovereign *open, const char *kubeconfig)
{
    struct kubeconfig *config = NULL;
    struct error err = {0};
    if (kubeconfig_load(kubeconfig, &config, &err) != STATUS_OK) {
        snprintf(self->problem, sizeof self->problem, "%s", err.text);
        return;
    }
    for (size_t i = 0; i < kubeconfig_context_count(config) && i < CONTEXTS_MAX; i++) {
        const char *name = kubeconfig_context_name(config, i);
        struct destination row = {.is_context = true};
        sanitize_line_into(row.name, sizeof row.name, name, strlen(name));
        row.is_open = open->profile == NULL && open->region_count > 0 && strcmp(open->regions[0].context, row.name) == 0;
        ARRAY_PUSH(&self->rows, row);
    }
    kubeconfig_free(config);
}

/* ---- the table */

static size_t count_rows(void *context)
{
    return ((struct sovereigns_screen *)context)->rows.count;
}

static struct span identify(void *context, size_t index)
{
    struct sovereigns_screen *self = context;
    const struct destination *row = &self->rows.items[index];
    snprintf(self->identity, sizeof self->identity, "%s/%s", row->is_context ? "context" : "sovereign", row->name);
    return span_of(self->identity);
}

static const enum style_id CLASS_STYLES[] = {
    [PROFILE_CLASS_PRODUCTION] = STYLE_BAD, [PROFILE_CLASS_STAGING] = STYLE_WARN, [PROFILE_CLASS_DEVELOPMENT] = STYLE_GOOD};

static void fill_note(const struct destination *row, struct table_cell *cell)
{
    const char *warning = row->profile != NULL ? row->profile->warning : NULL;
    if (warning != NULL) {
        const char *slash = strrchr(warning, '/'), *colon = strchr(warning, ':'); /* the folder says nothing here */
        cell->shown = span_of(slash != NULL && colon != NULL && slash < colon ? slash + 1 : warning);
        cell->style = STYLE_WARN;
    } else if (row->is_open) {
        cell->shown = SPAN_LITERAL("open");
        cell->style = STYLE_GOOD;
    }
}

static void fill_cell(void *context, size_t index, size_t column, struct table_cell *cell)
{
    const struct destination *row = &((struct sovereigns_screen *)context)->rows.items[index];
    enum profile_class class = row->profile != NULL ? row->profile->class : PROFILE_CLASS_PRODUCTION;
    switch (column) {
    case COLUMN_NAME:
        snprintf(cell->text, sizeof cell->text, "%s%s", row->is_open ? "▸ " : "  ", row->name);
        cell->style = row->is_open ? STYLE_STRONG : STYLE_TEXT;
        break;
    case COLUMN_WHAT:
        cell->shown = row->is_context ? SPAN_LITERAL("context") : SPAN_LITERAL("Sovereign");
        cell->style = STYLE_DIM;
        break;
    case COLUMN_CLASS:
        cell->shown = span_of(profile_class_name(class));
        cell->style = CLASS_STYLES[class];
        break;
    case COLUMN_FQDN:
        if (row->profile != NULL && row->profile->fqdn != NULL)
            cell->shown = span_of(row->profile->fqdn);
        break;
    case COLUMN_REGIONS:
        cell->shown = span_of(row->regions);
        cell->style = STYLE_REGION;
        break;
    default:
        fill_note(row, cell);
    }
}

static struct table_source source_of(struct sovereigns_screen *self)
{
    return (struct table_source){.context = self, .count = count_rows, .identity = identify, .cell = fill_cell};
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct sovereigns_screen *self = self_of(screen);
    const struct profile *file = screen->host->sovereign->file;
    struct table_source source = source_of(self);
    char text[ERROR_TEXT_MAX + 64];
    snprintf(text, sizeof text, "Sovereigns of %s%s, and contexts of the kubeconfig", file->file, file->is_absent ? " (there is none: sovdeck init writes it)" : "");
    struct rect title = rect_take_top(&area, 1);
    canvas_put_fit(canvas, title.x + 1, title.y, title.width - 2, STYLE_TITLE, span_of(text), TEXT_ALIGN_LEFT, TEXT_CUT_MIDDLE);
    struct rect foot = rect_take_bottom(&area, 1);
    if (self->problem[0] != '\0')
        canvas_put_fit(canvas, foot.x + 1, foot.y, foot.width - 2, STYLE_WARN, span_of(self->problem), TEXT_ALIGN_LEFT, TEXT_CUT_END);
    else
        canvas_put_fit(canvas, foot.x + 1, foot.y, foot.width - 2, STYLE_DIM,
                       SPAN_LITERAL("Enter leaves this Sovereign for the selected one; a context alone is of class production"), TEXT_ALIGN_LEFT, TEXT_CUT_END);
    struct table_pane pane = {COLUMNS, ARRAY_LENGTH(COLUMNS), &source, "No Sovereign is configured, and there is no kubeconfig. sovdeck init writes a configuration."};
    table_paint(canvas, area, &pane, &self->view, true);
}

/* ---- keys */

static bool selected(struct sovereigns_screen *self, const struct destination **ret)
{
    struct table_source source = source_of(self);
    size_t index;
    if (!table_view_selected(&self->view, &source, &index))
        return false;
    *ret = &self->rows.items[index];
    return true;
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    struct sovereigns_screen *self = self_of(screen);
    const struct destination *row;
    if (command == COMMAND_OPEN && selected(self, &row)) {
        if (row->is_open)
            screen->host->toast(screen->host->app, TONE_NEUTRAL, "That one is open already");
        else
            screen->host->travel(screen->host->app, row->is_context, row->name);
        return true;
    }
    struct table_source source = source_of(self);
    return table_view_command(&self->view, &source, command);
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_LIST | (self_of(screen)->rows.count > 0 ? COMMAND_NEEDS_SELECTION : 0);
}

static bool object(struct screen *screen, struct screen_object *ret)
{
    const struct destination *row;
    if (!selected(self_of(screen), &row))
        return false;
    snprintf(ret->name, sizeof ret->name, "%s", row->name);
    return true;
}

static void position(struct screen *screen, char *out, size_t size)
{
    char text[32];
    struct table_source source = source_of(self_of(screen));
    table_view_position(&self_of(screen)->view, &source, text);
    snprintf(out, size, "%s", text);
}

static void free_screen(struct screen *screen)
{
    struct sovereigns_screen *self = self_of(screen);
    table_view_done(&self->view);
    ARRAY_FREE(&self->rows);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_OPEN, COMMAND_BACK, COMMAND_FEEDS, COMMAND_COMMAND_LINE, COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_LIST,
    .name = "Sovereigns",
    .free = free_screen,
    .paint = paint,
    .command = run_command,
    .holds = holds,
    .object = object,
    .position = position,
    .hints = HINTS,
    .hint_count = ARRAY_LENGTH(HINTS),
};

struct screen *sovereigns_screen_new(struct screen_host *host, const char *kubeconfig, bool contexts_first)
{
    struct sovereigns_screen *self = alloc_new(struct sovereigns_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host};
    table_view_init(&self->view);
    add_sovereigns(self, host->sovereign);
    size_t first_context = self->rows.count, chosen = contexts_first ? first_context : 0;
    add_contexts(self, host->sovereign, kubeconfig);
    for (size_t i = contexts_first ? first_context : 0; i < self->rows.count; i++)
        if (self->rows.items[i].is_open)
            chosen = i;
    struct table_source source = source_of(self);
    if (chosen < self->rows.count)
        table_view_select(&self->view, &source, chosen);
    return &self->screen;
}
