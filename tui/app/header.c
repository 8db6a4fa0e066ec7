/* Header, tabs, banner, footer; see header.h. A healthy header shows no number that runs: ages only appear past 5 s. */
#include "app/header.h"

#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/dispatch.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "widget/chrome.h"

#define AGE_SHOWN_FROM_MS 5000
#define PIECE_TEXT_MAX 64
#define CROWDED_BELOW 100 /* columns */

static const struct {
    const char *glyph;
    enum style_id style;
    const char *word; /* shown behind the name when not live */
} LAMPS[] = {
    [FEED_STATE_OFF] = {"–", STYLE_LAMP_OFF, "off"},         [FEED_STATE_STARTING] = {"◐", STYLE_LAMP_STALE, "…"},
    [FEED_STATE_LIVE] = {"●", STYLE_LAMP_LIVE, ""},          [FEED_STATE_LIMITED] = {"◐", STYLE_LAMP_STALE, "limited"},
    [FEED_STATE_DENIED] = {"×", STYLE_LAMP_DOWN, "denied"},  [FEED_STATE_DOWN] = {"○", STYLE_LAMP_DOWN, "down"},
};

static const struct {
    const char *name, *shown;
    enum style_id style;
} CLASSES[] = {
    {"production", " PRODUCTION ", STYLE_CLASS_PRODUCTION},
    {"staging", " STAGING ", STYLE_CLASS_STAGING},
    {"development", " DEVELOPMENT ", STYLE_CLASS_DEVELOPMENT},
};

static int64_t age_of(const struct feed_health *feed)
{
    return feed->proof_ms < 0 ? clock_monotonic_ms() - feed->changed_ms : clock_monotonic_ms() - feed->proof_ms;
}

static bool shows_age(const struct feed_health *feed)
{
    return feed->state != FEED_STATE_OFF && feed->state != FEED_STATE_STARTING && age_of(feed) >= AGE_SHOWN_FROM_MS;
}

/* Where several feeds are away on a narrow screen, each keeps at least its sign: none may fall off the line. */
static bool is_crowded(const struct store *store, int width)
{
    size_t away = 0;
    for (size_t i = 0; i < store->feed_count; i++)
        away += store->feeds[i].state != FEED_STATE_LIVE && store->feeds[i].state != FEED_STATE_OFF;
    return width < CROWDED_BELOW && away > 1;
}

static void lamp_text(const struct feed_health *feed, bool only_sign, char out[PIECE_TEXT_MAX])
{
    char age[TIMESTAMP_TEXT_MAX] = "";
    if (only_sign) {
        snprintf(out, PIECE_TEXT_MAX, "%s", LAMPS[feed->state].glyph);
        return;
    }
    if (shows_age(feed))
        timestamp_format_age(age, age_of(feed));
    snprintf(out, PIECE_TEXT_MAX, "%s%s%s%s%s", LAMPS[feed->state].glyph, LAMPS[feed->state].word[0] != '\0' ? " " : "",
             LAMPS[feed->state].word, age[0] != '\0' ? " " : "", age);
}

static void armed_text(const struct app *app, char out[PIECE_TEXT_MAX])
{
    char left[TIMESTAMP_TEXT_MAX];
    if (!app_is_armed(app)) {
        snprintf(out, PIECE_TEXT_MAX, "read-only");
        return;
    }
    int64_t rest = app->armed_until_ms - clock_monotonic_ms();
    timestamp_format_age(left, rest > 60000 ? (rest + 59999) / 60000 * 60000 : rest);
    snprintf(out, PIECE_TEXT_MAX, " ARMED %s ", left);
}

