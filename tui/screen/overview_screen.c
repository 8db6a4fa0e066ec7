/* Overview: what needs me, worst first, each with its cause; the regions; the cutover; the last audit's verdict. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "estate/overview.h"
#include "screen/screen.h"
#include "tether/audit.h"
#include "widget/chrome.h"
#include "widget/table.h"


#define CAUSE_LINES 4 /* rule, title, cause */

enum { COLUMN_SIGN, COLUMN_REGION, COLUMN_WHAT, COLUMN_CAUSE, COLUMN_BLOCKED, COLUMN_SINCE };

static const struct table_column COLUMNS[] = {
    [COLUMN_SIGN] = {.title = "", .priority = 1, .least = 1, .most = 1},
    [COLUMN_REGION] = {.title = "REGION", .priority = 2, .least = 6, .most = 10},
    [COLUMN_WHAT] = {.title = "WHAT NEEDS ME", .priority = 1, .least = 24, .most = 56, .weight = 1, .cut = TEXT_CUT_MIDDLE},
    [COLUMN_CAUSE] = {.title = "CAUSE", .priority = 1, .least = 20, .weight = 2},
    [COLUMN_BLOCKED] = {.title = "BLOCKS", .priority = 3, .least = 6, .most = 6, .align = TEXT_ALIGN_RIGHT},
    [COLUMN_SINCE] = {.title = "SINCE", .priority = 4, .least = 5, .most = 6, .align = TEXT_ALIGN_RIGHT},
};

struct overview_screen {
    struct screen screen;
    struct table_view view;
    struct overview overview;
    ARRAY(size_t) shown;
    char filter[128];
    char identity[TABLE_IDENTITY_MAX];
    bool moved; /* by a person: until then the worst line is the selected one */
};

static struct overview_screen *self_of(struct screen *screen)
{
    return (struct overview_screen *)screen;
}

static const struct problem *problem_at(const struct overview_screen *self, size_t index)
{
    return &self->overview.problems.items[self->shown.items[index]];
}

static size_t count_rows(void *context)
{
    return ((struct overview_screen *)context)->shown.count;
}

static struct span identify(void *context, size_t index)
{
    struct overview_screen *self = context;
    const struct problem *problem = problem_at(self, index);
    snprintf(self->identity, sizeof self->identity, "%s %s@%d", problem->kind == NULL ? "" : problem->kind->id, problem->key, problem->region);
    return span_of(self->identity);
}

static void fill_cell(void *context, size_t index, size_t column, struct table_cell *cell)
{
    struct overview_screen *self = context;
    const struct problem *problem = problem_at(self, index);
    char age[TIMESTAMP_TEXT_MAX];
    switch (column) {
    case COLUMN_SIGN:
        cell->shown = span_of(screen_glyph(problem->tone));
        cell->style = screen_style(problem->tone);
        break;
    case COLUMN_REGION:
        cell->shown = span_of(screen_region_name(self->screen.host, problem->region));
        cell->style = STYLE_REGION;
        break;
    case COLUMN_WHAT:
        cell->shown = span_of(problem->title);
        cell->style = screen_style(problem->tone);
        break;
    case COLUMN_CAUSE:
        cell->shown = span_of(problem->cause);
        break;
    case COLUMN_BLOCKED:
        if (problem->blocked > 0)
            snprintf(cell->text, sizeof cell->text, "%zu", problem->blocked);
        cell->style = STYLE_WARN;
        break;
    default:
        if (problem->since_ms == TIMESTAMP_NONE)
            break;
        timestamp_format_age(age, (clock_wall_ms() - problem->since_ms) / 60000 * 60000);
        snprintf(cell->text, sizeof cell->text, "%s", strcmp(age, "0s") == 0 ? "<1m" : age);
        cell->style = STYLE_DIM;
    }
}

static struct table_source source_of(struct overview_screen *self)
{
    return (struct table_source){.context = self, .count = count_rows, .identity = identify, .cell = fill_cell};
}

static bool passes(const struct overview_screen *self, const struct problem *problem)
{
    struct span words = span_of(self->filter);
    if (self->screen.host->region >= 0 && problem->region >= 0 && problem->region != self->screen.host->region)
        return false;
    return words.length == 0 || span_contains_folded(span_of(problem->title), words) || span_contains_folded(span_of(problem->cause), words);
}

static void recalc(struct screen *screen)
{
    struct overview_screen *self = self_of(screen);
    overview_build(&self->overview, screen->host->estate, clock_wall_ms());
    self->shown.count = 0;
    for (size_t i = 0; i < self->overview.problems.count; i++)
        if (passes(self, &self->overview.problems.items[i]))
            ARRAY_PUSH(&self->shown, i);
    struct table_source source = source_of(self);
    if (!self->moved && self->shown.count > 0)
        table_view_select(&self->view, &source, 0);
    table_view_sync(&self->view, &source);
}

