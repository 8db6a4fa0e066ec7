/* `sovdeck journal show` and `sovdeck journal verify`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "headless/commands.h"
#include "headless/session.h"
#include "operation/journal.h"

static char *path_of(const struct arguments *arguments)
{
    const char *given = arguments_value(arguments, "--journal");
    return given != NULL ? alloc_strdup(given) : journal_default_path();
}

static bool wants_json(const struct arguments *arguments)
{
    return strcmp(arguments_value_or(arguments, "--output", "text"), "json") == 0;
}

/* ---- show ---- */

struct showing {
    size_t first; /* lines before this number are left out */
    size_t shown;
    bool json;
};

static void count_line(void *context, size_t number, const json_t *entry, const char *text)
{
    *(size_t *)context = number;
}

static void print_plan(const json_t *entry)
{
    size_t index;
    json_t *path;
    json_array_foreach(json_object_get(entry, "paths"), index, path) {
        const char *before = json_edit_text(path, "before"), *after = json_edit_text(path, "after");
        CLEANUP(alloc_free_pointer) char *raw = alloc_printf("%s: %s -> %s (%s)", json_edit_text(path, "path"),
                                                             before[0] != '\0' ? before : "absent", after[0] != '\0' ? after : "removed",
                                                             json_edit_text(path, "git"));
        CLEANUP(alloc_free_pointer) char *line = sanitize_dup(span_of(raw), 4096);
        printf("        %s\n", line);
    }
}

static void show_line(void *context, size_t number, const json_t *entry, const char *text)
{
    struct showing *showing = context;
    if (number < showing->first)
        return;
    showing->shown++;
    CLEANUP(alloc_free_pointer) char *line = entry != NULL ? journal_describe(entry) : alloc_printf("line %zu cannot be read", number);
    if (showing->json && entry != NULL) {
        CLEANUP(alloc_free_pointer) char *safe = json_dumps(entry, JSON_COMPACT | JSON_ENSURE_ASCII);
        printf("%s\n", safe);
    } else if (showing->json) {
        session_say("%s", line);
    } else {
        printf("%s\n", line);
        if (entry != NULL && strcmp(json_edit_text(entry, "phase"), "after") != 0)
            print_plan(entry);
    }
}

enum status journal_command_show(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    CLEANUP(alloc_free_pointer) char *path = path_of(arguments);
    struct showing showing = {.json = wants_json(arguments)};
    const char *last = arguments_value(arguments, "--last");
    int64_t wanted = 0;
    if (last != NULL && (!span_to_int64(span_of(last), &wanted) || wanted < 1))
        return error_set(err, STATUS_USAGE, "--last takes a number from 1, not '%s'", last);
    if (last != NULL) {
        size_t lines = 0;
        journal_each(path, count_line, &lines, NULL);
        showing.first = lines >= (size_t)wanted ? lines - (size_t)wanted + 1 : 0;
    }
    enum status status = journal_each(path, show_line, &showing, err);
    if (status == STATUS_NOT_FOUND) {
        session_say("there is no journal at %s: nothing was done yet", path);
        return STATUS_OK;
    }
    return status != STATUS_OK ? status : session_flush(err);
}

/* ---- verify ---- */

static const char *kind_name(enum journal_finding_kind kind)
{
    static const char *const NAMES[] = {"changed", "removed", "reordered", "broken", "cut"};
    return NAMES[kind];
}

static void print_json(const char *path, const struct journal_verdict *verdict)
{
    json_t *findings = json_array();
    for (size_t i = 0; i < verdict->finding_count; i++)
        json_array_append_new(findings, json_pack("{s:s,s:I,s:s}", "kind", kind_name(verdict->findings[i].kind), "line",
                                                  (json_int_t)verdict->findings[i].line, "text", verdict->findings[i].text));
    json_t *object = json_pack("{s:s,s:I,s:s,s:b,s:I,s:o}", "journal", path, "lines", (json_int_t)verdict->lines, "head", verdict->head,
                               "intact", verdict->findings_total == 0, "findingsTotal", (json_int_t)verdict->findings_total, "findings",
                               findings);
    char *text = json_edit_print_pretty(object);
    session_print(text);
    free(text);
    json_decref(object);
}

static void print_text(const char *path, const struct journal_verdict *verdict, bool has_head)
{
    for (size_t i = 0; i < verdict->finding_count; i++) {
        const struct journal_finding *finding = &verdict->findings[i];
        if (finding->line > 0)
            printf("line %zu  %-9s  %s\n", finding->line, kind_name(finding->kind), finding->text);
        else
            printf("journal  %-9s  %s\n", kind_name(finding->kind), finding->text);
    }
    if (verdict->findings_total > verdict->finding_count)
        printf("and %zu more\n", verdict->findings_total - verdict->finding_count);
    printf("%s: %zu lines, %s\nhead %s\n", path, verdict->lines,
           verdict->findings_total == 0 ? "unbroken" : "NOT as it was written", verdict->head[0] != '\0' ? verdict->head : "(empty)");
    if (!has_head)
        printf("A cut tail cannot be seen from inside: compare the head with one quoted elsewhere (--head HASH).\n");
}

enum status journal_command_verify(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    CLEANUP(alloc_free_pointer) char *path = path_of(arguments);
    CLEANUP(alloc_free_pointer) struct journal_verdict *verdict = alloc_new(struct journal_verdict);
    const char *head = arguments_value(arguments, "--head");
    enum status status = journal_verify(path, head, verdict, err);
    if (status == STATUS_NOT_FOUND && head == NULL && !arguments_flag(arguments, "--journal")) {
        session_say("there is no journal at %s: nothing was done yet", path);
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    if (wants_json(arguments))
        print_json(path, verdict);
    else
        print_text(path, verdict, head != NULL);
    status = session_flush(err);
    if (status == STATUS_OK && verdict->findings_total > 0)
        return error_set(err, STATUS_FOUND, "journal: %zu finding%s", verdict->findings_total, verdict->findings_total == 1 ? "" : "s");
    return status;
}
