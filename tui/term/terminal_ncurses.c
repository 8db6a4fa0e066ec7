/* The life of the real terminal: taking it, giving it back (also when the process dies), size, and the few sequences that curses
 * does not know (title, clipboard, bracketed paste), which are written to the descriptor directly between frames. Painting is
 * in ncurses_paint.c, keys in ncurses_keys.c. */
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include "term/terminal_ncurses.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "base/log.h"
#include "base/sanitize.h"
#include "term/crash_restore.h"
#include "term/ncurses_keys.h"
#include "term/ncurses_paint.h"
#include "theme/theme_load.h"

#define ESCAPE_DELAY_MS 25
#define COPY_MAX 4096
#define TITLE_MAX 256
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

struct terminal_ncurses {
    struct terminal terminal;
    SCREEN *screen;
    int out_fd, in_fd;
    char *name;
    bool paste, title, title_saved, suspended, gone;
    struct ncurses_keys keys;
    struct ncurses_paint paint;
};

static struct terminal_ncurses *self_of(struct terminal *terminal)
{
    return (struct terminal_ncurses *)terminal;
}

static const struct terminal_ncurses *view_of(const struct terminal *terminal)
{
    return (const struct terminal_ncurses *)terminal;
}

static void write_bytes(const struct terminal_ncurses *self, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t wrote = write(self->out_fd, bytes, length);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return; /* a terminal that is gone is found by is_gone */
        bytes += wrote;
        length -= (size_t)wrote;
    }
}

static void write_text(const struct terminal_ncurses *self, const char *text)
{
    write_bytes(self, text, strlen(text));
}

static int fd(const struct terminal *terminal)
{
    return view_of(terminal)->gone ? -1 : view_of(terminal)->in_fd;
}

static int at_least_one(int value, int most)
{
    return value < 1 ? 1 : value > most ? most : value;
}

static void size(const struct terminal *terminal, int *ret_width, int *ret_height)
{
    *ret_width = at_least_one(COLS, CANVAS_WIDTH_MAX);
    *ret_height = at_least_one(LINES, CANVAS_HEIGHT_MAX);
}

static void resized(struct terminal *terminal)
{
    struct terminal_ncurses *self = self_of(terminal);
    struct winsize now;
    if (ioctl(self->out_fd, TIOCGWINSZ, &now) != 0)
        return;
    /* Some ptys report 0 by 0 until somebody sets a size. */
    int height = now.ws_row > 0 ? now.ws_row : LINES, width = now.ws_col > 0 ? now.ws_col : COLS;
    if (height == LINES && width == COLS)
        return;
    resizeterm(height, width);
    self->paint.valid = false;
}