/* --- summary --- */

struct count {
    bool known;
    size_t part, unknown, whole; /* unknown: of those that are not in `part` */
};

static int put_count(struct canvas *canvas, int x, int y, struct count count, const char *what)
{
    if (count.whole > 0 && (!count.known || count.unknown == count.whole))
        return x + canvas_printf(canvas, x, y, STYLE_UNKNOWN, "?/%zu %s", count.whole, what) + 3;
    if (!count.known)
        return x + canvas_printf(canvas, x, y, STYLE_UNKNOWN, "? %s", what) + 3;
    enum style_id style = count.whole == 0                            ? STYLE_DIM
                       : count.part == count.whole                 ? STYLE_GOOD
                       : count.part + count.unknown == count.whole ? STYLE_UNKNOWN
                                                                   : STYLE_WARN;
    x += canvas_printf(canvas, x, y, style, "%zu/%zu %s", count.part, count.whole, what);
    if (count.unknown > 0)
        x += canvas_printf(canvas, x, y, STYLE_UNKNOWN, ", %zu unknown", count.unknown);
    return x + 3;
}

static void paint_region(const struct overview_screen *self, struct canvas *canvas, struct rect line, int region)
{
    const struct overview_region *facts = &self->overview.regions[region];
    int x = line.x + 1;
    x += canvas_printf(canvas, x, line.y, screen_style(facts->tone), "%s ", screen_glyph(facts->tone));
    x += canvas_printf(canvas, x, line.y, STYLE_REGION, "%-8s", screen_region_name(self->screen.host, region)) + 1;
    if (facts->lacks_flux)
        x += canvas_printf(canvas, x, line.y, STYLE_UNKNOWN, "no Flux here") + 3;
    else
        x = put_count(canvas, x, line.y, (struct count){facts->releases_known, facts->releases_ready, 0, facts->releases_total}, "releases");
    x = put_count(canvas, x, line.y, (struct count){facts->nodes_known, facts->nodes_ready, 0, facts->nodes_total}, "nodes");
    if (facts->lacks_catalyst)
        x += canvas_printf(canvas, x, line.y, STYLE_UNKNOWN, "no Catalyst here") + 3;
    else if (facts->applications_total > 0)
        x = put_count(canvas, x, line.y,
                      (struct count){facts->applications_known, facts->applications_ready, facts->applications_unknown, facts->applications_total},
                      "Applications");
    if (facts->is_partial)
        x += canvas_printf(canvas, x, line.y, STYLE_UNKNOWN, "in what may be seen") + 3;
    if (facts->releases_suspended > 0)
        x += canvas_printf(canvas, x, line.y, STYLE_SUSPENDED, "%zu suspended", facts->releases_suspended) + 3;
    if (facts->releases_blocked > 0)
        canvas_printf(canvas, x, line.y, STYLE_WARN, "%zu failed, %zu waiting", facts->releases_failed, facts->releases_blocked);
}

static void paint_cutover(const struct overview_screen *self, struct canvas *canvas, struct rect line)
{
    const struct overview *overview = &self->overview;
    const struct audit *audit = self->screen.host->audit;
    enum tone tone = overview->cutover.tone;
    int x = line.x + 1;
    x += canvas_printf(canvas, x, line.y, screen_style(tone), "%s ", screen_glyph(tone));
    x += canvas_printf(canvas, x, line.y, STYLE_TITLE, "cutover  ");
    x += canvas_printf(canvas, x, line.y, screen_style(tone), "%s", overview->cutover.text) + 3;
    if (audit == NULL) {
        canvas_text(canvas, x, line.y, STYLE_UNKNOWN, "? tethers not audited yet");
        return;
    }
    static const enum tone VERDICTS[] = {TONE_BAD, TONE_UNKNOWN, TONE_GOOD, TONE_GOOD};
    char at[TIMESTAMP_TEXT_MAX];
    timestamp_format_minutes(at, audit->measured_ms);
    canvas_printf(canvas, x, line.y, screen_style(VERDICTS[audit->verdict]), "%s measured %s (%zu of %zu rules, %s)",
                  screen_glyph(VERDICTS[audit->verdict]), audit_verdict_name(audit->verdict), audit->rules_run, audit->rules_total, at);
}

/* The selected line in full: in narrow windows the cause is what the table has to cut. */
static void paint_selected(struct overview_screen *self, struct canvas *canvas, struct rect area)
{
    struct table_source source = source_of(self);
    struct span lines[CAUSE_LINES];
    size_t index;
    canvas_rule(canvas, area.x, area.y, area.width, STYLE_BORDER);
    if (!table_view_selected(&self->view, &source, &index))
        return;
    const struct problem *problem = problem_at(self, index);
    canvas_put_fit(canvas, area.x + 1, area.y + 1, area.width - 2, screen_style(problem->tone), span_of(problem->title), TEXT_ALIGN_LEFT,
                   TEXT_CUT_END);
    size_t count = text_fit_wrap(span_of(problem->cause), (size_t)area.width - 2, lines, CAUSE_LINES - 2);
    for (size_t i = 0; i < count && i < CAUSE_LINES - 2; i++)
        canvas_put_fit(canvas, area.x + 1, area.y + 2 + (int)i, area.width - 2, STYLE_TEXT, lines[i], TEXT_ALIGN_LEFT, TEXT_CUT_END);
}

