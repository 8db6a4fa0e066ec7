/* Kinds made from a discovery resource and the columns of its Table; everything is owned by the kind. */
#include "sovereign/dynamic_kind.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "decode/json_reader.h"

#define COLUMN_NAME_MAX 64

static size_t read_columns(struct json_value definitions, const char **columns)
{
    size_t count = 0;
    struct json_iterator it = json_reader_iterate(definitions);
    while (count < DYNAMIC_KIND_COLUMNS_MAX && json_reader_next(&it)) {
        struct span name = json_reader_string(json_reader_get(it.value, "name"));
        if (name.length > 0)
            columns[count++] = sanitize_dup(name, COLUMN_NAME_MAX);
    }
    return count;
}

enum status dynamic_kind_new(const struct discovery_resource *resource, struct span table, struct kind **ret, struct error *err)
{
    struct json_value root;
    struct json_reader *reader = json_reader_new();
    enum status status = json_reader_parse(reader, table, &root, err);
    const char **columns = alloc_zeroed(DYNAMIC_KIND_COLUMNS_MAX, sizeof *columns);
    size_t count = status == STATUS_OK ? read_columns(json_reader_get(root, "columnDefinitions"), columns) : 0;
    json_reader_free(reader);
    if (status == STATUS_OK && count == 0)
        status = error_set(err, STATUS_UNSUPPORTED, "%s: the server does not give its columns (no Table)", resource->plural);
    if (status != STATUS_OK) {
        free(columns);
        return status;
    }
    struct kind *kind = alloc_new(struct kind);
    *kind = (struct kind){
        .id = resource->group[0] != '\0' ? alloc_printf("%s.%s", resource->plural, resource->group) : alloc_strdup(resource->plural),
        .title = alloc_strdup(resource->kind),
        .singular = alloc_strdup(resource->kind),
        .group = alloc_strdup(resource->group),
        .version = alloc_strdup(resource->version),
        .plural = alloc_strdup(resource->plural),
        .aliases = alloc_strdup(resource->short_names),
        .namespaced = resource->namespaced,
        .feed = KIND_FEED_ON_DEMAND,
        .dynamic_columns = columns,
        .dynamic_count = count,
    };
    *ret = kind;
    return STATUS_OK;
}

void dynamic_kind_free(struct kind *kind)
{
    if (kind == NULL)
        return;
    const char *texts[] = {kind->id, kind->title, kind->singular, kind->group, kind->version, kind->plural, kind->aliases};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free((char *)texts[i]);
    for (size_t i = 0; i < kind->dynamic_count; i++)
        free((char *)kind->dynamic_columns[i]);
    free((void *)kind->dynamic_columns);
    free(kind);
}
