/* Reads a command line; see arguments.h. */
#include "headless/arguments.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/nearest.h"

const char *arguments_value(const struct arguments *arguments, const char *name)
{
    for (size_t i = arguments->value_count; i-- > 0;)
        if (strcmp(arguments->values[i].option->name, name) == 0)
            return arguments->values[i].value;
    return NULL;
}

const char *arguments_value_or(const struct arguments *arguments, const char *name, const char *otherwise)
{
    const char *value = arguments_value(arguments, name);
    return value != NULL ? value : otherwise;
}

bool arguments_flag(const struct arguments *arguments, const char *name)
{
    return arguments_value(arguments, name) != NULL;
}

size_t arguments_values(const struct arguments *arguments, const char *name, const char **ret, size_t maximum)
{
    size_t count = 0;
    for (size_t i = 0; i < arguments->value_count && count < maximum; i++)
        if (strcmp(arguments->values[i].option->name, name) == 0)
            ret[count++] = arguments->values[i].value;
    return count;
}

struct sovereign_options arguments_sovereign(const struct arguments *arguments)
{
    struct sovereign_options options = {
        .config_file = arguments_value(arguments, "--config"),
        .name = arguments_value(arguments, "--sovereign"),
        .kubeconfig = arguments_value(arguments, "--kubeconfig"),
        .context = arguments_value(arguments, "--context"),
        .cluster = arguments_value(arguments, "--cluster"),
        .user = arguments_value(arguments, "--user"),
        .namespace = arguments_value(arguments, "--namespace"),
        .all_namespaces = arguments_flag(arguments, "--all-namespaces"),
        .as = arguments_value(arguments, "--as"),
        .as_uid = arguments_value(arguments, "--as-uid"),
        .request_timeout = arguments_value(arguments, "--request-timeout"),
        .nats = {arguments_value(arguments, "--nats"), arguments_value(arguments, "--nats-context")},
    };
    arguments_values(arguments, "--as-group", options.as_groups, KUBECONFIG_AS_GROUPS_MAX);
    return options;
}

static bool is_option(const struct command_option *option, struct span name, char letter)
{
    return letter != '\0' ? option->letter == letter : span_equals_text(name, option->name);
}

/* By long name (letter '\0') or by letter; among the command's and the global ones. */
static const struct command_option *find_option(const struct command *command, struct span name, char letter)
{
    for (size_t i = 0; command != NULL && i < command->option_count; i++)
        if (is_option(&command->options[i], name, letter))
            return &command->options[i];
    for (size_t i = 0; i < command_table_global_count(); i++)
        if (is_option(command_table_global_at(i), name, letter))
            return command_table_global_at(i);
    return NULL;
}

static enum status refuse_option(const struct command *command, const char *word, struct span name, struct error *err)
{
    const char *names[64]; /* without their dashes, which would make everything alike */
    size_t count = 0;
    for (size_t i = 0; command != NULL && i < command->option_count && count < ARRAY_LENGTH(names); i++)
        names[count++] = command->options[i].name + 2;
    for (size_t i = 0; i < command_table_global_count() && count < ARRAY_LENGTH(names); i++)
        names[count++] = command_table_global_at(i)->name + 2;
    while (span_starts_with(name, "-"))
        name = span_from(name, 1);
    char hint[NEAREST_HINT_MAX] = "";
    const char *near = nearest_name(name, names, count);
    if (near != NULL)
        snprintf(hint, sizeof hint, "; did you mean '--%s'?", near);
    return error_set(err, STATUS_USAGE, "%s%sunknown option '%s'%s", command != NULL ? command->name : "", command != NULL ? ": " : "", word,
                     hint);
}

static bool is_choice(const char *choices, const char *value)
{
    struct span rest = span_of(choices), choice;
    while (span_split(&rest, ' ', &choice))
        if (span_equals_text(choice, value))
            return true;
    return false;
}

static enum status keep(struct arguments *arguments, const struct command_option *option, const char *value, struct error *err)
{
    if (option->choices != NULL && !is_choice(option->choices, value))
        return error_set(err, STATUS_USAGE, "%s takes one of: %s; not '%s'", option->name, option->choices, value);
    if (arguments->value_count == ARGUMENTS_VALUES_MAX)
        return error_set(err, STATUS_USAGE, "too many options");
    arguments->values[arguments->value_count].option = option;
    arguments->values[arguments->value_count++].value = value;
    return STATUS_OK;
}

struct words {
    char **items;
    size_t count, at; /* at: the next word */
};

/* The value of `option`: what is attached to it, or the next word. */
static enum status keep_value(struct arguments *arguments, const struct command_option *option, const char *attached, struct words *words,
                              struct error *err)
{
    if (attached == NULL && words->at == words->count)
        return error_set(err, STATUS_USAGE, "%s needs a value: %s %s", option->name, option->name, option->value);
    return keep(arguments, option, attached != NULL ? attached : words->items[words->at++], err);
}

