/* Words of a command line: what they mean, and what is said about those that make no sense. */
#include <criterion/criterion.h>

#include "base/alloc.h"
#include "base/array.h"
#include "headless/arguments.h"
#include "headless/completion.h"
#include "headless/manual.h"
#include "headless/usage.h"
#include "support/leak_check.h"

static enum status parse(const char *line, struct arguments *arguments, char **argv, char *copy, struct error *err)
{
    int argc = 1;
    static char name[] = "sovdeck";
    argv[0] = name;
    strcpy(copy, line);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    return arguments_parse(argc, argv, arguments, err);
}

/* "command|operands|name=value…" of a line, or the error's text. Caller frees. */
static char *read(const char *line)
{
    struct arguments arguments;
    struct error err = {0};
    char *argv[64], copy[400];
    if (parse(line, &arguments, argv, copy, &err) != STATUS_OK) {
        cr_expect_eq(err.status, STATUS_USAGE, "%s", line);
        return strdup(err.text);
    }
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, 4096);
    bytebuf_append_text(&out, arguments.command != NULL ? arguments.command->name : "console");
    for (size_t i = 0; i < arguments.operand_count; i++)
        bytebuf_printf(&out, "|%s", arguments.operands[i]);
    for (size_t i = 0; i < arguments.value_count; i++)
        bytebuf_printf(&out, "|%s=%s", arguments.values[i].option->name, arguments.values[i].value);
    return strdup(bytebuf_text(&out));
}

Test(arguments, options_stand_anywhere)
{
    static const struct {
        const char *line, *outcome;
    } CASES[] = {
        {"", "console"},
        {"--sovereign x", "console|--sovereign=x"},
        {"get pods", "get|pods"},
        {"get pods -n kube-system -o json", "get|pods|--namespace=kube-system|--output=json"},
        {"get -Aw pods -ojson", "get|pods|--all-namespaces=|--watch=|--output=json"},
        {"-s acme cutover start --yes", "cutover start|--sovereign=acme|--yes="},
        {"--config=/x/y cutover status", "cutover status|--config=/x/y"},
        {"cutover --context cutover status", "cutover status|--context=cutover"},
        {"patch hr ns/n a=b -- --c=d", "patch|hr|ns/n|a=b|--c=d"},
        {"get pods -", "get|pods|-"},
        {"fo", "unknown command 'fo'"},
        {"aduit", "unknown command 'aduit'; did you mean 'audit'?"},
        {"cutover stat", "unknown command 'cutover stat'; did you mean 'cutover start'?"},
        {"journal", "'journal' needs one more word, as in 'sovdeck help journal'"},
        {"get", "get: something is missing: sovdeck get KIND [NAME]"},
        {"get a b c", "get: 'c' is one word too many: sovdeck get KIND [NAME]"},
        {"get pods -o", "--output needs a value: --output FORMAT"},
        {"get pods -o xml", "--output takes one of: table wide json name; not 'xml'"},
        {"get pods --wathc", "get: unknown option '--wathc'; did you mean '--watch'?"},
        {"get pods --watch=1", "--watch takes no value"},
        {"audit --yes", "audit: unknown option '--yes'"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        char *outcome = read(CASES[i].line);
        cr_expect_str_eq(outcome, CASES[i].outcome, "'%s' gave: %s", CASES[i].line, outcome);
        free(outcome);
    }
    TEST_NO_LEAKS();
}

Test(arguments, help_is_there_for_every_command_and_names_every_option)
{
    struct bytebuf man, markdown, bash, zsh;
    bytebuf_init(&man, 1 << 20);
    bytebuf_init(&markdown, 1 << 20);
    bytebuf_init(&bash, 1 << 20);
    bytebuf_init(&zsh, 1 << 20);
    manual_page(&man);
    manual_markdown(&markdown);
    completion_bash(&bash);
    completion_zsh(&zsh);
    for (size_t i = 0; i < command_table_count(); i++) {
        const struct command *command = command_table_at(i);
        CLEANUP(bytebuf_done) struct bytebuf help;
        bytebuf_init(&help, 1 << 20);
        usage_command(&help, command);
        cr_expect(strstr(bytebuf_text(&help), command->summary) != NULL);
        cr_expect(strstr(bytebuf_text(&markdown), command->summary) != NULL);
        for (size_t o = 0; o < command->option_count; o++) {
            cr_expect(strstr(bytebuf_text(&help), command->options[o].name) != NULL);
            cr_expect(strstr(bytebuf_text(&bash), command->options[o].name) != NULL);
            cr_expect(strstr(bytebuf_text(&zsh), command->options[o].name) != NULL);
        }
    }
    cr_expect(strncmp(bytebuf_text(&man), ".TH SOVDECK 1", 13) == 0);
    bytebuf_done(&markdown);
    bytebuf_done(&bash);
    bytebuf_done(&zsh);
    bytebuf_done(&man);
    TEST_NO_LEAKS();
}
