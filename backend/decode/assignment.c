/* PATH=VALUE and PATH:=JSON; see assignment.h. */
#include "decode/assignment.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void assignment_done(struct assignment *assignment)
{
    value_path_done(&assignment->path);
    free(assignment->text);
    json_decref(assignment->typed);
    *assignment = (struct assignment){0};
}

/* Index of the first '=' outside quotes and escapes; -1: none. */
static ptrdiff_t find_equal(const char *text)
{
    bool quoted = false;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '\\' && text[i + 1] != '\0')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == '=' && !quoted)
            return (ptrdiff_t)i;
    }
    return -1;
}

enum status assignment_parse(const char *text, struct assignment *ret, struct error *err)
{
    ptrdiff_t equal = find_equal(text);
    if (equal < 0)
        return error_set(err, STATUS_USAGE, "'%s' is not PATH=VALUE or PATH:=JSON", text);
    bool typed = equal > 0 && text[equal - 1] == ':' && !(equal > 1 && text[equal - 2] == '\\');
    struct assignment made = {0};
    enum status status = value_path_parse(span_make(text, (size_t)equal - (typed ? 1 : 0)), &made.path, err);
    if (status != STATUS_OK)
        return status;
    const char *value = text + equal + 1;
    if (typed) {
        status = json_edit_parse("the value behind ':='", span_of(value), &made.typed, err);
        if (status != STATUS_OK) {
            assignment_done(&made);
            return error_set(err, STATUS_USAGE, "'%s': the value behind ':=' is not JSON (a text needs its double quotes)", text);
        }
    } else {
        made.text = alloc_strdup(value);
    }
    *ret = made;
    return STATUS_OK;
}

static enum status mismatch(const struct assignment *assignment, const json_t *existing, struct error *err)
{
    char *path = value_path_text(&assignment->path);
    enum status status;
    if (json_is_object(existing) || json_is_array(existing))
        status = error_set(err, STATUS_USAGE, "%s is %s; to replace it as a whole write %s:=JSON", path,
                           json_edit_type_name(existing), path);
    else
        status = error_set(err, STATUS_USAGE, "%s is %s, '%s' is not; to change the type write %s:=JSON", path,
                           json_edit_type_name(existing), assignment->text, path);
    free(path);
    return status;
}

/* The text read as a JSON scalar; NULL when it is none. */
static json_t *read_scalar(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    if (json_is_object(value) || json_is_array(value)) {
        json_decref(value);
        return NULL;
    }
    return value;
}

enum status assignment_value(const struct assignment *assignment, const json_t *existing, json_t **ret, struct error *err)
{
    if (assignment->typed != NULL) {
        *ret = json_is_null(assignment->typed) ? NULL : json_incref(assignment->typed);
        return STATUS_OK;
    }
    json_t *value = NULL;
    if (existing == NULL || json_is_null(existing) || json_is_string(existing)) {
        value = json_string(assignment->text);
        if (value == NULL)
            return error_set(err, STATUS_USAGE, "'%s' is not UTF-8 text", assignment->text);
    } else {
        value = read_scalar(assignment->text);
        bool fits = json_is_boolean(existing) ? json_is_boolean(value)
                    : json_is_integer(existing) ? json_is_integer(value)
                    : json_is_real(existing) ? json_is_number(value) : false;
        if (!fits) {
            json_decref(value);
            return mismatch(assignment, existing, err);
        }
    }
    *ret = value;
    return STATUS_OK;
}
