/* The settings of one Sovereign in a configuration file. Inside sovereign/profile only. */
#ifndef SOVEREIGN_PROFILE_SOVEREIGN_H
#define SOVEREIGN_PROFILE_SOVEREIGN_H

#include "sovereign/profile_reader.h"

/* Fills a zeroed *sovereign, checks its regions against each other, and warns. */
void profile_sovereign_read(struct profile_reading *reading, const struct yaml_node *key, const struct yaml_node *map,
                            struct profile_sovereign *sovereign);
void profile_sovereign_done(struct profile_sovereign *sovereign);

#endif