static bool read_key(struct terminal *terminal, struct key *ret_key)
{
    struct terminal_ncurses *self = self_of(terminal);
    if (self->suspended || self->gone)
        return false;
    if (ncurses_keys_read(&self->keys, ret_key))
        return true;
    struct pollfd state = {.fd = self->in_fd, .events = POLLIN};
    if (poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
        self->gone = true;
    return false;
}

static void present(struct terminal *terminal, const struct canvas *canvas)
{
    struct terminal_ncurses *self = self_of(terminal);
    if (!self->suspended && !self->gone)
        ncurses_paint_present(&self->paint, canvas);
}

static void redraw(struct terminal *terminal)
{
    self_of(terminal)->paint.valid = false;
    clearok(curscr, TRUE);
}

static void set_theme(struct terminal *terminal, const struct theme *theme)
{
    ncurses_paint_set_theme(&self_of(terminal)->paint, theme);
}

static void suspend(struct terminal *terminal)
{
    struct terminal_ncurses *self = self_of(terminal);
    if (self->suspended)
        return;
    if (self->paste)
        write_text(self, PASTE_OFF);
    def_prog_mode();
    endwin();
    self->suspended = true;
}

static void resume(struct terminal *terminal)
{
    struct terminal_ncurses *self = self_of(terminal);
    if (!self->suspended)
        return;
    self->suspended = false;
    reset_prog_mode();
    if (self->paste)
        write_text(self, PASTE_ON);
    curs_set(self->paint.cursor_visible ? 1 : 0);
    resized(terminal);
    redraw(terminal);
}

static void ring(struct terminal *terminal)
{
    beep();
}

static void set_title(struct terminal *terminal, const char *title)
{
    struct terminal_ncurses *self = self_of(terminal);
    char clean[TITLE_MAX];
    if (!self->title || self->suspended)
        return;
    sanitize_line_into(clean, sizeof clean, title, strlen(title));
    char *sequence = alloc_printf("%s\033]2;%s\007", self->title_saved ? "" : "\033[22;2t", clean);
    write_text(self, sequence);
    free(sequence);
    self->title_saved = true;
}

static void append_base64(struct bytebuf *out, struct span data)
{
    static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < data.length; i += 3) {
        uint32_t group = 0;
        size_t left = data.length - i;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (k < left ? (unsigned char)data.data[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            bytebuf_append_byte(out, k <= left ? ALPHABET[group >> (18 - 6 * k) & 63] : '=');
    }
}

static void copy(struct terminal *terminal, const char *text)
{
    struct terminal_ncurses *self = self_of(terminal);
    if (!self->title || self->suspended) /* the same family of terminals knows OSC 52 */
        return;
    char *clean = sanitize_dup(span_of(text), COPY_MAX);
    struct bytebuf sequence;
    bytebuf_init(&sequence, 2 * COPY_MAX);
    bytebuf_append_text(&sequence, "\033]52;c;");
    append_base64(&sequence, span_of(clean));
    bytebuf_append_byte(&sequence, '\007');
    write_bytes(self, sequence.data, sequence.length);
    bytebuf_done(&sequence);
    free(clean);
}

static void facts(const struct terminal *terminal, struct terminal_facts *ret_facts)
{
    const struct terminal_ncurses *self = view_of(terminal);
    *ret_facts = (struct terminal_facts){
        .name = self->name,
        .depth = self->paint.depth,
        .glyphs = self->paint.glyphs,
        .paste = self->paste,
        .title = self->title,
    };
}

static bool is_gone(const struct terminal *terminal)
{
    return view_of(terminal)->gone;
}

static void free_ncurses(struct terminal *terminal)
{
    struct terminal_ncurses *self = self_of(terminal);
    if (!self->suspended) {
        if (self->paste)
            write_text(self, PASTE_OFF);
        if (self->title_saved)
            write_text(self, "\033[23;2t");
        endwin();
    }
    crash_restore_disarm();
    ncurses_keys_done(&self->keys);
    ncurses_paint_done(&self->paint);
    delscreen(self->screen);
    free(self->name);
    free(self);
}

static const struct terminal_ops OPS = {
    .fd = fd,
    .size = size,
    .resized = resized,
    .read_key = read_key,
    .present = present,
    .redraw = redraw,
    .set_theme = set_theme,
    .suspend = suspend,
    .resume = resume,
    .bell = ring,
    .set_title = set_title,
    .copy = copy,
    .facts = facts,
    .is_gone = is_gone,
    .free = free_ncurses,
};

/* Families of terminals that understand, or quietly ignore, what xterm understands. */
static bool is_xterm_like(const char *name)
{
    static const char *const FAMILIES[] = {"xterm", "screen", "tmux", "rxvt", "alacritty", "foot", "kitty", "vte", "konsole", "st-", "wezterm"};
    for (size_t i = 0; i < sizeof FAMILIES / sizeof FAMILIES[0]; i++)
        if (strncmp(name, FAMILIES[i], strlen(FAMILIES[i])) == 0)
            return true;
    return false;
}

static enum color_depth find_depth(bool mono)
{
    const char *no_color = getenv("NO_COLOR");
    if (mono || (no_color != NULL && no_color[0] != '\0') || !has_colors() || COLORS < 8)
        return COLOR_DEPTH_MONO;
    if (COLORS < 256)
        return COLOR_DEPTH_16;
    return COLORS > 256 && tigetflag("RGB") == 1 ? COLOR_DEPTH_DIRECT : COLOR_DEPTH_256;
}

static enum terminal_glyphs find_glyphs(const char *name, bool ascii)
{
    if (ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        return TERMINAL_GLYPHS_ASCII;
    return strncmp(name, "linux", 5) == 0 ? TERMINAL_GLYPHS_CONSOLE : TERMINAL_GLYPHS_FULL;
}

/* A terminfo string without its padding ("$<5>"), which only tputs understands. */
static void append_capability(struct bytebuf *out, const char *capability)
{
    const char *text = tigetstr(capability);
    if (text == NULL || text == (const char *)-1)
        return;
    while (*text != '\0') {
        const char *end = strncmp(text, "$<", 2) == 0 ? strchr(text, '>') : NULL;
        if (end != NULL)
            text = end + 1;
        else
            bytebuf_append_byte(out, *text++);
    }
}

static void arm_crash_restore(const struct terminal_ncurses *self)
{
    static const char *const CAPABILITIES[] = {"sgr0", "op", "cnorm", "rmkx", "rmcup"};
    struct bytebuf bytes;
    bytebuf_init(&bytes, CRASH_RESTORE_BYTES_MAX);
    if (self->paste)
        bytebuf_append_text(&bytes, PASTE_OFF);
    for (size_t i = 0; i < sizeof CAPABILITIES / sizeof CAPABILITIES[0]; i++)
        append_capability(&bytes, CAPABILITIES[i]);
    bytebuf_append_text(&bytes, "\r\n");
    crash_restore_arm(self->out_fd, bytebuf_text(&bytes), bytes.length);
    bytebuf_done(&bytes);
}

static int escape_delay(void)
{
    const char *wanted = getenv("ESCDELAY");
    int delay = wanted == NULL ? 0 : atoi(wanted);
    return delay >= 1 && delay <= 1000 ? delay : ESCAPE_DELAY_MS;
}

static void take_terminal(struct terminal_ncurses *self, const struct terminal_ncurses_options *options)
{
    struct theme dark;
    arm_crash_restore(self);
    raw();
    noecho();
    nonl();
    set_escdelay(escape_delay());
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    if (options->theme == NULL && !theme_load_builtin("dark", &dark))
        log_error("the built-in theme cannot be read");
    ncurses_keys_init(&self->keys);
    ncurses_paint_init(&self->paint, options->theme == NULL ? &dark : options->theme, find_depth(options->mono),
                       find_glyphs(self->name, options->ascii));
    if (self->paste)
        write_text(self, PASTE_ON);
}

enum status terminal_ncurses_open(const struct terminal_ncurses_options *options, struct terminal **ret_terminal,
                                  struct error *err)
{
    const char *name = options->term != NULL ? options->term : getenv("TERM");
    FILE *out = options->out != NULL ? options->out : stdout, *in = options->in != NULL ? options->in : stdin;
    if (name == NULL || name[0] == '\0')
        return error_set(err, STATUS_UNSUPPORTED, "TERM is not set, so the terminal's abilities are unknown; set it, for example to xterm-256color");
    if (isatty(fileno(out)) != 0) { /* curses would believe these over the terminal, and keep believing after a resize */
        unsetenv("LINES");
        unsetenv("COLUMNS");
    }
    crash_restore_remember(fileno(out)); /* newterm changes the modes */
    SCREEN *screen = newterm(name, out, in);
    if (screen == NULL)
        return error_set(err, STATUS_UNSUPPORTED, "the terminal '%s' (TERM) is not known on this machine; set TERM to one that is", name);
    const char *address = tigetstr("cup");
    if (address == NULL || address == (const char *)-1) {
        endwin();
        delscreen(screen);
        return error_set(err, STATUS_UNSUPPORTED, "the terminal '%s' (TERM) cannot place the cursor; use another terminal", name);
    }
    struct terminal_ncurses *self = alloc_new(struct terminal_ncurses);
    self->terminal.ops = &OPS;
    self->screen = screen;
    self->out_fd = fileno(out);
    self->in_fd = fileno(in);
    self->name = alloc_strdup(name);
    self->title = is_xterm_like(name);
    self->paste = self->title;
    take_terminal(self, options);
    *ret_terminal = &self->terminal;
    return STATUS_OK;
}
