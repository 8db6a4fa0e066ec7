/* Rectangles of cells. Empty when width or height is not positive. */
#ifndef CANVAS_RECT_H
#define CANVAS_RECT_H

#include <stdbool.h>

struct rect {
    int x, y, width, height;
};

static inline struct rect rect_make(int x, int y, int width, int height)
{
    return (struct rect){x, y, width > 0 ? width : 0, height > 0 ? height : 0};
}

static inline bool rect_is_empty(struct rect rect)
{
    return rect.width <= 0 || rect.height <= 0;
}

static inline bool rect_contains(struct rect rect, int x, int y)
{
    return x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;
}

static inline struct rect rect_intersect(struct rect a, struct rect b)
{
    int left = a.x > b.x ? a.x : b.x;
    int top = a.y > b.y ? a.y : b.y;
    int right = a.x + a.width < b.x + b.width ? a.x + a.width : b.x + b.width;
    int bottom = a.y + a.height < b.y + b.height ? a.y + a.height : b.y + b.height;
    return rect_make(left, top, right - left, bottom - top);
}

/* Cuts `lines` off the top (bottom, `cells` off the left, right) of *rest and returns them; clamped to what is there. */
static inline struct rect rect_take_top(struct rect *rest, int lines)
{
    int taken = lines < rest->height ? lines : rest->height;
    struct rect top = rect_make(rest->x, rest->y, rest->width, taken);
    *rest = rect_make(rest->x, rest->y + top.height, rest->width, rest->height - top.height);
    return top;
}

static inline struct rect rect_take_bottom(struct rect *rest, int lines)
{
    int taken = lines < rest->height ? lines : rest->height;
    *rest = rect_make(rest->x, rest->y, rest->width, rest->height - (taken > 0 ? taken : 0));
    return rect_make(rest->x, rest->y + rest->height, rest->width, taken);
}

static inline struct rect rect_take_left(struct rect *rest, int cells)
{
    int taken = cells < rest->width ? cells : rest->width;
    struct rect left = rect_make(rest->x, rest->y, taken, rest->height);
    *rest = rect_make(rest->x + left.width, rest->y, rest->width - left.width, rest->height);
    return left;
}

static inline struct rect rect_take_right(struct rect *rest, int cells)
{
    int taken = cells < rest->width ? cells : rest->width;
    *rest = rect_make(rest->x, rest->y, rest->width - (taken > 0 ? taken : 0), rest->height);
    return rect_make(rest->x + rest->width, rest->y, taken, rest->height);
}

static inline struct rect rect_inset(struct rect rect, int cells, int lines)
{
    return rect_make(rect.x + cells, rect.y + lines, rect.width - 2 * cells, rect.height - 2 * lines);
}

static inline struct rect rect_center(struct rect outer, int width, int height)
{
    int w = width < outer.width ? width : outer.width;
    int h = height < outer.height ? height : outer.height;
    return rect_make(outer.x + (outer.width - w) / 2, outer.y + (outer.height - h) / 2, w, h);
}

#endif
