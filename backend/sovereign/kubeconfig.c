/* kubeconfig as a list of YAML trees, read and looked over. Looking a name up goes through the files in order, so that the first
 * one wins. What a context means is kubeconfig_resolve.c. */
#include "sovereign/kubeconfig.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/sanitize.h"
#include "sovereign/in_cluster.h"
#include "sovereign/kubeconfig_files.h"

#define WARNING_TEXT_MAX 600

struct kubeconfig {
    struct yaml_tree *files[KUBECONFIG_FILES_MAX];
    size_t file_count;
    ARRAY(const char *) contexts; /* borrowed from the trees */
    char *warnings[KUBECONFIG_WARNINGS_MAX];
    size_t warning_count;
};

static void __attribute__((format(printf, 2, 3))) warn(struct kubeconfig *config, const char *format, ...)
{
    if (config->warning_count == KUBECONFIG_WARNINGS_MAX)
        return;
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *raw = alloc_vprintf(format, args);
    va_end(args);
    config->warnings[config->warning_count++] = sanitize_dup(span_of(raw), WARNING_TEXT_MAX);
}

size_t kubeconfig_warning_count(const struct kubeconfig *config)
{
    return config->warning_count;
}

const char *kubeconfig_warning(const struct kubeconfig *config, size_t index)
{
    return index < config->warning_count ? config->warnings[index] : NULL;
}

const char *kubeconfig_files_name(const struct kubeconfig *config)
{
    return config->file_count > 0 ? yaml_tree_name(config->files[0]) : "kubeconfig";
}

bool kubeconfig_files_find(const struct kubeconfig *config, enum kubeconfig_section section, const char *name,
                           struct kubeconfig_entry *ret)
{
    for (size_t f = 0; f < config->file_count; f++) {
        const struct yaml_node *list = yaml_node_get(yaml_tree_root(config->files[f]), kubeconfig_entry_section(section));
        for (size_t i = 0; yaml_node_is_sequence(list) && i < list->count; i++) {
            const struct yaml_node *item = yaml_node_at(list, i);
            if (strcmp(yaml_node_text_or(yaml_node_get(item, "name"), ""), name) != 0)
                continue;
            *ret = (struct kubeconfig_entry){yaml_node_get(item, kubeconfig_entry_singular(section)), item,
                                             yaml_tree_name(config->files[f]), section, i};
            return true;
        }
    }
    return false;
}

static void add_context(struct kubeconfig *config, const char *name)
{
    for (size_t i = 0; i < config->contexts.count; i++)
        if (strcmp(config->contexts.items[i], name) == 0)
            return;
    ARRAY_PUSH(&config->contexts, name);
}

/* Twice in one file: kubectl refuses such a file; here the first one counts. */
static void note_repeat(struct kubeconfig *config, const char *file, const struct yaml_node *list, size_t at, const char *section)
{
    const char *name = yaml_node_text_or(yaml_node_get(yaml_node_at(list, at), "name"), "");
    for (size_t i = 0; i < at; i++)
        if (strcmp(yaml_node_text_or(yaml_node_get(yaml_node_at(list, i), "name"), ""), name) == 0) {
            warn(config, "%s:%u: %s[%zu].name: '%s' is already on line %u; the first one counts", file,
                 yaml_node_line(yaml_node_at(list, at)), section, at, name, yaml_node_line(yaml_node_at(list, i)));
            return;
        }
}

static void look_over(struct kubeconfig *config, const struct yaml_tree *tree, enum kubeconfig_section section)
{
    const char *word = kubeconfig_entry_section(section), *file = yaml_tree_name(tree);
    const struct yaml_node *list = yaml_node_get(yaml_tree_root(tree), word);
    if (!yaml_node_is_null(list) && !yaml_node_is_sequence(list))
        warn(config, "%s:%u: %s: %s, expected a list; it is left out", file, yaml_node_line(list), word, yaml_node_kind_name(list));
    for (size_t i = 0; yaml_node_is_sequence(list) && i < list->count; i++) {
        const struct yaml_node *item = yaml_node_at(list, i);
        const char *name = yaml_node_text_or(yaml_node_get(item, "name"), "");
        const struct yaml_node *value = yaml_node_get(item, kubeconfig_entry_singular(section));
        if (name[0] == '\0') {
            warn(config, "%s:%u: %s[%zu].name is missing; the entry is left out", file, yaml_node_line(item), word, i);
            continue;
        }
        if (!yaml_node_is_null(value) && !yaml_node_is_map(value))
            warn(config, "%s:%u: %s[%zu].%s: %s, expected a map", file, yaml_node_line(value), word, i,
                 kubeconfig_entry_singular(section), yaml_node_kind_name(value));
        if (i < 4096)
            note_repeat(config, file, list, i, word);
        if (section == KUBECONFIG_SECTION_CONTEXTS)
            add_context(config, name);
    }
}

static enum status take_tree(struct kubeconfig *config, struct yaml_tree *tree, struct error *err)
{
    const struct yaml_node *root = yaml_tree_root(tree);
    if (!yaml_node_is_map(root) && !yaml_node_is_null(root)) {
        error_set(err, STATUS_INVALID, "%s:%u: %s, expected a kubeconfig (a map with clusters, users and contexts)", yaml_tree_name(tree),
                  yaml_node_line(root), yaml_node_kind_name(root));
        yaml_tree_free(tree);
        return STATUS_INVALID;
    }
    config->files[config->file_count++] = tree;
    look_over(config, tree, KUBECONFIG_SECTION_CLUSTERS);
    look_over(config, tree, KUBECONFIG_SECTION_USERS);
    look_over(config, tree, KUBECONFIG_SECTION_CONTEXTS);
    return STATUS_OK;
}

