/* Tethers: the verdict, the findings worst first, what could not be measured, and for the selected row the evidence and what
 * mends it. The audit reads the store only: it changes nothing, and runs when asked and once when everything is known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "screen/screen.h"
#include "sovereign/kind_table.h"
#include "tether/audit.h"
#include "widget/chrome.h"
#include "widget/table.h"

#define EVIDENCE_LINES 9
#define EVIDENCE_WIDTH 46

enum { COLUMN_SEVERITY, COLUMN_REGION, COLUMN_RULE, COLUMN_KIND, COLUMN_OBJECT, COLUMN_HOST, COLUMN_WHAT };

static const struct table_column COLUMNS[] = {
    [COLUMN_SEVERITY] = {.title = "SEV", .priority = 1, .least = 6, .most = 9},
    [COLUMN_REGION] = {.title = "REGION", .priority = 2, .least = 6, .most = 10},
    [COLUMN_RULE] = {.title = "RULE", .priority = 2, .least = 8, .most = 10},
    [COLUMN_KIND] = {.title = "KIND", .priority = 5, .least = 14, .most = 16},
    [COLUMN_OBJECT] = {.title = "OBJECT", .priority = 1, .least = 24, .most = 48, .weight = 2, .cut = TEXT_CUT_MIDDLE},
    [COLUMN_HOST] = {.title = "HOST", .priority = 2, .least = 12, .most = 28, .cut = TEXT_CUT_MIDDLE},
    [COLUMN_WHAT] = {.title = "WHAT", .priority = 4, .least = 16, .most = 60, .weight = 1},
};

struct tether_screen {
    struct screen screen;
    struct table_view view;
    struct audit *audit; /* the one `shown` points into */
    ARRAY(size_t) shown; /* findings by index, then gaps by index + findings */
    char filter[128];
    char identity[TABLE_IDENTITY_MAX];
    bool wants; /* the kinds of the rules are asked for */
};

static const struct {
    enum style_id style;
    const char *sign;
} SEVERITIES[] = {
    [RULE_SEVERITY_CRIT] = {STYLE_BAD, "✖ CRIT"},
    [RULE_SEVERITY_HIGH] = {STYLE_WARN, "! HIGH"},
    [RULE_SEVERITY_WARN] = {STYLE_WARN, "· WARN"},
    [RULE_SEVERITY_INFO] = {STYLE_DIM, "· INFO"},
};

static const enum tone VERDICT_TONES[] = {
    [AUDIT_VERDICT_TETHERED] = TONE_BAD,
    [AUDIT_VERDICT_UNKNOWN] = TONE_UNKNOWN,
    [AUDIT_VERDICT_UNTETHERED] = TONE_GOOD,
    [AUDIT_VERDICT_PROVEN] = TONE_GOOD,
};

static struct tether_screen *self_of(struct screen *screen)
{
    return (struct tether_screen *)screen;
}

static const struct audit_finding *finding_at(const struct tether_screen *self, size_t index)
{
    size_t at = self->shown.items[index];
    return at < self->audit->findings.count ? &self->audit->findings.items[at] : NULL;
}

static const struct audit_gap *gap_at(const struct tether_screen *self, size_t index)
{
    size_t at = self->shown.items[index];
    return at < self->audit->findings.count ? NULL : &self->audit->gaps.items[at - self->audit->findings.count];
}

static size_t count_rows(void *context)
{
    return ((struct tether_screen *)context)->shown.count;
}

static struct span identify(void *context, size_t index)
{
    struct tether_screen *self = context;
    const struct audit_finding *finding = finding_at(self, index);
    const struct audit_gap *gap = gap_at(self, index);
    if (finding != NULL)
        snprintf(self->identity, sizeof self->identity, "%s@%d %s %.120s", finding->rule->id, finding->region, finding->key, finding->path);
    else
        snprintf(self->identity, sizeof self->identity, "gap %s@%d %s %.120s", gap->rule == NULL ? "" : gap->rule->id, gap->region,
                 gap->kind_id, gap->why);
    return span_of(self->identity);
}

