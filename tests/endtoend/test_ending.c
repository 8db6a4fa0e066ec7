/* How it ends, and how it begins when little works: the terminal comes back whatever happens, nothing reachable and broken files
 * still give a console, and a settled console is silent. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "stage.h"

#define SILENCE_TICKS 3

static void write_dead_config(struct stage *stage, const char *more)
{
    CLEANUP(alloc_free_pointer) char *kubeconfig =
        alloc_printf("apiVersion: v1\nkind: Config\nclusters:\n- name: dead\n  cluster: {server: \"https://127.0.0.1:9\"}\n"
                     "users:\n- name: dead\n  user: {token: abc}\ncontexts:\n- name: dead\n  context: {cluster: dead, user: dead}\n"
                     "current-context: dead\n");
    CLEANUP(alloc_free_pointer) char *path = alloc_strdup(stage_write(stage, "kubeconfig", kubeconfig));
    CLEANUP(alloc_free_pointer) char *text =
        alloc_printf("current: acme\n%ssovereigns:\n  acme:\n    fqdn: acme.example\n    class: development\n    regions:\n"
                     "      - {name: fsn, primary: true, kubeconfig: \"%s\", context: dead}\n"
                     "    catalyst: {url: \"https://127.0.0.1:9\", token-file: \"%s\"}\n    nats: {urls: [\"nats://127.0.0.1:9\"]}\n",
                     more, path, path);
    snprintf(stage->config, sizeof stage->config, "%s", stage_write(stage, "config.yaml", text));
}

static struct pty_app *dead_console(struct stage *stage, const char *words)
{
    struct pty_app *app = stage_console(stage, 100, 30, words);
    stage_sees(app, "fsn ○ down");
    return app;
}

/* --- nothing reachable --- */

Test(ending, nothing_reachable)
{
    struct stage stage;
    stage_begin(&stage);
    write_dead_config(&stage, "");
    struct pty_app *app = dead_console(&stage, NULL);
    stage_sees(app, "api ○ down");
    stage_sees(app, "nats ○ down");
    stage_sees(app, "refused");
    stage_keys(app, "5");
    stage_sees(app, "HelmReleases");
    stage_words(app, ":pods");
    stage_says(app, "kind: "); /* the command says what it lacks */
    int64_t began = clock_monotonic_ms();
    stage_quit(app);
    cr_expect(clock_monotonic_ms() - began < 2000, "quitting took %lld ms", (long long)(clock_monotonic_ms() - began));
    stage_end(&stage);
}

/* --- the terminal is restored --- */

static const struct {
    const char *keys; /* or: */
    int signal, dies_of, code;
} WAYS[] = {
    {"C-c", 0, 0, 0},
    {"q", 0, 0, 0},
    {NULL, SIGTERM, 0, 0},
    {NULL, SIGHUP, 0, 0},
    {NULL, SIGINT, 0, 130},
    {NULL, SIGSEGV, SIGABRT, 0}, /* the sanitizer, which takes over after us, aborts or exits */
};

static void leave(struct stage *stage, size_t way)
{
    struct termios before, after;
    int status;
    struct pty_app *app = stage_console(stage, 100, 30, NULL);
    cr_assert(pty_app_modes(app, &before));
    stage_sees(app, "fsn ○ down");
    cr_assert(vt_screen_is_alternate(pty_app_screen(app)));
    if (WAYS[way].keys != NULL)
        pty_app_type(app, WAYS[way].keys);
    else
        pty_app_signal(app, WAYS[way].signal);
    cr_assert(pty_app_wait_exit(app, STAGE_DEADLINE_MS, &status), "way %zu", way);
    cr_expect(!vt_screen_is_alternate(pty_app_screen(app)), "way %zu leaves the alternate screen open", way);
    int x, y;
    cr_expect(vt_screen_cursor(pty_app_screen(app), &x, &y), "way %zu leaves no cursor", way);
    cr_assert(pty_app_modes(app, &after));
    cr_expect(before.c_iflag == after.c_iflag && before.c_oflag == after.c_oflag && before.c_lflag == after.c_lflag &&
                  before.c_cflag == after.c_cflag && memcmp(before.c_cc, after.c_cc, sizeof before.c_cc) == 0,
              "way %zu leaves other terminal modes", way);
    if (WAYS[way].dies_of == 0)
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == WAYS[way].code, "way %zu ends with 0x%x", way, (unsigned)status);
    else
        cr_expect(WIFSIGNALED(status) || WEXITSTATUS(status) != 0, "way %zu ends as if nothing were wrong", way);
    pty_app_free(app);
}

