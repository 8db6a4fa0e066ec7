/* Builds a yaml_tree from libyaml's events. libyaml itself accepts cyclic aliases, duplicate keys and any depth, so the
 * limits are enforced here, at event level, before anything is kept. The stack is explicit: no recursion on input. */
#include "decode/yaml_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/utf8.h"
#include "decode/yaml_graft.h"

struct yaml_tree {
    char *name;
    struct yaml_node *root;
};

#define YAML_TREE_PAIRS_COMPARED_MAX 4096

enum manner { STRICT, KEEPING_REPEATS, LENIENT };

struct anchor {
    char *name;
    const struct yaml_node *node; /* borrowed from the tree */
};

struct builder {
    const char *file;
    struct error *err;
    yaml_parser_t parser;
    enum manner manner;
    size_t budget; /* nodes that may still be made */
    size_t depth;
    struct yaml_node *stack[YAML_TREE_DEPTH_MAX]; /* open containers, borrowed from the tree */
    struct yaml_node *pending_key;                /* owned: key read, value not yet */
    struct yaml_node *root;                       /* owned */
    ARRAY(struct anchor) anchors;                 /* lenient: a later one of the same name replaces */
    bool complete;                                /* lenient: the first document has ended */
};

static enum status refuse(struct builder *b, enum status status, yaml_mark_t mark, const char *what)
{
    return error_set(b->err, status, "%s:%zu: %s", b->file, mark.line + 1, what);
}

static struct yaml_node *make_node(struct builder *b, enum yaml_kind kind, yaml_mark_t mark)
{
    b->budget--;
    return yaml_graft_new(kind, b->file, (unsigned)mark.line + 1, (unsigned)mark.column + 1);
}

static enum status take_key(struct builder *b, struct yaml_node *node)
{
    const struct yaml_node *map = b->stack[b->depth - 1];
    enum status status = STATUS_OK;
    if (node->kind != YAML_KIND_SCALAR)
        status = error_set(b->err, STATUS_INVALID, "%s:%u: a key is %s, expected a text", b->file, node->line,
                           yaml_node_kind_name(node));
    for (size_t i = 0; status == STATUS_OK && b->manner != LENIENT && node->repeats_line == 0 && i < map->count; i++)
        if (strcmp(map->keys[i]->text, node->text) == 0 && b->manner == KEEPING_REPEATS)
            node->repeats_line = map->keys[i]->line;
        else if (strcmp(map->keys[i]->text, node->text) == 0)
            status = error_set(b->err, STATUS_INVALID, "%s:%u: '%.64s' is already set on line %u, expected it once",
                               b->file, node->line, node->text, map->keys[i]->line);
    if (status != STATUS_OK) {
        yaml_graft_free(node);
        return status;
    }
    b->pending_key = node;
    return STATUS_OK;
}

/* Takes `node` (freed on failure) into the open container, or as the root. */
static enum status take_node(struct builder *b, struct yaml_node *node, bool *became_key)
{
    *became_key = false;
    if (b->depth == 0) {
        b->root = node;
        return STATUS_OK;
    }
    struct yaml_node *parent = b->stack[b->depth - 1];
    if (parent->kind == YAML_KIND_MAP && b->pending_key == NULL) {
        *became_key = true;
        return take_key(b, node);
    }
    yaml_graft_append(parent, b->pending_key, node);
    b->pending_key = NULL;
    return STATUS_OK;
}

static bool is_plain_tag(const struct builder *b, const char *tag)
{
    static const char *const CORE[] = {YAML_NULL_TAG, YAML_BOOL_TAG, YAML_INT_TAG, YAML_FLOAT_TAG, YAML_SEQ_TAG, YAML_MAP_TAG};
    if (strcmp(tag, YAML_STR_TAG) == 0 || strcmp(tag, "!") == 0)
        return true;
    for (size_t i = 0; (b->manner == LENIENT) && i < ARRAY_LENGTH(CORE); i++)
        if (strcmp(tag, CORE[i]) == 0)
            return true;
    return false;
}

static enum status refuse_size(struct builder *b, yaml_mark_t mark)
{
    return error_set(b->err, STATUS_TOO_BIG, "%s:%zu: too many values, expected at most %d", b->file, mark.line + 1,
                     (b->manner == LENIENT) ? YAML_TREE_LENIENT_NODES_MAX : YAML_TREE_NODES_MAX);
}

