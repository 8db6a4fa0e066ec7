/* `sovdeck help [COMMAND]` and --help. */
#include "base/alloc.h"
#include "headless/commands.h"
#include "headless/session.h"
#include "headless/usage.h"

enum status help_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, 1 << 20);
    const struct command *command = arguments->wants_help && arguments->command != NULL ? arguments->command : NULL;
    size_t used;
    if (command == NULL && arguments->operand_count > 0) {
        command = command_table_match(arguments->operands, arguments->operand_count, &used);
        if (command == NULL && !command_table_is_group(arguments->operands[0]))
            return error_set(err, STATUS_USAGE, "there is no command '%s'", arguments->operands[0]);
    }
    if (command != NULL)
        usage_command(&out, command);
    else if (arguments->operand_count > 0)
        usage_group(&out, arguments->operands[0]);
    else
        usage_overview(&out);
    session_print(bytebuf_text(&out));
    return session_flush(err);
}
