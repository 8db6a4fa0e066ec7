/* Dialogs, prompts, and the lines around the panes. */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "support/golden.h"
#include "support/leak_check.h"
#include "widget/chrome.h"
#include "widget/dialog.h"
#include "widget/list.h"
#include "widget/prompt.h"

static struct key key_named(const char *name)
{
    struct key key = {0};
    cr_assert(key_parse(span_of(name), &key));
    return key;
}

static struct dialog *patch_dialog(void)
{
    struct dialog *dialog = dialog_new(DIALOG_KIND_DANGER, "Patch flux-system/bp-harbor on acme.example?");
    dialog_add_text(dialog, STYLE_TEXT, "One value changes. Git declares this path: kustomize-controller will revert it at its next run, in 10 minutes at most.\n");
    dialog_add_diff(dialog, span_of("@@ spec.values @@\n-  replicas: 1\n+  replicas: 2\n"));
    dialog_require_name(dialog, "bp-harbor");
    dialog_add_choice(dialog, (struct dialog_choice){.label = "Patch", .key = 'p', .value = 1, .needs_name = true});
    dialog_add_choice(dialog, (struct dialog_choice){.label = "Leave it", .key = 'l', .value = 0});
    return dialog;
}

Test(dialog, danger_needs_the_name_typed)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct dialog *dialog = patch_dialog();
    struct canvas *canvas = canvas_new(80, 24);
    dialog_paint(canvas, canvas_area(canvas), dialog);
    golden_check("widget/dialog_danger", canvas);
    dialog_command(dialog, COMMAND_PREVIOUS_CHOICE);
    cr_assert_eq(dialog_command(dialog, COMMAND_ACCEPT), DIALOG_OPEN, "the name is not typed");
    for (const char *at = "bp-harbor"; *at != '\0'; at++)
        cr_assert_eq(dialog_key(dialog, (struct key){(uint32_t)*at, 0}), DIALOG_OPEN);
    canvas_clear(canvas);
    dialog_paint(canvas, canvas_area(canvas), dialog);
    golden_check("widget/dialog_typed", canvas);
    cr_assert_eq(dialog_command(dialog, COMMAND_ACCEPT), DIALOG_CHOSEN);
    cr_assert_eq(dialog_value(dialog), 1);
    dialog_free(dialog);
    dialog = patch_dialog();
    cr_assert_eq(dialog_command(dialog, COMMAND_ACCEPT), DIALOG_CHOSEN, "Enter alone takes the harmless choice");
    cr_assert_eq(dialog_value(dialog), 0);
    dialog_free(dialog);
    canvas_free(canvas);
    TEST_NO_LEAKS();
}

Test(dialog, plain_takes_letters_scrolls_and_fits_small_screens)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct dialog *dialog = dialog_new(DIALOG_KIND_PLAIN, "Quit?");
    for (int i = 1; i <= 60; i++) {
        char line[64];
        snprintf(line, sizeof line, "request %d: PATCH /apis/helm.toolkit.fluxcd.io/v2", i);
        dialog_add_line(dialog, STYLE_TEXT, span_of(line));
    }
    dialog_add_choice(dialog, (struct dialog_choice){.label = "Quit", .key = 'q', .value = 7});
    dialog_add_choice(dialog, (struct dialog_choice){.label = "Stay", .key = 's', .value = 8});
    struct canvas *canvas = canvas_new(60, 14);
    dialog_command(dialog, COMMAND_DOWN);
    dialog_paint(canvas, canvas_area(canvas), dialog);
    golden_check("widget/dialog_scrolled", canvas);
    dialog_command(dialog, COMMAND_END);
    dialog_paint(canvas, canvas_area(canvas), dialog);
    for (int size = 0; size < 14; size++) {
        canvas_resize(canvas, size * 3, size);
        dialog_paint(canvas, canvas_area(canvas), dialog);
    }
    cr_assert_eq(dialog_key(dialog, key_named("x")), DIALOG_OPEN);
    cr_assert_eq(dialog_key(dialog, key_named("q")), DIALOG_CHOSEN);
    cr_assert_eq(dialog_value(dialog), 7);
    cr_assert_eq(dialog_command(dialog, COMMAND_BACK), DIALOG_CANCELLED);
    dialog_free(dialog);
    canvas_free(canvas);
    TEST_NO_LEAKS();
}