static void fill_finding(const struct tether_screen *self, const struct audit_finding *finding, size_t column, struct table_cell *cell)
{
    switch (column) {
    case COLUMN_SEVERITY:
        cell->shown = span_of(finding->is_tolerated ? "· tolerated" : SEVERITIES[finding->severity].sign);
        cell->style = finding->is_tolerated ? STYLE_DIM : SEVERITIES[finding->severity].style;
        break;
    case COLUMN_REGION:
        cell->shown = span_of(screen_region_name(self->screen.host, finding->region));
        cell->style = STYLE_REGION;
        break;
    case COLUMN_RULE:
        cell->shown = span_of(finding->rule->id);
        cell->style = STYLE_DIM;
        break;
    case COLUMN_OBJECT:
        cell->shown = span_of(finding->key);
        break;
    case COLUMN_KIND:
        cell->shown = span_of(finding->kind->singular);
        cell->style = STYLE_DIM;
        break;
    case COLUMN_HOST:
        cell->shown = span_of(finding->host);
        cell->style = finding->is_tolerated ? STYLE_DIM : SEVERITIES[finding->severity].style;
        break;
    default:
        cell->shown = span_of(finding->rule->title);
        cell->style = STYLE_DIM;
    }
}

static void fill_gap(const struct tether_screen *self, const struct audit_gap *gap, size_t column, struct table_cell *cell)
{
    cell->style = STYLE_UNKNOWN;
    switch (column) {
    case COLUMN_SEVERITY:
        cell->shown = SPAN_LITERAL("? MEAS");
        break;
    case COLUMN_REGION:
        cell->shown = span_of(screen_region_name(self->screen.host, gap->region));
        break;
    case COLUMN_RULE:
        cell->shown = span_of(gap->rule == NULL ? "" : gap->rule->id);
        break;
    case COLUMN_OBJECT:
        cell->shown = span_of(gap->first_key);
        break;
    case COLUMN_KIND:
        cell->shown = span_of(gap->kind_id);
        break;
    case COLUMN_WHAT:
        cell->shown = span_of(gap->why);
        break;
    default:
        break;
    }
}

static void fill_cell(void *context, size_t index, size_t column, struct table_cell *cell)
{
    struct tether_screen *self = context;
    const struct audit_finding *finding = finding_at(self, index);
    if (finding != NULL)
        fill_finding(self, finding, column, cell);
    else
        fill_gap(self, gap_at(self, index), column, cell);
}

static struct table_source source_of(struct tether_screen *self)
{
    return (struct table_source){.context = self, .count = count_rows, .identity = identify, .cell = fill_cell};
}

static bool passes(const struct tether_screen *self, int region, const char *object, const char *what, const char *rule)
{
    struct span words = span_of(self->filter);
    if (self->screen.host->region >= 0 && region >= 0 && region != self->screen.host->region)
        return false;
    return words.length == 0 || span_contains_folded(span_of(object), words) || span_contains_folded(span_of(what), words) ||
           span_contains_folded(span_of(rule), words);
}

static void run_audit(struct tether_screen *self)
{
    struct screen_host *host = self->screen.host;
    audit_free(host->audit);
    host->audit = audit_run(host->store, NULL);
    self->audit = NULL;
}

static void want_kinds(struct tether_screen *self)
{
    const char *id;
    for (size_t i = 0; !self->wants && (id = audit_kind(i)) != NULL; i++)
        feed_set_want(self->screen.host->feeds, kind_table_get(id));
    self->wants = true;
}

static void recalc(struct screen *screen)
{
    struct tether_screen *self = self_of(screen);
    struct screen_host *host = screen->host;
    want_kinds(self);
    if (host->audit == NULL && feed_set_is_settled(host->feeds))
        run_audit(self);
    self->audit = host->audit;
    self->shown.count = 0;
    for (size_t i = 0; self->audit != NULL && i < self->audit->findings.count; i++) {
        const struct audit_finding *finding = &self->audit->findings.items[i];
        if (passes(self, finding->region, finding->key, finding->host, finding->rule->id))
            ARRAY_PUSH(&self->shown, i);
    }
    for (size_t i = 0; self->audit != NULL && i < self->audit->gaps.count; i++) {
        const struct audit_gap *gap = &self->audit->gaps.items[i];
        if (passes(self, gap->region, gap->kind_id, gap->why, gap->rule == NULL ? "" : gap->rule->id))
            ARRAY_PUSH(&self->shown, self->audit->findings.count + i);
    }
    struct table_source source = source_of(self);
    table_view_sync(&self->view, &source);
}

