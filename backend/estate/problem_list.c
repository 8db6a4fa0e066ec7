/* Problems in order: equal ones are merged, the worst come first, and each gets its title. */
#include "estate/problem_list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sanitize.h"
#include "base/timestamp.h"

#define MERGE_FROM 4 /* so many objects with the same trouble are told on one line */

struct problem *problem_list_add(struct problem_list *list, enum problem_weight weight, enum tone tone, int region, const char *state)
{
    if (list->count == PROBLEM_COLLECT_MAX) {
        list->omitted++;
        return NULL;
    }
    ARRAY_PUSH(list, ((struct problem){.tone = tone, .weight = weight, .region = region, .state = state, .count = 1,
                                       .since_ms = TIMESTAMP_NONE}));
    return &list->items[list->count - 1];
}

void problem_list_explain(struct problem *problem, const char *format, ...)
{
    char text[2 * HEALTH_CAUSE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sanitize_line_into(problem->cause, sizeof problem->cause, text, strlen(text));
}

static int compare_groups(const void *left, const void *right)
{
    const struct problem *a = left, *b = right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->region != b->region)
        return a->region - b->region;
    if (a->tone != b->tone)
        return (int)a->tone - (int)b->tone;
    int order = strcmp(a->state, b->state);
    if (order == 0)
        order = strcmp(a->cause, b->cause);
    if (order == 0 && a->blocked != b->blocked)
        order = a->blocked > b->blocked ? -1 : 1;
    return order != 0 ? order : strcmp(a->key, b->key);
}

static bool can_merge(const struct problem *a, const struct problem *b)
{
    return a->kind != NULL && a->kind == b->kind && a->region == b->region && a->tone == b->tone && strcmp(a->state, b->state) == 0 &&
           strcmp(a->cause, b->cause) == 0 && b->blocked == 0;
}

/* Sixty repositories behind one dead registry are one line. */
static void merge(struct problem_list *list)
{
    size_t kept = 0;
    for (size_t i = 0, end; i < list->count; i = end) {
        for (end = i + 1; end < list->count && can_merge(&list->items[i], &list->items[end]);)
            end++;
        if (end - i >= MERGE_FROM) {
            list->items[i].count = end - i;
            list->items[kept++] = list->items[i];
            continue;
        }
        for (size_t k = i; k < end; k++)
            list->items[kept++] = list->items[k];
    }
    list->count = kept;
}

static int compare_problems(const void *left, const void *right)
{
    const struct problem *a = left, *b = right;
    if (a->tone != b->tone)
        return (int)a->tone - (int)b->tone;
    if (a->weight != b->weight)
        return a->weight - b->weight;
    if (a->blocked != b->blocked)
        return a->blocked > b->blocked ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return a->region != b->region ? a->region - b->region : strcmp(a->key, b->key);
}

static void write_title(struct problem *problem)
{
    const char *single = problem->kind == NULL ? "" : problem->kind->singular;
    if (problem->kind != NULL && problem->count > 1)
        snprintf(problem->title, sizeof problem->title, "%zu %s are %s, first %s", problem->count, problem->kind->title, problem->state,
                 problem->key);
    else if (problem->kind != NULL)
        snprintf(problem->title, sizeof problem->title, "%s %s is %s", single, problem->key, problem->state);
    else if (problem->weight == PROBLEM_WEIGHT_FEED)
        snprintf(problem->title, sizeof problem->title, "Feed %s is %s", problem->key, problem->state);
    else if (problem->weight == PROBLEM_WEIGHT_CUTOVER)
        snprintf(problem->title, sizeof problem->title, "Cutover %s at %s", problem->state, problem->key);
    else if (problem->weight == PROBLEM_WEIGHT_TABLE)
        snprintf(problem->title, sizeof problem->title, "%s are %s", problem->key, problem->state);
    else
        snprintf(problem->title, sizeof problem->title, "%s is %s", problem->key, problem->state);
}

void problem_list_settle(struct problem_list *list)
{
    if (list->count == 0)
        return;
    qsort(list->items, list->count, sizeof list->items[0], compare_groups);
    merge(list);
    qsort(list->items, list->count, sizeof list->items[0], compare_problems);
    if (list->count > PROBLEM_LIST_MAX) {
        list->omitted += list->count - PROBLEM_LIST_MAX;
        list->count = PROBLEM_LIST_MAX;
    }
    for (size_t i = 0; i < list->count; i++)
        write_title(&list->items[i]);
}

void problem_list_empty(struct problem_list *list)
{
    list->count = list->omitted = 0;
}

void problem_list_clear(struct problem_list *list)
{
    ARRAY_FREE(list);
    list->omitted = 0;
}
