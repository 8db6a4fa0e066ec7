/* Dispatch to the implementation. */
#include "term/terminal.h"

#include <stddef.h>

int terminal_fd(const struct terminal *terminal)
{
    return terminal->ops->fd(terminal);
}

void terminal_size(const struct terminal *terminal, int *ret_width, int *ret_height)
{
    terminal->ops->size(terminal, ret_width, ret_height);
}

void terminal_resized(struct terminal *terminal)
{
    terminal->ops->resized(terminal);
}

bool terminal_read_key(struct terminal *terminal, struct key *ret_key)
{
    return terminal->ops->read_key(terminal, ret_key);
}

void terminal_present(struct terminal *terminal, const struct canvas *canvas)
{
    terminal->ops->present(terminal, canvas);
}

void terminal_redraw(struct terminal *terminal)
{
    terminal->ops->redraw(terminal);
}

void terminal_set_theme(struct terminal *terminal, const struct theme *theme)
{
    terminal->ops->set_theme(terminal, theme);
}

void terminal_suspend(struct terminal *terminal)
{
    terminal->ops->suspend(terminal);
}

void terminal_resume(struct terminal *terminal)
{
    terminal->ops->resume(terminal);
}

void terminal_bell(struct terminal *terminal)
{
    terminal->ops->bell(terminal);
}

void terminal_set_title(struct terminal *terminal, const char *title)
{
    terminal->ops->set_title(terminal, title);
}

void terminal_copy(struct terminal *terminal, const char *text)
{
    terminal->ops->copy(terminal, text);
}

void terminal_facts(const struct terminal *terminal, struct terminal_facts *ret_facts)
{
    terminal->ops->facts(terminal, ret_facts);
}

bool terminal_is_gone(const struct terminal *terminal)
{
    return terminal->ops->is_gone(terminal);
}

void terminal_free(struct terminal *terminal)
{
    if (terminal != NULL)
        terminal->ops->free(terminal);
}
