/* `sovdeck demo`: the demo Sovereign is a layer of its own; main hands it over as a hook. */
#include "headless/commands.h"

enum status demo_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    if (hooks->demo == NULL)
        return error_set(err, STATUS_UNSUPPORTED, "demo: this build has no demo Sovereign");
    int code = hooks->demo(arguments);
    if (code == 0)
        return STATUS_OK;
    for (enum status status = STATUS_OK; status < STATUS_COUNT; status++)
        if (error_exit_code(status) == code)
            return error_set(err, status, "%s", ""); /* it has said why itself */
    return error_set(err, STATUS_IO, "%s", "");
}
