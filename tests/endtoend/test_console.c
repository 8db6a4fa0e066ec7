/* Opening, looking, going into things and back: what a person does in the first minutes. One demo for the whole play. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"

static const struct {
    const char *key, *sign; /* on the opened tab, at either size */
} TABS[] = {
    {"1", "WHAT NEEDS ME"}, {"2", "northwind"},      {"3", "northwind-prod"}, {"4", "Applications  35"},
    {"5", "HelmReleases"},  {"6", "egress-block-test"}, {"7", "10 of 80 rules"}, {"8", "WHAT HAPPENED"}, {"9", "CATALYST_SME"},
};

static void visit_tabs(struct pty_app *app)
{
    for (size_t i = 0; i < sizeof TABS / sizeof TABS[0]; i++) {
        pty_app_type(app, TABS[i].key);
        stage_sees(app, TABS[i].sign);
    }
    stage_settles(app);
}

static void open_kinds(struct pty_app *app)
{
    stage_keys(app, "4");
    stage_keys(app, "?");
    stage_sees(app, "Keys and commands that work in: Applications");
    stage_keys(app, "Esc");
    stage_words(app, ":pods");
    stage_sees(app, "Pods  ");
    stage_sees(app, "Running");
    stage_words(app, ":configmaps");
    stage_sees(app, "coredns-custom");
    stage_words(app, ":nonsense");
    stage_says(app, "the server has no kind 'nonsense'");
    stage_keys(app, "Esc");
    stage_sees(app, "Pods  ");
    stage_keys(app, "Esc");
    stage_sees(app, "Applications  35");
}

static void filter_rows(struct pty_app *app)
{
    stage_keys(app, "4");
    stage_words(app, "/erp");
    stage_sees(app, "Applications  2 of 35");
    stage_loses(app, "dashboards");
    stage_keys(app, "Esc");
    stage_sees(app, "Applications  35");
    stage_words(app, "/no such thing anywhere");
    stage_sees(app, "Applications  0 of 35");
    stage_keys(app, "Esc");
    stage_sees(app, "Applications  35");
}

static void drill_down(struct pty_app *app)
{
    stage_words(app, "/erp");
    stage_keys(app, "Home");
    stage_keys(app, "Enter");
    stage_sees(app, "Application northwind/erp");
    stage_sees(app, "BELOW IT");
    stage_keys(app, "y");
    stage_sees(app, "YAML of Application northwind/erp");
    stage_sees(app, "kind: Application");
    stage_keys(app, "Esc");
    stage_sees(app, "BELOW IT");
    stage_keys(app, "Enter");
    stage_sees(app, "HelmRelease northwind/erp");
    stage_keys(app, "e");
    stage_sees(app, "Events of HelmRelease northwind/erp");
    for (int i = 0; i < 4; i++)
        stage_keys(app, "Esc");
    stage_sees(app, "Applications  35");
}

static void resize(struct pty_app *app)
{
    pty_app_resize(app, 60, 10);
    stage_sees(app, "80×24");
    stage_settles(app);
    stage_keys(app, "5"); /* keys are handled all the same */
    pty_app_resize(app, 100, 30);
    stage_sees(app, "HelmReleases");
    stage_loses(app, "80×24");
    stage_all_live(app);
}

static void play(int width, int height)
{
    struct stage stage;
    stage_begin(&stage);
    stage_start_demo(&stage, NULL);
    struct pty_app *app = stage_console(&stage, width, height, NULL);
    stage_all_live(app);
    stage_sees(app, "acme.example");
    stage_sees(app, "DEVELOPMENT");
    stage_sees(app, "read-only");
    visit_tabs(app);
    open_kinds(app);
    filter_rows(app);
    drill_down(app);
    resize(app);
    stage_quit(app);
    stage_end(&stage);
}

Test(console, narrow)
{
    play(80, 24);
}

Test(console, wide)
{
    play(120, 40);
}
