/* The dialog of a PIN login at catalyst-api, and logging out. Nothing waits: a request under way is shown and can be given up.
 * A login that is left half-way is taken up again where it was. UI thread. */
#ifndef APP_LOGIN_H
#define APP_LOGIN_H

#include <stdbool.h>

struct app;
struct catalyst_feed_login;

enum login_view { LOGIN_VIEW_NONE, LOGIN_VIEW_EMAIL, LOGIN_VIEW_PIN, LOGIN_VIEW_SPENT, LOGIN_VIEW_BUSY, LOGIN_VIEW_IMPOSSIBLE };

struct login {
    struct catalyst_feed_login *login; /* NULL: none was begun */
    enum login_view view;              /* in the dialog; NONE: it is closed */
    char typed[128];                   /* the address as typed */
};

void login_open(struct app *app);
void login_log_out(struct app *app);

/* The dialog was closed with a choice's value, or cancelled (value 0): the login goes on, gives up its request, or closes. */
void login_answer(struct app *app, int value);

void login_closed(struct app *app); /* the dialog is going; what was begun stays */
void login_drop(struct app *app);   /* forgets all of it: another Sovereign, or the end of the console */
void login_tick(struct app *app);   /* every second: what counts down in the dialog */

#endif