static void warn_if_readable(struct kubeconfig *config, const char *path)
{
    struct stat info;
    if (stat(path, &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & (S_IRGRP | S_IROTH)) != 0)
        warn(config, "%s can be read by %s (mode %04o); it may hold credentials: chmod 600 it", path,
             (info.st_mode & S_IROTH) != 0 ? "everybody on this machine" : "its group", (unsigned)(info.st_mode & 07777));
}

static enum status load_file(struct kubeconfig *config, const char *path, struct error *err)
{
    struct yaml_tree *tree = NULL;
    enum status status = yaml_tree_load_file_lenient(path, KUBECONFIG_FILE_MAXIMUM, &tree, err);
    if (status == STATUS_OK)
        status = take_tree(config, tree, err);
    if (status == STATUS_OK)
        warn_if_readable(config, path);
    return status;
}

static bool is_earlier(struct span list, struct span part)
{
    struct span rest = list, other;
    while (span_split(&rest, ':', &other) && other.data < part.data)
        if (span_equals(other, part))
            return true;
    return false;
}

/* Files of the KUBECONFIG list that do not exist are skipped, as kubectl does; broken ones only lose their own entries. */
static enum status load_list(struct kubeconfig *config, const char *list, struct error *err)
{
    struct span rest = span_of(list), part;
    struct error first = {0};
    while (span_split(&rest, ':', &part)) {
        struct error problem = {0};
        if (part.length == 0 || is_earlier(span_of(list), part))
            continue;
        if (config->file_count == KUBECONFIG_FILES_MAX) {
            warn(config, "KUBECONFIG names more than %d files; the others are left out", KUBECONFIG_FILES_MAX);
            break;
        }
        CLEANUP(alloc_free_pointer) char *path = span_dup(part);
        enum status status = load_file(config, path, &problem);
        if (status == STATUS_OK || status == STATUS_NOT_FOUND)
            continue;
        warn(config, "%s; the file is left out", problem.text);
        if (first.status == STATUS_OK)
            first = problem;
    }
    if (config->file_count > 0)
        return STATUS_OK;
    if (first.status != STATUS_OK)
        return error_set(err, first.status, "%s", first.text);
    return error_set(err, STATUS_NOT_FOUND, "none of the files that KUBECONFIG names exists: %s", list);
}

static enum status load_standard(struct kubeconfig *config, struct error *err)
{
    const char *list = getenv("KUBECONFIG"), *home = getenv("HOME");
    if (list != NULL && list[0] != '\0')
        return load_list(config, list, err);
    CLEANUP(alloc_free_pointer) char *standard = alloc_printf("%s/.kube/config", home != NULL ? home : "");
    enum status status = load_file(config, standard, err);
    if (status == STATUS_NOT_FOUND)
        return error_set(err, status, "no kubeconfig: KUBECONFIG is not set and %s does not exist", standard);
    return status;
}

/* Nothing configured, or only empty files: in a pod its service account, as client-go does. */
static enum status load_in_cluster(struct kubeconfig *config, enum status status, struct error *err)
{
    bool is_empty = status == STATUS_NOT_FOUND || (status == STATUS_OK && config->contexts.count == 0);
    CLEANUP(alloc_free_pointer) char *text = is_empty ? in_cluster_kubeconfig() : NULL;
    struct yaml_tree *tree = NULL;
    if (text == NULL)
        return status;
    if (config->file_count == KUBECONFIG_FILES_MAX)
        return status;
    enum status read = yaml_tree_load_text_lenient("the pod's service account", span_of(text), &tree, err);
    return read == STATUS_OK ? take_tree(config, tree, err) : read;
}

static enum status finish(struct kubeconfig *config, enum status status, struct kubeconfig **ret)
{
    if (status == STATUS_OK)
        *ret = config;
    else
        kubeconfig_free(config);
    return status;
}

enum status kubeconfig_load(const char *path, struct kubeconfig **ret, struct error *err)
{
    struct kubeconfig *config = alloc_new(struct kubeconfig);
    enum status status = path != NULL ? load_file(config, path, err) : load_standard(config, err);
    if (path == NULL)
        status = load_in_cluster(config, status, err);
    return finish(config, status, ret);
}

enum status kubeconfig_read(const char *name, struct span text, struct kubeconfig **ret, struct error *err)
{
    struct kubeconfig *config = alloc_new(struct kubeconfig);
    struct yaml_tree *tree = NULL;
    enum status status = yaml_tree_load_text_lenient(name, text, &tree, err);
    if (status == STATUS_OK)
        status = take_tree(config, tree, err);
    return finish(config, status, ret);
}

void kubeconfig_free(struct kubeconfig *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->file_count; i++)
        yaml_tree_free(config->files[i]);
    for (size_t i = 0; i < config->warning_count; i++)
        free(config->warnings[i]);
    ARRAY_FREE(&config->contexts);
    free(config);
}

const char *kubeconfig_current(const struct kubeconfig *config)
{
    for (size_t i = 0; i < config->file_count; i++) {
        const char *name = yaml_node_text_or(yaml_node_get(yaml_tree_root(config->files[i]), "current-context"), "");
        if (name[0] != '\0')
            return name;
    }
    return NULL;
}

size_t kubeconfig_context_count(const struct kubeconfig *config)
{
    return config->contexts.count;
}

const char *kubeconfig_context_name(const struct kubeconfig *config, size_t index)
{
    return index < config->contexts.count ? config->contexts.items[index] : NULL;
}
