/* Reads managedFields to say what Git will do to a path; see git_verdict.h. Fields are "f:<key>", list elements "k:{…}"
 * (by key members), "v:…" (by value) or "i:<n>"; a leaf is the empty map, and owning a leaf owns what is below it. */
#include "operation/git_verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/sanitize.h"

#define KUSTOMIZE_NAME "kustomize.toolkit.fluxcd.io/name"
#define KUSTOMIZE_NAMESPACE "kustomize.toolkit.fluxcd.io/namespace"
#define KUSTOMIZE_RECONCILE "kustomize.toolkit.fluxcd.io/reconcile"
#define KUSTOMIZE_SSA "kustomize.toolkit.fluxcd.io/ssa"

static void say(struct git_verdict *ret, enum git_verdict_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void say(struct git_verdict *ret, enum git_verdict_kind kind, const char *format, ...)
{
    char raw[512];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    ret->kind = kind;
    sanitize_line_into(ret->text, sizeof ret->text, raw, strlen(raw));
}

/* Does the element match the members of a "k:{…}" field? */
static bool matches(const char *field, const json_t *element)
{
    json_t *wanted = json_loads(field + 2, 0, NULL);
    bool match = json_is_object(wanted);
    const char *key;
    json_t *value;
    json_object_foreach(wanted, key, value) {
        json_t *actual = json_object_get(element, key);
        match = match && actual != NULL && json_equal(actual, value);
    }
    json_decref(wanted);
    return match;
}

static const json_t *field_of_element(const json_t *fields, size_t index, const json_t *element)
{
    const char *field;
    json_t *below;
    json_object_foreach((json_t *)fields, field, below) {
        char numbered[32];
        snprintf(numbered, sizeof numbered, "i:%zu", index);
        if (strcmp(field, numbered) == 0 || (strncmp(field, "k:", 2) == 0 && matches(field, element)))
            return below;
    }
    return NULL;
}

/* Does the set of fields hold the path: itself, a leaf above it, or anything below it? */
static bool owns(const json_t *fields, const struct value_path *path, const json_t *object)
{
    for (size_t i = 0; i < path->count; i++) {
        if (i > 0 && json_object_size(fields) == 0)
            return true; /* a leaf above: the value is owned as a whole */
        const struct value_step *step = &path->items[i];
        const json_t *element = step->key != NULL ? json_object_get(object, step->key) : json_array_get(object, step->index);
        if (step->key != NULL) {
            char *field = alloc_printf("f:%s", step->key);
            fields = json_object_get(fields, field);
            free(field);
        } else {
            fields = field_of_element(fields, step->index, element);
        }
        if (fields == NULL)
            return false;
        object = element;
    }
    return true;
}

static const char *manager_of(const json_t *object, const struct value_path *path, bool *any, bool *git)
{
    const char *owner = NULL;
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(json_object_get(object, "metadata"), "managedFields"), index, entry) {
        const char *manager = json_edit_text(entry, "manager");
        *any = true;
        bool is_git = strcmp(manager, GIT_VERDICT_MANAGER) == 0;
        *git = *git || is_git;
        if (json_edit_text(entry, "subresource")[0] != '\0' || !owns(json_object_get(entry, "fieldsV1"), path, object))
            continue;
        if (is_git)
            return manager;
        owner = manager;
    }
    return owner;
}

void git_verdict_owner(const json_t *object, char *owner, size_t size)
{
    const json_t *labels = json_object_get(json_object_get(object, "metadata"), "labels");
    const char *name = json_edit_text(labels, KUSTOMIZE_NAME), *namespace = json_edit_text(labels, KUSTOMIZE_NAMESPACE);
    char raw[300] = "";
    if (name[0] != '\0')
        snprintf(raw, sizeof raw, "%s/%s", namespace, name);
    sanitize_line_into(owner, size, raw, strlen(raw));
}

/* Is the object left alone by its Kustomization on purpose? */
static bool is_exempt(const json_t *object, struct git_verdict *ret)
{
    const json_t *annotations = json_object_get(json_object_get(object, "metadata"), "annotations");
    if (strcmp(json_edit_text(annotations, KUSTOMIZE_RECONCILE), "disabled") == 0)
        say(ret, GIT_VERDICT_DRIFT, "stays: the annotation %s=disabled keeps its Kustomization off", KUSTOMIZE_RECONCILE);
    else if (strcasecmp(json_edit_text(annotations, KUSTOMIZE_SSA), "ignore") == 0 ||
             strcasecmp(json_edit_text(annotations, KUSTOMIZE_SSA), "ifnotpresent") == 0)
        say(ret, GIT_VERDICT_DRIFT, "stays: the annotation %s=%s keeps its Kustomization off", KUSTOMIZE_SSA,
            json_edit_text(annotations, KUSTOMIZE_SSA));
    else
        return false;
    return true;
}

void git_verdict_of(const json_t *object, const struct value_path *path, struct git_verdict *ret)
{
    bool any = false, git = false;
    char owner[160];
    git_verdict_owner(object, owner, sizeof owner);
    const char *manager = manager_of(object, path, &any, &git);
    const char *by = owner[0] != '\0' ? owner : "a Kustomization";
    if (is_exempt(object, ret))
        return;
    if (!any)
        say(ret, GIT_VERDICT_UNKNOWN, "unknown: the object carries no managedFields");
    else if (manager != NULL && strcmp(manager, GIT_VERDICT_MANAGER) == 0)
        say(ret, GIT_VERDICT_REVERTS, "Git will revert this: %s declares it and applies it with force", by);
    else if (manager != NULL && strcmp(manager, "sovdeck") != 0 && strncmp(manager, "kubectl", 7) != 0)
        say(ret, GIT_VERDICT_UNKNOWN, "unknown: '%s' wrote it last and may write it again", manager);
    else if (git)
        say(ret, GIT_VERDICT_DRIFT, "stays as drift that Git does not know (%s applies the object, not this path)", by);
    else
        say(ret, GIT_VERDICT_DRIFT, "stays: no Kustomization applies this object");
}

const char *git_verdict_name(enum git_verdict_kind kind)
{
    switch (kind) {
    case GIT_VERDICT_REVERTS: return "reverts";
    case GIT_VERDICT_DRIFT: return "drift";
    case GIT_VERDICT_UNKNOWN: break;
    }
    return "unknown";
}
