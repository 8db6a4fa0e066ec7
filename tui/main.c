/* sovdeck: the console, or one of its subcommands. Only glue: words, locale, and the layers that headless does not know. */
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/console.h"
#include "demo/demo_command.h"
#include "headless/headless.h"
#include "transport/nats_link.h"

#define NATS_PATIENCE_MS 300

static int run_console(const struct arguments *arguments)
{
    struct console_options options = {
        .sovereign = arguments_sovereign(arguments),
        .theme = arguments_value(arguments, "--theme"),
        .keymap = arguments_value(arguments, "--keymap"),
        .journal = arguments_value(arguments, "--journal"),
        .log = arguments_value(arguments, "--log"),
        .ascii = arguments_flag(arguments, "--ascii"),
        .mono = arguments_flag(arguments, "--mono"),
    };
    if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) { /* it would draw into a file, and wait for keys for ever */
        fputs("sovdeck: the console needs a terminal; without one use a subcommand such as 'sovdeck get', see 'sovdeck help'\n", stderr);
        return 2;
    }
    return console_run(&options);
}

static int run_demo(const struct arguments *arguments)
{
    struct demo_command_options options = {
        .serve_only = arguments_flag(arguments, "--serve-only"),
        .folder = arguments_value(arguments, "--dir"),
        .scenario = arguments_value(arguments, "--scenario"),
        .scale = arguments_value(arguments, "--scale"),
        .speed = arguments_value(arguments, "--speed"),
        .seed = arguments_value(arguments, "--seed"),
        .port_base = arguments_value(arguments, "--port-base"),
        .theme = arguments_value(arguments, "--theme"),
        .keymap = arguments_value(arguments, "--keymap"),
        .ascii = arguments_flag(arguments, "--ascii"),
        .mono = arguments_flag(arguments, "--mono"),
    };
    return demo_command_execute(&options);
}

/* The user's locale when it is UTF-8, else C.UTF-8: names from the cluster are UTF-8 whatever the terminal was told. Numbers
 * keep the decimal point. */
static void set_locale(void)
{
    setlocale(LC_ALL, "");
    if (MB_CUR_MAX < 4)
        setlocale(LC_CTYPE, "C.UTF-8");
    setlocale(LC_NUMERIC, "C");
}

/* Started by cron, systemd or `env -i` there is no HOME: then the account's folder, not files below "/". */
static void set_home(void)
{
    const char *home = getenv("HOME");
    const struct passwd *account = home == NULL || home[0] == '\0' ? getpwuid(getuid()) : NULL;
    if (account != NULL && account->pw_dir != NULL && account->pw_dir[0] == '/')
        setenv("HOME", account->pw_dir, 1);
}

int main(int argc, char **argv)
{
    set_locale();
    set_home();
    static const struct headless_hooks HOOKS = {.console = run_console, .demo = run_demo};
    int code = headless_main(argc, argv, &HOOKS);
    if (!nats_link_shutdown_within(NATS_PATIENCE_MS)) { /* a connection attempt that hangs keeps nobody here */
        fflush(NULL);
        _exit(code);
    }
    return code;
}
