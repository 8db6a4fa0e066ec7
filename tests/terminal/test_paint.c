/* What ncurses sends for a canvas, seen by a terminal, is the canvas: text, colours, attributes, cursor, at every colour depth; and an
 * unchanged canvas sends nothing. One Test per TERM: ncurses is used once per process. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "canvas/canvas.h"
#include "support/vt_screen.h"
#include "term/glyphs.h"
#include "term/terminal_ncurses.h"
#include "theme/theme_load.h"

/* ncurses keeps a block of a terminal that it refused. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:new_prescr\nleak:newterm\n";
}

#define WIDTH 80
#define HEIGHT 24

struct bench {
    FILE *out, *in;
    long read;
    struct terminal *terminal;
    struct vt_screen *vt;
    struct theme theme;
    struct terminal_facts facts;
};

static void open_bench(struct bench *bench, const char *term, bool mono, bool ascii)
{
    memset(bench, 0, sizeof *bench);
    cr_assert_not_null(setlocale(LC_ALL, "C.UTF-8"));
    setenv("LINES", "24", 1);
    setenv("COLUMNS", "80", 1);
    unsetenv("NO_COLOR");
    unsetenv("NCURSES_NO_UTF8_ACS");
    bench->out = tmpfile();
    bench->in = fopen("/dev/null", "r");
    cr_assert(theme_load_builtin("dark", &bench->theme));
    struct terminal_ncurses_options options = {.term = term, .out = bench->out, .in = bench->in, .theme = &bench->theme, .mono = mono, .ascii = ascii};
    struct error err = {0};
    cr_assert_eq(terminal_ncurses_open(&options, &bench->terminal, &err), STATUS_OK, "%s", err.text);
    terminal_facts(bench->terminal, &bench->facts);
    bench->vt = vt_screen_new(WIDTH, HEIGHT);
}

static void close_bench(struct bench *bench)
{
    terminal_free(bench->terminal);
    vt_screen_free(bench->vt);
    fclose(bench->out);
    fclose(bench->in);
}

/* Feeds what was sent since the last time; returns how much. */
static long feed(struct bench *bench)
{
    char bytes[65536];
    long length = 0;
    for (ssize_t got; (got = pread(fileno(bench->out), bytes, sizeof bytes, bench->read)) > 0; length += got) {
        vt_screen_feed(bench->vt, bytes, (size_t)got);
        bench->read += got;
    }
    return length;
}

static int32_t expected_color(const struct bench *bench, int32_t color)
{
    if (color == THEME_COLOR_DEFAULT || bench->facts.depth != COLOR_DEPTH_DIRECT)
        return bench->facts.depth == COLOR_DEPTH_16 && color >= 8 ? color - 8 : color;
    return VT_SCREEN_RGB | color;
}

static void check_cell(const struct bench *bench, const struct canvas *canvas, int x, int y)
{
    struct cell cell = glyphs_substitute(bench->facts.glyphs, *canvas_at(canvas, x, y));
    struct theme_look look = theme_look(&bench->theme, bench->facts.depth, (enum style_id)cell.style, (enum style_id)cell.ground);
    struct vt_screen_cell shown;
    vt_screen_cell(bench->vt, x, y, &shown);
    char expected[32] = "";
    memcpy(expected, cell.bytes, cell.length);
    cr_assert_str_eq(shown.text, expected, "%d,%d shows '%s', expected '%s'", x, y, shown.text, expected);
    if (cell.width == 0)
        return;
    const char *style = style_ids_name((enum style_id)cell.style), *ground = style_ids_name((enum style_id)cell.ground);
    cr_assert_eq(shown.background, expected_color(bench, look.background), "%d,%d: %s on %s has ground %x", x, y, style, ground, (unsigned)shown.background);
    bool blank = strcmp(expected, " ") == 0; /* curses may take any colour for what nobody sees */
    bool linux_drops = strcmp(bench->facts.name, "linux") == 0 && (look.foreground >= 0 || look.background >= 0);
    bool bright = bench->facts.depth == COLOR_DEPTH_16 && look.foreground >= 8;
    if (!blank) {
        cr_assert_eq(shown.foreground, expected_color(bench, look.foreground), "%d,%d: %s on %s has colour %x", x, y, style, ground, (unsigned)shown.foreground);
        cr_assert_eq(shown.bold, (look.attributes & THEME_BOLD) != 0 || bright, "%d,%d: %s on %s, bold", x, y, style, ground);
    }
    cr_assert_eq(shown.underline, (look.attributes & THEME_UNDERLINE) != 0 && !linux_drops, "%d,%d: %s on %s, underline", x, y, style, ground);
    cr_assert_eq(shown.reverse, (look.attributes & THEME_REVERSE) != 0, "%d,%d: %s on %s, reverse", x, y, style, ground);
}

static void check_screen(struct bench *bench, const struct canvas *canvas)
{
    int x, y;
    feed(bench);
    for (y = 0; y < HEIGHT; y++)
        for (x = 0; x < WIDTH; x++)
            check_cell(bench, canvas, x, y);
    bool visible = vt_screen_cursor(bench->vt, &x, &y);
    if (strcmp(bench->facts.name, "vt100") == 0 && !canvas->cursor_visible)
        cr_assert(x == 0 && y == HEIGHT - 1, "a cursor that cannot be hidden rests at %d,%d", x, y);
    else
        cr_assert_eq(visible, canvas->cursor_visible);
    if (canvas->cursor_visible)
        cr_assert(x == canvas->cursor_x && y == canvas->cursor_y, "the cursor is at %d,%d", x, y);
}

