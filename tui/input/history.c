/* Recall of typed lines; see history.h. */
#include "input/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void history_init(struct history *history)
{
    memset(history, 0, sizeof *history);
}

void history_done(struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        free(history->lines[i]);
    free(history->draft);
    history_init(history);
}

static void remove_line(struct history *history, size_t index)
{
    free(history->lines[index]);
    memmove(history->lines + index, history->lines + index + 1, (history->count - index - 1) * sizeof *history->lines);
    history->count--;
}

void history_rewind(struct history *history)
{
    history->at = history->count;
    free(history->draft);
    history->draft = NULL;
}

void history_add(struct history *history, struct span line)
{
    line = span_trim(line);
    for (size_t i = 0; line.length > 0 && i < history->count; i++)
        if (span_equals_text(line, history->lines[i])) {
            remove_line(history, i);
            break;
        }
    if (line.length > 0) {
        if (history->count == HISTORY_MAX)
            remove_line(history, 0);
        history->lines[history->count++] = span_dup(line);
    }
    history_rewind(history);
}

const char *history_previous(struct history *history, struct span current)
{
    if (history->draft == NULL) {
        history->draft = span_dup(current);
        history->at = history->count;
    }
    size_t length = strlen(history->draft);
    for (size_t i = history->at; i > 0; i--)
        if (strncmp(history->lines[i - 1], history->draft, length) == 0) {
            history->at = i - 1;
            return history->lines[i - 1];
        }
    return NULL;
}

const char *history_next(struct history *history)
{
    if (history->draft == NULL || history->at >= history->count)
        return NULL;
    size_t length = strlen(history->draft);
    for (size_t i = history->at + 1; i < history->count; i++)
        if (strncmp(history->lines[i], history->draft, length) == 0) {
            history->at = i;
            return history->lines[i];
        }
    history->at = history->count;
    return history->draft;
}
