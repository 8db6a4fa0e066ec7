/* The test double; see terminal_memory.h. */
#include "term/terminal_memory.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/sanitize.h"

struct terminal_memory {
    struct terminal terminal;
    int width, height;
    struct canvas *shown;
    unsigned presents;
    bool invalid; /* redraw was asked for */
    ARRAY(struct key) keys;
    size_t next_key;
    char *copied;
};

static struct terminal_memory *self_of(struct terminal *terminal)
{
    return (struct terminal_memory *)terminal;
}

static const struct terminal_memory *view_of(const struct terminal *terminal)
{
    return (const struct terminal_memory *)terminal;
}

static int fd(const struct terminal *terminal)
{
    return -1;
}

static void size(const struct terminal *terminal, int *ret_width, int *ret_height)
{
    *ret_width = view_of(terminal)->width;
    *ret_height = view_of(terminal)->height;
}

static void nothing(struct terminal *terminal)
{
}

static bool read_key(struct terminal *terminal, struct key *ret_key)
{
    struct terminal_memory *self = self_of(terminal);
    if (self->next_key >= self->keys.count)
        return false;
    *ret_key = self->keys.items[self->next_key++];
    return true;
}

static void present(struct terminal *terminal, const struct canvas *canvas)
{
    struct terminal_memory *self = self_of(terminal);
    if (!self->invalid && canvas_equals(self->shown, canvas))
        return;
    canvas_copy(self->shown, canvas);
    self->presents++;
    self->invalid = false;
}

static void redraw(struct terminal *terminal)
{
    self_of(terminal)->invalid = true;
}

static void set_theme(struct terminal *terminal, const struct theme *theme)
{
    redraw(terminal);
}

static void set_title(struct terminal *terminal, const char *title)
{
}

static void copy(struct terminal *terminal, const char *text)
{
    struct terminal_memory *self = self_of(terminal);
    free(self->copied);
    self->copied = sanitize_dup(span_of(text), 4096);
}

static void facts(const struct terminal *terminal, struct terminal_facts *ret_facts)
{
    *ret_facts = (struct terminal_facts){.name = "memory", .depth = COLOR_DEPTH_DIRECT, .glyphs = TERMINAL_GLYPHS_FULL};
}

static bool is_gone(const struct terminal *terminal)
{
    return false;
}

static void free_memory(struct terminal *terminal)
{
    struct terminal_memory *self = self_of(terminal);
    canvas_free(self->shown);
    ARRAY_FREE(&self->keys);
    free(self->copied);
    free(self);
}

static const struct terminal_ops OPS = {
    .fd = fd,
    .size = size,
    .resized = nothing,
    .read_key = read_key,
    .present = present,
    .redraw = redraw,
    .set_theme = set_theme,
    .suspend = nothing,
    .resume = redraw,
    .bell = nothing,
    .set_title = set_title,
    .copy = copy,
    .facts = facts,
    .is_gone = is_gone,
    .free = free_memory,
};

struct terminal *terminal_memory_new(int width, int height)
{
    struct terminal_memory *self = alloc_new(struct terminal_memory);
    self->terminal.ops = &OPS;
    self->shown = canvas_new(0, 0);
    terminal_memory_resize(&self->terminal, width, height);
    return &self->terminal;
}

void terminal_memory_resize(struct terminal *terminal, int width, int height)
{
    self_of(terminal)->width = width > 1 ? width : 1;
    self_of(terminal)->height = height > 1 ? height : 1;
}

void terminal_memory_feed(struct terminal *terminal, const char *keys)
{
    struct terminal_memory *self = self_of(terminal);
    struct span rest = span_of(keys), name;
    while (span_split(&rest, ' ', &name)) {
        struct key key;
        if (key_parse(name, &key))
            ARRAY_PUSH(&self->keys, key);
    }
}

const struct canvas *terminal_memory_shown(const struct terminal *terminal)
{
    return view_of(terminal)->shown;
}

unsigned terminal_memory_presents(const struct terminal *terminal)
{
    return view_of(terminal)->presents;
}

const char *terminal_memory_copied(const struct terminal *terminal)
{
    return view_of(terminal)->copied == NULL ? "" : view_of(terminal)->copied;
}
