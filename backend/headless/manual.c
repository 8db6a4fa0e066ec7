/* The man page and the Markdown reference, made from the command table; see manual.h. */
#include "headless/manual.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "headless/command.h"

/* roff: backslashes and leading dots are escaped, '-' is a minus sign. */
static void print_roff(struct bytebuf *out, const char *text)
{
    bool at_start = true;
    for (; *text != '\0'; text++) {
        if (at_start && (*text == '.' || *text == '\''))
            bytebuf_append_text(out, "\\&");
        if (*text == '\\')
            bytebuf_append_text(out, "\\e");
        else if (*text == '-')
            bytebuf_append_text(out, "\\-");
        else
            bytebuf_append_byte(out, *text);
        at_start = *text == '\n';
    }
}

static void print_option(struct bytebuf *out, const struct command_option *option)
{
    bytebuf_append_text(out, ".TP\n\\fB");
    if (option->letter != '\0')
        bytebuf_printf(out, "\\-%c\\fR, \\fB", option->letter);
    print_roff(out, option->name);
    bytebuf_printf(out, "\\fR%s%s%s\n", option->value != NULL ? " \\fI" : "", option->value != NULL ? option->value : "",
                   option->value != NULL ? "\\fR" : "");
    print_roff(out, option->help);
    bytebuf_append_byte(out, '\n');
}

static void print_command(struct bytebuf *out, const struct command *command)
{
    bytebuf_append_text(out, ".SS \"sovdeck ");
    print_roff(out, command->name);
    bytebuf_append_byte(out, ' ');
    print_roff(out, command->operands);
    bytebuf_append_text(out, "\"\n");
    print_roff(out, command->summary);
    bytebuf_append_text(out, ".\n");
    struct span rest = span_of(command->details), line;
    while (command->details != NULL && span_split(&rest, '\n', &line)) {
        if (line.length == 0)
            continue;
        char *copy = span_dup(line);
        bytebuf_append_text(out, ".PP\n");
        print_roff(out, copy);
        bytebuf_append_byte(out, '\n');
        free(copy);
    }
    for (size_t i = 0; i < command->option_count; i++)
        print_option(out, &command->options[i]);
    if (command->example == NULL)
        return;
    bytebuf_append_text(out, ".PP\n.nf\n");
    print_roff(out, command->example);
    bytebuf_append_text(out, "\n.fi\n");
}

static const char EXIT_CODES[] =
    ".SH EXIT STATUS\n.TP\n0\nfine\n.TP\n1\nfound something, or two things differ\n.TP\n2\nusage\n.TP\n3\nnot authenticated\n"
    ".TP\n4\nnot allowed, or refused by sovdeck\n.TP\n5\nunreachable (an untrusted certificate included)\n.TP\n6\ntimed out\n"
    ".TP\n7\nconflict\n.TP\n8\ncould not be measured\n.TP\n130\ninterrupted\n";

static const char FILES[] =
    ".SH FILES\n.TP\n$XDG_CONFIG_HOME/sovdeck/config.yaml\nSovereigns and how to reach them; secrets only by file reference or command\n"
    ".TP\n$XDG_STATE_HOME/sovdeck/journal.jsonl\nthe journal of operations\n"
    ".SH ENVIRONMENT\n.TP\nKUBECONFIG\nkubeconfig files, when there is no configuration\n.TP\nHTTPS_PROXY, NO_PROXY\nas for curl(1)\n";

void manual_page(struct bytebuf *out)
{
    bytebuf_append_text(out, ".TH SOVDECK 1 \"\" \"sovdeck " SOVDECK_VERSION "\" \"User Commands\"\n.SH NAME\n"
                             "sovdeck \\- console for the SREs of an OpenOva Catalyst Sovereign\n.SH SYNOPSIS\n"
                             ".B sovdeck\n[\\fIOPTIONS\\fR]\n.br\n.B sovdeck\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [...]\n.SH DESCRIPTION\n");
    print_roff(out, "Without a command sovdeck is a full-screen console of a Sovereign: Organizations, Environments, Applications, "
                    "HelmReleases and the cutover, live. With a command it does the same without a screen: data on standard output, "
                    "everything else on standard error. Nothing is changed without a preview, a confirmation and a line in the journal. "
                    "Without a configured Sovereign it uses the current context of the kubeconfig, and treats it as production.");
    bytebuf_append_text(out, "\n.SH OPTIONS\n");
    for (size_t i = 0; i < command_table_global_count(); i++)
        print_option(out, command_table_global_at(i));
    bytebuf_append_text(out, ".SH COMMANDS\n");
    for (size_t i = 0; i < command_table_count(); i++)
        print_command(out, command_table_at(i));
    bytebuf_append_text(out, EXIT_CODES);
    bytebuf_append_text(out, FILES);
    bytebuf_append_text(out, ".SH SEE ALSO\nkubectl(1), curl(1)\n");
}

static void print_markdown_options(struct bytebuf *out, const struct command_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct command_option *option = &options[i];
        bytebuf_append_text(out, "- `");
        if (option->letter != '\0')
            bytebuf_printf(out, "-%c`, `", option->letter);
        bytebuf_printf(out, "%s%s%s`: %s\n", option->name, option->value != NULL ? " " : "", option->value != NULL ? option->value : "",
                       option->help);
    }
}

void manual_markdown(struct bytebuf *out)
{
    bytebuf_append_text(out, "# Commands\n\nMade by `sovdeck docs commands`; do not edit.\n\nOptions of every command:\n\n");
    print_markdown_options(out, command_table_global_at(0), command_table_global_count());
    for (size_t i = 0; i < command_table_count(); i++) {
        const struct command *command = command_table_at(i);
        bytebuf_printf(out, "\n## sovdeck %s%s%s\n\n%s.\n", command->name, command->operands[0] != '\0' ? " " : "", command->operands,
                       command->summary);
        if (command->details != NULL)
            bytebuf_printf(out, "\n%s\n", command->details);
        if (command->option_count > 0)
            bytebuf_append_byte(out, '\n');
        print_markdown_options(out, command->options, command->option_count);
        if (command->example != NULL)
            bytebuf_printf(out, "\n```sh\n%s\n```\n", command->example);
    }
}
