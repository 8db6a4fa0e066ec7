/* Input lines; see prompt.h. */
#include "widget/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"

void prompt_init(struct prompt *prompt, const char *label)
{
    memset(prompt, 0, sizeof *prompt);
    snprintf(prompt->label, sizeof prompt->label, "%s", label);
}

static void end_completion(struct prompt *prompt)
{
    free(prompt->candidates);
    prompt->candidates = NULL;
    prompt->candidate_count = prompt->candidate = 0;
}

void prompt_done(struct prompt *prompt)
{
    end_completion(prompt);
    line_edit_clear(&prompt->edit);
}

static enum prompt_outcome complete(struct prompt *prompt)
{
    if (prompt->complete == NULL)
        return PROMPT_UNCHANGED;
    if (prompt->candidates == NULL) {
        prompt->candidates = alloc_zeroed(PROMPT_CANDIDATES_MAX, sizeof *prompt->candidates);
        prompt->candidate_count = prompt->complete(prompt->complete_context, line_edit_span(&prompt->edit),
                                                   line_edit_word(&prompt->edit), prompt->candidates);
        prompt->candidate = 0;
    } else if (prompt->candidate_count > 0) {
        prompt->candidate = (prompt->candidate + 1) % prompt->candidate_count;
    }
    if (prompt->candidate_count == 0) {
        end_completion(prompt);
        return PROMPT_UNCHANGED;
    }
    line_edit_replace_word(&prompt->edit, span_of(prompt->candidates[prompt->candidate]));
    if (prompt->candidate_count == 1)
        end_completion(prompt);
    return PROMPT_EDITED;
}

static enum prompt_outcome recall(struct prompt *prompt, const char *line)
{
    if (line == NULL)
        return PROMPT_UNCHANGED;
    line_edit_set(&prompt->edit, span_of(line));
    return PROMPT_EDITED;
}

enum prompt_outcome prompt_command(struct prompt *prompt, enum command_id command)
{
    if (command != COMMAND_COMPLETE)
        end_completion(prompt);
    switch ((int)command) {
    case COMMAND_ACCEPT:
        if (prompt->history != NULL)
            history_add(prompt->history, line_edit_span(&prompt->edit));
        return PROMPT_ACCEPTED;
    case COMMAND_BACK:
        if (prompt->history != NULL)
            history_rewind(prompt->history);
        return PROMPT_CANCELLED;
    case COMMAND_COMPLETE:
        return complete(prompt);
    case COMMAND_HISTORY_PREVIOUS:
        return prompt->history == NULL ? PROMPT_UNCHANGED : recall(prompt, history_previous(prompt->history, line_edit_span(&prompt->edit)));
    case COMMAND_HISTORY_NEXT:
        return prompt->history == NULL ? PROMPT_UNCHANGED : recall(prompt, history_next(prompt->history));
    default:
        return PROMPT_UNCHANGED;
    }
}

enum prompt_outcome prompt_key(struct prompt *prompt, struct key key)
{
    char before[LINE_EDIT_MAX + 1];
    memcpy(before, prompt->edit.text, prompt->edit.length + 1);
    if (!line_edit_key(&prompt->edit, key))
        return PROMPT_UNCHANGED;
    end_completion(prompt);
    if (strcmp(before, prompt->edit.text) == 0)
        return PROMPT_UNCHANGED;
    if (prompt->history != NULL)
        history_rewind(prompt->history);
    return PROMPT_EDITED;
}

static void paint_candidates(struct canvas *canvas, struct rect line, const struct prompt *prompt)
{
    int x = line.x;
    canvas_erase(canvas, line, STYLE_TEXT);
    /* The chosen one is always in sight: begin with it when it would be beyond the edge. */
    size_t first = 0;
    int width = 0;
    for (size_t i = 0; i <= prompt->candidate && i < prompt->candidate_count; i++) {
        width += (int)utf8_width(span_of(prompt->candidates[i])) + 2;
        if (width > line.width) {
            first = i;
            width = 0;
        }
    }
    for (size_t i = first; i < prompt->candidate_count && x < line.x + line.width; i++) {
        enum style_id style = i == prompt->candidate ? STYLE_TAB_ACTIVE : STYLE_TAB;
        x += canvas_text(canvas, x, line.y, style, prompt->candidates[i]) + 2;
    }
}

void prompt_paint(struct canvas *canvas, struct rect line, const struct prompt *prompt)
{
    struct rect before = canvas_narrow_clip(canvas, rect_make(line.x, line.y - 1, line.width, 2));
    canvas_erase(canvas, line, STYLE_TEXT);
    int x = line.x + canvas_text(canvas, line.x, line.y, STYLE_KEY, prompt->label);
    int room = line.x + line.width - x - 1; /* a cell for the cursor behind the text */
    struct span text = line_edit_span(&prompt->edit), left = span_first(text, prompt->edit.cursor);
    while (room > 0 && (int)utf8_width(left) > room) { /* scroll so that the cursor is in sight */
        int width;
        size_t cluster = utf8_cluster(left, &width);
        left = span_from(left, cluster);
        text = span_from(text, cluster);
    }
    if (prompt->edit.length == 0)
        canvas_text(canvas, x, line.y, STYLE_PLACEHOLDER, prompt->placeholder);
    canvas_put(canvas, x, line.y, STYLE_INPUT, utf8_cut(text, room > 0 ? (size_t)room : 0, NULL));
    canvas_set_cursor(canvas, x + (int)utf8_width(left), line.y);
    if (prompt->candidate_count > 1)
        paint_candidates(canvas, rect_make(line.x, line.y - 1, line.width, 1), prompt);
    canvas_restore_clip(canvas, before);
}
