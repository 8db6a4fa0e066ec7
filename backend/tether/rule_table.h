/* The rules that this build runs, in the order of the contract's table. Immutable; any thread. */
#ifndef TETHER_RULE_TABLE_H
#define TETHER_RULE_TABLE_H

#include <stddef.h>

#include "tether/rule.h"

size_t rule_table_count(void);
const struct rule *rule_table_at(size_t index);
const struct rule *rule_table_find(const char *id); /* NULL: not in this build */
size_t rule_table_index(const struct rule *rule);

#endif
