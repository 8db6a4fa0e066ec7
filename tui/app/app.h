/* The console's state, shared by the files of this folder. UI thread. */
#ifndef APP_APP_H
#define APP_APP_H

#include <signal.h>
#include <stdatomic.h>

#include "app/console.h"
#include "app/login.h"
#include "app/operate.h"
#include "app/travel.h"
#include "app/visit.h"
#include "base/event_loop.h"
#include "cutover/cutover_alarm.h"
#include "truth/hold_witness.h"
#include "input/history.h"
#include "screen/screen.h"
#include "term/terminal.h"
#include "theme/theme.h"
#include "widget/dialog.h"
#include "widget/prompt.h"

#define APP_STACK_MAX 8
#define APP_TOAST_MS 6000
#define APP_NOTES_MAX 8

enum app_tab_id {
    APP_TAB_OVERVIEW,
    APP_TAB_ORGANIZATIONS,
    APP_TAB_ENVIRONMENTS,
    APP_TAB_APPLICATIONS,
    APP_TAB_FLUX,
    APP_TAB_CUTOVER,
    APP_TAB_TETHERS,
    APP_TAB_TIMELINE,
    APP_TAB_SPINE,
    APP_TAB_COUNT
};

struct app_tab { /* where a person was is kept per tab */
    struct screen *stack[APP_STACK_MAX];
    size_t depth;
};

enum app_prompt { APP_PROMPT_NONE, APP_PROMPT_COMMAND, APP_PROMPT_FILTER, APP_PROMPT_PATCH };
enum app_dialog { APP_DIALOG_NONE, APP_DIALOG_ARM, APP_DIALOG_OPERATION, APP_DIALOG_NOTICE, APP_DIALOG_LOGIN };

struct app_frame {
    bool dirty;        /* something visible may have changed */
    bool input;        /* because of a key: do not wait for the frame rate */
    bool full;         /* send everything again */
    uint64_t count;    /* frames shown */
    uint64_t store_generation; /* of the last recalc */
    int64_t shown_ms;  /* real time of the last frame */
    int timer;         /* delayed frame; 0: none */
};

struct app {
    struct screen_host host; /* what screens see */
    const struct console_options *options;
    struct event_loop *loop;
    struct visit *visit;      /* the Sovereign that is open; host and http borrow from it */
    struct http_thread *http;
    struct travel travel;
    struct terminal *terminal;
    struct canvas *canvas;
    struct theme theme;
    struct keymap *keymap;
    struct app_tab tabs[APP_TAB_COUNT];
    enum app_tab_id open_tab;
    struct key_sequence pending;

    enum app_prompt prompt_purpose;
    struct prompt prompt;
    struct history histories[APP_PROMPT_PATCH + 1];
    struct screen_object prompt_object; /* APP_PROMPT_PATCH */

    enum app_dialog dialog_purpose;
    struct dialog *dialog;
    struct login login;
    int arm_minutes;

    char toast[ERROR_TEXT_MAX];
    enum tone toast_tone;
    int64_t toast_until_ms; /* monotonic; 0: none */
    char *notes[APP_NOTES_MAX]; /* warnings that wait for their turn */
    size_t note_count;

    int64_t armed_until_ms; /* monotonic; 0: read-only */
    struct operate operate;
    struct hold_witness witness;
    struct cutover_memory memory;
    char memory_of[64]; /* Sovereign whose memory that is; "": none loaded */
    struct cutover_alarm alarms[CUTOVER_ALARM_MAX];
    size_t alarm_count;
    struct app_frame frame;
    int signal_fd, idle_fd;
    bool is_started;     /* screens are open */
    int exit_code;
};

/* app.c: screens, prompts, small state */
struct screen *app_screen(const struct app *app); /* the one on top of the open tab */
void app_open_tab(struct app *app, enum app_tab_id tab);
void app_push(struct app *app, struct screen *screen);
void app_pop(struct app *app);
void app_toast(struct app *app, enum tone tone, const char *format, ...) __attribute__((format(printf, 3, 4)));
void app_note(struct app *app, const char *format, ...) __attribute__((format(printf, 2, 3))); /* a warning in its turn: none covers another */
void app_next_note(struct app *app);                                                          /* the toast is over */
void app_dirty(struct app *app);
bool app_is_armed(const struct app *app);
void app_ask_to_arm(struct app *app, int minutes);
void app_arm(struct app *app);
void app_disarm(struct app *app, const char *why);
void app_close_dialog(struct app *app);
void app_open_prompt(struct app *app, enum app_prompt purpose, const char *label, const char *placeholder, const char *text);
void app_close_prompt(struct app *app);
const char *app_tab_title(enum app_tab_id tab);

#endif
