/* `sovdeck version`. */
#include "headless/commands.h"
#include "headless/session.h"

enum status version_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    session_print("sovdeck " SOVDECK_VERSION "\n");
    return session_flush(err);
}