static enum status read_long(struct arguments *arguments, const char *word, struct words *words, struct error *err)
{
    const char *equal = strchr(word, '=');
    struct span name = span_make(word, equal != NULL ? (size_t)(equal - word) : strlen(word));
    const struct command_option *option = find_option(arguments->command, name, '\0');
    if (option == NULL)
        return refuse_option(arguments->command, word, name, err);
    if (option->value != NULL)
        return keep_value(arguments, option, equal != NULL ? equal + 1 : NULL, words, err);
    if (equal != NULL)
        return error_set(err, STATUS_USAGE, "%s takes no value", option->name);
    return keep(arguments, option, "", err);
}

/* "-o json", "-ojson", "-Aw" */
static enum status read_letters(struct arguments *arguments, const char *word, struct words *words, struct error *err)
{
    enum status status = STATUS_OK;
    for (const char *letter = word + 1; *letter != '\0' && status == STATUS_OK; letter++) {
        const struct command_option *option = find_option(arguments->command, SPAN_EMPTY, *letter);
        if (option == NULL)
            return refuse_option(arguments->command, word, span_of(word), err);
        if (option->value != NULL)
            return keep_value(arguments, option, letter[1] != '\0' ? letter + 1 : NULL, words, err);
        status = keep(arguments, option, "", err);
    }
    return status;
}

static enum status refuse_command(char **words, size_t count, struct error *err)
{
    const char *names[64];
    size_t known = command_table_count();
    bool is_group = command_table_is_group(words[0]);
    for (size_t i = 0; i < known; i++)
        names[i] = command_table_at(i)->name;
    char hint[NEAREST_HINT_MAX], both[160];
    snprintf(both, sizeof both, "%s%s%s", words[0], count > 1 ? " " : "", count > 1 ? words[1] : "");
    nearest_hint(hint, span_of(is_group ? both : words[0]), names, known);
    if (is_group && count == 1)
        return error_set(err, STATUS_USAGE, "'%s' needs one more word, as in 'sovdeck help %s'", words[0], words[0]);
    return error_set(err, STATUS_USAGE, "unknown command '%s'%s", is_group ? both : words[0], hint);
}

static enum status check_operands(const struct arguments *arguments, struct error *err)
{
    const struct command *command = arguments->command;
    if (command == NULL || arguments->wants_help)
        return STATUS_OK;
    if (arguments->operand_count < command->least_operands)
        return error_set(err, STATUS_USAGE, "%s: something is missing: sovdeck %s %s", command->name, command->name, command->operands);
    if (arguments->operand_count > command->most_operands)
        return error_set(err, STATUS_USAGE, "%s: '%s' is one word too many: sovdeck %s %s", command->name,
                         arguments->operands[command->most_operands], command->name, command->operands);
    return STATUS_OK;
}

/* The words of the command come first among those that are no options; global options may stand before them. */
static enum status find_command(struct arguments *arguments, struct error *err)
{
    size_t used = 0;
    if (arguments->operand_count == 0)
        return STATUS_OK;
    arguments->command = command_table_match(arguments->operands, arguments->operand_count, &used);
    if (arguments->command == NULL)
        return refuse_command(arguments->operands, arguments->operand_count, err);
    memmove(arguments->operands, arguments->operands + used, (arguments->operand_count - used) * sizeof *arguments->operands);
    arguments->operand_count -= used;
    return STATUS_OK;
}

/* First pass: which words are operands? Values of options are skipped, whatever command they belong to. */
static void guess_words(int argc, char **argv, struct arguments *guess)
{
    for (int i = 1; i < argc && guess->operand_count < ARRAY_LENGTH(guess->operands); i++) {
        char *word = argv[i];
        if (strcmp(word, "--") == 0)
            break;
        if (word[0] != '-' || word[1] == '\0') {
            guess->operands[guess->operand_count++] = word;
            continue;
        }
        const struct command_option *option = find_option(NULL, span_of(word), word[1] == '-' ? '\0' : word[1]);
        if (option != NULL && option->value != NULL && (word[1] == '-' || word[2] == '\0'))
            i++;
    }
}

enum status arguments_parse(int argc, char **argv, struct arguments *ret, struct error *err)
{
    struct arguments guess = {0};
    guess_words(argc, argv, &guess);
    size_t used = 0;
    *ret = (struct arguments){0};
    if (guess.operand_count > 0)
        ret->command = command_table_match(guess.operands, guess.operand_count, &used);
    struct words words = {argv, (size_t)argc, 1};
    enum status status = STATUS_OK;
    bool only_operands = false;
    while (status == STATUS_OK && words.at < words.count) {
        char *word = argv[words.at++];
        if (!only_operands && strcmp(word, "--") == 0)
            only_operands = true;
        else if (!only_operands && word[0] == '-' && word[1] != '\0')
            status = word[1] == '-' ? read_long(ret, word, &words, err) : read_letters(ret, word, &words, err);
        else if (ret->operand_count == ARRAY_LENGTH(ret->operands))
            status = error_set(err, STATUS_USAGE, "too many words");
        else
            ret->operands[ret->operand_count++] = word;
    }
    if (status == STATUS_OK)
        status = find_command(ret, err);
    ret->wants_help = arguments_flag(ret, "--help");
    ret->wants_version = arguments_flag(ret, "--version");
    return status != STATUS_OK ? status : check_operands(ret, err);
}
