/* The words of a command line, read by the tables of command.h: options anywhere, "--name value", "--name=value", "-o value",
 * "-ovalue", "--" ends the options. */
#ifndef HEADLESS_ARGUMENTS_H
#define HEADLESS_ARGUMENTS_H

#include "headless/command.h"
#include "sovereign/sovereign.h"

#define ARGUMENTS_VALUES_MAX 64

struct arguments {
    const struct command *command; /* NULL: none, the console is wanted (or wants_help, wants_version) */
    bool wants_help, wants_version;
    char *operands[64];
    size_t operand_count;
    struct { const struct command_option *option; const char *value; } values[ARGUMENTS_VALUES_MAX];
    size_t value_count;
};

/* Words point into argv. STATUS_USAGE with a hint for unknown words, missing values, too few or many operands. */
enum status arguments_parse(int argc, char **argv, struct arguments *ret, struct error *err);

const char *arguments_value(const struct arguments *arguments, const char *name); /* of the last "--name"; NULL: not given */
const char *arguments_value_or(const struct arguments *arguments, const char *name, const char *otherwise);
/* Of every "--name", in order, at most `maximum`. Returns how many. */
size_t arguments_values(const struct arguments *arguments, const char *name, const char **ret, size_t maximum);
bool arguments_flag(const struct arguments *arguments, const char *name);

/* The options that say which Sovereign, where and as whom. */
struct sovereign_options arguments_sovereign(const struct arguments *arguments);

#endif
