/* Parsing of command lines; see command_line.h. */
#include "input/command_line.h"

#include <string.h>

#include "base/array.h"
#include "base/sanitize.h"

/* Short forms that people type without thinking. */
static const struct {
    const char *word;
    enum command_id command;
} SHORT_FORMS[] = {
    {"q", COMMAND_QUIT},         {"q!", COMMAND_QUIT},          {"exit", COMMAND_QUIT},     {"h", COMMAND_HELP},
    {"?", COMMAND_HELP},         {"apps", COMMAND_TAB_APPLICATIONS}, {"orgs", COMMAND_TAB_ORGANIZATIONS},
    {"envs", COMMAND_TAB_ENVIRONMENTS}, {"audit", COMMAND_RUN_AUDIT}, {"patch", COMMAND_PATCH_VALUE},
    {"region", COMMAND_SWITCH_REGION}, {"ctx", COMMAND_CONTEXT}, {"sov", COMMAND_SOVEREIGN}, {"theme", COMMAND_THEME_TOGGLE}, {"plan", COMMAND_SHOW_PLAN},
};

static enum command_id find_command(struct span word)
{
    for (size_t i = 0; i < ARRAY_LENGTH(SHORT_FORMS); i++)
        if (span_equals_text(word, SHORT_FORMS[i].word))
            return SHORT_FORMS[i].command;
    const struct command *command = command_table_find(word);
    return command == NULL ? COMMAND_NONE : command->id;
}

size_t command_line_complete(struct span word, const char **ret_names, size_t maximum)
{
    size_t total, count = 0;
    const char *const *names = command_table_names(&total);
    for (size_t i = 0; i < total && count < maximum; i++)
        if (strncmp(names[i], word.data == NULL ? "" : word.data, word.length) == 0)
            ret_names[count++] = names[i];
    return count;
}

static enum status check_argument(const struct command *command, struct span argument, struct error *err)
{
    switch (command->argument) {
    case COMMAND_ARGUMENT_NONE:
        if (argument.length > 0)
            return error_set(err, STATUS_USAGE, ":%s takes nothing behind it", command->name);
        break;
    case COMMAND_ARGUMENT_TEXT:
    case COMMAND_ARGUMENT_KIND:
        if (argument.length == 0)
            return error_set(err, STATUS_USAGE, ":%s needs %s behind it", command->name,
                             command->argument == COMMAND_ARGUMENT_KIND ? "a kind" : "a text");
        break;
    case COMMAND_ARGUMENT_OPTIONAL:
    case COMMAND_ARGUMENT_REGION:
    case COMMAND_ARGUMENT_THEME:
    case COMMAND_ARGUMENT_SOVEREIGN:
    case COMMAND_ARGUMENT_CONTEXT:
        break;
    }
    return STATUS_OK;
}

/* A word that begins exactly one command's name stands for it; else it is a kind. Short words are left to kinds: ":po" means pods. */
static enum command_id find_abbreviation(struct span word)
{
    const char *names[2];
    if (word.length < 3 || command_line_complete(word, names, 2) != 1)
        return COMMAND_NONE;
    return command_table_find(span_of(names[0]))->id;
}

enum status command_line_parse(struct span line, struct command_line *ret_line, struct error *err)
{
    struct command_line parsed = {.command = COMMAND_NONE};
    struct span rest = span_trim(line), word = SPAN_EMPTY;
    if (rest.length > 0 && rest.data[0] == ':')
        rest = span_trim(span_from(rest, 1));
    if (!span_split(&rest, ' ', &word) || word.length == 0) {
        *ret_line = parsed;
        return STATUS_OK;
    }
    struct span argument = span_trim(rest);
    parsed.command = find_command(word);
    if (parsed.command == COMMAND_NONE && argument.length == 0)
        parsed.command = find_abbreviation(word);
    if (parsed.command == COMMAND_NONE) {
        parsed.command = COMMAND_KIND;
        argument = span_make(word.data, argument.length == 0 ? word.length : (size_t)(argument.data + argument.length - word.data));
    }
    if (argument.length >= sizeof parsed.argument)
        return error_set(err, STATUS_USAGE, "the line is too long, expected at most %zu characters", sizeof parsed.argument - 1);
    sanitize_line_into(parsed.argument, sizeof parsed.argument, argument.data, argument.length);
    enum status status = check_argument(command_table_get(parsed.command), argument, err);
    if (status == STATUS_OK)
        *ret_line = parsed;
    return status;
}