static void paint_everything(struct canvas *canvas, unsigned seed)
{
    static const char *const WORDS[] = {"bp-harbor", "日本語", "e\xCC\x81\xCC\x82", "●○◐", "✔✖", "…", "registriesYamlActive", "│├└─", "█▍", "x"};
    srand(seed);
    for (int i = 0; i < 260; i++) {
        struct rect rect = rect_make(rand() % WIDTH - 4, rand() % HEIGHT, rand() % 20, 1 + rand() % 2);
        if (i % 5 == 0)
            canvas_ground(canvas, rect, (enum style_id)(rand() % STYLE_COUNT));
        canvas_put_fit(canvas, rand() % WIDTH - 3, rand() % HEIGHT, rand() % 30, (enum style_id)(rand() % STYLE_COUNT),
                       span_of(WORDS[rand() % 10]), (enum text_align)(rand() % 3), (enum text_cut)(rand() % 3));
    }
    for (int y = 0; y < HEIGHT; y++)
        canvas_text(canvas, WIDTH - 2, y, STYLE_GOOD, y % 2 == 0 ? "日" : "ab");
}

static void run(const char *term, bool mono, bool ascii, enum color_depth depth)
{
    struct bench bench;
    struct canvas *canvas = canvas_new(WIDTH, HEIGHT);
    open_bench(&bench, term, mono, ascii);
    cr_assert_eq(bench.facts.depth, depth, "%s has depth %s", term, color_depth_name(bench.facts.depth));
    for (unsigned seed = 1; seed < 12; seed++) {
        if (seed % 3 == 0)
            canvas_clear(canvas);
        paint_everything(canvas, seed);
        if (seed % 2 == 0)
            canvas_set_cursor(canvas, (int)seed * 5, (int)seed);
        else
            canvas->cursor_visible = false;
        terminal_present(bench.terminal, canvas);
        check_screen(&bench, canvas);
        terminal_present(bench.terminal, canvas);
        cr_assert_eq(feed(&bench), 0, "an unchanged canvas sent bytes");
    }
    canvas_text(canvas, 10, 10, STYLE_TEXT, canvas_at(canvas, 10, 10)->bytes[0] == 'z' ? "y" : "z");
    terminal_present(bench.terminal, canvas);
    long one_cell = feed(&bench);
    cr_assert(one_cell > 0 && one_cell < 120, "one cell took %ld bytes", one_cell);
    terminal_redraw(bench.terminal);
    terminal_present(bench.terminal, canvas);
    cr_assert(feed(&bench) > 500);
    cr_assert(theme_load_builtin("light", &bench.theme));
    terminal_set_theme(bench.terminal, &bench.theme);
    terminal_present(bench.terminal, canvas);
    check_screen(&bench, canvas);
    canvas_free(canvas);
    close_bench(&bench);
}

Test(paint, xterm_256color)
{
    run("xterm-256color", false, false, COLOR_DEPTH_256);
}

Test(paint, screen_256color_without_background_erase)
{
    run("screen-256color", false, false, COLOR_DEPTH_256);
}

Test(paint, linux_console)
{
    run("linux", false, false, COLOR_DEPTH_16);
}

Test(paint, vt100_without_colours)
{
    run("vt100", false, false, COLOR_DEPTH_MONO);
}

Test(paint, direct_colour)
{
    run("sovdeck-direct", false, false, COLOR_DEPTH_DIRECT);
}

Test(paint, mono_and_ascii_by_choice)
{
    run("xterm-256color", true, true, COLOR_DEPTH_MONO);
}

Test(paint, no_color_is_honoured_and_strange_terminals_are_refused)
{
    struct terminal *terminal = NULL;
    struct error err = {0};
    setlocale(LC_ALL, "C.UTF-8");
    struct terminal_ncurses_options options = {.term = "no-such-terminal", .out = tmpfile(), .in = fopen("/dev/null", "r")};
    cr_assert_eq(terminal_ncurses_open(&options, &terminal, &err), STATUS_UNSUPPORTED);
    cr_assert_str_eq(err.text, "the terminal 'no-such-terminal' (TERM) is not known on this machine; set TERM to one that is");
    options.term = "dumb";
    cr_assert_eq(terminal_ncurses_open(&options, &terminal, &err), STATUS_UNSUPPORTED);
    cr_assert_str_eq(err.text, "the terminal 'dumb' (TERM) cannot place the cursor; use another terminal");
    options.term = "xterm-256color";
    setenv("NO_COLOR", "1", 1);
    cr_assert_eq(terminal_ncurses_open(&options, &terminal, &err), STATUS_OK, "%s", err.text);
    struct terminal_facts facts;
    terminal_facts(terminal, &facts);
    cr_assert_eq(facts.depth, COLOR_DEPTH_MONO);
    terminal_free(terminal);
    fclose(options.out);
    fclose(options.in);
}

Test(paint, every_sign_the_themes_use_has_a_stand_in)
{
    static const char *const SIGNS[] = {"●", "○", "◐", "✔", "✖", "…", "─", "│", "├", "└", "▸", "▾", "·", "█", "░", "↑", "↓", "→", "←", "•"};
    for (size_t i = 0; i < ARRAY_LENGTH(SIGNS); i++) {
        struct cell cell = {.length = (uint8_t)strlen(SIGNS[i]), .width = 1};
        memcpy(cell.bytes, SIGNS[i], cell.length);
        struct cell ascii = glyphs_substitute(TERMINAL_GLYPHS_ASCII, cell);
        cr_assert(ascii.length == 1 && ascii.bytes[0] != '?', "%s", SIGNS[i]);
    }
}
