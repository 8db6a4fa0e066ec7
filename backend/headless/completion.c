/* Completion scripts for bash and zsh, made from the command table; see completion.h. Kinds come from the kinds table. */
#include "headless/completion.h"

#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "headless/command.h"
#include "sovereign/kind_table.h"

static void print_kinds(struct bytebuf *out)
{
    for (size_t i = 0; i < kind_table_count(); i++)
        bytebuf_printf(out, "%s%s", i == 0 ? "" : " ", kind_table_at(i)->id);
}

/* First words of the commands, each once. */
static void print_first_words(struct bytebuf *out)
{
    char last[32] = "";
    for (size_t i = 0; i < command_table_count(); i++) {
        struct span rest = span_of(command_table_at(i)->name), word;
        span_split(&rest, ' ', &word);
        if (span_equals_text(word, last))
            continue;
        bytebuf_printf(out, "%s%.*s", i == 0 ? "" : " ", SPAN_PRINT(word));
        snprintf(last, sizeof last, "%.*s", SPAN_PRINT(word));
    }
}

static void print_second_words(struct bytebuf *out, const char *group)
{
    size_t length = strlen(group), count = 0;
    for (size_t i = 0; i < command_table_count(); i++) {
        const char *name = command_table_at(i)->name;
        if (strncmp(name, group, length) == 0 && name[length] == ' ')
            bytebuf_printf(out, "%s%s", count++ == 0 ? "" : " ", name + length + 1);
    }
}

static void print_option_words(struct bytebuf *out, const struct command_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bytebuf_printf(out, " %s", options[i].name);
        if (options[i].letter != '\0')
            bytebuf_printf(out, " -%c", options[i].letter);
    }
}

/* Calls `print` for each first word of commands that have two. */
static void each_group(struct bytebuf *out, void (*print)(struct bytebuf *out, const char *group))
{
    char last[32] = "";
    for (size_t i = 0; i < command_table_count(); i++) {
        struct span rest = span_of(command_table_at(i)->name), word;
        span_split(&rest, ' ', &word);
        char group[32];
        snprintf(group, sizeof group, "%.*s", SPAN_PRINT(word));
        if (!command_table_is_group(group) || strcmp(group, last) == 0)
            continue;
        memcpy(last, group, sizeof last);
        print(out, group);
    }
}

static void print_group(struct bytebuf *out, const char *group)
{
    bytebuf_printf(out, "    %s) candidates='", group);
    print_second_words(out, group);
    bytebuf_append_text(out, "' ;;\n");
}

static void print_group_case(struct bytebuf *out, const char *group)
{
    bytebuf_printf(out, "      [ \"$first\" = %s ] && continue\n", group);
}

/* What follows `previous`: choices and files of every option that has them. */
static void print_values(struct bytebuf *out, const struct command_option *options, size_t count, const char *command)
{
    for (size_t i = 0; i < count; i++) {
        const struct command_option *option = &options[i];
        if (option->complete == COMMAND_COMPLETE_NONE)
            continue;
        bytebuf_printf(out, "    '%s %s'", command, option->name);
        if (option->letter != '\0')
            bytebuf_printf(out, "|'%s -%c'", command, option->letter);
        if (option->choices != NULL)
            bytebuf_printf(out, ") values='%s' ;;\n", option->choices);
        else
            bytebuf_printf(out, ") values='@%s' ;;\n", option->complete == COMMAND_COMPLETE_FOLDER ? "folder" : "file");
    }
}

static void print_global_values(struct bytebuf *out)
{
    for (size_t i = 0; i < command_table_global_count(); i++) {
        const struct command_option *option = command_table_global_at(i);
        if (option->complete == COMMAND_COMPLETE_FILE)
            bytebuf_printf(out, "    *' %s') values='@file' ;;\n", option->name);
    }
}

/* Names of options that take a value, as patterns of a case. */
static void print_value_options(struct bytebuf *out, const struct command_option *options, size_t count, size_t *printed)
{
    for (size_t i = 0; i < count; i++) {
        if (options[i].value == NULL)
            continue;
        bytebuf_printf(out, "%s%s", (*printed)++ == 0 ? "" : "|", options[i].name);
        if (options[i].letter != '\0')
            bytebuf_printf(out, "|-%c", options[i].letter);
    }
}

