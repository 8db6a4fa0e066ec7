/* Keys as terminals send them, sizes, suspending, and that the terminal is given back whatever happens. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/array.h"
#include "support/pty_app.h"

#define DEADLINE_MS 10000

static const char *const PROGRAM[] = {TERMINAL_PROGRAM, NULL};
/* A crash on purpose shall end by its signal, not by the sanitizer's report. */
static const char *const ENVIRONMENT[] = {"ASAN_OPTIONS=handle_segv=0:handle_abort=0:detect_leaks=0", NULL};

static struct pty_app *start(const char *term)
{
    setlocale(LC_ALL, "C.UTF-8");
    struct pty_app_options options = {.argv = PROGRAM, .environment = ENVIRONMENT, .term = term};
    struct pty_app *app = pty_app_start(&options);
    cr_assert_not_null(app);
    cr_assert(pty_app_wait_text(app, "size 80x24, 0 keys", DEADLINE_MS));
    cr_assert(pty_app_wait_idle(app, DEADLINE_MS));
    return app;
}

static void leave(struct pty_app *app)
{
    int status;
    pty_app_type(app, "C-q");
    cr_assert(pty_app_wait_exit(app, DEADLINE_MS, &status));
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
    cr_assert_not(vt_screen_is_alternate(pty_app_screen(app)));
    cr_assert(vt_screen_contains(pty_app_screen(app), "noise from a library"), "what libraries print is shown afterwards");
    pty_app_free(app);
}

static const struct {
    const char *bytes, *name;
} KEYS[] = {
    {"a", "a"},          {"G", "G"},           {"\r", "Enter"},       {"\t", "Tab"},         {"\033[Z", "S-Tab"},
    {"\177", "Backspace"}, {"\010", "C-h"},    {"\033", "Esc"},       {"\033x", "M-x"},      {"\033OA", "Up"},
    {"\033[A", "Up"},    {"\033[1;5C", "C-Right"}, {"\033[1;2D", "S-Left"}, {"\033[1;3B", "M-Down"}, {"\033[5~", "PgUp"},
    {"\033[6;5~", "C-PgDn"}, {"\033[H", "Home"}, {"\033OF", "End"},   {"\033[1~", "Home"},   {"\033[3~", "Delete"},
    {"\033OP", "F1"},    {"\033[15~", "F5"},   {"\033[24~", "F12"},   {"\003", "C-c"},       {" ", "Space"},
    {"\xC3\xA9", "é"},   {"日", "日"},         {"\033\033[A", "M-Up"}, {"\033[", "M-["},     {"\034", "C-\\"},
    {"\001", "C-a"},     {"\033\177", "M-Backspace"}, {"\033[1;5P", "C-F1"},
};

static void press_all(const char *term)
{
    struct pty_app *app = start(term);
    for (size_t i = 0; i < ARRAY_LENGTH(KEYS); i++) {
        char count[64], line[128], expected[64];
        pty_app_write(app, KEYS[i].bytes, strlen(KEYS[i].bytes));
        snprintf(count, sizeof count, "size 80x24, %zu keys", i + 1);
        snprintf(expected, sizeof expected, "key %s.", KEYS[i].name);
        cr_assert(pty_app_wait_text(app, count, DEADLINE_MS), "%s in %s", KEYS[i].name, term);
        cr_assert(pty_app_wait_idle(app, DEADLINE_MS)); /* the rest of the frame */
        vt_screen_line(pty_app_screen(app), 1, line, sizeof line);
        cr_assert_str_eq(line, expected, "%s in %s gave '%s'", KEYS[i].name, term, line);
    }
    leave(app);
}

Test(pty, keys_in_xterm)
{
    press_all("xterm-256color");
}

Test(pty, keys_in_screen)
{
    press_all("screen-256color");
}

Test(pty, pastes_are_text_and_unknown_sequences_do_nothing)
{
    struct pty_app *app = start("xterm-256color");
    pty_app_write(app, "\033[200~q:\r\033[201~z", 16);
    cr_assert(pty_app_wait_text(app, "4 keys", DEADLINE_MS));
    cr_assert(pty_app_wait_text(app, "key q pasted.", DEADLINE_MS));
    cr_assert(pty_app_wait_text(app, "key Enter pasted.", DEADLINE_MS));
    cr_assert(pty_app_wait_text(app, "key z.", DEADLINE_MS));
    pty_app_write(app, "\033[27;5;113~\033[?62;1;2cb", 22); /* modifyOtherKeys, a device report */
    cr_assert(pty_app_wait_text(app, "key b.", DEADLINE_MS));
    cr_assert(pty_app_wait_text(app, "5 keys", DEADLINE_MS), "the tail of an unknown sequence became keys");
    pty_app_write(app, "\xFF\xFEw", 3);
    cr_assert(pty_app_wait_text(app, "key w.", DEADLINE_MS));
    leave(app);
}

