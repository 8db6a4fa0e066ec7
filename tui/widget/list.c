/* Plain lists; see list.h. */
#include "widget/list.h"

#include "base/utf8.h"

static void keep_in_sight(struct list_view *view, size_t count)
{
    size_t page = view->page > 0 ? view->page : 1;
    if (view->index >= count)
        view->index = count > 0 ? count - 1 : 0;
    if (view->top + page > count)
        view->top = count > page ? count - page : 0;
    if (view->index < view->top)
        view->top = view->index;
    if (view->index >= view->top + page)
        view->top = view->index - page + 1;
}

bool list_view_command(struct list_view *view, size_t count, enum command_id command)
{
    size_t step = view->page > 1 ? view->page - 1 : 1;
    switch ((int)command) {
    case COMMAND_UP:
        view->index -= view->index > 0 ? 1 : 0;
        break;
    case COMMAND_DOWN:
        view->index++;
        break;
    case COMMAND_PAGE_UP:
        view->index = view->index > step ? view->index - step : 0;
        break;
    case COMMAND_PAGE_DOWN:
        view->index += step;
        break;
    case COMMAND_HOME:
        view->index = 0;
        break;
    case COMMAND_END:
        view->index = count;
        break;
    default:
        return false;
    }
    keep_in_sight(view, count);
    return true;
}

static void paint_item(struct canvas *canvas, struct rect line, const struct list_item *item)
{
    int note = item->note == NULL ? 0 : (int)utf8_width(span_of(item->note));
    int room = line.width - 2;
    if (note > 0 && note + 2 < room) {
        canvas_text(canvas, line.x + line.width - 1 - note, line.y, STYLE_DIM, item->note);
        room -= note + 2;
    }
    canvas_put_fit(canvas, line.x + 1, line.y, room, item->style, span_of(item->text), TEXT_ALIGN_LEFT, TEXT_CUT_END);
}

void list_paint(struct canvas *canvas, struct rect rect, const struct list_item *items, size_t count,
                struct list_view *view, bool focused)
{
    struct rect before = canvas_narrow_clip(canvas, rect);
    view->page = rect.height > 0 ? (size_t)rect.height : 1;
    keep_in_sight(view, count);
    for (int i = 0; i < rect.height && view->top + (size_t)i < count; i++) {
        struct rect line = rect_make(rect.x, rect.y + i, rect.width, 1);
        size_t at = view->top + (size_t)i;
        if (at == view->index)
            canvas_ground(canvas, line, focused ? STYLE_SELECTED : STYLE_SELECTED_UNFOCUSED);
        paint_item(canvas, line, &items[at]);
    }
    canvas_restore_clip(canvas, before);
}
