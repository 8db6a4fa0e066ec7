/* The journal's promise: whatever is done to its lines is found, with the line's number. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/array.h"
#include "operation/journal.h"
#include "support/leak_check.h"

static char folder[64];

static void make_folder(void)
{
    strcpy(folder, "/tmp/sovdeck-journal-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    char *command = alloc_printf("%s/state/deep/journal.jsonl", folder);
    remove(command);
    free(command);
    static const char *const PARTS[] = {"/state/deep", "/state", ""};
    for (size_t i = 0; i < ARRAY_LENGTH(PARTS); i++) {
        char *path = alloc_printf("%s%s", folder, PARTS[i]);
        rmdir(path);
        free(path);
    }
}

static void append(const char *path, int number)
{
    json_t *content = json_object();
    json_object_set_new(content, "phase", json_string(number % 2 ? "before" : "after"));
    json_object_set_new(content, "title", json_string("Suspend HelmRelease flux-system/bp-x"));
    json_object_set_new(content, "number", json_integer(number));
    struct error err;
    cr_assert_eq(journal_append(path, content, NULL, &err), STATUS_OK, "%s", err.text);
    json_decref(content);
}

static char *make_journal(int lines)
{
    char *path = alloc_printf("%s/state/deep/journal.jsonl", folder);
    for (int i = 1; i <= lines; i++)
        append(path, i);
    return path;
}

struct text {
    char *lines[16];
    size_t count;
};

static void slurp(const char *path, struct text *text)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t capacity = 0;
    *text = (struct text){0};
    while (getline(&line, &capacity, file) > 0)
        text->lines[text->count++] = strdup(line);
    free(line);
    fclose(file);
}

static void spill(const char *path, struct text *text)
{
    FILE *file = fopen(path, "w");
    for (size_t i = 0; i < text->count; i++) {
        fputs(text->lines[i], file);
        free(text->lines[i]);
    }
    fclose(file);
}

static void change_byte(struct text *t) { *strstr(t->lines[2], "Suspend") = 'Q'; }
static void change_hash(struct text *t)
{
    char *digit = strstr(t->lines[2], "\"hash\":\"") + 8;
    *digit = *digit == 'a' ? 'b' : 'a';
}
static void change_space(struct text *t)
{
    char *longer = alloc_printf("{ %s", t->lines[2] + 1);
    free(t->lines[2]);
    t->lines[2] = longer;
}
static void remove_middle(struct text *t)
{
    free(t->lines[2]);
    memmove(t->lines + 2, t->lines + 3, (--t->count - 2) * sizeof *t->lines);
}
static void remove_first(struct text *t)
{
    free(t->lines[0]);
    memmove(t->lines, t->lines + 1, --t->count * sizeof *t->lines);
}
static void swap_two(struct text *t)
{
    char *line = t->lines[2];
    t->lines[2] = t->lines[3];
    t->lines[3] = line;
}
static void repeat_one(struct text *t)
{
    memmove(t->lines + 4, t->lines + 3, (t->count++ - 3) * sizeof *t->lines);
    t->lines[3] = strdup(t->lines[2]);
}
static void insert_foreign(struct text *t)
{
    memmove(t->lines + 3, t->lines + 2, (t->count++ - 2) * sizeof *t->lines);
    t->lines[2] = strdup("{\"sequence\":3,\"phase\":\"before\"}\n");
}
static void cut_last_line(struct text *t) { t->lines[t->count - 1][40] = '\0'; }
static void drop_newline(struct text *t) { t->lines[t->count - 1][strlen(t->lines[t->count - 1]) - 1] = '\0'; }

Test(journal, every_tampering_is_found_with_its_line, .init = make_folder, .fini = remove_folder)
{
    static const struct {
        const char *name;
        void (*tamper)(struct text *text);
        enum journal_finding_kind kind;
        size_t line;
    } CASES[] = {
        {"changed byte", change_byte, JOURNAL_FINDING_CHANGED, 3},
        {"changed hash", change_hash, JOURNAL_FINDING_CHANGED, 3},
        {"added space", change_space, JOURNAL_FINDING_CHANGED, 3},
        {"removed line", remove_middle, JOURNAL_FINDING_REMOVED, 3},
        {"removed first line", remove_first, JOURNAL_FINDING_REMOVED, 1},
        {"swapped lines", swap_two, JOURNAL_FINDING_REMOVED, 3},
        {"repeated line", repeat_one, JOURNAL_FINDING_REORDERED, 4},
        {"foreign line", insert_foreign, JOURNAL_FINDING_BROKEN, 3},
        {"cut line", cut_last_line, JOURNAL_FINDING_BROKEN, 6},
        {"no newline at the end", drop_newline, JOURNAL_FINDING_BROKEN, 6},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        char *path = make_journal(6);
        struct journal_verdict verdict;
        struct error err;
        cr_assert_eq(journal_verify(path, NULL, &verdict, &err), STATUS_OK, "%s", err.text);
        cr_assert_eq(verdict.finding_count, 0, "untouched: %s", verdict.findings[0].text);
        cr_assert_eq(verdict.lines, 6);
        struct text text;
        slurp(path, &text);
        CASES[i].tamper(&text);
        spill(path, &text);
        cr_assert_eq(journal_verify(path, NULL, &verdict, &err), STATUS_OK);
        cr_expect(verdict.finding_count >= 1, "%s: nothing found", CASES[i].name);
        cr_expect_eq(verdict.findings[0].kind, CASES[i].kind, "%s: %s", CASES[i].name, verdict.findings[0].text);
        cr_expect_eq(verdict.findings[0].line, CASES[i].line, "%s: line %zu", CASES[i].name, verdict.findings[0].line);
        unlink(path);
        free(path);
    }
    TEST_NO_LEAKS();
}

Test(journal, a_cut_tail_is_found_against_a_head_kept_elsewhere, .init = make_folder, .fini = remove_folder)
{
    char *path = make_journal(4), head[JOURNAL_HASH_MAX];
    journal_head(path, head);
    struct journal_verdict verdict;
    struct error err;
    cr_assert_eq(journal_verify(path, head, &verdict, &err), STATUS_OK);
    cr_assert_eq(verdict.finding_count, 0);
    cr_assert_str_eq(verdict.head, head);
    struct text text;
    slurp(path, &text);
    free(text.lines[--text.count]);
    spill(path, &text);
    cr_assert_eq(journal_verify(path, NULL, &verdict, &err), STATUS_OK);
    cr_assert_eq(verdict.finding_count, 0, "a cut tail cannot be seen from inside");
    cr_assert_eq(journal_verify(path, head, &verdict, &err), STATUS_OK);
    cr_assert_eq(verdict.findings[0].kind, JOURNAL_FINDING_CUT);
    unlink(path);
    cr_assert_eq(journal_verify(path, head, &verdict, &err), STATUS_NOT_FOUND);
    free(path);
    TEST_NO_LEAKS();
}

Test(journal, goes_on_behind_a_line_that_a_crash_cut_off, .init = make_folder, .fini = remove_folder)
{
    char *path = make_journal(3);
    FILE *file = fopen(path, "a");
    fputs("{\"sequence\":4,\"at\":\"20", file);
    fclose(file);
    append(path, 9);
    struct journal_verdict verdict;
    struct error err;
    cr_assert_eq(journal_verify(path, NULL, &verdict, &err), STATUS_OK);
    cr_assert_eq(verdict.lines, 5);
    cr_assert_eq(verdict.finding_count, 1, "only the torn line is a finding");
    cr_assert_eq(verdict.findings[0].line, 4);
    unlink(path);
    free(path);
    TEST_NO_LEAKS();
}

Test(journal, is_closed_to_others_and_refuses_what_is_no_file, .init = make_folder, .fini = remove_folder)
{
    char *path = make_journal(1);
    struct stat about;
    cr_assert_eq(stat(path, &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0600);
    chmod(path, 0644);
    append(path, 2);
    cr_assert_eq(stat(path, &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0600);
    json_t *content = json_object();
    struct error err;
    cr_assert_neq(journal_append(folder, content, NULL, &err), STATUS_OK);
    cr_assert(strstr(err.text, "journal /tmp/") != NULL, "%s", err.text);
    json_decref(content);
    unlink(path);
    free(path);
    TEST_NO_LEAKS();
}

Test(journal, processes_that_write_at_once_make_one_chain, .init = make_folder, .fini = remove_folder)
{
    char *path = make_journal(1);
    for (int child = 0; child < 4; child++) {
        if (fork() == 0) {
            for (int i = 0; i < 10; i++)
                append(path, i);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        continue;
    struct journal_verdict verdict;
    struct error err;
    cr_assert_eq(journal_verify(path, NULL, &verdict, &err), STATUS_OK);
    cr_assert_eq(verdict.lines, 41, "%zu", verdict.lines);
    cr_assert_eq(verdict.findings_total, 0, "%s", verdict.findings[0].text);
    unlink(path);
    free(path);
}
