/* The looking state of a table: selection by identity, scrolling. Positions are re-found, never trusted: rows move under them. */
#include "widget/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void table_view_init(struct table_view *view)
{
    *view = (struct table_view){.sort_column = -1};
}

void table_view_done(struct table_view *view)
{
    free(view->selected);
    table_view_init(view);
}

void table_view_reset_widths(struct table_view *view)
{
    memset(view->widest, 0, sizeof view->widest);
}

static size_t count_of(const struct table_source *source)
{
    return source->count(source->context);
}

static void remember(struct table_view *view, struct span identity)
{
    if (view->selected != NULL && span_equals_text(identity, view->selected))
        return;
    char *selected = span_dup(span_first(identity, TABLE_IDENTITY_MAX));
    free(view->selected);
    view->selected = selected;
}

static void keep_in_sight(struct table_view *view, size_t count)
{
    size_t page = view->page > 0 ? view->page : 1;
    if (view->top + page > count)
        view->top = count > page ? count - page : 0;
    if (view->index < view->top)
        view->top = view->index;
    if (view->index >= view->top + page)
        view->top = view->index - page + 1;
}

static size_t find_row(const struct table_view *view, const struct table_source *source, size_t count)
{
    struct span wanted = span_of(view->selected);
    if (view->index < count && span_equals(source->identity(source->context, view->index), wanted))
        return view->index;
    if (source->find != NULL)
        return source->find(source->context, wanted);
    for (size_t i = 0; i < count; i++)
        if (span_equals(source->identity(source->context, i), wanted))
            return i;
    return SIZE_MAX;
}

void table_view_sync(struct table_view *view, const struct table_source *source)
{
    size_t count = count_of(source);
    if (count == 0) { /* the selection waits for its object: lists are empty while they load */
        view->top = 0;
        return;
    }
    size_t found = view->selected == NULL ? SIZE_MAX : find_row(view, source, count);
    if (found < count) {
        size_t line = view->index >= view->top ? view->index - view->top : 0;
        view->index = found;
        view->top = found >= line ? found - line : 0;
    } else {
        view->index = view->index < count ? view->index : count - 1;
        remember(view, source->identity(source->context, view->index));
    }
    keep_in_sight(view, count);
}

void table_view_select(struct table_view *view, const struct table_source *source, size_t index)
{
    size_t count = count_of(source);
    if (count == 0)
        return;
    view->index = index < count ? index : count - 1;
    remember(view, source->identity(source->context, view->index));
    keep_in_sight(view, count);
}

void table_view_select_identity(struct table_view *view, const struct table_source *source, struct span identity)
{
    remember(view, identity);
    table_view_sync(view, source);
}

bool table_view_selected(struct table_view *view, const struct table_source *source, size_t *ret_index)
{
    if (count_of(source) == 0)
        return false;
    table_view_sync(view, source);
    *ret_index = view->index;
    return true;
}

static size_t minus(size_t value, size_t step)
{
    return value > step ? value - step : 0;
}

bool table_view_command(struct table_view *view, const struct table_source *source, enum command_id command)
{
    size_t step = view->page > 1 ? view->page - 1 : 1;
    table_view_sync(view, source);
    switch ((int)command) {
    case COMMAND_UP:
        table_view_select(view, source, minus(view->index, 1));
        return true;
    case COMMAND_DOWN:
        table_view_select(view, source, view->index + 1);
        return true;
    case COMMAND_PAGE_UP:
        table_view_select(view, source, minus(view->index, step));
        return true;
    case COMMAND_PAGE_DOWN:
        table_view_select(view, source, view->index + step);
        return true;
    case COMMAND_HOME:
        table_view_select(view, source, 0);
        return true;
    case COMMAND_END:
        table_view_select(view, source, SIZE_MAX);
        return true;
    case COMMAND_LEFT:
        view->shift = minus(view->shift, 1);
        return true;
    case COMMAND_RIGHT:
        view->shift++; /* table_paint keeps it within the columns there are */
        return true;
    default:
        return false;
    }
}

void table_view_position(const struct table_view *view, const struct table_source *source, char out[32])
{
    size_t count = count_of(source);
    out[0] = '\0';
    if (count > 0)
        snprintf(out, 32, "%zu/%zu", (view->index < count ? view->index : count - 1) + 1, count);
}
