/* `sovdeck completion bash|zsh`. */
#include <string.h>

#include "base/alloc.h"
#include "headless/commands.h"
#include "headless/completion.h"
#include "headless/session.h"

enum status completion_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, 1 << 20);
    const char *shell = arguments->operands[0];
    if (strcmp(shell, "bash") == 0)
        completion_bash(&out);
    else if (strcmp(shell, "zsh") == 0)
        completion_zsh(&out);
    else
        return error_set(err, STATUS_USAGE, "completion: for bash or zsh, not for '%s'", shell);
    session_print(bytebuf_text(&out));
    return session_flush(err);
}
