/* Meanings that text and grounds can have. Painters name a meaning; the theme decides how it looks, at every colour
 * depth and without colour. A new meaning is one row here (and, if it should not look like plain text, one in themes).
 * STYLE(ID, "name in themes", letter in golden files, "what it is for") */
#ifndef CANVAS_STYLE_IDS_H
#define CANVAS_STYLE_IDS_H

#include <stdbool.h>

#include "base/span.h"

#define STYLE_TABLE(STYLE)                                                                    \
    STYLE(TEXT, "text", '.', "Plain text, and no special ground")                             \
    STYLE(DIM, "dim", ',', "Text of little weight: units, separators, what is absent")        \
    STYLE(STRONG, "strong", 'S', "Text of weight: names, counts that matter")                 \
    STYLE(TITLE, "title", 'T', "Title of a screen, pane or section")                          \
    STYLE(HEADER, "header", 'H', "Column titles of a table")                                  \
    STYLE(HEADER_SORT, "header-sort", 'h', "Title of the column the table is sorted by")      \
    STYLE(BAR, "bar", '-', "Ground of the top line")                                          \
    STYLE(BORDER, "border", '+', "Rules, frames, tree lines")                                 \
    STYLE(TAB, "tab", 't', "A tab that is not open")                                          \
    STYLE(TAB_ACTIVE, "tab-active", 'A', "The open tab")                                      \
    STYLE(SELECTED, "selected", '#', "Ground of the selected row")                            \
    STYLE(SELECTED_UNFOCUSED, "selected-unfocused", '=', "Ground of the selected row of a pane without the keys") \
    STYLE(MARKED, "marked", '*', "A marked row")                                              \
    STYLE(GOOD, "good", 'g', "Measured and healthy, agreed, done")                            \
    STYLE(WARN, "warn", 'w', "Needs attention, degraded, disputed")                           \
    STYLE(BAD, "bad", 'b', "Failed, broken, tethered")                                        \
    STYLE(UNKNOWN, "unknown", '?', "Not measured: never good, never bad")                     \
    STYLE(PROGRESS, "progress", 'p', "Under way")                                             \
    STYLE(PENDING, "pending", 'o', "Not started yet")                                         \
    STYLE(SUSPENDED, "suspended", 'z', "Held by a person: suspended, paused")                 \
    STYLE(CLAIM, "claim", 'c', "What a status field claims")                                  \
    STYLE(MEASURED, "measured", 'm', "What the live objects say")                             \
    STYLE(DISPUTED, "disputed", 'x', "A claim that the measurement contradicts")              \
    STYLE(STALE, "stale", 's', "Data from a source that is away")                             \
    STYLE(FRESH, "fresh", 'f', "Just changed")                                                \
    STYLE(AGE_OLD, "age-old", 'O', "An age beyond what is expected")                          \
    STYLE(NAMESPACE, "namespace", 'n', "Namespace or organization before a name")             \
    STYLE(REGION, "region", 'r', "Name of a region")                                          \
    STYLE(KEY, "key", 'k', "A key to press")                                                  \
    STYLE(KEY_LABEL, "key-label", 'l', "What the key does")                                   \
    STYLE(LAMP_LIVE, "lamp-live", 'L', "Feed with a recent proof of life")                    \
    STYLE(LAMP_STALE, "lamp-stale", 'Y', "Feed whose last proof is getting old")              \
    STYLE(LAMP_DOWN, "lamp-down", 'D', "Feed that is down")                                   \
    STYLE(LAMP_OFF, "lamp-off", 'F', "Feed that is not configured or not allowed")            \
    STYLE(CLASS_PRODUCTION, "class-production", 'P', "Banner of a production Sovereign")      \
    STYLE(CLASS_STAGING, "class-staging", 'G', "Banner of a staging Sovereign")               \
    STYLE(CLASS_DEVELOPMENT, "class-development", 'V', "Banner of a development Sovereign")   \
    STYLE(ALARM, "alarm", '%', "What must not be overlooked on any screen")                    \
    STYLE(BANNER_INSECURE, "banner-insecure", '!', "TLS verification is off")                 \
    STYLE(ARMED, "armed", 'a', "The console may change things")                               \
    STYLE(READ_ONLY, "read-only", 'R', "The console changes nothing")                         \
    STYLE(DIALOG, "dialog", 'd', "Ground of a dialog")                                        \
    STYLE(DIALOG_DANGER, "dialog-danger", 'X', "Frame and title of a dialog that can break things") \
    STYLE(DIALOG_TITLE, "dialog-title", 'i', "Title of a dialog")                             \
    STYLE(BUTTON, "button", 'u', "A choice")                                                  \
    STYLE(BUTTON_ACTIVE, "button-active", 'U', "The choice that Enter takes")                 \
    STYLE(INPUT, "input", 'I', "Text being typed")                                            \
    STYLE(PLACEHOLDER, "placeholder", '_', "Hint inside an empty input, completion ahead of the cursor") \
    STYLE(DIFF_ADD, "diff-add", '1', "Line that a change adds")                               \
    STYLE(DIFF_DEL, "diff-del", '0', "Line that a change removes")                            \
    STYLE(DIFF_HUNK, "diff-hunk", '@', "Position line of a diff")                             \
    STYLE(MATCH, "match", 'M', "Text that matches the filter or search")                      \
    STYLE(MATCH_CURRENT, "match-current", 'C', "The match the pager stands on")               \
    STYLE(DOC_KEY, "doc-key", 'y', "Key of a YAML document")                                  \
    STYLE(DOC_VALUE, "doc-value", 'v', "Value of a YAML document")                            \
    STYLE(DOC_COMMENT, "doc-comment", ';', "Comment in a document")                           \
    STYLE(TOAST_INFO, "toast-info", 'q', "Passing message: done")                             \
    STYLE(TOAST_ERROR, "toast-error", 'e', "Passing message: failed or refused")              \
    STYLE(METER_FULL, "meter-full", 'W', "Done part of a progress bar")                       \
    STYLE(METER_EMPTY, "meter-empty", 'E', "Part of a progress bar still to do")              \
    STYLE(SCROLL, "scroll", '|', "Scroll position")

enum style_id {
#define STYLE_ID_ENUM(id, name, letter, purpose) STYLE_##id,
    STYLE_TABLE(STYLE_ID_ENUM)
#undef STYLE_ID_ENUM
    STYLE_COUNT
};

const char *style_ids_name(enum style_id style);
const char *style_ids_purpose(enum style_id style);
char style_ids_letter(enum style_id style); /* unique per style */
bool style_ids_find(struct span name, enum style_id *ret_style);
const char *const *style_ids_names(void); /* STYLE_COUNT names, by id */

#endif