void header_paint(struct app *app, struct canvas *canvas, struct rect line)
{
    const struct store *store = app->host.store;
    struct chrome_piece pieces[CHROME_PIECES_MAX];
    char lamps[FEED_HEALTH_MAXIMUM][PIECE_TEXT_MAX], armed[PIECE_TEXT_MAX], clock[TIMESTAMP_TEXT_MAX], minutes[TIMESTAMP_TEXT_MAX];
    size_t count = 0;
    bool crowded = is_crowded(store, line.width);
    canvas_erase(canvas, line, STYLE_BAR);
    pieces[count++] = (struct chrome_piece){.text = store->fqdn[0] != '\0' ? store->fqdn : store->sovereign, .style = STYLE_TITLE, .priority = 1};
    for (size_t i = 0; i < ARRAY_LENGTH(CLASSES); i++)
        if (strcmp(store->sovereign_class, CLASSES[i].name) == 0)
            pieces[count++] = (struct chrome_piece){.text = CLASSES[i].shown, .style = CLASSES[i].style, .priority = 2};
    if (sovereign_is_insecure(app->host.sovereign)) /* for as long as it is so */
        pieces[count++] = (struct chrome_piece){.text = " INSECURE TLS ", .style = STYLE_ARMED, .priority = 1};
    char acting[PIECE_TEXT_MAX];
    snprintf(acting, sizeof acting, "as %.40s", app->host.sovereign->impersonated);
    if (app->host.sovereign->impersonated[0] != '\0')
        pieces[count++] = (struct chrome_piece){.text = acting, .style = STYLE_WARN, .priority = 1};
    for (size_t i = 0; i < store->feed_count && count + 4 < CHROME_PIECES_MAX; i++) {
        const struct feed_health *feed = &store->feeds[i];
        lamp_text(feed, crowded, lamps[i]);
        uint8_t priority = feed->state == FEED_STATE_OFF ? 9 : 3;
        if (feed->state == FEED_STATE_OFF) { /* one piece, so that a name never stands without its lamp */
            snprintf(lamps[i], sizeof lamps[i], "%s off", feed->name);
            pieces[count++] = (struct chrome_piece){.text = lamps[i], .style = STYLE_LAMP_OFF, .priority = priority};
            continue;
        }
        pieces[count++] = (struct chrome_piece){.text = feed->name, .style = STYLE_TEXT, .priority = priority};
        pieces[count++] = (struct chrome_piece){.text = lamps[i], .style = LAMPS[feed->state].style, .priority = priority, .gap = 1};
    }
    armed_text(app, armed);
    timestamp_format_minutes(minutes, clock_wall_ms());
    snprintf(clock, sizeof clock, "%.20s UTC", minutes);
    pieces[count++] = (struct chrome_piece){.text = armed, .style = app_is_armed(app) ? STYLE_ARMED : STYLE_READ_ONLY, .priority = 1, .right = true};
    pieces[count++] = (struct chrome_piece){.text = clock, .style = STYLE_DIM, .priority = 8, .right = true};
    chrome_status_line(canvas, rect_inset(line, 1, 0), pieces, count);
}

void header_paint_tabs(struct app *app, struct canvas *canvas, struct rect line)
{
    static const char *const NARROW[APP_TAB_COUNT] = {
        [APP_TAB_ORGANIZATIONS] = "Orgs", [APP_TAB_ENVIRONMENTS] = "Envs", [APP_TAB_APPLICATIONS] = "Apps"};
    struct chrome_tab tabs[APP_TAB_COUNT];
    for (size_t i = 0; i < APP_TAB_COUNT; i++)
        tabs[i] = (struct chrome_tab){.title = app_tab_title((enum app_tab_id)i), .narrow = NARROW[i]};
    chrome_tab_bar(canvas, line, tabs, APP_TAB_COUNT, app->open_tab);
}

/* The feed whose trouble matters most: down before denied before limited; Kubernetes first. */
static const struct feed_health *worst_feed(const struct app *app)
{
    static const int WEIGHT[] = {[FEED_STATE_DOWN] = 3, [FEED_STATE_DENIED] = 2, [FEED_STATE_LIMITED] = 1, [FEED_STATE_OFF] = 0};
    const struct store *store = app->host.store;
    const struct feed_health *worst = NULL;
    for (size_t i = 0; i < store->feed_count; i++) {
        const struct feed_health *feed = &store->feeds[i];
        if (feed->state == FEED_STATE_LIVE || feed->state == FEED_STATE_STARTING || WEIGHT[feed->state] == 0)
            continue;
        if (worst == NULL || WEIGHT[feed->state] > WEIGHT[worst->state])
            worst = feed;
    }
    return worst;
}

int header_banner_lines(const struct app *app)
{
    bool has_news = worst_feed(app) != NULL || app->operate.state == OPERATE_RUNNING || app->operate.state == OPERATE_PREPARING;
    return (app->alarm_count > 0) + has_news;
}

