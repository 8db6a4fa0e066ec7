/* Everything a person can make the console do, one row each. Keymaps name these rows; the help screen, the footer's
 * hints, completion on the command line and the documentation are generated from them.
 * COMMAND(ID, "name", GROUP, needs, ARGUMENT, "footer label", "help sentence") */
#ifndef INPUT_COMMAND_TABLE_H
#define INPUT_COMMAND_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* What must hold before a command runs; checked once, by the dispatcher. NEED(ID, bit, "what to do when it does not hold") */
#define COMMAND_NEED_TABLE(NEED)                                                                     \
    NEED(SELECTION, 0, "select a row first")                                                         \
    NEED(LIST, 1, "this screen has no list")                                                         \
    NEED(DOCUMENT, 2, "this screen has no text to move in")                                          \
    NEED(OBJECT, 3, "the selected row is not an object of the cluster")                              \
    NEED(HELMRELEASE, 4, "select a HelmRelease first")                                               \
    NEED(FLUX_OBJECT, 5, "select an object that Flux reconciles first")                              \
    NEED(LOGS, 6, "the selected row has no log: select a pod, a Job or a cutover step")              \
    NEED(CUTOVER, 7, "the cutover was not found on this Sovereign")                                  \
    NEED(ARMED, 8, "the console is read-only: arm it with :arm")                                     \
    NEED(KUBERNETES, 9, "no Kubernetes API of this Sovereign is reachable")                          \
    NEED(REGIONS, 10, "this Sovereign has one region")                                               \
    NEED(PLAN, 11, "there is no operation to show")                                                  \
    NEED(DIALOG, 12, "no question is open")                                                          \
    NEED(PROMPT, 13, "no input line is open")                                                        \
    NEED(COMPARISON, 14, "no comparison is open: select an object and press =")

enum command_needs {
    COMMAND_NEEDS_NOTHING = 0,
#define COMMAND_NEED_ENUM(id, bit, text) COMMAND_NEEDS_##id = 1 << (bit),
    COMMAND_NEED_TABLE(COMMAND_NEED_ENUM)
#undef COMMAND_NEED_ENUM
};

/* GROUP(ID, "title on the help screen") */
#define COMMAND_GROUP_TABLE(GROUP)    \
    GROUP(GENERAL, "General")         \
    GROUP(MOVE, "Moving")             \
    GROUP(TABS, "Screens")            \
    GROUP(LIST, "Lists")              \
    GROUP(OBJECT, "Looking closer")   \
    GROUP(CHANGE, "Changing things")  \
    GROUP(EDIT, "Questions and input")

enum command_group {
#define COMMAND_GROUP_ENUM(id, title) COMMAND_GROUP_##id,
    COMMAND_GROUP_TABLE(COMMAND_GROUP_ENUM)
#undef COMMAND_GROUP_ENUM
    COMMAND_GROUP_COUNT
};

enum command_argument {
    COMMAND_ARGUMENT_NONE,
    COMMAND_ARGUMENT_TEXT,     /* required */
    COMMAND_ARGUMENT_OPTIONAL, /* text or nothing */
    COMMAND_ARGUMENT_KIND,     /* required, a kind of the server: completed from discovery */
    COMMAND_ARGUMENT_REGION,   /* optional, a region's name or "all" */
    COMMAND_ARGUMENT_THEME,    /* optional, a theme's name */
    COMMAND_ARGUMENT_SOVEREIGN, /* optional, a Sovereign of the configuration */
    COMMAND_ARGUMENT_CONTEXT,   /* optional, a context of the kubeconfig */
};

