/* The whole cutover from the console, at four hundred times the speed of life: started, followed through the restart of the API that
 * tells about it, complete, measured, audited. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"

#define CUTOVER_DEADLINE_MS 150000

struct restart { /* of catalyst-api, as its lamp tells */
    bool went, came;
};

static bool is_complete(const struct vt_screen *vt, void *context)
{
    struct restart *restart = context;
    if (!vt_screen_contains(vt, "api ●"))
        restart->went = true;
    else if (restart->went)
        restart->came = true;
    return vt_screen_contains(vt, "claim complete") && vt_screen_contains(vt, "api ●");
}

static void start(struct pty_app *app)
{
    stage_keys(app, "6");
    stage_sees(app, "claim never started");
    stage_words(app, ":arm");
    stage_sees(app, "Arm the console");
    stage_keys(app, "Enter");
    stage_sees(app, "ARMED");
    stage_keys(app, "s");
    stage_sees(app, "Type acme.example to go on");
    stage_sees(app, "It is one way");
    stage_words(app, "acme.example");
    stage_sees(app, "claim running");
}

static void check_board(struct pty_app *app)
{
    stage_sees(app, " 9 agree"); /* the claim comes before the last measurement: catalyst-api still rolls */
    stage_loses(app, "disputed");
    char *text = vt_screen_text(pty_app_screen(app));
    cr_assert(strstr(text, "✔ success") != NULL && strstr(text, "◐ running") == NULL && strstr(text, "· pending") == NULL, "%s", text);
    free(text);
}

/* Rules whose rows still move right after the end are given their time. */
static bool audit_is_clean(struct pty_app *app)
{
    stage_keys(app, "a");
    cr_assert(!vt_screen_contains(pty_app_screen(app), "UNTETHERED"), "green by a part of the rules");
        return vt_screen_contains(pty_app_screen(app), "no serious finding by 10 of 80 rules");
}

Test(cutover, from_start_to_proof)
{
    struct stage stage;
    struct restart restart = {0};
    static const char *const SPEED[] = {"--speed", "400", NULL};
    stage_begin(&stage);
    stage_start_demo(&stage, SPEED);
    struct pty_app *app = stage_console(&stage, 120, 40, NULL);
    stage_all_live(app);
    start(app);
    bool complete = pty_app_wait_until(app, is_complete, &restart, CUTOVER_DEADLINE_MS);
    if (!complete)
        pty_app_print(app, "the cutover is not complete in time");
    cr_assert(complete);
    cr_expect(restart.went && restart.came, "catalyst-api's restart was not seen on its lamp");
    stage_settles(app);
    check_board(app);
    stage_keys(app, "7");
    for (int tries = 0; !audit_is_clean(app); tries++) {
        if (tries == 20)
            pty_app_print(app, "the audit still finds tethers");
        cr_assert(tries < 20);
        pty_app_pump(app, 500);
    }
    stage_quit(app);
    stage_end(&stage);
}
