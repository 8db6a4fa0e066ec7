/* A small full-screen program for the pty tests: shows the keys it reads and the size it has. Some keys do something:
 * C-z suspends and resumes at once, C-b rings, C-t sets the title, C-y copies, C-x aborts, C-v reads a bad address, C-q leaves. */
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "term/stderr_guard.h"
#include "term/terminal_ncurses.h"

struct program {
    struct terminal *terminal;
    struct canvas *canvas;
    char keys[16][KEY_NAME_MAX + 8];
    unsigned count, frames;
    bool leave;
};

static void paint(struct program *program)
{
    int width, height;
    terminal_size(program->terminal, &width, &height);
    canvas_resize(program->canvas, width, height);
    canvas_printf(program->canvas, 0, 0, STYLE_TITLE, "size %dx%d, %u keys", width, height, program->count);
    for (unsigned i = 0; i < 16 && i < program->count; i++)
        canvas_text(program->canvas, 0, 1 + (int)i, STYLE_TEXT, program->keys[(program->count - 1 - i) % 16]);
    canvas_text(program->canvas, width - 2, height - 1, STYLE_GOOD, "##");
    terminal_present(program->terminal, program->canvas);
    const char *probe = getenv("SOVDECK_IDLE_FD");
    if (probe != NULL)
        dprintf(atoi(probe), "idle %u 0\n", ++program->frames);
}

static void act(struct program *program, struct key key)
{
    if (key.mods != KEY_MOD_CTRL)
        return;
    switch (key.code) {
    case 'z':
        terminal_suspend(program->terminal);
        terminal_resume(program->terminal);
        break;
    case 'b':
        terminal_bell(program->terminal);
        break;
    case 't':
        terminal_set_title(program->terminal, "sovdeck \033]0;evil\007 acme");
        break;
    case 'y':
        terminal_copy(program->terminal, "bp-harbor");
        break;
    case 'x':
        abort();
    case 'v':
        raise(SIGSEGV);
        break;
    case 'q':
        program->leave = true;
        break;
    default:
        break;
    }
}

static void read_keys(struct program *program)
{
    struct key key;
    while (terminal_read_key(program->terminal, &key)) {
        char name[KEY_NAME_MAX];
        bool pasted = (key.mods & KEY_MOD_PASTED) != 0;
        key.mods &= (uint8_t)~KEY_MOD_PASTED;
        key_print(key, name);
        snprintf(program->keys[program->count++ % 16], sizeof program->keys[0], "key %s%s.", name, pasted ? " pasted" : "");
        if (!pasted)
            act(program, key);
    }
    program->leave |= terminal_is_gone(program->terminal);
}

static int watch_size(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGWINCH);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void run(struct program *program, int size_fd)
{
    while (!program->leave) {
        struct pollfd fds[] = {{.fd = terminal_fd(program->terminal), .events = POLLIN}, {.fd = size_fd, .events = POLLIN}};
        paint(program);
        poll(fds, 2, -1);
        struct signalfd_siginfo info;
        while (read(size_fd, &info, sizeof info) == (ssize_t)sizeof info)
            terminal_resized(program->terminal);
        read_keys(program);
    }
}

int main(void)
{
    setlocale(LC_ALL, "");
    int size_fd = watch_size();
    struct program program = {.canvas = canvas_new(0, 0)};
    struct error err = {0};
    struct terminal_ncurses_options options = {0};
    if (stderr_guard_start(&err) != STATUS_OK || terminal_ncurses_open(&options, &program.terminal, &err) != STATUS_OK) {
        stderr_guard_stop();
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    fprintf(stderr, "noise from a library \033[31m\n");
    run(&program, size_fd);
    terminal_free(program.terminal);
    canvas_free(program.canvas);
    stderr_guard_stop();
    return 0;
}