/* The worst alarm, and how many more; `:acknowledge` takes note of those that are about the past. */
static void paint_alarm(const struct app *app, struct canvas *canvas, struct rect line)
{
    char text[400];
    const struct cutover_alarm *alarm = &app->alarms[0];
    int used = snprintf(text, sizeof text, "ALARM %s", alarm->text);
    if (app->alarm_count > 1)
        snprintf(text + used, sizeof text - (size_t)used, " (and %zu more)", app->alarm_count - 1);
    canvas_erase(canvas, line, STYLE_ALARM);
    canvas_put_fit(canvas, line.x + 1, line.y, line.width - 2, STYLE_ALARM, span_of(text), TEXT_ALIGN_LEFT, TEXT_CUT_END);
}

void header_paint_banner(struct app *app, struct canvas *canvas, struct rect lines)
{
    if (app->alarm_count > 0)
        paint_alarm(app, canvas, rect_take_top(&lines, 1));
    if (lines.height == 0)
        return;
    char text[ERROR_TEXT_MAX + 96], age[TIMESTAMP_TEXT_MAX];
    const struct operate *operate = &app->operate;
    if (operate->state == OPERATE_RUNNING || operate->state == OPERATE_PREPARING) {
        timestamp_format_age(age, clock_monotonic_ms() - operate->started_ms);
        snprintf(text, sizeof text, "◐ %s: %s (%s)", operate->title, operate->progress, age);
        canvas_put_fit(canvas, lines.x + 1, lines.y, lines.width - 2, STYLE_PROGRESS, span_of(text), TEXT_ALIGN_LEFT, TEXT_CUT_END);
        return;
    }
    const struct feed_health *feed = worst_feed(app);
    if (feed == NULL)
        return;
    char next[KEY_SEQUENCE_NAME_MAX + 32] = "", keys[KEY_SEQUENCE_NAME_MAX];
    if (feed->state == FEED_STATE_DOWN)
        snprintf(next, sizeof next, "; trying again by itself");
    else if (feed->kind == FEED_KIND_CATALYST && feed->state == FEED_STATE_DENIED &&
             keymap_keys_for(app->keymap, KEYMAP_CONTEXT_GLOBAL, COMMAND_LOGIN, NULL, keys))
        snprintf(next, sizeof next, "; press %s to log in again", keys);
    snprintf(text, sizeof text, "%s %s: %s%s", LAMPS[feed->state].glyph, feed->name, feed->reason, next);
    canvas_put_fit(canvas, lines.x + 1, lines.y, lines.width - 2, feed->state == FEED_STATE_LIMITED ? STYLE_WARN : STYLE_BAD,
                   span_of(text), TEXT_ALIGN_LEFT, TEXT_CUT_END);
}

void header_paint_footer(struct app *app, struct canvas *canvas, struct rect line)
{
    struct screen *screen = app_screen(app);
    char position[96] = "", right[256];
    if (app->pending.count > 0) {
        chrome_pending_keys(canvas, line, app->keymap, dispatch_context(app), &app->pending);
        return;
    }
    if (screen->ops->position != NULL)
        screen->ops->position(screen, position, sizeof position);
    struct span filter = screen->ops->filter_text != NULL ? screen->ops->filter_text(screen) : SPAN_EMPTY;
    const char *region = screen_region_name(&app->host, app->host.region);
    snprintf(right, sizeof right, "%s%s%s%s%.*s%s%s", region[0] != '\0' ? "only " : "", region, region[0] != '\0' ? "  " : "",
             filter.length > 0 ? "/" : "", SPAN_PRINT(span_first(filter, 40)), filter.length > 0 ? "  " : "", position);
    int width = (int)utf8_width(span_of(right));
    struct rect keys = line;
    rect_take_right(&keys, width + 3);
    chrome_key_hints(canvas, keys, app->keymap, screen_context(screen), dispatch_holds(app) | COMMAND_NEEDS_ARMED, screen->ops->hints, screen->ops->hint_count);
    canvas_put(canvas, line.x + line.width - width - 1, line.y, filter.length > 0 ? STYLE_MATCH : STYLE_DIM, span_of(right));
}

bool header_ticks(const struct app *app)
{
    const struct store *store = app->host.store;
    if (app->operate.state == OPERATE_RUNNING || app->operate.state == OPERATE_PREPARING || app->toast_until_ms != 0)
        return true;
    if (app_is_armed(app) && app->armed_until_ms - clock_monotonic_ms() < 120000)
        return true;
    for (size_t i = 0; i < store->feed_count; i++)
        if (shows_age(&store->feeds[i]))
            return true;
    return false;
}
