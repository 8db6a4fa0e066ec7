/* Unified diff of two documents; see json_diff.h. Both are rendered to lines that know the line of their parent; equal ends
 * are trimmed and the middle is compared by longest common subsequence (bounded: a huge middle is shown as replaced). */
#include "decode/json_diff.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/sanitize.h"

#define LINE_MAX_BYTES ((size_t)8 << 10)
#define CELLS_MAX ((size_t)4 << 20) /* of the comparison table: 8 MiB */
#define ROOT SIZE_MAX

struct line {
    char *text;
    size_t parent; /* index of the line that names the container this one lies in; ROOT: the document */
    char *label;   /* path step of a line that opens a container: "image", "[2]"; NULL otherwise */
};

struct lines {
    struct line *items;
    size_t count, capacity;
};

static void drop(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        free(lines->items[i].text);
        free(lines->items[i].label);
    }
    ARRAY_FREE(lines);
}

/* ---- rendering ---- */

struct place {
    size_t parent;
    unsigned indent;
    const char *head; /* "key: " or "- ", put before the first line of a value */
    const char *label;
};

static void emit(struct lines *lines, const struct place *place, struct span value, bool opens)
{
    if (lines->count >= JSON_DIFF_LINES_MAX)
        return;
    CLEANUP(bytebuf_done) struct bytebuf raw;
    bytebuf_init(&raw, LINE_MAX_BYTES + 512);
    for (unsigned i = 0; i < place->indent && i < 200; i++)
        bytebuf_append_byte(&raw, ' ');
    bytebuf_append_text(&raw, place->head);
    bytebuf_append_span(&raw, span_first(value, LINE_MAX_BYTES - 256));
    struct span whole = bytebuf_span(&raw);
    while (value.length == 0 && whole.length > 0 && whole.data[whole.length - 1] == ' ')
        whole.length--;
    struct line line = {sanitize_dup(whole, LINE_MAX_BYTES), place->parent, opens ? alloc_strdup(place->label) : NULL};
    ARRAY_PUSH(lines, line);
}

/* A text that YAML and a person both read as that text without quotes: not as a number, a boolean or null. */
static bool is_plain(const char *text)
{
    static const char *const WORDS[] = {"true", "false", "null", "yes", "no", "on", "off"};
    unsigned char first = (unsigned char)text[0];
    size_t length = strlen(text);
    if (!isalnum(first) && first != '/' && first != '_' && first < 0x80)
        return false;
    if (text[length - 1] == ' ' || text[length - 1] == ':' || strstr(text, ": ") != NULL || strstr(text, " #") != NULL)
        return false;
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == '"' || *at == '\\')
            return false;
    char *end;
    strtod(text, &end);
    if (*end == '\0')
        return false;
    for (size_t i = 0; i < ARRAY_LENGTH(WORDS); i++)
        if (strcasecmp(text, WORDS[i]) == 0)
            return false;
    return true;
}

static void render_block(struct lines *lines, const struct place *place, const char *text)
{
    size_t length = strlen(text);
    bool ends = length > 0 && text[length - 1] == '\n';
    emit(lines, place, span_of(ends ? "|" : "|-"), true);
    struct place inner = {lines->count - 1, place->indent + 2, "", NULL};
    struct span rest = span_make(text, ends ? length - 1 : length), part;
    while (span_split(&rest, '\n', &part))
        emit(lines, &inner, part, false);
}

static void render_scalar(struct lines *lines, const struct place *place, const json_t *value)
{
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        if (strchr(text, '\n') != NULL) {
            render_block(lines, place, text);
            return;
        }
        if (is_plain(text)) {
            emit(lines, place, span_of(text), false);
            return;
        }
    }
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    emit(lines, place, span_of(text != NULL ? text : "null"), false);
    free(text);
}

static void render(struct lines *lines, const struct place *place, const json_t *value, unsigned depth);