Test(ending, terminal_restored)
{
    struct stage stage;
    stage_begin(&stage);
    write_dead_config(&stage, "");
    for (size_t way = 0; way < sizeof WAYS / sizeof WAYS[0]; way++)
        leave(&stage, way);
    stage.crash_expected = true;
    stage_end(&stage);
}

/* --- broken files --- */

static void check_broken(struct stage *stage, const char *words, const char *where)
{
    struct pty_app *app = stage_console(stage, 120, 30, words);
    stage_says(app, where);
    stage_sees(app, "acme.example");
    pty_app_type(app, "5");
    stage_sees(app, "HelmReleases");
    stage_quit(app);
}

/* A file that was named and cannot be read: going on could mean another cluster. The one in the default place is only reported. */
Test(ending, unreadable_config)
{
    struct stage stage;
    int status;
    stage_begin(&stage);
    write_dead_config(&stage, "colour: [1\n");
    struct pty_app *app = stage_console(&stage, 120, 30, NULL);
    stage_sees(app, "config.yaml:");
    cr_assert(pty_app_wait_exit(app, STAGE_DEADLINE_MS, &status));
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 2);
    pty_app_free(app);
    CLEANUP(alloc_free_pointer) char *folder = alloc_printf("%s/sovdeck", stage.folder);
    cr_assert(mkdir(folder, 0700) == 0);
    stage_write(&stage, "sovdeck/config.yaml", "colour: [1\n");
    stage.config[0] = '\0';
    app = stage_console(&stage, 120, 30, NULL);
    stage_sees(app, "sovdeck/config.yaml:2");
    stage_sees(app, "PRODUCTION"); /* without a configuration */
    stage_sees(app, "no kubeconfig");
    stage_quit(app);
    stage_end(&stage);
}

Test(ending, broken_files)
{
    struct stage stage;
    char words[256];
    stage_begin(&stage);
    write_dead_config(&stage, "nonsense: 3\n");
    check_broken(&stage, NULL, "config.yaml:2");
    write_dead_config(&stage, "");
    snprintf(words, sizeof words, "--keymap %s", stage_write(&stage, "keys.yaml", "global:\n  \"F12\": fly-away\n"));
    check_broken(&stage, words, "keys.yaml:2");
    snprintf(words, sizeof words, "--theme %s", stage_write(&stage, "theme.yaml", "name: mine\nstyles:\n  no-such-style: {fg: red}\n"));
    check_broken(&stage, words, "theme.yaml:");
    snprintf(words, sizeof words, "--theme %s", stage_write(&stage, "theme.yaml", "name: [\n"));
    check_broken(&stage, words, "theme.yaml:");
    stage_end(&stage);
}

/* --- silence --- */

/* Nothing is sent while nothing changes. The clock is the only thing that may move: over a minute's end it is measured again. */
static bool is_silent(struct pty_app *app)
{
    uint64_t before = pty_app_bytes(app);
    int64_t end = clock_monotonic_ms() + SILENCE_TICKS * 1000;
    for (int64_t left = SILENCE_TICKS * 1000; left > 0; left = end - clock_monotonic_ms())
        pty_app_pump(app, (int)left);
    return pty_app_bytes(app) == before;
}

Test(ending, settled_is_silent)
{
    struct stage stage;
    stage_begin(&stage);
    stage_start_demo(&stage, NULL);
    struct pty_app *app = stage_console(&stage, 100, 30, NULL);
    stage_all_live(app);
    stage_keys(app, "2"); /* Organizations do not move by themselves */
    stage_sees(app, "Organizations  5");
    stage_settles(app);
    cr_assert(is_silent(app) || is_silent(app));
    stage_quit(app);
    stage_end(&stage);
}
