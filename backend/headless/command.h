/* A subcommand as data: its words, operands, options and function. Usage, --help, shell completion and the man page are all
 * made from these rows (command_table.c). */
#ifndef HEADLESS_COMMAND_H
#define HEADLESS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct arguments;
struct headless_hooks;

enum command_complete {
    COMMAND_COMPLETE_NONE,
    COMMAND_COMPLETE_FILE,
    COMMAND_COMPLETE_FOLDER,
    COMMAND_COMPLETE_CHOICES, /* option: the words of `choices` */
    COMMAND_COMPLETE_KIND,    /* operand: built-in kinds */
};

struct command_option {
    const char *name;    /* "--output" */
    char letter;         /* 'o'; '\0' for none */
    const char *value;   /* "FORMAT"; NULL: a flag */
    const char *help;    /* one line */
    enum command_complete complete;
    const char *choices; /* "table json name": only these are taken; NULL: anything */
};

struct command {
    const char *name;     /* "get", "cutover start" */
    const char *operands; /* "KIND [NAME]"; "" for none */
    const char *summary;  /* one line */
    const char *details;  /* paragraphs separated by empty lines, for --help and the man page; NULL: none */
    const char *example;  /* one command line per line; NULL: none */
    const struct command_option *options;
    size_t option_count;
    size_t least_operands, most_operands;
    enum command_complete complete; /* of the first operand */
    enum status (*run)(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
    bool is_offline;      /* needs neither configuration nor network */
};

size_t command_table_count(void);
const struct command *command_table_at(size_t index);

/* Options that every command takes. */
size_t command_table_global_count(void);
const struct command_option *command_table_global_at(size_t index);

/* The command that begins the words: "cutover start" or "get". *used gets how many words its name took. NULL: none. */
const struct command *command_table_match(char *const *words, size_t count, size_t *used);

/* Is `word` the first word of a command that has two ("cutover")? */
bool command_table_is_group(const char *word);

#endif
