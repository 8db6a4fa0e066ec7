/* Immutable object versions; see demo_object.h. Text, table cells and selectable values are made once, when the version
 * is stored, because lists and watches serve them far more often than objects change. */
#include "demo/demo_object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_json.h"

#define BODY_MAX (64u << 20)

/* The members of `document` behind apiVersion, kind and metadata, sorted, as text without the outer braces. */
static char *dump_rest(const json_t *document)
{
    json_t *rest = json_object();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)document, key, value) {
        if (strcmp(key, "apiVersion") != 0 && strcmp(key, "kind") != 0 && strcmp(key, "metadata") != 0)
            json_object_set(rest, key, value);
    }
    char *text = demo_json_dump(rest);
    json_decref(rest);
    return text;
}

static void make_body(struct demo_object *object, const json_t *document)
{
    struct bytebuf body;
    bytebuf_init(&body, BODY_MAX);
    char *metadata = demo_json_dump(json_object_get(document, "metadata"));
    char *rest = dump_rest(document);
    object->metadata_length = strlen(metadata);
    size_t rest_length = strlen(rest);
    bytebuf_append_text(&body, "\"metadata\":");
    bytebuf_append(&body, metadata, object->metadata_length);
    if (rest_length > 2)
        bytebuf_append_byte(&body, ',');
    bytebuf_append(&body, rest + 1, rest_length - 1);
    free(metadata);
    free(rest);
    object->body_length = body.length;
    object->body = bytebuf_take(&body);
}

static void make_selectable(struct demo_object *object, const json_t *document)
{
    size_t count = 0;
    while (object->kind->selectable[count] != NULL)
        count++;
    object->selectable = alloc_zeroed(count + 1, sizeof *object->selectable);
    for (size_t i = 0; i < count; i++) {
        const json_t *value = demo_json_at(document, object->kind->selectable[i]);
        const char *text = json_is_true(value) ? "true" : json_string_value(value);
        object->selectable[i] = alloc_strdup(text == NULL ? "" : text);
    }
}

struct demo_object *demo_object_new(const struct demo_kind *kind, const json_t *document, uint64_t version)
{
    struct demo_object *object = alloc_new(struct demo_object);
    object->references = 1;
    object->kind = kind;
    object->version = version;
    object->name_space = alloc_strdup(kind->namespaced ? demo_json_text(document, "metadata.namespace") : "");
    object->name = alloc_strdup(demo_json_text(document, "metadata.name"));
    object->key = alloc_printf("%s/%s", object->name_space, object->name);
    object->uid = alloc_strdup(demo_json_text(document, "metadata.uid"));
    object->owner = alloc_strdup(demo_json_text(document, "metadata.ownerReferences[0].uid"));
    make_body(object, document);
    const json_t *labels = demo_json_at(document, "metadata.labels");
    object->labels = json_object_size(labels) > 0 ? json_deep_copy(labels) : NULL;
    make_selectable(object, document);
    object->cell_count = demo_columns_count(kind->columns);
    object->cells = alloc_zeroed(object->cell_count, sizeof *object->cells);
    for (size_t i = 0; i < object->cell_count; i++)
        demo_columns_fill(&kind->columns[i], document, &object->cells[i]);
    return object;
}

struct demo_object *demo_object_ref(struct demo_object *object)
{
    if (object != NULL)
        __atomic_add_fetch(&object->references, 1, __ATOMIC_RELAXED);
    return object;
}

void demo_object_unref(struct demo_object *object)
{
    if (object == NULL || __atomic_sub_fetch(&object->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (size_t i = 0; i < object->cell_count; i++)
        demo_columns_clear(&object->cells[i]);
    for (size_t i = 0; object->selectable[i] != NULL; i++)
        free(object->selectable[i]);
    free(object->selectable);
    free(object->cells);
    json_decref(object->labels);
    free(object->name_space);
    free(object->name);
    free(object->key);
    free(object->uid);
    free(object->owner);
    free(object->body);
    free(object);
}

struct span demo_object_metadata(const struct demo_object *object)
{
    return span_make(object->body + DEMO_OBJECT_METADATA_AT, object->metadata_length);
}

void demo_object_append(struct bytebuf *out, const struct demo_object *object, const char *api_version)
{
    bytebuf_append_byte(out, '{');
    if (api_version != NULL)
        bytebuf_printf(out, "\"apiVersion\":\"%s\",\"kind\":\"%s\",", api_version, object->kind->kind);
    bytebuf_append(out, object->body, object->body_length);
}

json_t *demo_object_document(const struct demo_object *object)
{
    char api_version[128];
    demo_kinds_api_version(object->kind, NULL, api_version, sizeof api_version);
    struct bytebuf text;
    bytebuf_init(&text, BODY_MAX + 1024);
    demo_object_append(&text, object, api_version);
    json_t *document = json_loadb(text.data, text.length, 0, NULL);
    bytebuf_done(&text);
    return document;
}
