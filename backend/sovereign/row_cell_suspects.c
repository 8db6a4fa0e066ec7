/* Two passes: a leaf that does name such a host must never be crowded out by ordinary images. */
#include "sovereign/row_cell_suspects.h"

#include "base/array.h"
#include "base/sanitize.h"
#include "store/kind.h"

#define SUSPECT_DEPTH_MAX 32
#define SUSPECT_PATH_MAX 256
#define SUSPECT_VALUE_MAX 512
#define SUSPECT_LEAD 128 /* bytes kept before a host in a text that is too long */

static const char *const HOSTS[] = {"openova.io", "github.com", "githubusercontent.com", "ghcr.io"};
static const char *const KEYS[] = {"image", "repository", "registry", "registryMirror", "imageRegistry", "package", "url", "host"};

struct search {
    struct bytebuf *out;
    struct bytebuf path;
    bool by_host; /* first pass */
    size_t left_out;
};

static bool names_host(struct span text)
{
    for (size_t i = 0; i < ARRAY_LENGTH(HOSTS); i++)
        if (span_contains_folded(text, span_of(HOSTS[i])))
            return true;
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

static bool is_host_key(struct span key)
{
    for (size_t i = 0; i < ARRAY_LENGTH(KEYS); i++)
        if (span_equals_text(key, KEYS[i]))
            return true;
    return false;
}

static void put(struct search *search, struct span path, struct span value)
{
    struct bytebuf *out = search->out;
    size_t start = out->length;
    if (start > 0)
        bytebuf_append_byte(out, KIND_ITEM_SEPARATOR);
    bool fits = sanitize_line(out, path) && bytebuf_append_byte(out, KIND_PAIR_SEPARATOR) &&
                sanitize_line(out, value);
    if (fits)
        return;
    out->length = start;
    out->overflowed = false;
    search->left_out++;
}

static void take_leaf(struct search *search, struct span key, struct json_value value)
{
    struct span text = json_reader_string(value);
    if (text.length == 0)
        return;
    bool host = names_host(text);
    if (search->by_host ? !host : host || !is_host_key(key))
        return;
    if (text.length <= SUSPECT_VALUE_MAX) {
        put(search, bytebuf_span(&search->path), text);
        return;
    }
    size_t start = host ? find_part(text) : 0;
    put(search, bytebuf_span(&search->path), span_first(span_from(text, start), SUSPECT_VALUE_MAX + SUSPECT_LEAD));
    if (host && names_host(span_from(text, start + SUSPECT_VALUE_MAX))) /* what the part does not hold, and its end */
        search->left_out++;
}

/* An element of a list keeps its list's key: `package: [a, b]` is suspect twice. */
static void walk(struct search *search, struct span key, struct json_value value, int depth)
{
    enum json_kind kind = json_reader_kind(value);
    if (kind == JSON_KIND_STRING)
        take_leaf(search, key, value);
    if (kind != JSON_KIND_OBJECT && kind != JSON_KIND_ARRAY)
        return;
    if (depth == SUSPECT_DEPTH_MAX) {
        search->left_out++;
        return;
    }
    struct json_iterator it = json_reader_iterate(value);
    size_t length = search->path.length;
    for (size_t index = 0; json_reader_next(&it); index++) {
        if (kind == JSON_KIND_ARRAY)
            bytebuf_printf(&search->path, "[%zu]", index);
        else
            bytebuf_printf(&search->path, "%s%.*s", length > 0 ? "." : "", SPAN_PRINT(it.key));
        walk(search, kind == JSON_KIND_ARRAY ? key : it.key, it.value, depth + 1);
        search->path.length = length;
        search->path.overflowed = false;
    }
}

bool row_cell_suspects_read(struct json_value values, struct bytebuf *out)
{
    struct search search = {.out = out, .by_host = true};
    bytebuf_init(&search.path, SUSPECT_PATH_MAX);
    walk(&search, SPAN_EMPTY, values, 0);
    size_t hosts_left_out = search.left_out;
    search.by_host = false;
    walk(&search, SPAN_EMPTY, values, 0);
    bytebuf_done(&search.path);
    return hosts_left_out == 0;
}
