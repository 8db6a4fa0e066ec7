/* Reads what is typed after ':' into a command and its argument. Never executes. Pure. */
#ifndef INPUT_COMMAND_LINE_H
#define INPUT_COMMAND_LINE_H

#include "base/error.h"
#include "base/span.h"
#include "input/command_table.h"

#define COMMAND_LINE_ARGUMENT_MAX 512

struct command_line {
    enum command_id command; /* COMMAND_NONE for an empty line */
    char argument[COMMAND_LINE_ARGUMENT_MAX]; /* rest of the line, trimmed; "" for none */
};

/* "filter harbor", "q" (a unique beginning of a name or one of the usual short forms). A first word that is no command is
 * taken as a kind: COMMAND_KIND with the line as its argument. STATUS_USAGE with a hint when an argument is missing,
 * not expected, or too long. */
enum status command_line_parse(struct span line, struct command_line *ret_line, struct error *err);

/* The names that `word` may be completed to, in table order; returns how many (at most `maximum`). */
size_t command_line_complete(struct span word, const char **ret_names, size_t maximum);

#endif
