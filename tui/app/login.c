/* PIN login in a dialog: views are functions of the login's state; see login.h. */
#include "app/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "feed/catalyst_feed_login.h"

#define TITLE "Log in to catalyst-api"

enum { ANSWER_CLOSE = 0, ANSWER_GO = 1, ANSWER_AGAIN = 2, ANSWER_ADDRESS = 3 };

static struct catalyst_client *client_of(const struct app *app)
{
    return app->host.sovereign->catalyst;
}

/* "9:05" */
static void format_left(char out[16], int64_t left_ms)
{
    long long seconds = (left_ms + 999) / 1000;
    snprintf(out, 16, "%lld:%02lld", seconds / 60, seconds % 60);
}

static void add(struct app *app, enum style_id style, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void add(struct app *app, enum style_id style, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *text = alloc_vprintf(format, args);
    va_end(args);
    dialog_add_text(app->dialog, style, text);
}

static void choose(struct app *app, const char *label, int value)
{
    dialog_add_choice(app->dialog, (struct dialog_choice){.label = label, .value = value});
}

/* What the last answer said, and how long no PIN may be asked for. */
static void add_outcome(struct app *app, const struct catalyst_login *state)
{
    char left[16];
    if (state->text[0] != '\0')
        add(app, state->status == STATUS_OK ? STYLE_TEXT : state->status == STATUS_BUSY ? STYLE_WARN : STYLE_BAD, "%s", state->text);
    if (catalyst_login_pause_left_ms(state) > 0 && state->state != CATALYST_LOGIN_PIN && state->state != CATALYST_LOGIN_IMPOSSIBLE) {
        format_left(left, catalyst_login_pause_left_ms(state));
        add(app, STYLE_WARN, "A new PIN may be asked for in %s.", left);
    }
}

static void show_email(struct app *app, const struct catalyst_login *state)
{
    struct catalyst_standing *standing = alloc_new(struct catalyst_standing);
    catalyst_client_standing(client_of(app), standing);
    add(app, STYLE_TEXT, "%s sends a PIN to your e-mail address.", standing->url);
    if (standing->method == CATALYST_METHOD_TOKEN_FILE || standing->method == CATALYST_METHOD_TOKEN_COMMAND)
        add(app, STYLE_WARN, "A %.160s is configured: the login takes its place until this console ends.", standing->source);
    else if (standing->method == CATALYST_METHOD_PIN)
        add(app, STYLE_DIM, "Last session: %s%s%s.", standing->email, standing->tier[0] != '\0' ? ", tier " : "", standing->tier);
    if (catalyst_client_keeps_session(client_of(app)))
        add(app, STYLE_DIM, "The session is kept for the next start; :logout ends it.");
    free(standing);
    add_outcome(app, state);
    dialog_ask_text(app->dialog, &(struct dialog_field){.label = "E-mail", .most = sizeof state->email - 1});
    choose(app, "Send PIN", ANSWER_GO);
    choose(app, "Cancel", ANSWER_CLOSE);
}

static void show_pin(struct app *app, const struct catalyst_login *state)
{
    char left[16], pause[16], again[48];
    format_left(left, catalyst_login_pin_left_ms(state));
    add(app, STYLE_TEXT, "A PIN of six digits was sent to %s.", state->email);
    add(app, STYLE_TEXT, "It counts for %s, and for %d attempt%s.", left, state->attempts_left, state->attempts_left == 1 ? "" : "s");
    add_outcome(app, state);
    dialog_ask_text(app->dialog, &(struct dialog_field){
                                     .label = "PIN", .is_masked = true, .digits_only = true, .most = CATALYST_LOGIN_PIN_DIGITS});
    snprintf(again, sizeof again, "Send again");
    if (catalyst_login_pause_left_ms(state) > 0) {
        format_left(pause, catalyst_login_pause_left_ms(state));
        snprintf(again, sizeof again, "Send again in %s", pause);
    }
    choose(app, "Log in", ANSWER_GO);
    choose(app, again, ANSWER_AGAIN);
    choose(app, "Other address", ANSWER_ADDRESS);
    choose(app, "Cancel", ANSWER_CLOSE);
}

static void show_spent(struct app *app, const struct catalyst_login *state)
{
    add_outcome(app, state);
    choose(app, "Send a new PIN", ANSWER_AGAIN);
    choose(app, "Other address", ANSWER_ADDRESS);
    choose(app, "Cancel", ANSWER_CLOSE);
}

static void show_busy(struct app *app, const struct catalyst_login *state)
{
    int64_t since_ms = catalyst_feed_login_busy_ms(app->login.login);
    bool asks = state->request_id[0] == '\0' || state->state != CATALYST_LOGIN_PIN;
    char left[16] = "";
    if (since_ms >= 1000)
        format_left(left, since_ms - 999);
    add(app, STYLE_PROGRESS, "%s %s …", asks ? "Asking for a PIN for" : "Checking the PIN of", state->email);
    add(app, STYLE_DIM, "%s%sEsc gives up the request.", left, left[0] != '\0' ? " · " : "");
    choose(app, "Give up", ANSWER_CLOSE);
}

static void show_impossible(struct app *app, const struct catalyst_login *state)
{
    add_outcome(app, state);
    choose(app, "Close", ANSWER_CLOSE);
}

static enum login_view view_of(const struct app *app)
{
    static const enum login_view VIEWS[] = {[CATALYST_LOGIN_EMAIL] = LOGIN_VIEW_EMAIL, [CATALYST_LOGIN_PIN] = LOGIN_VIEW_PIN,
                                            [CATALYST_LOGIN_SPENT] = LOGIN_VIEW_SPENT, [CATALYST_LOGIN_DONE] = LOGIN_VIEW_EMAIL,
                                            [CATALYST_LOGIN_IMPOSSIBLE] = LOGIN_VIEW_IMPOSSIBLE};
    return catalyst_feed_login_is_busy(app->login.login) ? LOGIN_VIEW_BUSY : VIEWS[catalyst_feed_login_state(app->login.login)->state];
}

/* Fills the dialog anew; what is typed stays as long as the same thing is asked. */
static void show(struct app *app)
{
    static void (*const SHOW[])(struct app *, const struct catalyst_login *) = {
        [LOGIN_VIEW_EMAIL] = show_email, [LOGIN_VIEW_PIN] = show_pin, [LOGIN_VIEW_SPENT] = show_spent,
        [LOGIN_VIEW_BUSY] = show_busy, [LOGIN_VIEW_IMPOSSIBLE] = show_impossible};
    struct login *login = &app->login;
    enum login_view view = view_of(app), before = login->view;
    if (before == LOGIN_VIEW_EMAIL)
        snprintf(login->typed, sizeof login->typed, "%s", dialog_text(app->dialog));
    if (view != before) { /* the first choice again, and an empty line */
        dialog_free(app->dialog);
        app->dialog = dialog_new(DIALOG_KIND_PLAIN, TITLE);
        app->dialog_purpose = APP_DIALOG_LOGIN;
        dialog_set_text(app->dialog, view == LOGIN_VIEW_EMAIL ? login->typed : "");
    } else {
        dialog_clear(app->dialog, TITLE);
    }
    login->view = view;
    SHOW[view](app, catalyst_feed_login_state(login->login));
    app_dirty(app);
}

/* ---- answers ---- */

static void say_done(struct app *app)
{
    struct catalyst_standing *standing = alloc_new(struct catalyst_standing);
    char until[TIMESTAMP_TEXT_MAX] = "";
    catalyst_client_standing(client_of(app), standing);
    timestamp_format_minutes(until, standing->expires_ms);
    app_toast(app, TONE_GOOD, "Logged in to catalyst-api as %s%s%s%s", standing->email, until[0] != '\0' ? " until " : "", until,
              until[0] != '\0' ? " UTC" : "");
    free(standing);
}

static void answered(void *context)
{
    struct app *app = context;
    struct catalyst_login *state = catalyst_feed_login_state(app->login.login);
    bool is_open = app->dialog_purpose == APP_DIALOG_LOGIN;
    if (state->state == CATALYST_LOGIN_DONE) {
        if (is_open)
            app_close_dialog(app);
        state->state = CATALYST_LOGIN_EMAIL; /* for the next time */
        say_done(app);
        feed_set_renew_catalyst(app->host.feeds);
    } else if (is_open) {
        show(app);
    }
}

static void not_kept(void *context, const struct error *err)
{
    app_toast(context, TONE_WARN, "Logged in, but %s", err->text);
}

static void send_pin(struct app *app)
{
    struct catalyst_login *state = catalyst_feed_login_state(app->login.login);
    if (catalyst_login_pause_left_ms(state) > 0) /* the countdown on the screen says it */
        return;
    catalyst_feed_login_issue(app->login.login);
}

static void take_email(struct app *app)
{
    struct catalyst_login *state = catalyst_feed_login_state(app->login.login);
    CLEANUP(alloc_free_pointer) char *email = span_dup(span_trim(span_of(dialog_text(app->dialog))));
    const char *problem;
    bool good = catalyst_login_check_email(email, &problem);
    bool is_same = strcmp(state->email, email) == 0;
    if (!good || !is_same)
        catalyst_login_set_email(state, email);
    if (good) {
        send_pin(app);
        return;
    }
    state->status = STATUS_USAGE;
    snprintf(state->text, sizeof state->text, "%s", problem);
}

static void take_pin(struct app *app)
{
    struct catalyst_login *state = catalyst_feed_login_state(app->login.login);
    const char *problem;
    if (catalyst_login_check_pin(dialog_text(app->dialog), &problem)) {
        catalyst_feed_login_verify(app->login.login, dialog_text(app->dialog));
        return;
    }
    state->status = STATUS_USAGE;
    snprintf(state->text, sizeof state->text, "%s", problem);
}

void login_answer(struct app *app, int value)
{
    struct login *login = &app->login;
    struct catalyst_login *state = catalyst_feed_login_state(login->login);
    if (value <= ANSWER_CLOSE && login->view == LOGIN_VIEW_BUSY) {
        catalyst_feed_login_give_up(login->login);
    } else if (value <= ANSWER_CLOSE) {
        app_close_dialog(app);
        return;
    } else if (value == ANSWER_ADDRESS) {
        catalyst_login_set_email(state, state->email);
    } else if (value == ANSWER_AGAIN) {
        send_pin(app);
    } else if (login->view == LOGIN_VIEW_EMAIL) {
        take_email(app);
    } else {
        take_pin(app);
    }
    show(app);
}

/* ---- opening and closing ---- */

static void begin(struct app *app)
{
    struct login *login = &app->login;
    char email[96];
    const struct profile_sovereign *profile = app->host.sovereign->profile;
    catalyst_client_last_email(client_of(app), email, sizeof email);
    if (email[0] == '\0' && profile != NULL && profile->catalyst.email != NULL)
        snprintf(email, sizeof email, "%s", profile->catalyst.email);
    struct catalyst_feed_login_options options = {.thread = app->http, .inbox = app->host.inbox, .worker = app->host.worker,
                                                  .client = client_of(app), .answered = answered, .kept = not_kept, .context = app};
    login->login = catalyst_feed_login_new(&options, email);
    snprintf(login->typed, sizeof login->typed, "%s", email);
}

void login_open(struct app *app)
{
    const struct sovereign *sovereign = app->host.sovereign;
    if (sovereign->catalyst == NULL) {
        app_toast(app, TONE_WARN, "%s", sovereign->catalyst_error.status != STATUS_OK
                                            ? sovereign->catalyst_error.text
                                            : "catalyst-api is not configured for this Sovereign: there is nothing to log in to");
        return;
    }
    app_close_dialog(app);
    if (app->login.login == NULL)
        begin(app);
    catalyst_login_tick(catalyst_feed_login_state(app->login.login));
    show(app);
}

void login_closed(struct app *app)
{
    if (app->login.view == LOGIN_VIEW_EMAIL)
        snprintf(app->login.typed, sizeof app->login.typed, "%s", dialog_text(app->dialog));
    app->login.view = LOGIN_VIEW_NONE;
}

void login_drop(struct app *app)
{
    if (app->dialog_purpose == APP_DIALOG_LOGIN)
        app_close_dialog(app);
    catalyst_feed_login_free(app->login.login);
    app->login = (struct login){0};
}

void login_tick(struct app *app)
{
    if (app->dialog_purpose != APP_DIALOG_LOGIN)
        return;
    struct catalyst_login *state = catalyst_feed_login_state(app->login.login);
    bool counts = catalyst_feed_login_is_busy(app->login.login) || catalyst_login_pin_left_ms(state) > 0 ||
                  (state->issue_after_ms != 0 && state->state != CATALYST_LOGIN_IMPOSSIBLE);
    if (catalyst_login_pause_left_ms(state) == 0)
        state->issue_after_ms = 0;
    if (catalyst_login_tick(state) || counts)
        show(app);
}

/* ---- logging out ---- */

struct leaving {
    struct catalyst_client *client;
    struct inbox *inbox;
    struct app *app;
    bool had_one;
    struct error error;
};

static void apply_left(void *payload, void *context)
{
    struct leaving *leaving = payload;
    if (leaving->error.status != STATUS_OK)
        app_toast(leaving->app, TONE_BAD, "Logged out here, but the session's file stays: %s", leaving->error.text);
    else
        app_toast(leaving->app, TONE_NEUTRAL, "Logged out of catalyst-api%s", leaving->had_one ? "; the kept session is deleted" : "");
}

static void run_leave(void *data)
{
    struct leaving *leaving = data;
    catalyst_client_forget_session(leaving->client, &leaving->had_one, &leaving->error);
}

static void post_left(void *data)
{
    struct leaving *leaving = data;
    inbox_post(leaving->inbox, (struct inbox_message){apply_left, free, leaving, sizeof *leaving, 0});
}

void login_log_out(struct app *app)
{
    struct catalyst_client *client = client_of(app);
    struct catalyst_standing *standing = alloc_new(struct catalyst_standing);
    if (client != NULL)
        catalyst_client_standing(client, standing);
    enum catalyst_method method = standing->method;
    if (method == CATALYST_METHOD_TOKEN_FILE || method == CATALYST_METHOD_TOKEN_COMMAND)
        app_toast(app, TONE_WARN, "catalyst-api knows us by a configured %.160s: there is no session to end", standing->source);
    free(standing);
    if (client == NULL || method == CATALYST_METHOD_TOKEN_FILE || method == CATALYST_METHOD_TOKEN_COMMAND)
        return;
    struct leaving *leaving = alloc_new(struct leaving);
    *leaving = (struct leaving){.client = client, .inbox = app->host.inbox, .app = app};
    catalyst_client_drop_session(client);
    worker_submit(app->host.worker, run_leave, post_left, leaving);
    feed_set_renew_catalyst(app->host.feeds);
}
