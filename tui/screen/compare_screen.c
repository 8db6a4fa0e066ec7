/* The same object in two regions: beside each other where there is room, else as a unified diff. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/utf8.h"
#include "resource/compare.h"
#include "screen/compare_load.h"
#include "widget/chrome.h"
#include "widget/pager.h"

#define CONTEXT_LINES 3
#define LINE_MAX_BYTES 4096
#define GAP " \xE2\x94\x82 " /* │ between the columns: three cells */
#define GAP_CELLS 3

struct compare_screen {
    struct screen screen;
    struct screen_object object;
    int left, right; /* regions */
    unsigned show;   /* enum compare_show */
    bool unified;    /* also where there is room for two columns */
    struct compare_load *load;
    bool compared;
    struct compare compare;
    struct pager_view view;
    int half; /* cells of one column; 0: unified */
    size_t left_length; /* bytes of the left column in `line` */
    char line[LINE_MAX_BYTES];
    char notice[700];
};

static struct compare_screen *self_of(struct screen *screen)
{
    return (struct compare_screen *)screen;
}

static const char *name_of(const struct compare_screen *self, int region)
{
    return screen_region_name(self->screen.host, region);
}

/* --- lines --- */

static size_t count_lines(void *context)
{
    const struct compare_screen *self = context;
    return self->half > 0 ? self->compare.count : self->compare.diff.count;
}

static struct span split_line(struct compare_screen *self, const struct compare_pair *pair)
{
    size_t half = (size_t)self->half;
    if (pair->sign == '@') {
        snprintf(self->line, sizeof self->line, "@@ %.1000s", pair->left);
        return span_of(self->line);
    }
    self->left_length = text_fit_into(self->line, sizeof self->line, span_of(pair->left), half, TEXT_ALIGN_LEFT, TEXT_CUT_END);
    size_t used = self->left_length + strlen(GAP);
    if (used + half >= sizeof self->line)
        return span_first(span_of(self->line), self->left_length);
    memcpy(self->line + self->left_length, GAP, strlen(GAP));
    used += text_fit_into(self->line + used, sizeof self->line - used, span_of(pair->right), half, TEXT_ALIGN_LEFT, TEXT_CUT_END);
    return span_first(span_of(self->line), used);
}

static struct span get_line(void *context, size_t index)
{
    struct compare_screen *self = context;
    if (self->half > 0)
        return split_line(self, &self->compare.items[index]);
    const struct json_diff_line *line = &self->compare.diff.items[index];
    snprintf(self->line, sizeof self->line, line->sign == '@' ? "%c@ %.4000s" : "%c%.4000s", line->sign, line->text);
    return span_of(self->line);
}

static size_t style_line(void *context, size_t index, struct span line, struct pager_piece pieces[PAGER_PIECES_MAX])
{
    struct compare_screen *self = context;
    if (self->half == 0)
        return pager_diff_pieces(NULL, index, line, pieces);
    char sign = self->compare.items[index].sign;
    if (sign == '@') {
        pieces[0] = (struct pager_piece){line.length, STYLE_DIFF_HUNK};
        return 1;
    }
    pieces[0] = (struct pager_piece){self->left_length, sign == '~' || sign == '-' ? STYLE_DIFF_DEL : STYLE_TEXT};
    pieces[1] = (struct pager_piece){strlen(GAP), STYLE_BORDER};
    pieces[2] = (struct pager_piece){line.length, sign == '~' || sign == '+' ? STYLE_DIFF_ADD : STYLE_TEXT};
    return 3;
}

static struct pager_source source_of(struct compare_screen *self)
{
    return (struct pager_source){.context = self, .count = count_lines, .line = get_line, .pieces = style_line};
}

/* --- what is known --- */

static const char *hidden_words(unsigned show)
{
    static const char *const WORDS[] = {
        [COMPARE_SHOW_SPEC] = "status and noise left out",
        [COMPARE_SHOW_STATUS] = "noise left out",
        [COMPARE_SHOW_NOISE] = "status left out",
        [COMPARE_SHOW_STATUS | COMPARE_SHOW_NOISE] = "nothing left out",
    };
    return WORDS[show];
}

