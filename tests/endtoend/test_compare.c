/* Two regions in the console: the picker, the REGION and DRIFT columns, and an object beside itself; with one region down too. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "stage.h"

Test(compare, an_object_in_two_regions)
{
    struct stage stage;
    stage_begin(&stage);
    stage_start_demo(&stage, NULL);
    cr_assert_eq(stage_run(&stage, NULL, "suspend hr flux-system/bp-loki --region hel --yes"), 0);
    struct pty_app *app = stage_console(&stage, 120, 40, NULL);
    stage_all_live(app);
    stage_keys(app, "5");
    stage_keys(app, "/");
    stage_words(app, "bp-loki region:fsn");
    stage_sees(app, "\xE2\x89\xA0 suspended");
    stage_keys(app, "=");
    stage_sees(app, "suspend: true");
    stage_sees(app, "status and noise left out");
    stage_keys(app, "z");
    stage_sees(app, "resourceVersion");
    stage_keys(app, "z s");
    stage_sees(app, "noise left out");
    stage_keys(app, "Esc");
    stage_loses(app, "noise left out");
    stage_sees(app, "bp-loki");
    stage_keys(app, "g c");
    stage_loses(app, "REGION");
    stage_keys(app, "g c Esc");
    stage_sees(app, "REGION");
    stage_keys(app, "g r");
    stage_sees(app, "only fsn");
    stage_keys(app, "g r");
    stage_sees(app, "only hel");
    stage_keys(app, "g r");
    stage_loses(app, "only hel");
    stage_words(app, ":doctor nats");
    stage_sees(app, "stores catalyst.audit");
    stage_quit(app);
    stage_end(&stage);
}
