/* Help texts for people; see usage.h. */
#include "headless/usage.h"

#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "base/utf8.h"

#define WRAP_AT 100

static void print_option(struct bytebuf *out, const struct command_option *option)
{
    char left[64], letter[8] = "    ";
    if (option->letter != '\0')
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(left, sizeof left, "%s%s%s%s", letter, option->name, option->value != NULL ? " " : "", option->value != NULL ? option->value : "");
    bytebuf_printf(out, "  %-26s  %s\n", left, option->help);
}

static void print_options(struct bytebuf *out, const struct command_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_option(out, &options[i]);
}

/* Paragraphs of `text`, wrapped. */
static void print_wrapped(struct bytebuf *out, const char *text)
{
    struct span rest = span_of(text), line, word;
    while (span_split(&rest, '\n', &line)) {
        size_t column = 0;
        while (span_split(&line, ' ', &word)) {
            if (column > 0 && column + 1 + word.length > WRAP_AT) {
                bytebuf_append_byte(out, '\n');
                column = 0;
            }
            if (column > 0)
                bytebuf_append_byte(out, ' ');
            bytebuf_append_span(out, word);
            column += word.length + (column > 0);
        }
        bytebuf_append_byte(out, '\n');
    }
}

static void print_summary(struct bytebuf *out, const struct command *command)
{
    bytebuf_printf(out, "  %-21s %s\n", command->name, command->summary);
}

void usage_overview(struct bytebuf *out)
{
    bytebuf_append_text(out, "usage: sovdeck [OPTIONS]                  the console\n"
                             "       sovdeck COMMAND [OPTIONS] [...]    the same without a screen\n\nCommands:\n");
    for (size_t i = 0; i < command_table_count(); i++)
        print_summary(out, command_table_at(i));
    bytebuf_append_text(out, "\nOptions:\n");
    print_options(out, command_table_global_at(0), command_table_global_count());
    bytebuf_append_text(out, "\nExit codes: 0 fine, 1 found something or differs, 2 usage, 3 not authenticated, 4 not allowed,\n"
                             "5 unreachable, 6 timed out, 7 conflict, 8 could not be measured, 130 interrupted.\n");
}

void usage_group(struct bytebuf *out, const char *word)
{
    size_t length = strlen(word);
    bytebuf_printf(out, "usage: sovdeck %s COMMAND\n\n", word);
    for (size_t i = 0; i < command_table_count(); i++) {
        const struct command *command = command_table_at(i);
        if (strncmp(command->name, word, length) == 0 && command->name[length] == ' ')
            print_summary(out, command);
    }
}

void usage_command(struct bytebuf *out, const struct command *command)
{
    bytebuf_printf(out, "usage: sovdeck %s%s%s%s\n\n%s.\n", command->name, command->operands[0] != '\0' ? " " : "", command->operands,
                   command->option_count > 0 ? " [OPTIONS]" : "", command->summary);
    if (command->details != NULL) {
        bytebuf_append_byte(out, '\n');
        print_wrapped(out, command->details);
    }
    if (command->option_count > 0) {
        bytebuf_append_text(out, "\nOptions:\n");
        print_options(out, command->options, command->option_count);
    }
    bytebuf_append_text(out, "\nGlobal options:\n");
    print_options(out, command_table_global_at(0), command_table_global_count());
    if (command->example == NULL)
        return;
    bytebuf_append_text(out, "\nExamples:\n");
    struct span rest = span_of(command->example), line;
    while (span_split(&rest, '\n', &line))
        bytebuf_printf(out, "  %.*s\n", SPAN_PRINT(line));
}