static void explain(struct compare_screen *self)
{
    const struct compare_side *left = compare_load_side(self->load, 0), *right = compare_load_side(self->load, 1);
    const struct compare_side *unknown = left->presence == COMPARE_UNKNOWN ? left : right->presence == COMPARE_UNKNOWN ? right : NULL;
    self->notice[0] = '\0';
    if (unknown != NULL)
        snprintf(self->notice, sizeof self->notice, "It is not known what %s has: %s", unknown->region, unknown->error.text);
    else if (left->presence == COMPARE_MISSING && right->presence == COMPARE_MISSING)
        snprintf(self->notice, sizeof self->notice, "It is neither in %s nor in %s.", left->region, right->region);
    else if (self->compare.diff.added + self->compare.diff.removed == 0)
        snprintf(self->notice, sizeof self->notice, "The same in %s and %s (%s).", left->region, right->region, hidden_words(self->show));
}

static void compare_sides(struct compare_screen *self)
{
    compare_done(&self->compare);
    compare_make(compare_load_side(self->load, 0)->object, compare_load_side(self->load, 1)->object, self->show, CONTEXT_LINES, &self->compare);
    self->compared = true;
    explain(self);
}

static void recalc(struct screen *screen)
{
    struct compare_screen *self = self_of(screen);
    if (!self->compared && compare_load_is_done(self->load))
        compare_sides(self);
}

static void start(struct compare_screen *self)
{
    compare_load_free(self->load);
    compare_done(&self->compare);
    self->compare = (struct compare){0};
    self->compared = false;
    self->load = compare_load_new(self->screen.host, &self->object, self->left, self->right);
}

/* --- paint --- */

static int paint_side(struct canvas *canvas, int x, int y, const struct compare_screen *self, size_t side)
{
    int region = side == 0 ? self->left : self->right;
    int used = canvas_printf(canvas, x, y, side == 0 ? STYLE_DIFF_DEL : STYLE_DIFF_ADD, "%s", name_of(self, region));
    if (self->compared && compare_load_side(self->load, side)->presence == COMPARE_MISSING)
        used += canvas_text(canvas, x + used, y, STYLE_WARN, " (not there)");
    return used;
}

static void paint_title(const struct compare_screen *self, struct canvas *canvas, struct rect title)
{
    char name[2 * SCREEN_NAME_MAX + 32], text[160] = "";
    const struct json_diff *diff = &self->compare.diff;
    screen_object_title(&self->object, name, sizeof name);
    if (self->compared && self->notice[0] == '\0')
        snprintf(text, sizeof text, "%zu lines differ; %s", diff->added > diff->removed ? diff->added : diff->removed, hidden_words(self->show));
    int wanted = (int)utf8_width(span_of(name)), room = title.width - 4 - (int)utf8_width(span_of(text));
    int width = wanted < room ? wanted : room;
    canvas_put_fit(canvas, title.x + 1, title.y, width, STYLE_TITLE, span_of(name), TEXT_ALIGN_LEFT, TEXT_CUT_MIDDLE);
    canvas_text(canvas, title.x + 1 + width + 2, title.y, STYLE_DIM, text);
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct compare_screen *self = self_of(screen);
    paint_title(self, canvas, rect_take_top(&area, 1));
    struct rect sides = rect_take_top(&area, 1);
    struct rect body = rect_inset(area, 1, 0);
    self->half = area.width >= SCREEN_SPLIT_WIDTH && !self->unified ? (body.width - GAP_CELLS) / 2 : 0;
    int x = sides.x + 1;
    int used = paint_side(canvas, x, sides.y, self, 0);
    if (self->half == 0)
        used += canvas_text(canvas, x + used, sides.y, STYLE_DIM, " - against + ");
    paint_side(canvas, self->half > 0 ? x + self->half + GAP_CELLS : x + used, sides.y, self, 1);
    if (!self->compared) {
        chrome_notice(canvas, area, STYLE_DIM, "Reading it in both regions…");
    } else if (self->notice[0] != '\0') {
        bool same = strncmp(self->notice, "The same", 8) == 0;
        chrome_notice(canvas, area, same ? STYLE_GOOD : STYLE_WARN, self->notice);
    } else {
        struct pager_source source = source_of(self);
        bool wrap = self->view.wrap;
        self->view.wrap = wrap && self->half == 0; /* columns are cut, not wrapped */
        pager_paint(canvas, body, &source, &self->view);
        self->view.wrap = wrap;
    }
}

