/* Sources that die and come back while somebody looks: the lamps say so in time, keys work all along, the data is right after. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "stage.h"

#define LOSS_MS 5000    /* "the lamp says so within 5 s" */
#define RETURN_MS 10000 /* "and it recovers by itself within 10 s of the return" */

static const char *const LAMPS[] = {"fsn", "hel", "api", "nats"};

/* All waits share one deadline, that counts from the event. */
static void lamps_show(struct pty_app *app, const char *state, int64_t since_ms, int limit_ms)
{
    for (size_t i = 0; i < sizeof LAMPS / sizeof LAMPS[0]; i++) {
        char lamp[64];
        snprintf(lamp, sizeof lamp, "%s %s", LAMPS[i], state);
        stage_sees_within(app, lamp, (int)(since_ms + limit_ms - clock_monotonic_ms()));
    }
}

/* The names in the console's list, after End and Home, are those `sovdeck get -o name` prints. */
static void rows_are_the_servers(const struct stage *stage, struct pty_app *app)
{
    char *names, expected[32];
    size_t count = 0;
    cr_assert_eq(stage_run(stage, &names, "get organizations -o name"), 0);
    for (char *at = names; *at != '\0'; at++)
        count += *at == '\n';
    stage_keys(app, "2");
    snprintf(expected, sizeof expected, "Organizations  %zu", count);
    stage_sees(app, expected);
    char *rest = NULL;
    for (char *name = strtok_r(names, "\n", &rest); name != NULL; name = strtok_r(NULL, "\n", &rest)) {
        char *region = strchr(name, '@'), *slash = strchr(name, '/'); /* kind/name@region */
        cr_assert(region != NULL && slash != NULL, "%s", name);
        *region = '\0';
        stage_sees(app, slash + 1);
    }
    free(names);
    cr_assert_eq(stage_run(stage, &names, "get helmreleases -A -o name"), 0);
    count = 0;
    for (char *at = names; *at != '\0'; at++)
        count += *at == '\n';
    stage_keys(app, "5");
    snprintf(expected, sizeof expected, "HelmReleases  %zu", count);
    stage_sees(app, expected);
    free(names);
}

static void use_keys_while_blind(struct pty_app *app)
{
    static const char *const SIGNS[] = {"WHAT NEEDS ME", "Organizations  5", "Environments  10", "Applications  35"};
    static const char *const KEYS[] = {"1", "2", "3", "4"};
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++) {
        pty_app_type(app, KEYS[i]);
        stage_sees_within(app, SIGNS[i], 1000);
    }
    pty_app_type(app, "/ e r p Enter");
    stage_sees_within(app, "Applications  2 of 35", 1000);
    pty_app_type(app, "Esc");
    stage_sees_within(app, "Applications  35", 1000);
}

Test(feeds, everything_dies)
{
    struct stage stage;
    stage_begin(&stage);
    stage_start_demo(&stage, NULL);
    struct pty_app *app = stage_console(&stage, 120, 30, NULL);
    stage_all_live(app);
    stage_settles(app);
    for (int round = 0; round < 2; round++) {
        stage_kill_demo(&stage);
        int64_t gone = clock_monotonic_ms();
        lamps_show(app, "○ down", gone, LOSS_MS);
        stage_sees(app, "refused");
        use_keys_while_blind(app);
        stage_sees(app, "stale: fsn"); /* the rows, not only the lamp */
        stage_start_demo(&stage, NULL); /* on the same ports */
        lamps_show(app, "●", clock_monotonic_ms(), RETURN_MS);
        rows_are_the_servers(&stage, app);
        stage_loses(app, "stale:");
    }
    stage_quit(app);
    stage_end(&stage);
}

/* --- nats-server alone --- */

static pid_t nats_pid(const struct stage *stage)
{
    char path[128];
    int pid = 0;
    snprintf(path, sizeof path, "%s/demo/nats.pid", stage->folder);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL && fscanf(file, "%d", &pid) == 1 && pid > 1, "no %s", path);
    fclose(file);
    return pid;
}

static pid_t start_nats(const struct stage *stage)
{
    char port[16], store[128];
    snprintf(port, sizeof port, "%d", stage_port(stage, "nats"));
    snprintf(store, sizeof store, "%s/demo/nats", stage->folder);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("nats-server", "nats-server", "-a", "127.0.0.1", "-p", port, "-js", "-sd", store, "-l", "/dev/null", (char *)NULL);
        execl("/usr/sbin/nats-server", "nats-server", "-a", "127.0.0.1", "-p", port, "-js", "-sd", store, "-l", "/dev/null", (char *)NULL);
        _exit(127);
    }
    return pid;
}

Test(feeds, nats_dies)
{
    struct stage stage;
    stage_begin(&stage);
    stage_start_demo(&stage, NULL);
    struct pty_app *app = stage_console(&stage, 120, 30, NULL);
    stage_all_live(app);
    stage_settles(app);
    kill(nats_pid(&stage), SIGKILL);
    int64_t gone = clock_monotonic_ms();
    stage_sees_within(app, "nats ○ down", (int)(gone + LOSS_MS - clock_monotonic_ms()));
    stage_sees(app, "fsn ●"); /* alone */
    stage_sees(app, "api ●");
    pid_t nats = start_nats(&stage);
    stage_sees_within(app, "nats ●", RETURN_MS);
    stage_quit(app);
    kill(nats, SIGKILL);
    stage_end(&stage);
}