#define COMMAND_TABLE(COMMAND)                                                                                                  \
    COMMAND(QUIT, "quit", GENERAL, 0, NONE, "quit", "Leave the console")                                                        \
    COMMAND(HELP, "help", GENERAL, 0, NONE, "help", "Show every key that works here and every command")                         \
    COMMAND(BACK, "back", GENERAL, 0, NONE, "back", "Close what is open, clear the filter, or go back to where you came from")  \
    COMMAND(COMMAND_LINE, "command-line", GENERAL, 0, OPTIONAL, "command", "Type a command or the name of a kind")              \
    COMMAND(KIND, "kind", GENERAL, COMMAND_NEEDS_KUBERNETES, KIND, "kind", "Open any kind the server has, by name, plural or short name") \
    COMMAND(REFRESH, "refresh", GENERAL, 0, NONE, "refresh", "Ask every source again now")                                      \
    COMMAND(REDRAW, "redraw", GENERAL, 0, NONE, "redraw", "Draw the whole screen again")                                        \
    COMMAND(FEEDS, "feeds", GENERAL, 0, NONE, "feeds", "Show every feed: state, age of the last proof, reason, counters")       \
    COMMAND(DOCTOR, "doctor", GENERAL, 0, OPTIONAL, "doctor", "Examine every feed, or the named one, and say how to mend what is bad") \
    COMMAND(SWITCH_REGION, "switch-region", GENERAL, COMMAND_NEEDS_REGIONS, REGION, "region", "Show one region only, or all")   \
    COMMAND(SOVEREIGN, "sovereign", GENERAL, 0, SOVEREIGN, "sovereigns", "Show the Sovereigns there are, or change to the named one") \
    COMMAND(CONTEXT, "context", GENERAL, 0, CONTEXT, "contexts", "Show the contexts of the kubeconfig, or change to the named one") \
    COMMAND(THEME_TOGGLE, "theme-toggle", GENERAL, 0, THEME, "theme", "Change to the next theme, or to the named one")          \
    COMMAND(LOGIN, "login", GENERAL, 0, NONE, "log in", "Log in to catalyst-api with a PIN by e-mail")                          \
    COMMAND(LOGOUT, "logout", GENERAL, 0, NONE, "log out", "End the session of catalyst-api and forget it")                     \
    COMMAND(UP, "up", MOVE, 0, NONE, "up", "One line up")                                                                       \
    COMMAND(DOWN, "down", MOVE, 0, NONE, "down", "One line down")                                                               \
    COMMAND(PAGE_UP, "page-up", MOVE, 0, NONE, "page up", "One page up")                                                        \
    COMMAND(PAGE_DOWN, "page-down", MOVE, 0, NONE, "page down", "One page down")                                                \
    COMMAND(HOME, "home", MOVE, 0, NONE, "first", "To the first line")                                                          \
    COMMAND(END, "end", MOVE, 0, NONE, "last", "To the last line")                                                              \
    COMMAND(LEFT, "left", MOVE, 0, NONE, "left", "Scroll left, or fold the selected branch")                                    \
    COMMAND(RIGHT, "right", MOVE, 0, NONE, "right", "Scroll right, or unfold the selected branch")                              \
    COMMAND(NEXT_PANE, "next-pane", MOVE, 0, NONE, "pane", "Give the keys to the next pane")                                    \
    COMMAND(NEXT_TAB, "next-tab", TABS, 0, NONE, "next", "Next screen")                                                         \
    COMMAND(PREVIOUS_TAB, "previous-tab", TABS, 0, NONE, "previous", "Previous screen")                                         \
    COMMAND(TAB_OVERVIEW, "overview", TABS, 0, NONE, "overview", "What needs attention, worst first")                           \
    COMMAND(TAB_ORGANIZATIONS, "organizations", TABS, 0, NONE, "organizations", "Organizations and their health")               \
    COMMAND(TAB_ENVIRONMENTS, "environments", TABS, 0, NONE, "environments", "Environments and their health")                   \
    COMMAND(TAB_APPLICATIONS, "applications", TABS, 0, NONE, "applications", "Applications and their health")                   \
    COMMAND(TAB_FLUX, "flux", TABS, 0, NONE, "flux", "HelmReleases, Kustomizations and their sources")                          \
    COMMAND(TAB_CUTOVER, "cutover", TABS, 0, NONE, "cutover", "The cutover: what is claimed beside what is measured")           \
    COMMAND(TAB_TETHERS, "tethers", TABS, 0, NONE, "tethers", "Findings of the tether audit")                                   \
    COMMAND(TAB_TIMELINE, "timeline", TABS, 0, NONE, "timeline", "Everything that happened, in one order")                      \
    COMMAND(TAB_SPINE, "spine", TABS, 0, NONE, "spine", "JetStream: streams, consumers, buckets, a live tail")                  \
    COMMAND(FILTER, "filter", LIST, COMMAND_NEEDS_LIST, OPTIONAL, "filter", "Show only rows that contain the words")            \
    COMMAND(SORT_NEXT, "sort-next", LIST, COMMAND_NEEDS_LIST, OPTIONAL, "sort", "Sort by the next column, or by the named one") \
    COMMAND(SORT_REVERSE, "sort-reverse", LIST, COMMAND_NEEDS_LIST, NONE, "reverse", "Turn the order round")                    \
    COMMAND(TOGGLE_WIDE, "toggle-wide", LIST, COMMAND_NEEDS_LIST, NONE, "wide", "Show or hide the further columns")             \
    COMMAND(TOGGLE_REGION, "toggle-region", LIST, COMMAND_NEEDS_LIST, NONE, "region", "Show or hide the REGION column")        \
    COMMAND(TOGGLE_TREE, "toggle-tree", LIST, COMMAND_NEEDS_LIST, NONE, "tree", "Change between table and tree")                \
    COMMAND(MARK, "mark", LIST, COMMAND_NEEDS_LIST | COMMAND_NEEDS_SELECTION, NONE, "mark", "Mark the row, or take the mark off") \
    COMMAND(CLEAR_MARKS, "clear-marks", LIST, COMMAND_NEEDS_LIST, NONE, "unmark", "Take all marks off")                         \
    COMMAND(COPY_NAME, "copy-name", LIST, COMMAND_NEEDS_SELECTION, NONE, "copy", "Copy the name of the row to the terminal's clipboard") \
    COMMAND(SAVE_TABLE, "save-table", LIST, COMMAND_NEEDS_LIST, OPTIONAL, "save", "Write the rows as shown to a file")          \
    COMMAND(OPEN, "open", OBJECT, COMMAND_NEEDS_SELECTION, NONE, "open", "Open the row: drill down, or show its details")       \
    COMMAND(DETAIL, "detail", OBJECT, COMMAND_NEEDS_SELECTION, NONE, "detail", "Everything known about the row, with its cause") \
    COMMAND(YAML, "yaml", OBJECT, COMMAND_NEEDS_SELECTION | COMMAND_NEEDS_OBJECT, NONE, "yaml", "The live object as YAML, without managedFields") \
    COMMAND(EVENTS, "events", OBJECT, COMMAND_NEEDS_SELECTION | COMMAND_NEEDS_OBJECT, NONE, "events", "Kubernetes events about the object") \
    COMMAND(COMPARE, "compare", OBJECT, COMMAND_NEEDS_SELECTION | COMMAND_NEEDS_OBJECT | COMMAND_NEEDS_REGIONS, REGION, "compare", "Compare the object with the same one in the next region, or in the named one") \
    COMMAND(TOGGLE_STATUS, "toggle-status", OBJECT, COMMAND_NEEDS_COMPARISON, NONE, "status", "Compare status too, or leave it out") \
    COMMAND(TOGGLE_NOISE, "toggle-noise", OBJECT, COMMAND_NEEDS_COMPARISON, NONE, "noise", "Compare what servers write by themselves too: uid, versions, times, managedFields") \
    COMMAND(TOGGLE_SPLIT, "toggle-split", OBJECT, COMMAND_NEEDS_COMPARISON, NONE, "split", "Two columns, or one unified diff") \
    COMMAND(LOGS, "logs", OBJECT, COMMAND_NEEDS_SELECTION | COMMAND_NEEDS_LOGS, NONE, "logs", "Follow the log")                 \
    COMMAND(SEARCH, "search", OBJECT, COMMAND_NEEDS_DOCUMENT, OPTIONAL, "search", "Search in the text")                         \
    COMMAND(NEXT_MATCH, "next-match", OBJECT, COMMAND_NEEDS_DOCUMENT, NONE, "next", "To the next match")                        \
    COMMAND(PREVIOUS_MATCH, "previous-match", OBJECT, COMMAND_NEEDS_DOCUMENT, NONE, "previous", "To the match before")          \
    COMMAND(TOGGLE_WRAP, "toggle-wrap", OBJECT, COMMAND_NEEDS_DOCUMENT, NONE, "wrap", "Wrap long lines, or cut them")           \
    COMMAND(TOGGLE_FOLLOW, "toggle-follow", OBJECT, COMMAND_NEEDS_DOCUMENT, NONE, "follow", "Stay at the end as text arrives")  \
    COMMAND(TAIL, "tail", OBJECT, 0, OPTIONAL, "tail", "Follow a NATS subject live, or the selected stream")                    \
    COMMAND(ARM, "arm", CHANGE, 0, OPTIONAL, "arm", "Allow changes on this Sovereign for a while")                              \
    COMMAND(ACKNOWLEDGE, "acknowledge", CHANGE, 0, NONE, "acknowledge", "Take note of the alarms about the cutover's past: they go")  \
    COMMAND(DISARM, "disarm", CHANGE, 0, NONE, "disarm", "Go back to read-only")                                                \
    COMMAND(START_CUTOVER, "start-cutover", CHANGE, COMMAND_NEEDS_CUTOVER | COMMAND_NEEDS_ARMED, NONE, "start", "Start the cutover, after plan, checks and confirmation") \
    COMMAND(DELETE_EGRESS_POLICY, "delete-egress-policy", CHANGE, COMMAND_NEEDS_ARMED, NONE, "delete policy", "Delete the leaked policy of the egress test in every region") \
    COMMAND(OVERRIDE_ROLL, "override-roll", CHANGE, COMMAND_NEEDS_HELMRELEASE | COMMAND_NEEDS_ARMED, OPTIONAL, "override", "Let harbor-prewarm pass although this release is not Ready: give the reason; without one it is taken back") \
    COMMAND(RECONCILE, "reconcile", CHANGE, COMMAND_NEEDS_FLUX_OBJECT | COMMAND_NEEDS_ARMED, NONE, "reconcile", "Ask Flux to reconcile the object now") \
    COMMAND(SUSPEND, "suspend", CHANGE, COMMAND_NEEDS_FLUX_OBJECT | COMMAND_NEEDS_ARMED, NONE, "suspend", "Stop Flux from reconciling the object") \
    COMMAND(RESUME, "resume", CHANGE, COMMAND_NEEDS_FLUX_OBJECT | COMMAND_NEEDS_ARMED, NONE, "resume", "Let Flux reconcile the object again") \
    COMMAND(PATCH_VALUE, "patch-value", CHANGE, COMMAND_NEEDS_HELMRELEASE | COMMAND_NEEDS_ARMED, OPTIONAL, "patch", "Change one value: PATH=VALUE, or PATH:=JSON with a type") \
    COMMAND(RUN_AUDIT, "run-audit", CHANGE, COMMAND_NEEDS_KUBERNETES, NONE, "audit", "Run the tether audit (changes nothing)")  \
    COMMAND(SHOW_PLAN, "show-plan", CHANGE, COMMAND_NEEDS_PLAN, NONE, "plan", "The exact requests of the operation, also as kubectl and curl") \
    COMMAND(JOURNAL, "journal", CHANGE, 0, NONE, "journal", "What was changed from here, with the proof that nothing was altered") \
    COMMAND(ACCEPT, "accept", EDIT, 0, NONE, "ok", "Take the choice, or the text as typed")                                     \
    COMMAND(NEXT_CHOICE, "next-choice", EDIT, COMMAND_NEEDS_DIALOG, NONE, "next", "Next choice")                                \
    COMMAND(PREVIOUS_CHOICE, "previous-choice", EDIT, COMMAND_NEEDS_DIALOG, NONE, "previous", "Choice before")                  \
    COMMAND(COMPLETE, "complete", EDIT, COMMAND_NEEDS_PROMPT, NONE, "complete", "Complete the word")                            \
    COMMAND(HISTORY_PREVIOUS, "history-previous", EDIT, COMMAND_NEEDS_PROMPT, NONE, "earlier", "What was typed before")         \
    COMMAND(HISTORY_NEXT, "history-next", EDIT, COMMAND_NEEDS_PROMPT, NONE, "later", "What was typed after that")

enum command_id {
    COMMAND_NONE = 0,
#define COMMAND_ENUM(id, name, group, needs, argument, label, help) COMMAND_##id,
    COMMAND_TABLE(COMMAND_ENUM)
#undef COMMAND_ENUM
    COMMAND_COUNT
};

struct command {
    enum command_id id;
    const char *name;
    enum command_group group;
    uint32_t needs; /* enum command_needs bits */
    enum command_argument argument;
    const char *label;
    const char *help;
};

const struct command *command_table_get(enum command_id id); /* never NULL; the row of COMMAND_NONE has empty texts */
const struct command *command_table_find(struct span name);  /* NULL: no such command */
const char *command_table_group_title(enum command_group group);
const char *const *command_table_names(size_t *ret_count); /* for completion and hints */

/* Whether the command may run where `holds` (enum command_needs bits) hold; else *ret_reason (may be NULL) says what to do. */
bool command_table_allows(enum command_id id, uint32_t holds, const char **ret_reason);

#endif
