/* The Spine on the demo: streams, consumers, a tail with its message in full, a bucket; and NATS dying under it. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"

Test(spine, streams_consumers_tail_and_buckets)
{
    struct stage stage;
    char path[128], *output;
    int pid = 0;
    stage_begin(&stage);
    stage_start_demo(&stage, NULL);
    struct pty_app *app = stage_console(&stage, 80, 24, NULL);
    stage_all_live(app);
    stage_keys(app, "9");
    stage_sees(app, "CATALYST_SME");
    stage_sees(app, "policy-rollup");
    stage_keys(app, "Enter");
    stage_sees(app, "org-billing-metering");
    stage_keys(app, "f");
    stage_sees(app, "Tail of CATALYST_SME");
    stage_sees(app, "catalyst.user.login");
    stage_keys(app, "Enter");
    stage_sees(app, "Nats-Msg-Id");
    stage_keys(app, "Backspace Backspace Backspace End Enter");
    stage_sees(app, "organization.acme");
    cr_assert_eq(stage_run(&stage, &output, "spine kv idempotency"), 0);
    cr_assert(strstr(output, "post.orders.4711") != NULL && strstr(output, "5up3r") == NULL, "%s", output);
    free(output);
    snprintf(path, sizeof path, "%s/demo/nats.pid", stage.folder);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL && fscanf(file, "%d", &pid) == 1 && pid > 1);
    fclose(file);
    kill(pid, SIGKILL);
    stage_sees(app, "not connected to NATS");
    stage_quit(app);
    stage_end(&stage);
}