/* Where there is nothing to be in trouble, its absence is the news, not the peace. */
static const char *say_nothing(const struct overview_screen *self)
{
    bool bare = false;
    if (!feed_set_is_settled(self->screen.host->feeds))
        return "Asking every source…";
    for (int region = 0; region < self->overview.region_count; region++)
        bare = bare || self->overview.regions[region].lacks_flux || self->overview.regions[region].lacks_catalyst;
    return bare ? "No problem in what is here; without Flux or Catalyst that is little."
                : "Nothing needs you: every source answered and no problem was found.";
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct overview_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    struct table_pane pane = {COLUMNS, ARRAY_LENGTH(COLUMNS), &source, say_nothing(self)};
    for (int region = 0; region < self->overview.region_count; region++)
        paint_region(self, canvas, rect_take_top(&area, 1), region);
    paint_cutover(self, canvas, rect_take_top(&area, 1));
    struct rect rule = rect_take_top(&area, 1);
    canvas_rule(canvas, rule.x, rule.y, rule.width, STYLE_BORDER);
    struct rect whole = rect_take_bottom(&area, CAUSE_LINES);
    table_paint(canvas, area, &pane, &self->view, true);
    paint_selected(self, canvas, whole);
}

static bool object(struct screen *screen, struct screen_object *ret_object)
{
    struct overview_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    size_t index;
    if (!table_view_selected(&self->view, &source, &index))
        return false;
    const struct problem *problem = problem_at(self, index);
    const struct kind *kind = problem->kind;
    if (kind == NULL || problem->region < 0)
        return false;
    struct span rest = span_of(problem->key), namespace = SPAN_EMPTY;
    if (kind->namespaced)
        span_split(&rest, '/', &namespace);
    ret_object->kind = kind;
    ret_object->region = problem->region;
    snprintf(ret_object->namespace, sizeof ret_object->namespace, "%.*s", SPAN_PRINT(namespace));
    snprintf(ret_object->name, sizeof ret_object->name, "%.*s", SPAN_PRINT(rest));
    return true;
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    struct overview_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    struct screen_object unused;
    if (command == COMMAND_OPEN && !object(screen, &unused)) {
        screen->host->open(screen->host->app, feeds_screen_new(screen->host)); /* a problem of a source: show the sources */
        return true;
    }
    bool moved = table_view_command(&self->view, &source, command);
    self->moved = self->moved || moved;
    return moved;
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_LIST | (self_of(screen)->shown.count > 0 ? COMMAND_NEEDS_SELECTION : 0);
}

static void set_filter(struct screen *screen, struct span text)
{
    struct overview_screen *self = self_of(screen);
    snprintf(self->filter, sizeof self->filter, "%.*s", SPAN_PRINT(text));
    snprintf(self->view.match, sizeof self->view.match, "%s", self->filter);
}

static struct span filter_text(struct screen *screen)
{
    return span_of(self_of(screen)->filter);
}

static void position(struct screen *screen, char *out, size_t size)
{
    struct overview_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    char text[32];
    table_view_position(&self->view, &source, text);
    if (self->overview.problems.omitted > 0)
        snprintf(out, size, "%s and %zu more", text, self->overview.problems.omitted);
    else
        snprintf(out, size, "%s", text);
}

static void free_screen(struct screen *screen)
{
    struct overview_screen *self = self_of(screen);
    table_view_done(&self->view);
    overview_clear(&self->overview);
    ARRAY_FREE(&self->shown);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_OPEN, COMMAND_YAML,         COMMAND_EVENTS, COMMAND_RECONCILE, COMMAND_RESUME,
                                        COMMAND_FILTER, COMMAND_SWITCH_REGION, COMMAND_FEEDS,  COMMAND_COMMAND_LINE, COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_OVERVIEW,
    .name = "Overview",
    .free = free_screen,
    .recalc = recalc,
    .paint = paint,
    .command = run_command,
    .holds = holds,
    .object = object,
    .filter = set_filter,
    .filter_text = filter_text,
    .position = position,
    .hints = HINTS,
    .hint_count = ARRAY_LENGTH(HINTS),
};

struct screen *overview_screen_new(struct screen_host *host)
{
    struct overview_screen *self = alloc_new(struct overview_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host};
    table_view_init(&self->view);
    return &self->screen;
}
