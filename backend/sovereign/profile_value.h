/* Single values of a configuration file. Inside sovereign/profile only. */
#ifndef SOVEREIGN_PROFILE_VALUE_H
#define SOVEREIGN_PROFILE_VALUE_H

#include "sovereign/profile_reader.h"

#define PROFILE_VALUE_WRONG_MAX 320

/* Reads a value of the setting's type to `place`, which keeps what it had when the value is wrong; then false, and `wrong` is
 * "url is 'x'; expected https://HOST". A value that could be a secret (a URL's password) is not repeated there. */
bool profile_value_read(struct profile_reading *reading, const struct profile_setting *setting, const struct yaml_node *node, void *place,
                        char wrong[PROFILE_VALUE_WRONG_MAX]);
void profile_value_free(enum profile_setting_type type, void *place);

/* A file with a secret that its group or everybody can read. */
bool profile_value_is_exposed(const char *path, char text[PROFILE_VALUE_WRONG_MAX]);

#endif
