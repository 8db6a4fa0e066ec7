/* The configuration file as a whole: finding it, its top level, and giving it back. */
#include "sovereign/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/nearest.h"
#include "decode/yaml_tree.h"
#include "sovereign/profile_sovereign.h"

static const char *const CLASS_NAMES[] = {
    [PROFILE_CLASS_PRODUCTION] = "production",
    [PROFILE_CLASS_STAGING] = "staging",
    [PROFILE_CLASS_DEVELOPMENT] = "development",
};

const char *profile_class_name(enum profile_class class)
{
    return CLASS_NAMES[class];
}

bool profile_class_parse(const char *text, enum profile_class *ret)
{
    for (size_t i = 0; i < ARRAY_LENGTH(CLASS_NAMES); i++)
        if (strcmp(text, CLASS_NAMES[i]) == 0) {
            *ret = (enum profile_class)i;
            return true;
        }
    return false;
}

static void read_sovereigns(struct profile_reading *reading, const struct yaml_node *node, void *target)
{
    struct profile *profile = target;
    if (!yaml_node_is_map(node)) {
        profile_reader_warn_type(reading, node, "sovereigns", "a map from name to settings");
        return;
    }
    size_t count = node->count < PROFILE_SOVEREIGNS_MAX ? node->count : PROFILE_SOVEREIGNS_MAX;
    if (count < node->count)
        profile_reader_warn(reading, node, "%zu Sovereigns; expected at most %d; the rest is ignored", node->count, PROFILE_SOVEREIGNS_MAX);
    profile->sovereigns = alloc_zeroed(count, sizeof *profile->sovereigns);
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *key = node->keys[i];
        if (key->repeats_line != 0)
            profile_reader_warn(reading, key, "Sovereign '%.64s' is already there on line %u; expected another name; this one is ignored", key->text,
                                key->repeats_line);
        else if (key->length == 0)
            profile_reader_warn(reading, key, "a Sovereign without a name; expected NAME: with its settings below; it is ignored");
        else
            profile_sovereign_read(reading, key, node->values[i], &profile->sovereigns[profile->sovereign_count++]);
    }
}

static const struct profile_setting PROFILE_SETTINGS[] = {
    {.name = "current", .type = PROFILE_SETTING_TEXT, .offset = offsetof(struct profile, current)},
    {.name = "theme", .type = PROFILE_SETTING_NAME_OR_PATH, .offset = offsetof(struct profile, theme)},
    {.name = "keymap", .type = PROFILE_SETTING_NAME_OR_PATH, .offset = offsetof(struct profile, keymap)},
    {.name = "sovereigns", .type = PROFILE_SETTING_CUSTOM, .read = read_sovereigns},
};
static const struct profile_part PROFILE_PART_FILE = PROFILE_PART("the file", NULL, PROFILE_SETTINGS);

static void check_current(struct profile_reading *reading, const struct yaml_node *root)
{
    const struct profile *profile = reading->profile;
    const char *names[PROFILE_SOVEREIGNS_MAX];
    char hint[NEAREST_HINT_MAX];
    if (profile->current == NULL || profile_find(profile, profile->current) != NULL)
        return;
    for (size_t i = 0; i < profile->sovereign_count; i++)
        names[i] = profile->sovereigns[i].name;
    nearest_hint(hint, span_of(profile->current), names, profile->sovereign_count);
    profile_reader_warn(reading, yaml_node_get(root, "current"), "current is '%.64s'%s; expected the name of one of the Sovereigns below", profile->current, hint);
}

/* Its commands run as us: who can write it can run anything as us. */
static void check_writers(struct profile_reading *reading, const char *path)
{
    struct stat facts;
    if (stat(path, &facts) == 0 && S_ISREG(facts.st_mode) && (facts.st_mode & 022) != 0)
        profile_reader_warn(reading, NULL, "%s can be written by others (mode %04o), and its commands run as you; expected 0600: chmod 600 it", path,
                            facts.st_mode & 07777u);
}

static struct profile *read_tree(const char *path, bool must_exist, enum status status, struct yaml_tree *tree, const struct error *err)
{
    struct profile *profile = alloc_new(struct profile);
    struct profile_reading reading = {.profile = profile, .folder = alloc_strdup(path)};
    char *slash = strrchr(reading.folder, '/');
    if (slash != reading.folder)
        *(slash != NULL ? slash : reading.folder) = '\0';
    else
        slash[1] = '\0';
    profile->file = alloc_strdup(path);
    profile->is_absent = status == STATUS_NOT_FOUND;
    profile->is_unreadable = status != STATUS_OK;
    if (status == STATUS_OK) {
        profile_reader_map(&reading, yaml_tree_root(tree), &PROFILE_PART_FILE, profile);
        check_current(&reading, yaml_tree_root(tree));
        check_writers(&reading, path);
    } else {
        profile_reader_warn(&reading, NULL, "%s; %s", err->text,
                            must_exist ? "nothing is opened, because the defaults could mean another cluster"
                                       : "no Sovereign is configured by it and the defaults are used");
    }
    yaml_tree_free(tree);
    free(reading.folder);
    return profile;
}

char *profile_default_path(void)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config != NULL && config[0] == '/')
        return alloc_printf("%s/sovdeck/config.yaml", config);
    return alloc_printf("%s/.config/sovdeck/config.yaml", home != NULL ? home : "");
}

struct profile *profile_load(const char *path, bool must_exist)
{
    struct yaml_tree *tree = NULL;
    struct error err = {0};
    enum status status = yaml_tree_load_file_keeping_repeats(path, &tree, &err);
    if (status != STATUS_NOT_FOUND || must_exist)
        return read_tree(path, must_exist, status, tree, &err);
    struct profile *profile = profile_read(path, SPAN_EMPTY);
    profile->is_absent = true;
    return profile;
}

struct profile *profile_read(const char *name, struct span text)
{
    struct yaml_tree *tree = NULL;
    struct error err = {0};
    enum status status = yaml_tree_load_text_keeping_repeats(name, text, &tree, &err);
    return read_tree(name, false, status, tree, &err);
}

void profile_free(struct profile *profile)
{
    if (profile == NULL)
        return;
    for (size_t i = 0; i < profile->sovereign_count; i++)
        profile_sovereign_done(&profile->sovereigns[i]);
    free(profile->sovereigns);
    for (size_t i = 0; i < profile->warning_count; i++)
        free(profile->warnings[i]);
    free(profile->file);
    free(profile->current);
    free(profile->theme);
    free(profile->keymap);
    free(profile);
}

const struct profile_sovereign *profile_find(const struct profile *profile, const char *name)
{
    for (size_t i = 0; i < profile->sovereign_count; i++)
        if (strcmp(profile->sovereigns[i].name, name) == 0)
            return &profile->sovereigns[i];
    return NULL;
}