Test(pty, any_bytes_are_survived)
{
    struct pty_app *app = start("xterm-256color");
    unsigned char bytes[20000];
    size_t length = 0;
    srand(17);
    while (length < sizeof bytes) {
        unsigned char byte = (unsigned char)(rand() % 3 == 0 ? "\033[O;~\x9b\xE6\xFF" "200"[rand() % 11] : rand() % 256);
        if (byte != 0x11 && byte != 0x16 && byte != 0x18 && byte != 0x1A) /* keys that the program acts upon */
            bytes[length++] = byte;
    }
    pty_app_write(app, bytes, sizeof bytes);
    pty_app_write(app, "\033[201~\033[201~", 12); /* a paste may have been opened */
    pty_app_write(app, "still here", 10);
    cr_assert(pty_app_wait_text(app, "key h.", DEADLINE_MS));
    cr_assert(pty_app_wait_idle(app, DEADLINE_MS));
    leave(app);
}

/* The sign in the last cell, and the text somewhere. */
static bool fills_the_screen(const struct vt_screen *vt, void *text)
{
    struct vt_screen_cell cell;
    vt_screen_cell(vt, vt_screen_width(vt) - 1, vt_screen_height(vt) - 1, &cell);
    return strcmp(cell.text, "#") == 0 && (text == NULL || vt_screen_contains(vt, text));
}

Test(pty, follows_sizes_down_to_one_cell)
{
    struct pty_app *app = start("xterm-256color");
    static const int SIZES[][2] = {{120, 40}, {40, 10}, {1, 1}, {2, 1}, {200, 60}, {80, 24}};
    for (size_t i = 0; i < ARRAY_LENGTH(SIZES); i++) {
        char text[32];
        pty_app_resize(app, SIZES[i][0], SIZES[i][1]);
        snprintf(text, sizeof text, "size %dx%d", SIZES[i][0], SIZES[i][1]);
        cr_assert(pty_app_wait_until(app, fills_the_screen, SIZES[i][0] < 20 ? NULL : text, DEADLINE_MS), "%s", text);
    }
    int x, y;
    cr_assert(vt_screen_find(pty_app_screen(app), "##", &x, &y));
    cr_assert(x == 78 && y == 23);
    leave(app);
}

Test(pty, suspends_rings_titles_and_sends_nothing_when_idle)
{
    struct pty_app *app = start("xterm-256color");
    pty_app_type(app, "C-z");
    cr_assert(pty_app_wait_text(app, "key C-z.", DEADLINE_MS));
    cr_assert(vt_screen_is_alternate(pty_app_screen(app)));
    pty_app_type(app, "C-b");
    cr_assert(pty_app_wait_text(app, "key C-b.", DEADLINE_MS));
    cr_assert_eq(vt_screen_bells(pty_app_screen(app)), 1);
    pty_app_type(app, "C-t");
    cr_assert(pty_app_wait_text(app, "key C-t.", DEADLINE_MS));
    cr_assert_str_eq(vt_screen_title(pty_app_screen(app)), "sovdeck \xEF\xBF\xBD]0;evil\xEF\xBF\xBD acme");
    pty_app_type(app, "C-y a");
    cr_assert(pty_app_wait_text(app, "key a.", DEADLINE_MS));
    cr_assert(pty_app_wait_idle(app, DEADLINE_MS));
    uint64_t before = pty_app_bytes(app);
    pty_app_signal(app, SIGWINCH); /* a size signal without a new size */
    cr_assert(pty_app_pump(app, DEADLINE_MS), "the probe reports");
    cr_assert_eq(pty_app_bytes(app), before, "an unchanged frame sent bytes");
    leave(app);
}

static void crash(const char *key, int signal)
{
    struct pty_app *app = start("xterm-256color");
    struct termios modes;
    int status;
    pty_app_type(app, key);
    cr_assert(pty_app_wait_exit(app, DEADLINE_MS, &status));
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == signal, "status %x", (unsigned)status);
    int x, y;
    cr_assert_not(vt_screen_is_alternate(pty_app_screen(app)), "the screen is not given back");
    cr_assert(vt_screen_cursor(pty_app_screen(app), &x, &y), "the cursor stays hidden");
    cr_assert(pty_app_modes(app, &modes));
    cr_assert((modes.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO) && (modes.c_oflag & ONLCR) != 0, "the modes are not given back");
    pty_app_free(app);
}

Test(pty, gives_the_terminal_back_after_abort)
{
    crash("C-x", SIGABRT);
}

Test(pty, gives_the_terminal_back_after_a_bad_address)
{
    crash("C-v", SIGSEGV);
}
