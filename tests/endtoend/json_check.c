/* usage: json_check FILE   Says "fine", with exit code 0, when the file is one JSON document that holds a non-empty array. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

static bool has_items(json_t *value)
{
    const char *name;
    json_t *member;
    if (json_is_array(value))
        return json_array_size(value) > 0;
    json_object_foreach(value, name, member)
        if (json_is_array(member) && json_array_size(member) > 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    json_error_t error;
    json_t *value = json_load_file(argc > 1 ? argv[1] : "", JSON_REJECT_DUPLICATES, &error);
    if (value == NULL)
        fprintf(stderr, "line %d: %s\n", error.line, error.text);
    bool good = value != NULL && has_items(value);
    puts(good ? "fine" : "not what was expected");
    json_decref(value);
    return good ? 0 : 1;
}