/* The shell function that finds the command among the words before the cursor; values of options are no words of it. */
static void print_command_finder(struct bytebuf *out)
{
    size_t printed = 0;
    bytebuf_append_text(out,
        "_sovdeck_command() { # words of the line before the cursor; prints the command's name\n"
        "  local word first='' previous=''\n"
        "  for word in \"$@\"; do\n"
        "    case \"$previous\" in ");
    print_value_options(out, command_table_global_at(0), command_table_global_count(), &printed);
    for (size_t i = 0; i < command_table_count(); i++)
        print_value_options(out, command_table_at(i)->options, command_table_at(i)->option_count, &printed);
    bytebuf_append_text(out,
        ") previous=''; continue ;; esac\n"
        "    previous=$word\n"
        "    case \"$word\" in -*) continue ;; esac\n"
        "    if [ -z \"$first\" ]; then\n"
        "      first=$word\n");
    each_group(out, print_group_case);
    bytebuf_append_text(out,
        "      break\n"
        "    fi\n"
        "    first=\"$first $word\"; break\n"
        "  done\n"
        "  printf '%s' \"$first\"\n"
        "}\n");
}

/* The shell function both shells share: sets `values` (what may follow, "@file", "@folder") or `candidates`. */
static void print_core(struct bytebuf *out)
{
    bytebuf_append_text(out, "_sovdeck_words() { # COMMAND PREVIOUS; sets candidates, values\n  candidates='' values=''\n  case \"$1 $2\" in\n");
    for (size_t i = 0; i < command_table_count(); i++)
        print_values(out, command_table_at(i)->options, command_table_at(i)->option_count, command_table_at(i)->name);
    print_global_values(out);
    bytebuf_append_text(out, "  esac\n  [ -n \"$values\" ] && return\n  case \"$1\" in\n    '') candidates='");
    print_first_words(out);
    bytebuf_append_text(out, "' ;;\n");
    each_group(out, print_group);
    for (size_t i = 0; i < command_table_count(); i++) {
        const struct command *command = command_table_at(i);
        bytebuf_printf(out, "    '%s') candidates='", command->name);
        if (command->complete == COMMAND_COMPLETE_KIND)
            print_kinds(out);
        else if (strchr(command->operands, '|') != NULL)
            for (const char *at = command->operands; *at != '\0'; at++)
                bytebuf_append_byte(out, *at == '|' ? ' ' : *at);
        print_option_words(out, command->options, command->option_count);
        bytebuf_append_text(out, "' ;;\n");
    }
    bytebuf_append_text(out, "  esac\n  candidates=\"$candidates");
    print_option_words(out, command_table_global_at(0), command_table_global_count());
    bytebuf_append_text(out, "\"\n}\n");
    print_command_finder(out);
}

void completion_bash(struct bytebuf *out)
{
    bytebuf_append_text(out, "# bash completion for sovdeck: source <(sovdeck completion bash)\n");
    print_core(out);
    bytebuf_append_text(out,
        "_sovdeck() {\n"
        "  local candidates values current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
        "  _sovdeck_words \"$(_sovdeck_command \"${COMP_WORDS[@]:1:COMP_CWORD-1}\")\" \"$previous\"\n"
        "  case \"$values\" in\n"
        "    @file) mapfile -t COMPREPLY < <(compgen -f -- \"$current\") ;;\n"
        "    @folder) mapfile -t COMPREPLY < <(compgen -d -- \"$current\") ;;\n"
        "    *) mapfile -t COMPREPLY < <(compgen -W \"${values:-$candidates}\" -- \"$current\") ;;\n"
        "  esac\n"
        "}\n"
        "complete -F _sovdeck sovdeck\n");
}

void completion_zsh(struct bytebuf *out)
{
    bytebuf_append_text(out, "#compdef sovdeck\n# zsh completion for sovdeck: sovdeck completion zsh > \"${fpath[1]}/_sovdeck\"\n");
    print_core(out);
    bytebuf_append_text(out,
        "_sovdeck() {\n"
        "  local candidates values\n"
        "  _sovdeck_words \"$(_sovdeck_command \"${(@)words[2,CURRENT-1]}\")\" \"${words[CURRENT-1]}\"\n"
        "  case \"$values\" in\n"
        "    @file) _files ;;\n"
        "    @folder) _files -/ ;;\n"
        "    *) compadd -- ${=values:-$candidates} ;;\n"
        "  esac\n"
        "}\n"
        "if [ \"$funcstack[1]\" = _sovdeck ]; then _sovdeck \"$@\"; else compdef _sovdeck sovdeck; fi\n");
}
