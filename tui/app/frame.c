/* One frame; see frame.h. */
#include "app/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/app.h"
#include "app/header.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "cutover/cutover_status.h"
#include "widget/chrome.h"

#define SLOW_REPAINT_MS 10000 /* ages in tables move on at least this often */

static int64_t real_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void paint_overlays(struct app *app, struct rect body)
{
    if (app->toast_until_ms != 0)
        chrome_toast(app->canvas, body, app->toast,
                     app->toast_tone == TONE_BAD || app->toast_tone == TONE_WARN ? STYLE_TOAST_ERROR : STYLE_TOAST_INFO);
    if (app->dialog != NULL)
        dialog_paint(app->canvas, body, app->dialog);
}

static void paint(struct app *app)
{
    struct canvas *canvas = app->canvas;
    canvas_clear(canvas);
    if (chrome_is_too_small(canvas->width, canvas->height)) {
        chrome_too_small(canvas);
        return;
    }
    struct screen *screen = app_screen(app);
    struct rect body = canvas_area(canvas);
    header_paint(app, canvas, rect_take_top(&body, 1));
    header_paint_tabs(app, canvas, rect_take_top(&body, 1));
    struct rect footer = rect_take_bottom(&body, 1);
    int banner = header_banner_lines(app);
    if (banner > 0)
        header_paint_banner(app, canvas, rect_take_top(&body, banner));
    struct rect clip = canvas_narrow_clip(canvas, body);
    screen->ops->paint(screen, canvas, body);
    canvas_restore_clip(canvas, clip);
    paint_overlays(app, body);
    if (app->prompt_purpose != APP_PROMPT_NONE)
        prompt_paint(canvas, footer, &app->prompt);
    else
        header_paint_footer(app, canvas, footer);
}

static void show(struct app *app)
{
    int width, height;
    struct screen *screen = app_screen(app);
    terminal_size(app->terminal, &width, &height);
    if (width != app->canvas->width || height != app->canvas->height)
        canvas_resize(app->canvas, width, height);
    estate_refresh(app->host.estate);
    if (screen->ops->recalc != NULL)
        screen->ops->recalc(screen);
    paint(app);
    if (app->frame.full)
        terminal_redraw(app->terminal);
    terminal_present(app->terminal, app->canvas);
    app->frame.dirty = app->frame.input = app->frame.full = false;
    app->frame.store_generation = app->host.store->generation;
    app->frame.shown_ms = real_ms();
    app->frame.count++;
}

static void show_later(void *context)
{
    struct app *app = context;
    app->frame.timer = 0;
    app->frame.input = true;
}

void frame_show_if_due(struct app *app)
{
    if (app->host.store->generation != app->frame.store_generation)
        app->frame.dirty = true;
    if (!app->frame.dirty)
        return;
    int64_t since = real_ms() - app->frame.shown_ms;
    if (app->frame.input || since >= FRAME_INTERVAL_MS) {
        show(app);
    } else if (app->frame.timer == 0) {
        app->frame.timer = event_loop_add_timer(app->loop, FRAME_INTERVAL_MS - since, false, show_later, app);
    }
}

/* What was claimed is kept per Sovereign: another one has another past. */
static void remember_cutover(struct app *app, const struct cutover_status *status)
{
    const char *sovereign = app->host.store->sovereign;
    if (strcmp(app->memory_of, sovereign) != 0) {
        cutover_memory_load(&app->memory, sovereign);
        snprintf(app->memory_of, sizeof app->memory_of, "%s", sovereign);
    }
    if (cutover_memory_look(&app->memory, status, clock_wall_ms()))
        cutover_memory_save(&app->memory, sovereign, NULL); /* a disk that is full only costs the memory */
}

/* The egress hold leaves nothing behind: who wants to say later that the policy was there must look while it is. */
static void look_at_cutover(struct app *app)
{
    struct cutover_status *status = alloc_new(struct cutover_status);
    cutover_status_read(app->host.store, clock_monotonic_ms(), status);
    if (status->state == CUTOVER_STATE_RUNNING)
        hold_witness_look(&app->witness, app->host.store, status, clock_monotonic_ms());
    remember_cutover(app, status);
    size_t before = app->alarm_count;
    app->alarm_count = cutover_alarm_collect(app->host.store, status, &app->memory, clock_wall_ms(), app->alarms);
    app->frame.dirty = app->frame.dirty || before != app->alarm_count;
    free(status);
}

void frame_tick(struct app *app)
{
    int64_t now = clock_monotonic_ms();
    struct screen *screen = app_screen(app);
    store_expire(app->host.store); /* rows of a feed that is away become "not known": the generation grows by itself */
    look_at_cutover(app);
    login_tick(app);
    if (app->toast_until_ms != 0 && now >= app->toast_until_ms)
        app_next_note(app);
    if (app->armed_until_ms != 0 && now >= app->armed_until_ms)
        app_disarm(app, "The time is over");
    if (header_ticks(app) || (screen->ops->ticks != NULL && screen->ops->ticks(screen)) ||
        real_ms() - app->frame.shown_ms >= SLOW_REPAINT_MS)
        app->frame.dirty = true;
}