static void render_map(struct lines *lines, size_t parent, unsigned indent, const json_t *map, unsigned depth)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)map, key, value) {
        char *head;
        if (is_plain(key)) {
            head = alloc_printf("%s: ", key);
        } else {
            json_t *quoted = json_string(key);
            char *text = json_dumps(quoted, JSON_ENCODE_ANY);
            head = alloc_printf("%s: ", text);
            free(text);
            json_decref(quoted);
        }
        render(lines, &(struct place){parent, indent, head, key}, value, depth);
        free(head);
    }
}

static void render(struct lines *lines, const struct place *place, const json_t *value, unsigned depth)
{
    bool is_map = json_is_object(value), is_list = json_is_array(value);
    size_t size = is_map ? json_object_size(value) : is_list ? json_array_size(value) : 0;
    if (!is_map && !is_list) {
        render_scalar(lines, place, value);
    } else if (size == 0 || depth == 0) {
        emit(lines, place, span_of(size > 0 ? "..." : is_map ? "{}" : "[]"), false);
    } else if (is_map) {
        emit(lines, place, SPAN_EMPTY, true);
        render_map(lines, lines->count - 1, place->indent + 2, value, depth - 1);
    } else {
        emit(lines, place, SPAN_EMPTY, true);
        size_t parent = lines->count - 1;
        for (size_t i = 0; i < size; i++) {
            char label[32];
            snprintf(label, sizeof label, "[%zu]", i);
            render(lines, &(struct place){parent, place->indent, "- ", label}, json_array_get(value, i), depth - 1);
        }
    }
}

static void render_document(struct lines *lines, const json_t *document)
{
    if (json_is_object(document))
        render_map(lines, ROOT, 0, document, JSON_EDIT_DEPTH_MAX);
    else if (document != NULL)
        render(lines, &(struct place){ROOT, 0, "", ""}, document, JSON_EDIT_DEPTH_MAX);
    if (lines->count >= JSON_DIFF_LINES_MAX) {
        free(lines->items[lines->count - 1].text);
        lines->items[lines->count - 1].text = alloc_printf("(the document is longer than %d lines)", JSON_DIFF_LINES_MAX);
    }
}

char *json_diff_render(const json_t *document)
{
    struct lines lines = {0};
    render_document(&lines, document);
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, SIZE_MAX / 2);
    for (size_t i = 0; i < lines.count; i++) {
        bytebuf_append_text(&out, lines.items[i].text);
        bytebuf_append_byte(&out, '\n');
    }
    drop(&lines);
    return alloc_strdup(bytebuf_text(&out));
}

/* ---- comparing ---- */

struct comparison {
    const struct lines *before, *after;
    bool *gone, *new; /* per line: it is only on its side */
};

static bool same(const struct comparison *c, size_t i, size_t j)
{
    return strcmp(c->before->items[i].text, c->after->items[j].text) == 0;
}

/* Marks the middle [i0,i1) × [j0,j1) by longest common subsequence. */
static void compare_middle(struct comparison *c, size_t i0, size_t i1, size_t j0, size_t j1)
{
    size_t rows = i1 - i0, columns = j1 - j0, width = columns + 1;
    if (rows > 0 && columns > 0 && (rows + 1) <= CELLS_MAX / width) {
        uint16_t *length = alloc_zeroed((rows + 1) * width, sizeof *length);
        for (size_t i = rows; i-- > 0;)
            for (size_t j = columns; j-- > 0;) {
                uint16_t down = length[(i + 1) * width + j], right = length[i * width + j + 1];
                length[i * width + j] = same(c, i0 + i, j0 + j) ? (uint16_t)(length[(i + 1) * width + j + 1] + 1)
                                        : down > right ? down : right;
            }
        size_t i = 0, j = 0;
        while (i < rows && j < columns) {
            if (same(c, i0 + i, j0 + j))
                i++, j++;
            else if (length[(i + 1) * width + j] >= length[i * width + j + 1])
                c->gone[i0 + i++] = true;
            else
                c->new[j0 + j++] = true;
        }
        free(length);
        i0 += i;
        j0 += j;
    }
    while (i0 < i1)
        c->gone[i0++] = true;
    while (j0 < j1)
        c->new[j0++] = true;
}

