/* Maps by tables: which key it is, or what it was probably meant to be; secrets that stand in the file are refused. */
#include "sovereign/profile_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/nearest.h"
#include "sovereign/profile_value.h"

#define SETTINGS_MAX 24

static void add_warning(struct profile_reading *reading, const struct yaml_node *node, bool refuses, const char *format, va_list args)
{
    struct profile *profile = reading->profile;
    CLEANUP(alloc_free_pointer) char *text = alloc_vprintf(format, args);
    struct error printable = {0};
    if (node != NULL)
        error_set(&printable, STATUS_INVALID, "%s:%u: %s", node->file, node->line, text);
    else
        error_set(&printable, STATUS_INVALID, "%s", text);
    if (refuses && reading->problem != NULL && *reading->problem == NULL)
        *reading->problem = alloc_strdup(printable.text);
    if (reading->sovereign != NULL && reading->sovereign->warning == NULL)
        reading->sovereign->warning = alloc_strdup(printable.text);
    if (profile->warning_count == PROFILE_WARNINGS_MAX)
        profile->warnings_left_out++;
    else
        profile->warnings[profile->warning_count++] = alloc_strdup(printable.text);
}

void profile_reader_warn(struct profile_reading *reading, const struct yaml_node *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_warning(reading, node, false, format, args);
    va_end(args);
}

void profile_reader_refuse(struct profile_reading *reading, const struct yaml_node *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_warning(reading, node, true, format, args);
    va_end(args);
}

void profile_reader_warn_type(struct profile_reading *reading, const struct yaml_node *node, const char *what, const char *expected)
{
    profile_reader_warn(reading, node, "%s is %s; expected %s; the default is used", what, yaml_node_kind_name(node), expected);
}

/* --- keys that are not in the table --- */

/* Keys people write a secret under. */
static bool is_secret_name(const char *key)
{
    static const char *const NAMES[] = {"token", "password", "passwd", "secret", "bearer", "api-key", "apikey", "access-token", "credentials",
                                        "creds", "nkey", "seed", "nkey-seed", "key", "private-key", "client-key-data", "cookie", "pin"};
    for (size_t i = 0; i < ARRAY_LENGTH(NAMES); i++)
        if (strcmp(NAMES[i], key) == 0)
            return true;
    return false;
}

/* "token-file: FILE or token-command: [PROGRAM, …]" of this part, the ones that begin like the key first. */
static void name_secret_settings(const struct profile_part *part, const char *key, char *out, size_t size)
{
    size_t length = 0;
    out[0] = '\0';
    for (int pass = 0; pass < 2 && length == 0; pass++)
        for (size_t i = 0; i < part->count && length < size; i++) {
            const struct profile_setting *setting = &part->settings[i];
            bool is_file = setting->type == PROFILE_SETTING_SECRET_FILE;
            if (!is_file && (setting->type != PROFILE_SETTING_COMMAND || strcmp(setting->name, "tunnel") == 0))
                continue;
            if (pass == 0 && strncmp(setting->name, key, strlen(key)) != 0)
                continue;
            length += (size_t)snprintf(out + length, size - length, "%s%s: %s", length > 0 ? " or " : "", setting->name,
                                       is_file ? "FILE" : "[PROGRAM, ARGUMENT]");
        }
}

static void refuse_inline_secret(struct profile_reading *reading, const struct yaml_node *key, const struct profile_part *part)
{
    char instead[240];
    name_secret_settings(part, key->text, instead, sizeof instead);
    profile_reader_warn(reading, key, "%s has a secret written into the file (%.32s); expected %s; it is not used", part->what, key->text,
                        instead[0] != '\0' ? instead : "none: here credentials come from the kubeconfig");
}

static void warn_unknown(struct profile_reading *reading, const struct yaml_node *key, const struct profile_part *part)
{
    const char *names[SETTINGS_MAX];
    size_t count = part->count < SETTINGS_MAX ? part->count : SETTINGS_MAX, length = 0;
    char hint[NEAREST_HINT_MAX], expected[320];
    for (size_t i = 0; i < count; i++)
        names[i] = part->settings[i].name;
    if (is_secret_name(key->text)) {
        refuse_inline_secret(reading, key, part);
        return;
    }
    nearest_hint(hint, span_make(key->text, key->length), names, count);
    for (size_t i = 0; i < count && length < sizeof expected; i++)
        length += (size_t)snprintf(expected + length, sizeof expected - length, "%s%s", i > 0 ? ", " : "", names[i]);
    const char *nearest = nearest_name(span_make(key->text, key->length), names, count);
    bool decides = false;
    for (size_t i = 0; i < count && nearest != NULL; i++)
        decides = decides || (part->settings[i].decides && strcmp(names[i], nearest) == 0);
    if (decides)
        profile_reader_refuse(reading, key, "%s has no setting '%.64s'%s; expected %s; %s", part->what, key->text, hint, expected,
                              part->unusable);
    else
        profile_reader_warn(reading, key, "%s has no setting '%.64s'%s; expected %s; it is ignored", part->what, key->text, hint, expected);
}

/* --- maps --- */

static void read_setting(struct profile_reading *reading, const struct profile_part *part, const struct profile_setting *setting,
                         const struct yaml_node *node, void *target)
{
    char wrong[PROFILE_VALUE_WRONG_MAX];
    if (setting->type == PROFILE_SETTING_CUSTOM) {
        setting->read(reading, node, target);
        return;
    }
    if (!profile_value_read(reading, setting, node, (char *)target + setting->offset, wrong)) {
        if (setting->decides)
            profile_reader_refuse(reading, node, "%s; %s", wrong, part->unusable);
        else
            profile_reader_warn(reading, node, "%s; the default is used", wrong);
    } else if (setting->type == PROFILE_SETTING_SECRET_FILE && profile_value_is_exposed(*(char **)((char *)target + setting->offset), wrong)) {
        profile_reader_warn(reading, node, "%s", wrong);
    }
}

static const struct profile_setting *find_setting(const struct profile_part *part, const char *name)
{
    for (size_t i = 0; i < part->count; i++)
        if (strcmp(part->settings[i].name, name) == 0)
            return &part->settings[i];
    return NULL;
}

void profile_reader_map(struct profile_reading *reading, const struct yaml_node *map, const struct profile_part *part, void *target)
{
    if (yaml_node_is_null(map))
        return;
    if (!yaml_node_is_map(map)) {
        if (part->unusable != NULL)
            profile_reader_refuse(reading, map, "%s is %s; expected a map; %s", part->what, yaml_node_kind_name(map), part->unusable);
        else
            profile_reader_warn_type(reading, map, part->what, "a map");
        return;
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_node *key = map->keys[i];
        const struct profile_setting *setting = find_setting(part, key->text);
        if (setting == NULL)
            warn_unknown(reading, key, part);
        else if (key->repeats_line != 0 && setting->decides)
            profile_reader_refuse(reading, key, "%s is already set on line %u; expected it once; %s", key->text, key->repeats_line, part->unusable);
        else if (key->repeats_line != 0)
            profile_reader_warn(reading, key, "%s is already set on line %u; expected it once; this one is ignored", key->text, key->repeats_line);
        else if (!yaml_node_is_null(map->values[i]))
            read_setting(reading, part, setting, map->values[i], target);
    }
}

void profile_reader_free(const struct profile_part *part, void *target)
{
    for (size_t i = 0; i < part->count; i++)
        profile_value_free(part->settings[i].type, (char *)target + part->settings[i].offset);
}