static void paint_verdict(const struct tether_screen *self, struct canvas *canvas, struct rect area)
{
    const struct audit *audit = self->audit;
    char at[TIMESTAMP_TEXT_MAX], age[TIMESTAMP_TEXT_MAX];
    if (audit == NULL) {
        canvas_text(canvas, area.x + 1, area.y, STYLE_UNKNOWN, "? No audit yet: waiting for every source to answer. Run it now with the audit key.");
        return;
    }
    enum tone tone = VERDICT_TONES[audit->verdict];
    timestamp_format_clock(at, audit->measured_ms);
    timestamp_format_age(age, (clock_wall_ms() - audit->measured_ms) / 60000 * 60000);
    int x = area.x + 1;
    x += canvas_printf(canvas, x, area.y, screen_style(tone), "%s %s", screen_glyph(tone), audit_verdict_name(audit->verdict)) + 2;
    x += canvas_printf(canvas, x, area.y, STYLE_TEXT, "%zu of %zu rules", audit->rules_run, audit->rules_total) + 2;
    for (int severity = 0; severity < RULE_SEVERITY_COUNT; severity++)
        if (audit->counts.findings[severity] > 0)
            x += canvas_printf(canvas, x, area.y, SEVERITIES[severity].style, "%zu %s", audit->counts.findings[severity],
                               rule_severity_name((enum rule_severity)severity)) + 2;
    if (audit->counts.gaps > 0)
        x += canvas_printf(canvas, x, area.y, STYLE_UNKNOWN, "%zu not measured", audit->counts.gaps) + 2;
    if (audit->counts.tolerated > 0)
        x += canvas_printf(canvas, x, area.y, STYLE_DIM, "%zu tolerated", audit->counts.tolerated) + 2;
    canvas_printf(canvas, x, area.y, STYLE_DIM, "measured %s%s%s%s", at, audit->measured_ms + 120000 < clock_wall_ms() ? " (" : "",
                  audit->measured_ms + 120000 < clock_wall_ms() ? age : "", audit->measured_ms + 120000 < clock_wall_ms() ? " ago)" : "");
    canvas_put_fit(canvas, area.x + 3, area.y + 1, area.width - 4, STYLE_DIM, span_of(audit->sentence), TEXT_ALIGN_LEFT, TEXT_CUT_END);
}

/* One labelled text of the evidence, wrapped; moves *line down. */
static void paint_fact(struct canvas *canvas, struct rect area, int *line, const char *label, enum style_id style, struct span text)
{
    struct span lines[4];
    if (text.length == 0 || *line >= area.height)
        return;
    canvas_text(canvas, area.x, area.y + *line, STYLE_DIM, label);
    size_t count = text_fit_wrap(text, (size_t)(area.width - 8), lines, 4);
    for (size_t i = 0; i < count && i < 4 && *line < area.height; i++, (*line)++)
        canvas_put_fit(canvas, area.x + 8, area.y + *line, area.width - 8, style, lines[i], TEXT_ALIGN_LEFT, TEXT_CUT_END);
}

