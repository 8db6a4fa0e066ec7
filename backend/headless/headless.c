/* From argv to an exit code; see headless.h. */
#include "headless/headless.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "headless/commands.h"
#include "headless/session.h"

static int conclude(enum status status, const struct error *err)
{
    if (status != STATUS_OK && err->text[0] != '\0')
        session_say("%s", err->text);
    return error_exit_code(status);
}

int headless_main(int argc, char **argv, const struct headless_hooks *hooks)
{
    struct arguments *arguments = alloc_new(struct arguments);
    struct error err = {STATUS_OK, ""};
    enum status status = arguments_parse(argc, argv, arguments, &err);
    int code;
    if (status != STATUS_OK) {
        code = conclude(status, &err);
        fputs("try 'sovdeck help'\n", stderr);
    } else if (arguments->wants_version) {
        code = conclude(version_command_run(arguments, hooks, &err), &err);
    } else if (arguments->wants_help) {
        code = conclude(help_command_run(arguments, hooks, &err), &err);
    } else if (arguments->command != NULL) {
        code = conclude(arguments->command->run(arguments, hooks, &err), &err);
    } else if (hooks->console != NULL) {
        code = hooks->console(arguments);
    } else {
        code = conclude(error_set(&err, STATUS_UNSUPPORTED, "this build has no console; see 'sovdeck help'"), &err);
    }
    free(arguments);
    return code;
}
