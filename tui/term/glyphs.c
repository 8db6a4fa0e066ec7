/* Stand-ins for signs; see glyphs.h. */
#include "term/glyphs.h"

#include <string.h>

#include "base/array.h"

/* `console`: what code page 437 and the usual fonts of the Linux console have; NULL: they have the sign itself. */
static const struct {
    const char *sign, *console, *ascii;
} SIGNS[] = {
    {"…", NULL, "~"},  {"─", NULL, "-"},  {"│", NULL, "|"},  {"╭", "┌", "+"},   {"╮", "┐", "+"},   {"╰", "└", "+"},
    {"╯", "┘", "+"},   {"├", NULL, "|"},  {"└", NULL, "`"},  {"┌", NULL, "+"},  {"┐", NULL, "+"},  {"┘", NULL, "+"},
    {"┤", NULL, "|"},  {"┬", NULL, "-"},  {"┴", NULL, "-"},  {"┼", NULL, "+"},  {"█", NULL, "#"},  {"▏", " ", " "},
    {"▎", " ", " "},   {"▍", "▌", " "},   {"▌", NULL, "="},  {"▋", "▌", "="},   {"▊", "█", "="},   {"▉", "█", "="},
    {"░", NULL, "."},  {"▒", NULL, ":"},  {"●", "•", "*"},   {"○", "o", "o"},   {"◐", "~", "~"},   {"◌", "o", "o"},
    {"✔", "√", "+"},   {"✓", "√", "+"},   {"✖", "x", "x"},   {"✗", "x", "x"},   {"·", NULL, "."},  {"•", NULL, "*"},
    {"▸", ">", ">"},   {"▾", "v", "v"},   {"▴", "^", "^"},   {"▲", NULL, "^"},  {"▼", NULL, "v"},  {"►", NULL, ">"},
    {"↑", NULL, "^"},  {"↓", NULL, "v"},  {"→", NULL, ">"},  {"←", NULL, "<"},  {"⚠", "!", "!"},   {"‖", "|", "|"},
    {"≠", NULL, "#"},  {"≈", NULL, "~"},  {"−", "-", "-"},   {"–", "-", "-"},   {"—", "-", "-"},   {"‘", "'", "'"},
    {"’", "'", "'"},   {"“", "\"", "\""}, {"”", "\"", "\""}, {"⏸", "=", "="},   {"⟳", "@", "@"},   {"■", NULL, "#"},
    {"□", "o", "o"},   {"◆", NULL, "*"},  {"◇", "o", "o"},   {"×", "x", "x"},
};

static struct cell with_text(struct cell cell, const char *text)
{
    memset(cell.bytes, 0, sizeof cell.bytes);
    cell.length = (uint8_t)strlen(text);
    memcpy(cell.bytes, text, cell.length);
    return cell;
}

static bool is_ascii(struct cell cell)
{
    return cell.length == 1 && (unsigned char)cell.bytes[0] < 0x80;
}

struct cell glyphs_substitute(enum terminal_glyphs glyphs, struct cell cell)
{
    if (glyphs == TERMINAL_GLYPHS_FULL || is_ascii(cell))
        return cell;
    bool ascii = glyphs == TERMINAL_GLYPHS_ASCII;
    for (size_t i = 0; i < ARRAY_LENGTH(SIGNS); i++)
        if (strlen(SIGNS[i].sign) == cell.length && memcmp(SIGNS[i].sign, cell.bytes, cell.length) == 0) {
            const char *stand_in = ascii ? SIGNS[i].ascii : SIGNS[i].console;
            return stand_in == NULL ? cell : with_text(cell, stand_in);
        }
    if (!ascii)
        return cell;
    cell.width = 1;
    return with_text(cell, "?");
}