static size_t complete(void *context, struct span line, struct span word, char candidates[PROMPT_CANDIDATES_MAX][PROMPT_CANDIDATE_TEXT_MAX])
{
    static const char *const NAMES[] = {"reconcile", "refresh", "resume"};
    size_t count = 0;
    for (size_t i = 0; i < 3; i++)
        if (strncmp(NAMES[i], word.data, word.length) == 0)
            strcpy(candidates[count++], NAMES[i]);
    return count;
}

Test(prompt, edits_completes_and_recalls)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct history history;
    struct prompt prompt;
    history_init(&history);
    history_add(&history, span_of("filter harbor"));
    prompt_init(&prompt, ":");
    prompt.history = &history;
    prompt.complete = complete;
    snprintf(prompt.placeholder, sizeof prompt.placeholder, "a command or a kind");
    struct canvas *canvas = canvas_new(40, 4);
    struct rect line = rect_make(0, 3, 40, 1);
    prompt_paint(canvas, line, &prompt);
    golden_check("widget/prompt_empty", canvas);
    cr_assert_eq(prompt_key(&prompt, key_named("r")), PROMPT_EDITED);
    cr_assert_eq(prompt_key(&prompt, key_named("e")), PROMPT_EDITED);
    cr_assert_eq(prompt_command(&prompt, COMMAND_COMPLETE), PROMPT_EDITED);
    cr_assert_eq(prompt_command(&prompt, COMMAND_COMPLETE), PROMPT_EDITED);
    cr_assert_str_eq(prompt.edit.text, "refresh");
    canvas_clear(canvas);
    prompt_paint(canvas, line, &prompt);
    golden_check("widget/prompt_completing", canvas);
    cr_assert_eq(prompt_key(&prompt, key_named("Left")), PROMPT_UNCHANGED);
    cr_assert_eq(prompt_key(&prompt, key_named("C-u")), PROMPT_EDITED);
    cr_assert_eq(prompt_key(&prompt, key_named("C-k")), PROMPT_EDITED);
    cr_assert_eq(prompt_command(&prompt, COMMAND_HISTORY_PREVIOUS), PROMPT_EDITED);
    cr_assert_str_eq(prompt.edit.text, "filter harbor");
    for (int i = 0; i < 60; i++)
        prompt_key(&prompt, (struct key){'a' + (uint32_t)(i % 26), KEY_MOD_PASTED});
    canvas_clear(canvas);
    prompt_paint(canvas, line, &prompt);
    golden_check("widget/prompt_long", canvas);
    cr_assert_eq(prompt_command(&prompt, COMMAND_ACCEPT), PROMPT_ACCEPTED);
    cr_assert_eq(history.count, 2);
    cr_assert_eq(prompt_command(&prompt, COMMAND_BACK), PROMPT_CANCELLED);
    prompt_done(&prompt);
    history_done(&history);
    canvas_free(canvas);
    TEST_NO_LEAKS();
}

