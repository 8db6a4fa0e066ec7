/* From one Sovereign to another inside the console: at once, also away from one that no longer answers, and with nothing of the old one
 * in the new one. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "stage.h"

#define AT_ONCE_MS 1000 /* on two loaded cores with sanitizers; no network time-out is that short */

static pid_t nats_pid(const struct stage *stage)
{
    CLEANUP(alloc_free_pointer) char *path = alloc_printf("%s/demo/nats.pid", stage->folder);
    int pid = 0;
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL && fscanf(file, "%d", &pid) == 1 && pid > 1, "no %s", path);
    fclose(file);
    return pid;
}

static const char DEAD_KUBECONFIG[] = "current-context: d\nclusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n"
                                      "contexts: [{name: d, context: {cluster: c}}]\n";

/* acme is the first demo, beta one region of the second, dead is nobody, with a tunnel that fails. */
static void write_config(struct stage *first, const struct stage *second)
{
    CLEANUP(alloc_free_pointer) char *text = alloc_printf(
        "current: acme\nsovereigns:\n"
        "  acme:\n    fqdn: acme.example\n    class: development\n    regions:\n"
        "      - {name: fsn, kubeconfig: demo/kubeconfig, context: fsn}\n      - {name: hel, kubeconfig: demo/kubeconfig, context: hel}\n"
        "    catalyst: {url: 'https://127.0.0.1:%d', ca-file: demo/ca.crt, token-file: demo/catalyst.token}\n"
        "    nats: {urls: 'nats://127.0.0.1:%d'}\n"
        "  beta:\n    fqdn: beta.example\n    class: staging\n    regions: [{name: nbg, kubeconfig: '%s/demo/kubeconfig', context: fsn}]\n"
        "  dead:\n    fqdn: dead.example\n    regions: [{name: one, kubeconfig: dead.kubeconfig}]\n"
        "    nats: {urls: 'nats://127.0.0.1:1', tunnel: [/bin/sh, -c, 'echo no route to the jump host >&2; exit 1']}\n",
        stage_port(first, "catalyst"), stage_port(first, "nats"), second->folder);
    snprintf(first->config, sizeof first->config, "%s", stage_write(first, "config.yaml", text));
    stage_write(first, "dead.kubeconfig", DEAD_KUBECONFIG);
    CLEANUP(alloc_free_pointer) char *folder = alloc_printf("%s/.kube", first->folder), *link = alloc_printf("%s/config", folder);
    CLEANUP(alloc_free_pointer) char *target = alloc_printf("%s/demo/kubeconfig", second->folder);
    cr_assert(mkdir(folder, 0700) == 0 && symlink(target, link) == 0);
}

static void go(struct pty_app *app, const char *words, const char *sign)
{
    pty_app_write(app, words, strlen(words));
    pty_app_type(app, "Enter");
    stage_sees_within(app, sign, AT_ONCE_MS);
}

static void arm(struct pty_app *app)
{
    pty_app_type(app, "A");
    stage_sees(app, "Arm the console");
    pty_app_type(app, "a");
    stage_sees(app, "ARMED");
}

Test(travel, there_and_back_with_a_dead_one_in_between)
{
    struct stage acme, beta;
    stage_begin(&acme);
    stage_begin(&beta);
    stage_start_demo(&acme, NULL);
    stage_start_demo(&beta, NULL);
    write_config(&acme, &beta);
    struct pty_app *app = stage_console(&acme, 120, 30, NULL);
    stage_all_live(app);
    stage_settles(app);
    arm(app);
    pty_app_type(app, "5 / h a r b o r Enter");
    stage_sees(app, "/harbor");

    kill(acme.demo, SIGSTOP); /* it takes connections and never answers */
    kill(nats_pid(&acme), SIGSTOP);
    go(app, ":sovereign", "Sovereigns of ");
    stage_sees(app, "▸ acme");
    go(app, ":sovereign beta", "beta.example");
    stage_sees_within(app, "STAGING", AT_ONCE_MS);
    stage_sees(app, "nbg ●");
    stage_sees(app, "read-only");
    stage_loses(app, "hel ○");
    stage_keys(app, "5");
    stage_loses(app, "/harbor"); /* the filter */

    stage_kill_demo(&beta);
    go(app, ":sovereign dead", "dead.example");
    stage_sees_within(app, "PRODUCTION", AT_ONCE_MS);
    stage_sees(app, "one ○ down");
    pty_app_type(app, "F");
    stage_says(app, "no route to the jump host");

    kill(acme.demo, SIGCONT);
    kill(nats_pid(&acme), SIGCONT);
    stage_words(app, ":sov acne"); /* no such name: it stays */
    stage_says(app, "did you mean 'acme'?; still on dead");
    pty_app_type(app, ":");
    pty_app_write(app, "sovereign ac", 12);
    pty_app_type(app, "Tab");
    stage_sees(app, ":sovereign acme");
    pty_app_type(app, "Enter");
    stage_sees_within(app, "DEVELOPMENT", AT_ONCE_MS);
    stage_all_live(app);
    stage_keys(app, "8");
    stage_loses(app, "nbg");
    stage_quit(app);
    stage_end(&beta);
    stage_end(&acme);
}

Test(travel, to_a_context_and_what_holds_it_back)
{
    struct stage acme;
    stage_begin(&acme);
    stage_start_demo(&acme, NULL);
    write_config(&acme, &acme);
    struct pty_app *app = stage_console(&acme, 80, 24, NULL);
    stage_all_live(app);
    stage_settles(app);
    go(app, ":context", "fsn-viewer");
    go(app, ":context hel-viewer", "hel-viewer ");
    stage_sees(app, "PRODUCTION");
    stage_sees(app, "hel-viewer ●");
    go(app, ":context nowhere", "no context 'nowhere'");
    stage_says(app, "still on hel-viewer");
    go(app, ":sovereign acme", "DEVELOPMENT");
    stage_all_live(app);
    stage_quit(app);
    stage_end(&acme);
}