static enum status check_decoration(struct builder *b, const yaml_char_t *anchor, const yaml_char_t *tag, yaml_mark_t mark)
{
    if (anchor != NULL && b->manner != LENIENT)
        return refuse(b, STATUS_INVALID, mark, "an anchor (&), expected the value written out");
    if (tag != NULL && !is_plain_tag(b, (const char *)tag))
        return refuse(b, STATUS_INVALID, mark, "a type tag (!), expected a plain value");
    return b->budget == 0 ? refuse_size(b, mark) : STATUS_OK;
}

static void note_anchor(struct builder *b, const yaml_char_t *name, const struct yaml_node *node)
{
    if (name == NULL)
        return;
    for (size_t i = 0; i < b->anchors.count; i++)
        if (strcmp(b->anchors.items[i].name, (const char *)name) == 0) {
            b->anchors.items[i].node = node;
            return;
        }
    struct anchor anchor = {alloc_strdup((const char *)name), node};
    ARRAY_PUSH(&b->anchors, anchor); /* bounded by the nodes */
}

static void forget_anchors(struct builder *b)
{
    for (size_t i = 0; i < b->anchors.count; i++)
        free(b->anchors.items[i].name);
    ARRAY_FREE(&b->anchors);
}

static size_t depth_of(const struct yaml_node *node)
{
    size_t deepest = 0;
    for (size_t i = 0; i < node->count; i++) {
        size_t depth = depth_of(node->values[i]);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + (node->kind != YAML_KIND_SCALAR);
}

/* The anchored node is copied: what is still open would contain itself. */
static enum status take_alias(struct builder *b, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    const struct yaml_node *node = NULL;
    if (b->manner != LENIENT)
        return refuse(b, STATUS_INVALID, event->start_mark, "an alias (*), expected the value written out");
    for (size_t i = 0; i < b->anchors.count; i++)
        if (strcmp(b->anchors.items[i].name, name) == 0)
            node = b->anchors.items[i].node;
    if (node == NULL)
        return error_set(b->err, STATUS_INVALID, "%s:%zu: the alias *%.64s has no anchor before it", b->file, event->start_mark.line + 1, name);
    for (size_t i = 0; i < b->depth; i++)
        if (b->stack[i] == node)
            return error_set(b->err, STATUS_INVALID, "%s:%zu: the alias *%.64s stands inside its own anchor: a cycle", b->file,
                             event->start_mark.line + 1, name);
    if (b->depth + depth_of(node) > YAML_TREE_DEPTH_MAX)
        return refuse(b, STATUS_TOO_BIG, event->start_mark, "nesting is too deep, expected at most 32 levels");
    struct yaml_node *copy = yaml_graft_copy(node, &b->budget);
    if (copy == NULL)
        return refuse_size(b, event->start_mark);
    bool became_key;
    return take_node(b, copy, &became_key);
}

/* Look-ups take the first: of a key given twice the last one goes to the front, the others stay (anchors may point to them). */
static void prefer_last(struct yaml_node *map)
{
    for (size_t i = 0; map->count <= YAML_TREE_PAIRS_COMPARED_MAX && i < map->count; i++)
        for (size_t later = map->count - 1; later > i; later--) {
            if (strcmp(map->keys[i]->text, map->keys[later]->text) != 0)
                continue;
            struct yaml_node *key = map->keys[i], *value = map->values[i];
            map->keys[i] = map->keys[later];
            map->values[i] = map->values[later];
            map->keys[later] = key;
            map->values[later] = value;
            break;
        }
}

static enum status close_container(struct builder *b, yaml_mark_t mark)
{
    struct yaml_node *node = b->stack[--b->depth];
    if (b->manner != LENIENT || node->kind != YAML_KIND_MAP)
        return STATUS_OK;
    prefer_last(node);
    if (yaml_graft_merge(node, &b->budget))
        return STATUS_OK;
    return b->budget == 0 ? refuse_size(b, mark) : refuse(b, STATUS_INVALID, mark, "a merge key (<<) without a map, expected an alias of one");
}

static enum status take_scalar(struct builder *b, const yaml_event_t *event)
{
    enum status status = check_decoration(b, event->data.scalar.anchor, event->data.scalar.tag, event->start_mark);
    if (status != STATUS_OK)
        return status;
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length) != NULL)
        return refuse(b, STATUS_INVALID, event->start_mark, "a NUL byte inside a text, expected none");
    struct yaml_node *node = make_node(b, YAML_KIND_SCALAR, event->start_mark);
    node->text = alloc_strndup((const char *)event->data.scalar.value, event->data.scalar.length);
    node->length = event->data.scalar.length;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && event->data.scalar.tag == NULL;
    bool became_key;
    status = take_node(b, node, &became_key);
    if (status == STATUS_OK)
        note_anchor(b, event->data.scalar.anchor, node);
    return status;
}

