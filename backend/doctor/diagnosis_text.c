/* A diagnosis for people: sections under headings, words in columns, long texts wrapped under their own column. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "base/utf8.h"
#include "doctor/diagnosis.h"

#define NAME_WIDTH_MAX 16 /* a longer name pushes its text onto the next line */
#define WORD_WIDTH 7      /* "warning" */
#define WIDTH_LEAST 40
#define OUTPUT_MAXIMUM ((size_t)4 << 20)
#define REMEDY_MARK "-> "

static const char *const COLOURS[] = {
    [DIAGNOSIS_OK] = "\033[32m",
    [DIAGNOSIS_WARNING] = "\033[33m",
    [DIAGNOSIS_BAD] = "\033[1;31m",
    [DIAGNOSIS_OFF] = "\033[2m",
};

struct page {
    struct bytebuf out;
    size_t width, name_width;
    bool colour;
};

static void put_padded(struct page *page, const char *text, size_t cells, const char *sgr)
{
    bool coloured = page->colour && sgr != NULL;
    bytebuf_printf(&page->out, "%s%s%s", coloured ? sgr : "", text, coloured ? "\033[0m" : "");
    for (size_t used = utf8_width(span_of(text)); used < cells; used++)
        bytebuf_append_byte(&page->out, ' ');
}

/* How much of `text` fits into `cells`: up to the last blank, or the cut itself when a word is longer than the line. */
static struct span take_line(struct span *text, size_t cells)
{
    struct span line = utf8_cut(*text, cells, NULL);
    if (line.length == 0)
        line = span_first(*text, text->length);
    if (line.length < text->length && text->data[line.length] != ' ') {
        const char *blank = memrchr(line.data, ' ', line.length);
        if (blank != NULL && blank > line.data)
            line = span_first(line, (size_t)(blank - line.data));
    }
    *text = span_trim(span_from(*text, line.length));
    return span_trim(line);
}

static void put_wrapped(struct page *page, const char *text, size_t indent, const char *mark, const char *sgr)
{
    struct span rest = span_of(text);
    size_t room = page->width > indent + strlen(mark) + 10 ? page->width - indent - strlen(mark) : 10;
    for (bool first = true; first || rest.length > 0; first = false) {
        struct span line = take_line(&rest, room);
        if (!first)
            for (size_t i = 0; i < indent; i++)
                bytebuf_append_byte(&page->out, ' ');
        bool coloured = page->colour && sgr != NULL;
        bytebuf_printf(&page->out, "%s%s%.*s%s\n", coloured ? sgr : "", first ? mark : mark[0] != '\0' ? "   " : "", SPAN_PRINT(line),
                       coloured ? "\033[0m" : "");
    }
}

static void put_line(struct page *page, const struct diagnosis_line *line)
{
    size_t indent = 2 + WORD_WIDTH + 2 + page->name_width + 2;
    bytebuf_append_text(&page->out, "  ");
    put_padded(page, diagnosis_word(line->result), WORD_WIDTH + 2, COLOURS[line->result]);
    put_padded(page, line->name, page->name_width + 2, NULL);
    if (utf8_width(span_of(line->name)) > page->name_width) {
        bytebuf_append_byte(&page->out, '\n');
        put_padded(page, "", indent, NULL);
    }
    put_wrapped(page, line->text, indent, "", line->result == DIAGNOSIS_OFF ? COLOURS[DIAGNOSIS_OFF] : NULL);
    if (line->remedy == NULL)
        return;
    put_padded(page, "", indent, NULL);
    put_wrapped(page, line->remedy, indent, REMEDY_MARK, "\033[36m");
}

static void put_section(struct page *page, const struct diagnosis_section *section)
{
    page->name_width = 0;
    for (size_t i = 0; i < section->count; i++) {
        size_t width = utf8_width(span_of(section->items[i].name));
        page->name_width = width > page->name_width && width <= NAME_WIDTH_MAX ? width : page->name_width;
    }
    bool same = strcmp(section->kind, section->name) == 0;
    bytebuf_printf(&page->out, "%s%s%s", page->out.length > 0 ? "\n" : "", page->colour ? "\033[1m" : "", section->name);
    bytebuf_printf(&page->out, "%s%s%s\n", page->colour ? "\033[0m" : "", same ? "" : "  ", same ? "" : section->kind);
    for (size_t i = 0; i < section->count; i++)
        put_line(page, &section->items[i]);
    if (section->left_out > 0)
        bytebuf_printf(&page->out, "  and %zu further lines\n", section->left_out);
}

char *diagnosis_text(const struct diagnosis *diagnosis, int width, bool colour)
{
    struct page page = {.width = width > WIDTH_LEAST ? (size_t)width : WIDTH_LEAST, .colour = colour};
    bytebuf_init(&page.out, OUTPUT_MAXIMUM);
    for (size_t i = 0; i < diagnosis->count; i++)
        put_section(&page, diagnosis->items[i]);
    bytebuf_printf(&page.out, "\n%zu ok, %zu warning, %zu bad\n", diagnosis_count(diagnosis, DIAGNOSIS_OK),
                   diagnosis_count(diagnosis, DIAGNOSIS_WARNING), diagnosis_count(diagnosis, DIAGNOSIS_BAD));
    char *text = alloc_strdup(bytebuf_text(&page.out));
    bytebuf_done(&page.out);
    return text;
}
