/* Golden files; see golden.h. */
#include "support/golden.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/bytebuf.h"

#define DUMP_MAX (4u * 1024 * 1024)

static char letter_of(const struct cell *cell, bool ground)
{
    return style_ids_letter((enum style_id)(ground ? cell->ground : cell->style));
}

static void dump_letters(struct bytebuf *out, const struct canvas *canvas, bool ground)
{
    for (int y = 0; y < canvas->height; y++) {
        size_t start = out->length;
        for (int x = 0; x < canvas->width; x++)
            bytebuf_append_byte(out, letter_of(canvas_at(canvas, x, y), ground));
        while (out->length > start && out->data[out->length - 1] == style_ids_letter(STYLE_TEXT))
            out->length--;
        bytebuf_append_byte(out, '\n');
    }
}

static bool has_ground(const struct canvas *canvas)
{
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++)
            if (canvas_at(canvas, x, y)->ground != STYLE_TEXT)
                return true;
    return false;
}

char *golden_dump(const struct canvas *canvas)
{
    struct bytebuf out;
    bytebuf_init(&out, DUMP_MAX);
    bytebuf_printf(&out, "%dx%d", canvas->width, canvas->height);
    if (canvas->cursor_visible)
        bytebuf_printf(&out, " cursor %d,%d", canvas->cursor_x, canvas->cursor_y);
    bytebuf_append_text(&out, "\n== text\n");
    for (int y = 0; y < canvas->height; y++) {
        char line[CANVAS_WIDTH_MAX * CELL_BYTES_MAX + 1];
        canvas_line_text(canvas, y, line, sizeof line);
        bytebuf_append_text(&out, line);
        bytebuf_append_byte(&out, '\n');
    }
    bytebuf_append_text(&out, "== style\n");
    dump_letters(&out, canvas, false);
    if (has_ground(canvas)) {
        bytebuf_append_text(&out, "== ground\n");
        dump_letters(&out, canvas, true);
    }
    cr_assert(!out.overflowed, "the canvas is too big for a golden file");
    return bytebuf_take(&out);
}

static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) != 0)
            cr_assert(errno == EEXIST, "cannot make %s", path);
        *slash = '/';
    }
}

static void write_golden(char *path, const char *text)
{
    make_folders(path);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "cannot write %s", path);
    fputs(text, file);
    fclose(file);
}

static char *read_golden(const char *path)
{
    struct bytebuf text;
    char chunk[4096];
    bytebuf_init(&text, DUMP_MAX);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    for (size_t got = fread(chunk, 1, sizeof chunk, file); got > 0; got = fread(chunk, 1, sizeof chunk, file))
        bytebuf_append(&text, chunk, got);
    fclose(file);
    bytebuf_append_text(&text, "");
    return bytebuf_take(&text);
}

void golden_check(const char *name, const struct canvas *canvas)
{
    char *path = alloc_printf("%s/tests/golden/%s.screen", SOVDECK_SOURCE_DIR, name);
    char *is = golden_dump(canvas);
    const char *update = getenv("UPDATE_GOLDEN");
    if (update != NULL && strcmp(update, "1") == 0)
        write_golden(path, is);
    char *expected = read_golden(path);
    bool same = expected != NULL && strcmp(expected, is) == 0;
    if (!same)
        fprintf(stderr, "--- %s expected\n%s--- is\n%s", path, expected == NULL ? "(no such file)\n" : expected, is);
    free(expected);
    free(is);
    free(path);
    cr_assert(same, "%s differs; UPDATE_GOLDEN=1 writes it anew", name);
}
