/* Logging in to catalyst-api in the console: wrong PINs until they are used up, a session that ends in the middle, the key that
 * brings it back; and the same from the command line. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "stage.h"

static void without_token(struct stage *stage)
{
    char before[400];
    snprintf(before, sizeof before, ", token-file: \"%s/demo/catalyst.token\"", stage->folder);
    stage_edit_config(stage, before, "");
}

static void read_pin(const struct stage *stage, char pin[8])
{
    char path[128];
    snprintf(path, sizeof path, "%s/demo/pin.txt", stage->folder);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL && fgets(pin, 7, file) != NULL, "no mail in %s", path);
    fclose(file);
}

/* POST /demo/faults of the demo's catalyst-api, as its admin. */
static void switch_fault(const struct stage *stage, const char *json)
{
    CLEANUP(alloc_free_pointer) char *command = alloc_printf(
        "curl -sS --fail --noproxy '*' -o /dev/null --cacert %s/demo/ca.crt -H \"Authorization: Bearer $(cat %s/demo/catalyst.token)\" "
        "-d '%s' https://127.0.0.1:%d/demo/faults",
        stage->folder, stage->folder, json, stage_port(stage, "catalyst"));
    cr_assert_eq(system(command), 0, "%s", command);
}

static void type_pin(struct pty_app *app, const char *pin)
{
    pty_app_write(app, pin, 6);
    stage_sees(app, "PIN: ••••••");
    pty_app_type(app, "Enter");
}

static void log_in(const struct stage *stage, struct pty_app *app)
{
    char pin[8];
    pty_app_type(app, "L");
    stage_sees(app, "E-mail: ops@acme.example");
    pty_app_type(app, "Enter");
    stage_sees(app, "A PIN of six digits was sent");
    read_pin(stage, pin);
    type_pin(app, pin);
    stage_sees(app, "Logged in to catalyst-api as ops@acme.example");
}

Test(login, by_dialog_with_wrong_pins_and_an_end_in_the_middle)
{
    struct stage stage;
    char pin[8];
    stage_begin(&stage);
    stage_start_demo(&stage, NULL);
    without_token(&stage);
    struct pty_app *app = stage_console(&stage, 80, 24, NULL);
    stage_sees(app, "not logged in; press L to log in");
    stage_keys(app, "6");
    stage_sees(app, "egress-block-test");
    pty_app_type(app, "L");
    stage_sees(app, "E-mail:");
    pty_app_write(app, "nobody", 6);
    pty_app_type(app, "Enter");
    stage_sees(app, "That is no e-mail address");
    pty_app_type(app, "C-u");
    pty_app_write(app, "ops@acme.example", 16);
    pty_app_type(app, "Enter");
    stage_sees(app, "A PIN of six digits was sent");
    read_pin(&stage, pin);
    char wrong[8];
    snprintf(wrong, sizeof wrong, "%c%s", pin[0] == '9' ? '0' : pin[0] + 1, pin + 1);
    type_pin(app, wrong);
    stage_sees(app, "2 attempts are left");
    type_pin(app, wrong);
    stage_sees(app, "One attempt is left");
    type_pin(app, wrong);
    stage_says(app, "that was the last attempt");
    stage_sees(app, "A new PIN may be asked for in");
    pty_app_type(app, "Esc");
    stage_loses(app, "Log in to catalyst-api");
    switch_fault(&stage, "{\"pinPauseMs\": 0}");

    stage_quit(app); /* the pause of this console's clock goes with it */
    app = stage_console(&stage, 120, 40, NULL);
    stage_sees(app, "press L to log in");
    stage_keys(app, "6");
    stage_sees(app, "egress-block-test");
    pty_app_type(app, "L");
    stage_sees(app, "E-mail:");
    pty_app_write(app, "ops@acme.example", 16);
    pty_app_type(app, "Enter");
    stage_sees(app, "A PIN of six digits was sent");
    read_pin(&stage, pin);
    type_pin(app, pin);
    stage_sees(app, "Logged in to catalyst-api as ops@acme.example");
    stage_sees(app, "api ●");
    stage_keys(app, "Down Down");

    switch_fault(&stage, "{\"expireSessions\": true}");
    pty_app_type(app, "R");
    stage_sees(app, "session expired (ops@acme.example); press L to log in again");
    stage_sees(app, "3/11");           /* the screen and the selection stay */
    stage_sees(app, "fsn ●");
    log_in(&stage, app);
    stage_sees(app, "api ●");
    stage_sees(app, "3/11");
    stage_quit(app);

    app = stage_console(&stage, 80, 24, NULL); /* the session was kept */
    stage_sees(app, "api ●");
    stage_quit(app);
    char *output;
    cr_assert_eq(stage_run(&stage, &output, "logout"), 0);
    cr_assert(strstr(output, "logged out") != NULL, "%s", output);
    free(output);
    cr_assert_eq(stage_run(&stage, &output, "login --email ops@acme.example --pin-file %s/demo/pin.txt", stage.folder), 0);
    cr_assert(strstr(output, "tier admin") != NULL, "%s", output);
    free(output);
    cr_assert_eq(stage_run(&stage, NULL, "login --email x@bounce.example --pin-file -"), 2);
    stage_end(&stage);
}

Test(login, a_request_that_hangs_can_be_given_up)
{
    struct stage stage;
    stage_begin(&stage);
    stage_start_demo(&stage, NULL);
    without_token(&stage);
    struct pty_app *app = stage_console(&stage, 80, 24, NULL);
    stage_sees(app, "press L to log in");
    switch_fault(&stage, "{\"url\": \"/api/v1/auth/pin/issue\", \"action\": \"stall\"}");
    pty_app_type(app, "L");
    stage_sees(app, "E-mail:");
    pty_app_write(app, "ops@acme.example", 16);
    pty_app_type(app, "Enter");
    stage_sees(app, "Asking for a PIN for ops@acme.example");
    pty_app_type(app, "Esc");
    stage_sees_within(app, "The request was given up", 2000);
    pty_app_type(app, "Esc");
    stage_loses(app, "Log in to catalyst-api");
    stage_keys(app, "2");
    stage_sees(app, "Organizations");
    stage_quit(app);
    stage_end(&stage);
}
