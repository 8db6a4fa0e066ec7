/* Changes through the console: armed, seen as a diff, confirmed, proven by the server, journalled; and what is refused. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "stage.h"

#define RELEASE "/apis/helm.toolkit.fluxcd.io/v2/namespaces/flux-system/helmreleases/bp-alloy"
#define WIDTH 110
#define HEIGHT 40

static bool server_shows(const struct stage *stage, const char *text)
{
    CLEANUP(alloc_free_pointer) char *body = stage_get(stage, "fsn", RELEASE);
    return strstr(body, text) != NULL;
}

static void select_release(struct pty_app *app)
{
    stage_keys(app, "5");
    stage_sees(app, "HelmReleases");
    stage_words(app, "/bp-alloy");
    stage_keys(app, "Home");
    stage_sees(app, "1/2");
}

static void arm(struct pty_app *app)
{
    stage_keys(app, "p");
    stage_sees(app, "patch-value: "); /* read-only: says why not */
    stage_words(app, ":arm");
    stage_sees(app, "Arm the console");
    stage_keys(app, "Enter");
    stage_sees(app, "ARMED 15m");
}

static void ask_for_patch(struct pty_app *app, const char *assignment)
{
    stage_keys(app, "p");
    stage_sees(app, "patch bp-alloy:");
    stage_words(app, assignment);
    stage_sees(app, "Patch HelmRelease flux-system/bp-alloy on fsn");
}

static void patch_what_git_does_not_declare(const struct stage *stage, struct pty_app *app)
{
    cr_assert(!server_shows(stage, "\"endToEnd\""));
    ask_for_patch(app, "endToEnd:=3");
    stage_sees(app, "What the server says would change (dry run)");
    stage_sees(app, "+     endToEnd: 3");
    stage_sees(app, "spec.values.endToEnd: stays as drift that Git does not know");
    cr_assert(!server_shows(stage, "\"endToEnd\""), "the dry run changed the object");
    stage_keys(app, "y");
    stage_says(app, "done: Ready (UpgradeSucceeded)");
    cr_assert(server_shows(stage, "\"endToEnd\":3"));
    cr_assert(server_shows(stage, "\"manager\":\"sovdeck\""));
}

static void refuse_what_git_would_revert(const struct stage *stage, struct pty_app *app)
{
    ask_for_patch(app, "cache.autoscaling.maxReplicas=7"); /* keeps the type: a number */
    stage_sees(app, "maxReplicas: 7");
    stage_sees(app, "spec.values.cache.autoscaling.maxReplicas: Git will revert this");
    stage_keys(app, "Esc");
    stage_sees(app, "Nothing was changed");
    cr_assert(server_shows(stage, "\"maxReplicas\":3"));
}

static void refuse_bad_path(struct pty_app *app)
{
    stage_keys(app, "p");
    stage_sees(app, "patch bp-alloy:");
    stage_words(app, "endToEnd..x=3");
    stage_says(app, "is not a path: a key is empty");
}

static void suspend_and_resume(const struct stage *stage, struct pty_app *app)
{
    stage_keys(app, "s");
    stage_sees(app, "Suspend HelmRelease flux-system/bp-alloy on fsn");
    stage_sees(app, "Do it");
    stage_keys(app, "y");
    stage_says(app, "done: the change is in place");
    stage_sees(app, "‖ Suspended");
    cr_assert(server_shows(stage, "\"suspend\":true"));
    stage_keys(app, "u");
    stage_sees(app, "Resume HelmRelease flux-system/bp-alloy on fsn");
    stage_sees(app, "Do it");
    stage_keys(app, "y");
    stage_loses(app, "‖ Suspended");
    cr_assert(!server_shows(stage, "\"suspend\":true"));
}

static void read_journal(struct pty_app *app)
{
    stage_keys(app, "J");
    stage_sees(app, "the chain is whole");
    stage_sees(app, "Suspend HelmRelease flux-system/bp-alloy");
    stage_keys(app, "Esc");
}

Test(operation, console)
{
    struct stage stage;
    stage_begin(&stage);
    stage_start_demo(&stage, NULL);
    struct pty_app *app = stage_console(&stage, WIDTH, HEIGHT, NULL);
    stage_all_live(app);
    select_release(app);
    arm(app);
    patch_what_git_does_not_declare(&stage, app);
    refuse_what_git_would_revert(&stage, app);
    refuse_bad_path(app);
    suspend_and_resume(&stage, app);
    read_journal(app);
    stage_quit(app);
    stage_end(&stage);
}

/* --- production --- */

Test(operation, production)
{
    struct stage stage;
    stage_begin(&stage);
    stage_start_demo(&stage, NULL);
    stage_edit_config(&stage, "class: development", "class: production");
    struct pty_app *app = stage_console(&stage, WIDTH, HEIGHT, NULL);
    stage_all_live(app);
    stage_sees(app, "PRODUCTION");
    select_release(app);
    stage_words(app, ":arm");
    stage_sees(app, "Type acme.example to go on");
    stage_keys(app, "Enter"); /* on the harmless choice */
    stage_loses(app, "Type acme.example");
    stage_sees(app, "read-only");
    stage_words(app, ":arm");
    stage_sees(app, "Type acme.example to go on");
    stage_words(app, "acme.example");
    stage_sees(app, "ARMED 15m");

    ask_for_patch(app, "endToEnd:=3");
    stage_sees(app, "Type bp-alloy to go on");
    stage_words(app, "bp-allox");
    stage_sees(app, "Nothing was changed");
    cr_assert(!server_shows(&stage, "\"endToEnd\""));
    ask_for_patch(app, "endToEnd:=3");
    stage_sees(app, "Type bp-alloy to go on");
    stage_words(app, "bp-alloy");
    stage_says(app, "done: Ready (UpgradeSucceeded)");
    cr_assert(server_shows(&stage, "\"endToEnd\":3"));
    stage_quit(app);
    stage_end(&stage);
}

/* --- the journal --- */

static void change_byte(const char *path, off_t at)
{
    char byte;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    cr_assert(fd >= 0 && pread(fd, &byte, 1, at) == 1);
    byte = byte == 'x' ? 'y' : 'x';
    cr_assert(pwrite(fd, &byte, 1, at) == 1);
    close(fd);
}

Test(operation, journal)
{
    struct stage stage;
    static const char *const SPEED[] = {"--speed", "400", NULL};
    stage_begin(&stage);
    stage_start_demo(&stage, SPEED);
    cr_assert_eq(stage_run(&stage, NULL, "patch helmrelease flux-system/bp-alloy endToEnd:=3 --yes"), 0);
    cr_assert_eq(stage_run(&stage, NULL, "patch helmrelease flux-system/bp-alloy endToEnd:=4"), 4); /* not confirmed */
    cr_assert_eq(stage_run(&stage, NULL, "cutover start --yes --confirm acme.example"), 0);
    char *shown;
    cr_assert_eq(stage_run(&stage, &shown, "journal show"), 0);
    cr_assert(strstr(shown, "refused") != NULL && strstr(shown, "Start the cutover") != NULL, "%s", shown);
    free(shown);
    cr_assert_eq(stage_run(&stage, NULL, "journal verify"), 0);
    change_byte(stage.journal, 200);
    char *found;
    cr_assert_eq(stage_run(&stage, &found, "journal verify"), 1);
    cr_assert(strstr(found, "line 1") != NULL, "%s", found);
    free(found);
    stage_end(&stage);
}
