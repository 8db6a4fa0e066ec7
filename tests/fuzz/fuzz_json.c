/* Whatever parses can be walked along paths; scalars fit their scratch. */
#include "decode/json_path.h"
#include "fuzz.h"

static void walk(struct json_value value, int depth)
{
    char scratch[32];
    json_reader_scalar(value, scratch);
    if (depth > 64)
        return;
    struct json_iterator it = json_reader_iterate(value);
    while (json_reader_next(&it))
        walk(it.value, depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct json_reader *reader;
    static struct json_path *path;
    struct json_value root;
    if (reader == NULL) {
        reader = json_reader_new();
        path = json_path_compile("status.conditions[type=Ready].status", NULL);
    }
    if (json_reader_parse(reader, span_make((const char *)data, size), &root, NULL) != STATUS_OK)
        return 0;
    walk(root, 0);
    json_path_first(path, root);
    return 0;
}