static void paint_chrome(struct canvas *canvas, const struct keymap *keymap)
{
    static const struct chrome_tab TABS[] = {{.title = "Overview", .badge = "2", .badge_style = STYLE_BAD}, {.title = "Organizations", .narrow = "Orgs"},
        {.title = "Environments", .narrow = "Envs"}, {.title = "Applications", .narrow = "Apps"}, {.title = "Flux"}, {.title = "Cutover"}, {.title = "Tethers"}, {.title = "Timeline"}};
    static const struct chrome_piece HEADER[] = {
        {.text = "acme.example", .style = STYLE_STRONG},
        {.text = " PRODUCTION ", .style = STYLE_CLASS_PRODUCTION},
        {.text = "fsn1 ●", .style = STYLE_LAMP_LIVE, .priority = 2},
        {.text = "hel1 ●", .style = STYLE_LAMP_LIVE, .priority = 2},
        {.text = "api ○ down 41s", .style = STYLE_LAMP_DOWN, .priority = 1},
        {.text = "nats ●", .style = STYLE_LAMP_LIVE, .priority = 3},
        {.text = "read-only", .style = STYLE_READ_ONLY, .right = true},
        {.text = "10:42 UTC", .style = STYLE_DIM, .priority = 9, .right = true},
    };
    static const enum command_id HINTS[] = {COMMAND_START_CUTOVER, COMMAND_LOGS, COMMAND_OPEN, COMMAND_FILTER, COMMAND_COMMAND_LINE,
                                            COMMAND_SORT_NEXT, COMMAND_TOGGLE_WIDE, COMMAND_HELP};
    struct rect rest = canvas_area(canvas);
    struct rect header = rect_take_top(&rest, 1), tabs = rect_take_top(&rest, 1), hints = rect_take_bottom(&rest, 1);
    canvas_ground(canvas, header, STYLE_BAR);
    chrome_status_line(canvas, header, HEADER, ARRAY_LENGTH(HEADER));
    chrome_tab_bar(canvas, tabs, TABS, ARRAY_LENGTH(TABS), 5);
    uint32_t holds = COMMAND_NEEDS_CUTOVER | COMMAND_NEEDS_ARMED | COMMAND_NEEDS_SELECTION | COMMAND_NEEDS_LIST;
    chrome_key_hints(canvas, hints, keymap, KEYMAP_CONTEXT_CUTOVER, holds, HINTS, ARRAY_LENGTH(HINTS));
    chrome_meter(canvas, 1, 3, 20, 6, 11);
    struct key_sequence pending = {.keys = {{'g', 0}}, .count = 1};
    chrome_pending_keys(canvas, rect_make(0, 4, canvas->width, 1), keymap, KEYMAP_CONTEXT_LIST, &pending);
    chrome_toast(canvas, rect_make(0, 0, canvas->width, canvas->height - 1), "reconcile of flux-system/bp-harbor: done after 4s", STYLE_TOAST_INFO);
}

Test(chrome, golden_lines_at_three_widths)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct keymap *keymap = keymap_new();
    static const int WIDTHS[] = {120, 80, 40};
    for (size_t i = 0; i < 3; i++) {
        char name[64];
        struct canvas *canvas = canvas_new(WIDTHS[i], 10);
        paint_chrome(canvas, keymap);
        snprintf(name, sizeof name, "widget/chrome_%d", WIDTHS[i]);
        golden_check(name, canvas);
        canvas_free(canvas);
    }
    keymap_free(keymap);
    TEST_NO_LEAKS();
}

Test(chrome, every_size_is_survived_and_small_ones_say_so)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    struct keymap *keymap = keymap_new();
    static const struct list_item ITEMS[] = {{.text = "one", .note = "first"}, {.text = "two"}};
    struct list_view view = {0};
    for (int width = 0; width < 90; width += 3)
        for (int height = 0; height < 12; height++) {
            struct canvas *canvas = canvas_new(width, height);
            paint_chrome(canvas, keymap);
            list_paint(canvas, canvas_area(canvas), ITEMS, 2, &view, true);
            chrome_too_small(canvas);
            canvas_free(canvas);
        }
    cr_assert(chrome_is_too_small(79, 24));
    cr_assert(chrome_is_too_small(80, 23));
    cr_assert_not(chrome_is_too_small(80, 24));
    struct canvas *canvas = canvas_new(40, 6);
    chrome_too_small(canvas);
    golden_check("widget/too_small", canvas);
    canvas_free(canvas);
    keymap_free(keymap);
    TEST_NO_LEAKS();
}
