/* What a screen is, and what it may ask of the console around it. UI thread.
 *
 * A screen keeps looking state only (selection, scroll, filter); facts come from the store at each recalc. Handlers change
 * state and say so; they never paint. Painters change nothing but remembered sizes. */
#ifndef SCREEN_SCREEN_H
#define SCREEN_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/inbox.h"
#include "base/worker.h"
#include "canvas/canvas.h"
#include "estate/estate.h"
#include "feed/feed_set.h"
#include "input/command_table.h"
#include "input/keymap.h"
#include "sovereign/sovereign.h"
#include "store/store.h"
#include "store/tone.h"

#define SCREEN_NAME_MAX 256
#define SCREEN_SPLIT_WIDTH 120 /* from here on details stand to the right of their list */

struct audit;
struct cutover_memory;
struct hold_witness;
struct screen;

/* The object under the cursor. `kind` NULL: the row is not an object of a cluster. */
struct screen_object {
    const struct kind *kind;
    int region;
    char namespace[SCREEN_NAME_MAX], name[SCREEN_NAME_MAX];
};

/* An operation a person asked for; the console turns it into plan, preview, question and execution. */
struct screen_request {
    enum command_id command; /* COMMAND_START_CUTOVER, COMMAND_RECONCILE, … */
    struct screen_object object;
    const char *argument; /* PATH=VALUE for patch-value; "" otherwise */
};

/* The console as screens see it. */
struct screen_host {
    void *app;
    struct store *store;
    struct sovereign *sovereign;
    struct feed_set *feeds;
    struct worker *worker;
    struct worker *reports; /* for what may take many seconds (doctor, comparing regions): nothing else waits for it */
    struct inbox *inbox;
    const struct keymap *keymap;
    int region; /* shown region; -1: all */
    bool armed;
    struct estate *estate; /* joined and judged, fresh at each recalc. Owned by the console */
    struct hold_witness *witness; /* what the console itself saw of the egress hold. Owned by the console */
    struct cutover_memory *memory; /* what the cutover claimed before. Owned by the console */
    struct audit *audit; /* the last one run here; NULL: none yet. Owned by the console */
    void (*open)(void *app, struct screen *screen); /* takes the screen and shows it over the present one */
    void (*toast)(void *app, enum tone tone, const char *text);
    void (*request)(void *app, const struct screen_request *request);
    void (*repaint)(void *app);
    void (*copy)(void *app, const char *text); /* to the clipboard */
    void (*travel)(void *app, bool to_context, const char *name); /* to another Sovereign of the configuration, or context */
};

struct screen_ops {
    enum keymap_context context;
    const char *name; /* for the status line and the log */
    void (*free)(struct screen *screen);
    void (*recalc)(struct screen *screen); /* before a paint, whenever the store or the screen changed; NULL: nothing */
    void (*paint)(struct screen *screen, struct canvas *canvas, struct rect area);
    bool (*command)(struct screen *screen, enum command_id command, const char *argument); /* false: not mine */
    uint32_t (*holds)(struct screen *screen); /* enum command_needs bits that hold here; NULL: none */
    bool (*object)(struct screen *screen, struct screen_object *ret_object); /* NULL: no object here */
    void (*filter)(struct screen *screen, struct span text); /* while a filter or search is typed; NULL: cannot */
    struct span (*filter_text)(struct screen *screen);        /* what is in force; NULL: nothing */
    void (*position)(struct screen *screen, char *out, size_t size); /* "12/340"; NULL: nothing */
    bool (*ticks)(struct screen *screen);     /* shows time that runs: repaint every second; NULL: no */
    const enum command_id *hints;             /* footer, most useful first */
    size_t hint_count;
};

struct screen { /* first member of every screen */
    const struct screen_ops *ops;
    struct screen_host *host;
    enum keymap_context context; /* of this screen when it differs from its kind's; GLOBAL: as ops say */
};

enum keymap_context screen_context(const struct screen *screen);
void screen_free(struct screen *screen); /* NULL is fine */
enum style_id screen_style(enum tone tone);
const char *screen_glyph(enum tone tone); /* one cell: ✔ ✖ ! ◐ … so that meaning is never in colour alone */

/* Row of the object in the store; NULL when it is gone or its table is not kept. */
const struct row *screen_row(const struct screen_host *host, const struct screen_object *object);
void screen_object_of_row(const struct row *row, struct screen_object *ret_object);
const char *screen_region_name(const struct screen_host *host, int region); /* "" for -1 */

/* "HelmRelease flux-system/bp-harbor" */
void screen_object_title(const struct screen_object *object, char *out, size_t size);

/* The screens. Each takes what it shows; the caller gives it to host->open or a tab. */
struct screen *overview_screen_new(struct screen_host *host);
struct screen *resource_screen_new(struct screen_host *host, const struct kind *kind, enum keymap_context context);
struct screen *cutover_screen_new(struct screen_host *host);
struct screen *tether_screen_new(struct screen_host *host);
struct screen *timeline_screen_new(struct screen_host *host);
struct screen *spine_screen_new(struct screen_host *host);
struct screen *feeds_screen_new(struct screen_host *host);
struct screen *sovereigns_screen_new(struct screen_host *host, const char *kubeconfig, bool contexts_first); /* kubeconfig NULL: default */
struct screen *help_screen_new(struct screen_host *host, enum keymap_context about);
/* The object beside itself in region `other`. */
struct screen *compare_screen_new(struct screen_host *host, const struct screen_object *object, int other);
struct screen *detail_screen_new(struct screen_host *host, const struct screen_object *object);

#endif
