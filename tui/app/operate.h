/* An operation on its way through the console: prepared on the worker, shown and confirmed here, executed on the worker.
 * One at a time. UI thread; the worker only reads what it was given and posts. */
#ifndef APP_OPERATE_H
#define APP_OPERATE_H

#include "operation/operation.h"
#include "screen/screen.h"

struct app;

enum operate_state { OPERATE_IDLE, OPERATE_PREPARING, OPERATE_ASKING, OPERATE_RUNNING };

struct operate {
    enum operate_state state;
    struct prepared *prepared; /* of the last operation that was prepared, for show-plan; NULL: none yet */
    char title[160];
    char progress[256]; /* what it does now; shown while RUNNING */
    int64_t started_ms; /* monotonic */
    bool is_waiting;    /* ASKING, but somebody types into another dialog */
    int answer;         /* value of the choice taken in the dialog; 0: cancelled */
};

void operate_request(struct app *app, const struct screen_request *request);
void operate_answer(struct app *app); /* the dialog about the operation was closed with a choice, or cancelled */
void operate_ask_if_waiting(struct app *app); /* the other dialog has closed */
void operate_show_plan(struct app *app);
void operate_show_journal(struct app *app);

#endif
