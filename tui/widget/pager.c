/* The looking state of a pager. The position is a line and, when wrapping, a part of it; parts are cut at the width of the last
 * paint, so nothing is kept per line. */
#include "widget/pager.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "widget/highlight.h"

void pager_view_init(struct pager_view *view)
{
    *view = (struct pager_view){.match = SIZE_MAX};
}

static size_t count_of(const struct pager_source *source)
{
    return source->count(source->context);
}

/* How many screen lines a line takes. */
static size_t parts_of(const struct pager_view *view, const struct pager_source *source, size_t line)
{
    size_t parts = 0;
    if (!view->wrap || view->width == 0)
        return 1;
    struct span rest = source->line(source->context, line);
    do {
        struct span part = utf8_cut(rest, view->width, NULL);
        rest = part.length == 0 ? SPAN_EMPTY : span_from(rest, part.length);
        parts++;
    } while (rest.length > 0);
    return parts;
}

static bool step_up(struct pager_view *view, const struct pager_source *source)
{
    if (view->part > 0) {
        view->part--;
        return true;
    }
    if (view->top == 0)
        return false;
    view->top--;
    view->part = parts_of(view, source, view->top) - 1;
    return true;
}

static void step_down(struct pager_view *view, const struct pager_source *source)
{
    if (view->part + 1 < parts_of(view, source, view->top)) {
        view->part++;
    } else if (view->top + 1 < count_of(source)) {
        view->top++;
        view->part = 0;
    }
}

static void go_to_end(struct pager_view *view, const struct pager_source *source)
{
    size_t count = count_of(source);
    if (count == 0) {
        view->top = view->part = 0;
        return;
    }
    view->top = count - 1;
    view->part = parts_of(view, source, view->top) - 1;
    for (size_t i = 1; i < view->page && step_up(view, source); i++)
        ;
}

/* Not beyond the place where the last line stands at the bottom. */
static void limit(struct pager_view *view, const struct pager_source *source)
{
    struct pager_view end = *view;
    go_to_end(&end, source);
    if (view->top > end.top || (view->top == end.top && view->part > end.part)) {
        view->top = end.top;
        view->part = end.part;
    }
    if (view->top < count_of(source) && view->part >= parts_of(view, source, view->top))
        view->part = 0;
}

void pager_view_limit(struct pager_view *view, const struct pager_source *source)
{
    if (view->follow)
        go_to_end(view, source);
    else
        limit(view, source);
}

static void scroll(struct pager_view *view, const struct pager_source *source, ptrdiff_t lines)
{
    if (lines < 0)
        view->follow = false;
    for (; lines < 0 && step_up(view, source); lines++)
        ;
    for (; lines > 0; lines--)
        step_down(view, source);
    limit(view, source);
}

static void show_match(struct pager_view *view, const struct pager_source *source, size_t line)
{
    view->match = line;
    view->follow = false;
    if (line < view->top || line >= view->top + (view->page > 0 ? view->page : 1)) {
        view->top = line > view->page / 3 ? line - view->page / 3 : 0;
        view->part = 0;
    }
    limit(view, source);
}

/* From `start` on in one direction and around the end; false when no line matches. */
static bool find_match(struct pager_view *view, const struct pager_source *source, size_t start, bool backwards)
{
    size_t count = count_of(source);
    for (size_t i = 0; i < count; i++) {
        size_t line = backwards ? (start + count - i) % count : (start + i) % count;
        if (highlight_find(source->line(source->context, line), span_of(view->search), 0) >= 0) {
            show_match(view, source, line);
            return true;
        }
    }
    view->match = SIZE_MAX;
    return false;
}

bool pager_view_search(struct pager_view *view, const struct pager_source *source, struct span text)
{
    text = span_first(text, PAGER_SEARCH_MAX - 1);
    if (text.length > 0)
        memcpy(view->search, text.data, text.length);
    view->search[text.length] = '\0';
    view->match = SIZE_MAX;
    return text.length > 0 && find_match(view, source, view->top, false);
}

static void go_to_match(struct pager_view *view, const struct pager_source *source, bool backwards)
{
    size_t count = count_of(source);
    if (count == 0 || view->search[0] == '\0')
        return;
    size_t start = view->match < count ? view->match : view->top;
    if (view->match < count)
        start = backwards ? (start + count - 1) % count : (start + 1) % count;
    find_match(view, source, start, backwards);
}

bool pager_view_command(struct pager_view *view, const struct pager_source *source, enum command_id command)
{
    ptrdiff_t page = view->page > 1 ? (ptrdiff_t)view->page - 1 : 1;
    switch ((int)command) {
    case COMMAND_UP:
    case COMMAND_DOWN:
        scroll(view, source, command == COMMAND_UP ? -1 : 1);
        return true;
    case COMMAND_PAGE_UP:
    case COMMAND_PAGE_DOWN:
        scroll(view, source, command == COMMAND_PAGE_UP ? -page : page);
        return true;
    case COMMAND_HOME:
        view->top = view->part = 0;
        view->follow = false;
        return true;
    case COMMAND_END:
        go_to_end(view, source);
        return true;
    case COMMAND_LEFT:
        view->shift -= view->shift < 8 ? view->shift : 8;
        return true;
    case COMMAND_RIGHT:
        view->shift += view->wrap || view->shift >= CANVAS_WIDTH_MAX * 8 ? 0 : 8;
        return true;
    case COMMAND_TOGGLE_WRAP:
        view->wrap = !view->wrap;
        view->part = view->shift = 0;
        return true;
    case COMMAND_TOGGLE_FOLLOW:
        view->follow = !view->follow;
        return true;
    case COMMAND_NEXT_MATCH:
    case COMMAND_PREVIOUS_MATCH:
        go_to_match(view, source, command == COMMAND_PREVIOUS_MATCH);
        return true;
    default:
        return false;
    }
}

void pager_view_position(const struct pager_view *view, const struct pager_source *source, char out[32])
{
    size_t count = count_of(source);
    struct pager_view end = *view;
    go_to_end(&end, source);
    bool at_end = view->top > end.top || (view->top == end.top && view->part >= end.part);
    if (view->top == 0 && view->part == 0)
        snprintf(out, 32, "%s", at_end ? "all" : "top");
    else if (at_end)
        snprintf(out, 32, "end");
    else
        snprintf(out, 32, "%zu%%", count == 0 ? (size_t)0 : view->top * 100 / count);
}
