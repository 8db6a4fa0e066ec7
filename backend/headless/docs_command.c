/* `sovdeck docs man|commands`: the reference, made from the command table. */
#include <string.h>

#include "base/alloc.h"
#include "headless/commands.h"
#include "headless/manual.h"
#include "headless/session.h"

enum status docs_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, 1 << 20);
    const char *what = arguments->operands[0];
    if (strcmp(what, "man") == 0)
        manual_page(&out);
    else if (strcmp(what, "commands") == 0)
        manual_markdown(&out);
    else
        return error_set(err, STATUS_USAGE, "docs: there is 'man' and 'commands', not '%s'", what);
    session_print(bytebuf_text(&out));
    return session_flush(err);
}