static void paint_evidence(struct tether_screen *self, struct canvas *canvas, struct rect area)
{
    struct table_source source = source_of(self);
    size_t index;
    int line = 0;
    if (!table_view_selected(&self->view, &source, &index))
        return;
    const struct audit_finding *finding = finding_at(self, index);
    if (finding == NULL) {
        const struct audit_gap *gap = gap_at(self, index);
        paint_fact(canvas, area, &line, "not measured", STYLE_UNKNOWN, SPAN_LITERAL(" "));
        paint_fact(canvas, area, &line, "why", STYLE_TEXT, span_of(gap->why));
        paint_fact(canvas, area, &line, "first", STYLE_TEXT, span_of(gap->first_key));
        return;
    }
    struct bytebuf remedy, patch;
    struct span name = span_of(finding->key);
    ptrdiff_t slash = span_find_byte(name, '/');
    name = slash < 0 ? name : span_from(name, (size_t)slash + 1);
    bytebuf_init(&remedy, 2048);
    bytebuf_init(&patch, 2048);
    if (finding->rule->remedy != NULL)
        rule_expand(finding->rule->remedy, self->audit->fqdn, name, &remedy);
    if (finding->rule->patch != NULL)
        rule_expand(finding->rule->patch, self->audit->fqdn, name, &patch);
    paint_fact(canvas, area, &line, "rule", STYLE_STRONG, span_of(finding->rule->title));
    paint_fact(canvas, area, &line, "path", STYLE_TEXT, span_of(finding->path));
    paint_fact(canvas, area, &line, "value", SEVERITIES[finding->severity].style, span_of(finding->value));
    paint_fact(canvas, area, &line, "step", STYLE_TEXT, span_of(finding->rule->step != NULL ? finding->rule->step : "no cutover step mends this"));
    paint_fact(canvas, area, &line, "remedy", STYLE_GOOD, bytebuf_span(&remedy));
    paint_fact(canvas, area, &line, "patch", STYLE_DIM, bytebuf_span(&patch));
    bytebuf_done(&remedy);
    bytebuf_done(&patch);
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct tether_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    struct table_pane pane = {COLUMNS, ARRAY_LENGTH(COLUMNS), &source,
                              self->audit == NULL ? "The audit has not run yet." : "No finding passes here."};
    paint_verdict(self, canvas, rect_take_top(&area, 2));
    struct rect evidence;
    if (area.width >= SCREEN_SPLIT_WIDTH) {
        evidence = rect_take_right(&area, EVIDENCE_WIDTH);
        canvas_rule_down(canvas, evidence.x, evidence.y, evidence.height, STYLE_BORDER);
        evidence = rect_inset(evidence, 2, 0);
    } else {
        evidence = rect_take_bottom(&area, EVIDENCE_LINES);
        canvas_rule(canvas, evidence.x, evidence.y, evidence.width, STYLE_BORDER);
        rect_take_top(&evidence, 1);
        evidence = rect_inset(evidence, 1, 0);
    }
    table_paint(canvas, area, &pane, &self->view, true);
    paint_evidence(self, canvas, evidence);
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    struct tether_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    if (command == COMMAND_RUN_AUDIT) {
        run_audit(self);
        screen->host->toast(screen->host->app, TONE_NEUTRAL, "Audited what the regions show right now");
        return true;
    }
    return table_view_command(&self->view, &source, command);
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_LIST;
}

static bool object(struct screen *screen, struct screen_object *ret_object)
{
    struct tether_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    size_t index;
    if (self->audit == NULL || !table_view_selected(&self->view, &source, &index))
        return false;
    const struct audit_finding *finding = finding_at(self, index);
    if (finding == NULL)
        return false;
    struct span rest = span_of(finding->key), first = SPAN_EMPTY;
    ret_object->kind = finding->kind;
    ret_object->region = finding->region;
    if (finding->kind->namespaced)
        span_split(&rest, '/', &first);
    snprintf(ret_object->namespace, sizeof ret_object->namespace, "%.*s", SPAN_PRINT(first));
    snprintf(ret_object->name, sizeof ret_object->name, "%.*s", SPAN_PRINT(rest));
    return true;
}

static void set_filter(struct screen *screen, struct span text)
{
    struct tether_screen *self = self_of(screen);
    snprintf(self->filter, sizeof self->filter, "%.*s", SPAN_PRINT(text));
    snprintf(self->view.match, sizeof self->view.match, "%s", self->filter);
}

static struct span filter_text(struct screen *screen)
{
    return span_of(self_of(screen)->filter);
}

static void position(struct screen *screen, char *out, size_t size)
{
    struct tether_screen *self = self_of(screen);
    struct table_source source = source_of(self);
    char text[32];
    table_view_position(&self->view, &source, text);
    snprintf(out, size, "%s", text);
}

static void free_screen(struct screen *screen)
{
    struct tether_screen *self = self_of(screen);
    table_view_done(&self->view);
    ARRAY_FREE(&self->shown);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_RUN_AUDIT, COMMAND_OPEN,          COMMAND_YAML, COMMAND_FILTER,
                                        COMMAND_SWITCH_REGION, COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_TETHERS,
    .name = "Tethers",
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

struct screen *tether_screen_new(struct screen_host *host)
{
    struct tether_screen *self = alloc_new(struct tether_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host};
    table_view_init(&self->view);
    return &self->screen;
}