/* --- commands --- */

/* The next region to compare with; with two regions the same one again, read anew. */
static void next_region(struct compare_screen *self, const char *argument)
{
    const struct screen_host *host = self->screen.host;
    int named = argument[0] != '\0' ? sovereign_find_region(host->sovereign, argument) : -1;
    if (argument[0] != '\0' && (named < 0 || named == self->left)) {
        char text[160];
        snprintf(text, sizeof text, named < 0 ? "There is no region '%.64s' here" : "%.64s is already on the left", argument);
        host->toast(host->app, TONE_BAD, text);
        return;
    }
    self->right = named >= 0 ? named : (self->right + 1) % host->store->region_count;
    if (self->right == self->left)
        self->right = (self->right + 1) % host->store->region_count;
    start(self);
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    struct compare_screen *self = self_of(screen);
    struct pager_source source = source_of(self);
    switch ((int)command) {
    case COMMAND_COMPARE:
        next_region(self, argument);
        return true;
    case COMMAND_TOGGLE_STATUS:
        self->show ^= COMPARE_SHOW_STATUS;
        self->compared = false;
        return true;
    case COMMAND_TOGGLE_NOISE:
        self->show ^= COMPARE_SHOW_NOISE;
        self->compared = false;
        return true;
    case COMMAND_TOGGLE_SPLIT:
        self->unified = !self->unified;
        return true;
    default:
        return pager_view_command(&self->view, &source, command);
    }
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_DOCUMENT | COMMAND_NEEDS_COMPARISON;
}

static bool object(struct screen *screen, struct screen_object *ret_object)
{
    *ret_object = self_of(screen)->object;
    return true;
}

static void search(struct screen *screen, struct span text)
{
    struct pager_source source = source_of(self_of(screen));
    pager_view_search(&self_of(screen)->view, &source, text);
}

static struct span search_text(struct screen *screen)
{
    return span_of(self_of(screen)->view.search);
}

static void position(struct screen *screen, char *out, size_t size)
{
    struct compare_screen *self = self_of(screen);
    struct pager_source source = source_of(self);
    char text[32];
    pager_view_position(&self->view, &source, text);
    snprintf(out, size, "%s", text);
}

static void free_screen(struct screen *screen)
{
    struct compare_screen *self = self_of(screen);
    compare_load_free(self->load);
    compare_done(&self->compare);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_BACK,   COMMAND_TOGGLE_STATUS, COMMAND_TOGGLE_NOISE, COMMAND_TOGGLE_SPLIT, COMMAND_COMPARE,
                                        COMMAND_SEARCH, COMMAND_YAML,          COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_COMPARE,
    .name = "Compare",
    .free = free_screen,
    .recalc = recalc,
    .paint = paint,
    .command = run_command,
    .holds = holds,
    .object = object,
    .filter = search,
    .filter_text = search_text,
    .position = position,
    .hints = HINTS,
    .hint_count = ARRAY_LENGTH(HINTS),
};

struct screen *compare_screen_new(struct screen_host *host, const struct screen_object *object, int other)
{
    struct compare_screen *self = alloc_new(struct compare_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host};
    self->object = *object;
    self->left = object->region;
    self->right = other;
    pager_view_init(&self->view);
    start(self);
    return &self->screen;
}
