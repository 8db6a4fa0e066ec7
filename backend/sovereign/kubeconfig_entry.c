/* Settings of one kubeconfig entry, typed; see kubeconfig_entry.h. */
#include "sovereign/kubeconfig_entry.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"

static const struct {
    const char *plural, *singular;
} SECTIONS[] = {
    [KUBECONFIG_SECTION_CLUSTERS] = {"clusters", "cluster"},
    [KUBECONFIG_SECTION_USERS] = {"users", "user"},
    [KUBECONFIG_SECTION_CONTEXTS] = {"contexts", "context"},
};

const char *kubeconfig_entry_section(enum kubeconfig_section section)
{
    return SECTIONS[section].plural;
}

const char *kubeconfig_entry_singular(enum kubeconfig_section section)
{
    return SECTIONS[section].singular;
}

char *kubeconfig_entry_keep(struct kubeconfig_material *material, char *text, size_t length)
{
    if (material->count == KUBECONFIG_ENTRY_MATERIAL_MAX) {
        free(text);
        return NULL;
    }
    material->text[material->count] = text;
    material->length[material->count++] = length;
    return text;
}

void kubeconfig_entry_wipe(struct kubeconfig_material *material)
{
    for (size_t i = 0; i < material->count; i++) {
        if (material->text[i] != NULL)
            explicit_bzero(material->text[i], material->length[i]);
        free(material->text[i]);
    }
    material->count = 0;
}

enum status kubeconfig_entry_refuse(const struct kubeconfig_entry *entry, const struct yaml_node *node, const char *key, struct error *err,
                                    const char *format, ...)
{
    char text[ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const struct yaml_node *place = node != NULL ? node : entry->node != NULL ? entry->node : entry->item;
    return error_set(err, STATUS_INVALID, "%s:%u: %s[%zu].%s%s%s: %s", entry->file, yaml_node_line(place), SECTIONS[entry->section].plural,
                     entry->index, SECTIONS[entry->section].singular, key[0] != '\0' ? "." : "", key, text);
}

enum status kubeconfig_entry_text(const struct kubeconfig_entry *entry, const char *key, const char **ret, struct error *err)
{
    const struct yaml_node *node = yaml_node_get(entry->node, key);
    *ret = NULL;
    if (yaml_node_is_null(node))
        return STATUS_OK;
    if (!yaml_node_is_scalar(node))
        return kubeconfig_entry_refuse(entry, node, key, err, "%s, expected a text", yaml_node_kind_name(node));
    *ret = node->text[0] != '\0' ? node->text : NULL;
    return STATUS_OK;
}

enum status kubeconfig_entry_flag(const struct kubeconfig_entry *entry, const char *key, bool *ret, struct error *err)
{
    const struct yaml_node *node = yaml_node_get(entry->node, key);
    *ret = false;
    if (yaml_node_is_null(node) || yaml_node_bool(node, key, ret, NULL) == STATUS_OK)
        return STATUS_OK;
    return kubeconfig_entry_refuse(entry, node, key, err, "'%.60s', expected true or false", yaml_node_text_or(node, "no scalar"));
}

enum status kubeconfig_entry_data(const struct kubeconfig_entry *entry, const char *key, struct kubeconfig_material *material,
                                  struct span *ret, struct error *err)
{
    const struct yaml_node *node = yaml_node_get(entry->node, key);
    size_t length = 0;
    *ret = SPAN_EMPTY;
    if (yaml_node_is_null(node))
        return STATUS_OK;
    char *data = yaml_node_is_scalar(node) ? base64_decode(span_make(node->text, node->length), &length) : NULL;
    if (data == NULL)
        return kubeconfig_entry_refuse(entry, node, key, err, "no base64, expected a PEM text as base64 on one line");
    *ret = span_make(kubeconfig_entry_keep(material, data, length), length);
    return STATUS_OK;
}

char *kubeconfig_entry_absolute(const struct kubeconfig_entry *entry, const char *path)
{
    const char *slash = strrchr(entry->file, '/');
    return path[0] == '/' || slash == NULL ? alloc_strdup(path)
                                           : alloc_printf("%.*s/%s", (int)(slash - entry->file), entry->file, path);
}

enum status kubeconfig_entry_path(const struct kubeconfig_entry *entry, const char *key, struct kubeconfig_material *material,
                                  const char **ret, struct error *err)
{
    const char *path = NULL;
    enum status status = kubeconfig_entry_text(entry, key, &path, err);
    *ret = NULL;
    if (status != STATUS_OK || path == NULL)
        return status;
    char *full = kubeconfig_entry_absolute(entry, path);
    *ret = kubeconfig_entry_keep(material, full, strlen(full));
    return STATUS_OK;
}
