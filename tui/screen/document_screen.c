/* A document in a pager: scroll, wrap, search, follow. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "screen/document.h"
#include "widget/chrome.h"

struct document_screen {
    struct screen screen;
    struct document *document;
    struct pager_text pager;
    struct pager_view view;
    uint64_t generation;
};

static struct document_screen *self_of(struct screen *screen)
{
    return (struct document_screen *)screen;
}

/* "  warning  name  text" of a report: the word has its tone, a remedy its own style, a heading stands at the left. */
static size_t report_pieces(void *context, size_t index, struct span line, struct pager_piece pieces[PAGER_PIECES_MAX])
{
    static const struct {
        const char *start;
        enum style_id style;
    } WORDS[] = {{"  ok ", STYLE_GOOD}, {"  warning ", STYLE_WARN}, {"  bad ", STYLE_BAD}, {"  off ", STYLE_DIM}};
    bool is_heading = line.length > 0 && line.data[0] != ' ';
    pieces[0] = (struct pager_piece){line.length, is_heading ? STYLE_TITLE : span_starts_with(span_trim(line), "-> ") ? STYLE_KEY_LABEL : STYLE_TEXT};
    for (size_t i = 0; i < ARRAY_LENGTH(WORDS); i++) {
        if (!span_starts_with(line, WORDS[i].start))
            continue;
        pieces[0] = (struct pager_piece){strlen(WORDS[i].start), WORDS[i].style};
        pieces[1] = (struct pager_piece){line.length, STYLE_TEXT};
        return 2;
    }
    return 1;
}

static void index_text(struct document_screen *self)
{
    pager_text_done(&self->pager);
    pager_text_init(&self->pager, document_text(self->document));
    if (document_kind(self->document) == DOCUMENT_KIND_YAML)
        self->pager.source.pieces = pager_yaml_pieces;
    else if (document_kind(self->document) == DOCUMENT_KIND_PLAN)
        self->pager.source.pieces = pager_diff_pieces;
    else if (document_kind(self->document) == DOCUMENT_KIND_REPORT)
        self->pager.source.pieces = report_pieces;
    self->generation = document_generation(self->document);
}

static void recalc(struct screen *screen)
{
    struct document_screen *self = self_of(screen);
    if (self->generation != document_generation(self->document))
        index_text(self);
}

static void paint(struct screen *screen, struct canvas *canvas, struct rect area)
{
    struct document_screen *self = self_of(screen);
    struct rect title = rect_take_top(&area, 1);
    const char *note = document_note(self->document);
    int used = canvas_text(canvas, title.x + 1, title.y, STYLE_TITLE, document_title(self->document));
    if (note[0] != '\0' && self->pager.count > 0)
        canvas_put_fit(canvas, title.x + used + 3, title.y, title.width - used - 4, STYLE_DIM, span_of(note), TEXT_ALIGN_LEFT,
                       TEXT_CUT_END);
    if (document_text(self->document).length == 0) {
        chrome_notice(canvas, area, note[0] != '\0' ? STYLE_WARN : STYLE_DIM,
                      note[0] != '\0'                               ? note
                      : document_is_loading(self->document) ? "Loading…"
                                                            : "There is nothing to show.");
        return;
    }
    pager_paint(canvas, rect_inset(area, 1, 0), &self->pager.source, &self->view);
}

static bool run_command(struct screen *screen, enum command_id command, const char *argument)
{
    return pager_view_command(&self_of(screen)->view, &self_of(screen)->pager.source, command);
}

static uint32_t holds(struct screen *screen)
{
    return COMMAND_NEEDS_DOCUMENT;
}

static void search(struct screen *screen, struct span text)
{
    pager_view_search(&self_of(screen)->view, &self_of(screen)->pager.source, text);
}

static struct span search_text(struct screen *screen)
{
    return span_of(self_of(screen)->view.search);
}

static void position(struct screen *screen, char *out, size_t size)
{
    struct document_screen *self = self_of(screen);
    char text[32];
    pager_view_position(&self->view, &self->pager.source, text);
    snprintf(out, size, "%s%s", text, self->view.follow ? " · following" : "");
}

static void free_screen(struct screen *screen)
{
    struct document_screen *self = self_of(screen);
    pager_text_done(&self->pager);
    document_close(self->document);
    free(self);
}

static const enum command_id HINTS[] = {COMMAND_BACK,        COMMAND_SEARCH,        COMMAND_NEXT_MATCH, COMMAND_TOGGLE_WRAP,
                                        COMMAND_TOGGLE_FOLLOW, COMMAND_PAGE_DOWN, COMMAND_HELP};

static const struct screen_ops OPS = {
    .context = KEYMAP_CONTEXT_PAGER,
    .name = "Document",
    .free = free_screen,
    .recalc = recalc,
    .paint = paint,
    .command = run_command,
    .holds = holds,
    .filter = search,
    .filter_text = search_text,
    .position = position,
    .hints = HINTS,
    .hint_count = ARRAY_LENGTH(HINTS),
};

struct screen *document_screen_new(struct screen_host *host, struct document *document)
{
    struct document_screen *self = alloc_new(struct document_screen);
    self->screen = (struct screen){.ops = &OPS, .host = host};
    self->document = document;
    pager_view_init(&self->view);
    self->view.follow = document_kind(document) == DOCUMENT_KIND_LOG;
    self->view.wrap = document_kind(document) != DOCUMENT_KIND_YAML;
    index_text(self);
    return &self->screen;
}
