/* The rows of the command table as data, and looking them up. */
#include "input/command_table.h"

#include "base/array.h"

static const struct command COMMANDS[COMMAND_COUNT] = {
    [COMMAND_NONE] = {.id = COMMAND_NONE, .name = "", .label = "", .help = ""},
#define COMMAND_ROW(id_, name_, group_, needs_, argument_, label_, help_)                                              \
    [COMMAND_##id_] = {.id = COMMAND_##id_, .name = name_, .group = COMMAND_GROUP_##group_, .needs = needs_,            \
                       .argument = COMMAND_ARGUMENT_##argument_, .label = label_, .help = help_},
    COMMAND_TABLE(COMMAND_ROW)
#undef COMMAND_ROW
};

static const char *const NAMES[] = {
#define COMMAND_NAME(id, name, group, needs, argument, label, help) name,
    COMMAND_TABLE(COMMAND_NAME)
#undef COMMAND_NAME
};

static const char *const GROUP_TITLES[] = {
#define COMMAND_GROUP_TITLE(id, title) title,
    COMMAND_GROUP_TABLE(COMMAND_GROUP_TITLE)
#undef COMMAND_GROUP_TITLE
};

static const struct {
    uint32_t need;
    const char *reason;
} NEEDS[] = {
#define COMMAND_NEED_ROW(id, bit, text) {COMMAND_NEEDS_##id, text},
    COMMAND_NEED_TABLE(COMMAND_NEED_ROW)
#undef COMMAND_NEED_ROW
};

const struct command *command_table_get(enum command_id id)
{
    bool known = (int)id > COMMAND_NONE && (int)id < COMMAND_COUNT;
    return &COMMANDS[known ? id : COMMAND_NONE];
}

const struct command *command_table_find(struct span name)
{
    for (int id = COMMAND_NONE + 1; id < COMMAND_COUNT; id++)
        if (span_equals_text(name, COMMANDS[id].name))
            return &COMMANDS[id];
    return NULL;
}

const char *command_table_group_title(enum command_group group)
{
    return GROUP_TITLES[group];
}

const char *const *command_table_names(size_t *ret_count)
{
    *ret_count = ARRAY_LENGTH(NAMES);
    return NAMES;
}

bool command_table_allows(enum command_id id, uint32_t holds, const char **ret_reason)
{
    uint32_t missing = command_table_get(id)->needs & ~holds;
    for (size_t i = 0; i < ARRAY_LENGTH(NEEDS); i++)
        if ((missing & NEEDS[i].need) != 0) {
            if (ret_reason != NULL)
                *ret_reason = NEEDS[i].reason;
            return false;
        }
    return true;
}