static enum status open_container(struct builder *b, enum yaml_kind kind, const yaml_char_t *anchor,
                                  const yaml_char_t *tag, yaml_mark_t mark)
{
    enum status status = check_decoration(b, anchor, tag, mark);
    if (status != STATUS_OK)
        return status;
    if (b->depth >= YAML_TREE_DEPTH_MAX)
        return refuse(b, STATUS_TOO_BIG, mark, "nesting is too deep, expected at most 32 levels");
    struct yaml_node *node = make_node(b, kind, mark);
    bool became_key;
    status = take_node(b, node, &became_key);
    if (status == STATUS_OK) {
        note_anchor(b, anchor, node);
        b->stack[b->depth++] = node;
    }
    return status;
}

static enum status take_event(struct builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return take_scalar(b, event);
    case YAML_MAPPING_START_EVENT:
        return open_container(b, YAML_KIND_MAP, event->data.mapping_start.anchor, event->data.mapping_start.tag,
                              event->start_mark);
    case YAML_SEQUENCE_START_EVENT:
        return open_container(b, YAML_KIND_SEQUENCE, event->data.sequence_start.anchor, event->data.sequence_start.tag,
                              event->start_mark);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        return close_container(b, event->start_mark);
    case YAML_ALIAS_EVENT:
        return take_alias(b, event);
    case YAML_DOCUMENT_START_EVENT:
        if (b->root != NULL)
            return refuse(b, STATUS_INVALID, event->start_mark, "a second document (---), expected one");
        return STATUS_OK;
    case YAML_DOCUMENT_END_EVENT:
        b->complete = b->manner == LENIENT; /* kubectl does not look at what follows */
        return STATUS_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
        break;
    }
    return STATUS_OK;
}

static enum status report_syntax(struct builder *b)
{
    const yaml_parser_t *parser = &b->parser;
    const char *problem = parser->problem == NULL ? "not readable" : parser->problem;
    size_t line = parser->error == YAML_READER_ERROR ? parser->mark.line : parser->problem_mark.line;
    return error_set(b->err, STATUS_INVALID, "%s:%zu: %s%s%s, expected valid YAML", b->file, line + 1,
                     parser->context == NULL ? "" : parser->context, parser->context == NULL ? "" : ": ", problem);
}

static enum status read_events(struct builder *b)
{
    enum status status = STATUS_OK;
    bool ended = false;
    while (status == STATUS_OK && !ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(&b->parser, &event))
            return report_syntax(b);
        ended = event.type == YAML_STREAM_END_EVENT;
        status = take_event(b, &event);
        ended = ended || b->complete;
        yaml_event_delete(&event);
    }
    return status;
}

static enum status check_utf8(const char *name, struct span text, struct error *err)
{
    unsigned line = 1;
    while (text.length > 0) {
        uint32_t code;
        bool valid;
        size_t length = utf8_decode(text, &code, &valid);
        if (!valid)
            return error_set(err, STATUS_INVALID, "%s:%u: byte 0x%02X, expected UTF-8 text", name, line,
                             (unsigned char)text.data[0]);
        line += code == '\n';
        text = span_from(text, length);
    }
    return STATUS_OK;
}

