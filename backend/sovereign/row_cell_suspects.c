/* Only leaves that do name such a host are kept: ordinary images would fill the row of every release. */
#include "sovereign/row_cell_suspects.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/sanitize.h"
#include "store/kind.h"

#define SUSPECT_DEPTH_MAX 32
#define SUSPECT_VALUE_MAX 512
#define SUSPECT_LEAD 128 /* bytes kept before a host in a text that is too long */

/* Hosts by what stands before and behind their dot: dots are rare, so that most texts cost one memchr. */
static const struct {
    const char *before, *after;
} HOSTS[] = {{"openova", "io"}, {"ghcr", "io"}, {"github", "com"}, {"githubusercontent", "com"}};

/* A step of the way down to a value; the path is written only for the few values that are kept. */
struct place {
    const struct place *parent; /* NULL: `values` itself */
    struct span key;            /* of an object */
    size_t index;               /* of a list */
    bool in_list;
};

struct search {
    struct bytebuf *out;
    size_t left_out;
};

static bool surrounds(struct span text, size_t dot, size_t host)
{
    size_t before = strlen(HOSTS[host].before), after = strlen(HOSTS[host].after);
    return dot >= before && text.length - dot - 1 >= after &&
           strncasecmp(text.data + dot - before, HOSTS[host].before, before) == 0 &&
           strncasecmp(text.data + dot + 1, HOSTS[host].after, after) == 0;
}

static bool names_host(struct span text)
{
    const char *dot = text.length > 0 ? memchr(text.data, '.', text.length) : NULL;
    while (dot != NULL) {
        size_t at = (size_t)(dot - text.data);
        for (size_t i = 0; i < ARRAY_LENGTH(HOSTS); i++)
            if (surrounds(text, at, i))
                return true;
        dot = memchr(dot + 1, '.', text.length - at - 1);
    }
    return false;
}

/* Where a long text names its first host: a part of it, with some bytes before, whole characters at its start. */
static size_t find_part(struct span text)
{
    size_t start = 0;
    while (!names_host(span_first(span_from(text, start), SUSPECT_VALUE_MAX)))
        start += SUSPECT_VALUE_MAX / 2;
    start -= start > SUSPECT_LEAD ? SUSPECT_LEAD : start;
    while (start > 0 && ((unsigned char)text.data[start] & 0xC0) == 0x80)
        start--;
    return start;
}

static bool put_path(struct bytebuf *out, const struct place *place)
{
    char index[32];
    if (place == NULL)
        return true;
    if (!put_path(out, place->parent))
        return false;
    if (place->in_list) {
        snprintf(index, sizeof index, "[%zu]", place->index);
        return bytebuf_append_text(out, index);
    }
    bool is_first = place->parent == NULL;
    return (is_first || bytebuf_append_byte(out, '.')) && sanitize_line(out, place->key);
}

static void put(struct search *search, const struct place *place, struct span value)
{
    struct bytebuf *out = search->out;
    size_t start = out->length;
    if (start > 0)
        bytebuf_append_byte(out, KIND_ITEM_SEPARATOR);
    if (put_path(out, place) && bytebuf_append_byte(out, KIND_PAIR_SEPARATOR) && sanitize_line(out, value))
        return;
    out->length = start;
    out->overflowed = false;
    search->left_out++;
}

static void take_leaf(struct search *search, const struct place *place, struct span text)
{
    if (!names_host(text))
        return;
    if (text.length <= SUSPECT_VALUE_MAX) {
        put(search, place, text);
        return;
    }
    size_t start = find_part(text);
    put(search, place, span_first(span_from(text, start), SUSPECT_VALUE_MAX + SUSPECT_LEAD));
    if (names_host(span_from(text, start + SUSPECT_VALUE_MAX))) /* what the part does not hold, and its end */
        search->left_out++;
}

static void walk(struct search *search, const struct place *parent, struct json_value value, int depth)
{
    enum json_kind kind = json_reader_kind(value);
    if (kind == JSON_KIND_STRING)
        take_leaf(search, parent, json_reader_string(value));
    if (kind != JSON_KIND_OBJECT && kind != JSON_KIND_ARRAY)
        return;
    if (depth == SUSPECT_DEPTH_MAX) {
        search->left_out++;
        return;
    }
    struct json_iterator it = json_reader_iterate(value);
    struct place place = {.parent = parent, .in_list = kind == JSON_KIND_ARRAY};
    for (; json_reader_next(&it); place.index++) {
        place.key = it.key;
        walk(search, &place, it.value, depth + 1);
    }
}

bool row_cell_suspects_read(struct json_value values, struct bytebuf *out)
{
    struct search search = {.out = out};
    walk(&search, NULL, values, 0);
    return search.left_out == 0;
}
