/* Questions: state and keys; painting is in dialog_paint.c. */
#include "widget/dialog.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "widget/dialog_private.h"

struct dialog *dialog_new(enum dialog_kind kind, const char *title)
{
    struct dialog *dialog = alloc_new(struct dialog);
    dialog->kind = kind;
    dialog->title = alloc_strdup(title);
    dialog->value = -1;
    return dialog;
}

static void drop_content(struct dialog *dialog)
{
    for (size_t i = 0; i < dialog->lines.count; i++)
        free(dialog->lines.items[i].text);
    ARRAY_FREE(&dialog->lines);
    for (size_t i = 0; i < dialog->choice_count; i++)
        free(dialog->labels[i]);
    free(dialog->title);
    free(dialog->name);
    free((char *)(uintptr_t)dialog->field.label);
}

void dialog_free(struct dialog *dialog)
{
    if (dialog == NULL)
        return;
    drop_content(dialog);
    explicit_bzero(&dialog->edit, sizeof dialog->edit); /* may have been a PIN */
    free(dialog);
}

void dialog_clear(struct dialog *dialog, const char *title)
{
    struct line_edit typed = dialog->edit;
    size_t choice = dialog->choice, top = dialog->top;
    enum dialog_kind kind = dialog->kind;
    drop_content(dialog);
    *dialog = (struct dialog){.kind = kind, .title = alloc_strdup(title), .value = -1, .edit = typed, .choice = choice, .top = top};
}

void dialog_ask_text(struct dialog *dialog, const struct dialog_field *field)
{
    free((char *)(uintptr_t)dialog->field.label);
    dialog->field = *field;
    dialog->field.label = alloc_strdup(field->label);
    dialog->has_field = true;
}

void dialog_set_text(struct dialog *dialog, const char *text)
{
    line_edit_set(&dialog->edit, span_of(text));
}

const char *dialog_text(const struct dialog *dialog)
{
    return dialog->edit.text;
}

void dialog_add_line(struct dialog *dialog, enum style_id style, struct span line)
{
    if (dialog->lines.count >= DIALOG_LINES_MAX) {
        dialog->dropped++;
        return;
    }
    struct dialog_line added = {.style = style, .text = span_dup(line)};
    ARRAY_PUSH(&dialog->lines, added);
}

void dialog_add_text(struct dialog *dialog, enum style_id style, const char *text)
{
    struct span rest = span_of(text), line;
    while (span_split(&rest, '\n', &line))
        dialog_add_line(dialog, style, line);
}

void dialog_add_diff(struct dialog *dialog, struct span diff)
{
    struct span rest = diff, line;
    while (span_split(&rest, '\n', &line)) {
        struct pager_piece pieces[PAGER_PIECES_MAX];
        pager_diff_pieces(NULL, 0, line, pieces);
        if (line.length > 0 || rest.length > 0)
            dialog_add_line(dialog, pieces[0].style, line);
    }
}

void dialog_add_choice(struct dialog *dialog, struct dialog_choice choice)
{
    if (dialog->choice_count == DIALOG_CHOICES_MAX)
        return;
    size_t at = dialog->choice_count++;
    dialog->labels[at] = alloc_strdup(choice.label);
    dialog->choices[at] = choice;
    dialog->choices[at].label = dialog->labels[at];
    if (dialog->kind == DIALOG_KIND_DANGER)
        dialog->choice = at; /* the last, harmless one */
}

void dialog_require_name(struct dialog *dialog, const char *name)
{
    free(dialog->name);
    dialog->name = alloc_strdup(name);
}

bool dialog_name_matches(const struct dialog *dialog)
{
    return dialog->name == NULL || strcmp(dialog->edit.text, dialog->name) == 0;
}

int dialog_value(const struct dialog *dialog)
{
    return dialog->value;
}

bool dialog_wants_text(const struct dialog *dialog)
{
    return dialog->name != NULL || dialog->has_field;
}

static enum dialog_outcome take(struct dialog *dialog, size_t choice)
{
    if (choice >= dialog->choice_count)
        return DIALOG_CANCELLED;
    if (dialog->choices[choice].needs_name && !dialog_name_matches(dialog)) {
        dialog->complaint = true;
        return DIALOG_OPEN;
    }
    dialog->value = dialog->choices[choice].value;
    return DIALOG_CHOSEN;
}

static void scroll(struct dialog *dialog, ptrdiff_t lines)
{
    ptrdiff_t top = (ptrdiff_t)dialog->top + lines;
    dialog->top = top > 0 ? (size_t)top : 0; /* painting limits it at the end */
}

enum dialog_outcome dialog_command(struct dialog *dialog, enum command_id command)
{
    ptrdiff_t page = dialog->page > 1 ? (ptrdiff_t)dialog->page - 1 : 1;
    size_t count = dialog->choice_count > 0 ? dialog->choice_count : 1;
    switch ((int)command) {
    case COMMAND_ACCEPT:
    case COMMAND_OPEN:
        return take(dialog, dialog->choice);
    case COMMAND_BACK:
    case COMMAND_QUIT:
        return DIALOG_CANCELLED;
    case COMMAND_NEXT_CHOICE:
        dialog->choice = (dialog->choice + 1) % count;
        break;
    case COMMAND_PREVIOUS_CHOICE:
        dialog->choice = (dialog->choice + count - 1) % count;
        break;
    case COMMAND_UP:
    case COMMAND_DOWN:
        scroll(dialog, command == COMMAND_UP ? -1 : 1);
        break;
    case COMMAND_PAGE_UP:
    case COMMAND_PAGE_DOWN:
        scroll(dialog, command == COMMAND_PAGE_UP ? -page : page);
        break;
    case COMMAND_HOME:
        dialog->top = 0;
        break;
    case COMMAND_END:
        dialog->top = SIZE_MAX / 2;
        break;
    default:
        break;
    }
    return DIALOG_OPEN;
}

/* The name typed in full moves to the choice that it unlocks; any other text to the last choice, the harmless one. */
static void follow_name(struct dialog *dialog)
{
    bool matches = dialog_name_matches(dialog);
    dialog->complaint = false;
    if (!matches && dialog->choice_count > 0)
        dialog->choice = dialog->choice_count - 1;
    for (size_t i = 0; matches && i < dialog->choice_count; i++)
        if (dialog->choices[i].needs_name) {
            dialog->choice = i;
            return;
        }
}

static void type(struct dialog *dialog, struct key key)
{
    struct line_edit before = dialog->edit;
    if (dialog->field.digits_only && key_is_text(key) && (key.code < '0' || key.code > '9'))
        return;
    if (line_edit_key(&dialog->edit, key) && dialog->edit.length > dialog->field.most)
        dialog->edit = before;
}

enum dialog_outcome dialog_key(struct dialog *dialog, struct key key)
{
    if (dialog->has_field) {
        type(dialog, key);
        return DIALOG_OPEN;
    }
    if (dialog->name != NULL) {
        if (line_edit_key(&dialog->edit, key))
            follow_name(dialog);
        return DIALOG_OPEN;
    }
    if (key.mods != 0 || key.code >= 128)
        return DIALOG_OPEN;
    for (size_t i = 0; i < dialog->choice_count; i++)
        if (dialog->choices[i].key != '\0' && dialog->choices[i].key == tolower((int)key.code))
            return take(dialog, i);
    return DIALOG_OPEN;
}