static enum status load_text(const char *name, struct span text, enum manner manner, struct yaml_tree **ret_tree, struct error *err)
{
    enum status status = check_utf8(name, text, err);
    if (status != STATUS_OK)
        return status;
    if (span_starts_with(text, "\xEF\xBB\xBF"))
        text = span_from(text, 3); /* libyaml skips the mark only when it guesses the encoding itself */
    struct yaml_tree *tree = alloc_new(struct yaml_tree);
    tree->name = alloc_strdup(name);
    struct builder b = {.file = tree->name, .err = err, .manner = manner};
    b.budget = manner == LENIENT ? YAML_TREE_LENIENT_NODES_MAX : YAML_TREE_NODES_MAX;
    if (!yaml_parser_initialize(&b.parser)) {
        yaml_tree_free(tree);
        return error_set(err, STATUS_IO, "%s: no memory for the YAML reader", name);
    }
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)(text.length == 0 ? "" : text.data), text.length);
    status = read_events(&b);
    yaml_parser_delete(&b.parser);
    yaml_graft_free(b.pending_key);
    forget_anchors(&b);
    tree->root = b.root;
    if (status != STATUS_OK) {
        yaml_tree_free(tree);
        return status;
    }
    if (tree->root == NULL) {
        tree->root = make_node(&b, YAML_KIND_SCALAR, (yaml_mark_t){0});
        tree->root->text = alloc_strdup("");
        tree->root->plain = true;
    }
    *ret_tree = tree;
    return STATUS_OK;
}

enum status yaml_tree_load_text(const char *name, struct span text, struct yaml_tree **ret_tree, struct error *err)
{
    return load_text(name, text, STRICT, ret_tree, err);
}

enum status yaml_tree_load_text_lenient(const char *name, struct span text, struct yaml_tree **ret_tree, struct error *err)
{
    return load_text(name, text, LENIENT, ret_tree, err);
}

enum status yaml_tree_load_text_keeping_repeats(const char *name, struct span text, struct yaml_tree **ret_tree, struct error *err)
{
    return load_text(name, text, KEEPING_REPEATS, ret_tree, err);
}

/* Reads at most maximum + 1 bytes, so that a file that grows while being read cannot pass the limit. */
static enum status read_all(int fd, const char *path, size_t maximum, struct span *ret, struct error *err)
{
    char *data = alloc_bytes(maximum + 1);
    size_t length = 0;
    while (length <= maximum) {
        ssize_t got = read(fd, data + length, maximum + 1 - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            int why = errno;
            free(data);
            return error_set(err, STATUS_IO, "cannot read %s: %s", path, strerror(why));
        }
        if (got == 0)
            break;
        length += (size_t)got;
    }
    if (length > maximum) {
        free(data);
        return error_set(err, STATUS_TOO_BIG, "%s is larger than %zu KiB, expected a smaller file", path, maximum / 1024);
    }
    *ret = span_make(data, length);
    return STATUS_OK;
}

static enum status open_for_reading(const char *path, int *ret_fd, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        enum status status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
        return error_set(err, status, "cannot open %s: %s", path, strerror(errno));
    }
    struct stat st;
    if (fstat(fd, &st) != 0 || !(S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode))) {
        close(fd);
        return error_set(err, STATUS_IO, "cannot read %s: not a regular file", path);
    }
    fcntl(fd, F_SETFL, O_RDONLY); /* opened without waiting for a pipe's writer, read with it */
    *ret_fd = fd;
    return STATUS_OK;
}

static enum status load_file(const char *path, size_t maximum, enum manner manner, struct yaml_tree **ret_tree, struct error *err)
{
    int fd;
    enum status status = open_for_reading(path, &fd, err);
    if (status != STATUS_OK)
        return status;
    struct span text;
    status = read_all(fd, path, maximum, &text, err);
    close(fd);
    if (status != STATUS_OK)
        return status;
    status = load_text(path, text, manner, ret_tree, err);
    explicit_bzero((char *)(uintptr_t)text.data, text.length);
    free((char *)(uintptr_t)text.data);
    return status;
}

enum status yaml_tree_load_file(const char *path, struct yaml_tree **ret_tree, struct error *err)
{
    return load_file(path, YAML_TREE_FILE_MAX, STRICT, ret_tree, err);
}

enum status yaml_tree_load_file_keeping_repeats(const char *path, struct yaml_tree **ret_tree, struct error *err)
{
    return load_file(path, YAML_TREE_FILE_MAX, KEEPING_REPEATS, ret_tree, err);
}

enum status yaml_tree_load_file_lenient(const char *path, size_t maximum, struct yaml_tree **ret_tree, struct error *err)
{
    return load_file(path, maximum, LENIENT, ret_tree, err);
}

void yaml_tree_free(struct yaml_tree *tree)
{
    if (tree == NULL)
        return;
    yaml_graft_free(tree->root);
    free(tree->name);
    free(tree);
}

const struct yaml_node *yaml_tree_root(const struct yaml_tree *tree)
{
    return tree->root;
}

const char *yaml_tree_name(const struct yaml_tree *tree)
{
    return tree->name;
}