static void compare(struct comparison *c)
{
    size_t start = 0, i1 = c->before->count, j1 = c->after->count;
    while (start < i1 && start < j1 && same(c, start, start))
        start++;
    while (i1 > start && j1 > start && same(c, i1 - 1, j1 - 1))
        i1--, j1--;
    compare_middle(c, start, i1, start, j1);
}

/* ---- hunks ---- */

static char *path_of(const struct lines *lines, size_t at)
{
    size_t chain[64], depth = 0;
    for (size_t parent = lines->items[at].parent; parent != ROOT && depth < ARRAY_LENGTH(chain); parent = lines->items[parent].parent)
        chain[depth++] = parent;
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, 1024);
    while (depth-- > 0) {
        const char *label = lines->items[chain[depth]].label;
        if (out.length > 0 && label[0] != '[')
            bytebuf_append_byte(&out, '.');
        bytebuf_append_text(&out, label);
    }
    return sanitize_dup(bytebuf_span(&out), 1024);
}

static void push(struct json_diff *diff, char sign, char *text)
{
    ARRAY_PUSH(diff, ((struct json_diff_line){sign, text}));
    diff->added += sign == '+';
    diff->removed += sign == '-';
}

/* One entry per output line, before hunks are cut: the sign and the line it comes from. */
struct step {
    char sign;
    const struct lines *side;
    size_t at;
    bool kept; /* inside a hunk */
};

static size_t walk(const struct comparison *c, struct step *steps)
{
    size_t i = 0, j = 0, count = 0;
    while (i < c->before->count || j < c->after->count) {
        if (i < c->before->count && c->gone[i])
            steps[count++] = (struct step){'-', c->before, i++, true};
        else if (j < c->after->count && c->new[j])
            steps[count++] = (struct step){'+', c->after, j++, true};
        else
            steps[count++] = (struct step){' ', c->after, j, false}, i++, j++;
    }
    return count;
}

static void cut_hunks(struct step *steps, size_t count, size_t context, struct json_diff *diff)
{
    for (size_t at = 0; at < count; at++) {
        if (steps[at].sign == ' ')
            continue;
        for (size_t near = at > context ? at - context : 0; near < count && near <= at + context; near++)
            steps[near].kept = true;
    }
    for (size_t at = 0; at < count; at++) {
        if (!steps[at].kept)
            continue;
        if (at == 0 || !steps[at - 1].kept) {
            size_t change = at;
            while (steps[change].sign == ' ')
                change++;
            push(diff, '@', path_of(steps[change].side, steps[change].at));
        }
        push(diff, steps[at].sign, alloc_strdup(steps[at].side->items[steps[at].at].text));
    }
}

void json_diff_make(const json_t *before, const json_t *after, size_t context, struct json_diff *ret)
{
    struct lines old = {0}, new = {0};
    render_document(&old, before);
    render_document(&new, after);
    struct comparison c = {&old, &new, alloc_zeroed(old.count, sizeof(bool)), alloc_zeroed(new.count, sizeof(bool))};
    compare(&c);
    struct step *steps = alloc_zeroed(old.count + new.count, sizeof *steps);
    *ret = (struct json_diff){0};
    cut_hunks(steps, walk(&c, steps), context, ret);
    free(steps);
    free(c.gone);
    free(c.new);
    drop(&old);
    drop(&new);
}

void json_diff_done(struct json_diff *diff)
{
    for (size_t i = 0; i < diff->count; i++)
        free(diff->items[i].text);
    ARRAY_FREE(diff);
}

json_t *json_diff_strip(const json_t *object)
{
    static const char *const VOLATILE[] = {"managedFields", "resourceVersion", "generation"};
    json_t *copy = json_deep_copy(object);
    json_t *metadata = json_object_get(copy, "metadata");
    for (size_t i = 0; i < ARRAY_LENGTH(VOLATILE); i++)
        json_object_del(metadata, VOLATILE[i]);
    json_object_del(json_object_get(metadata, "annotations"), "kubectl.kubernetes.io/last-applied-configuration");
    json_object_del(copy, "status");
    return copy;
}
