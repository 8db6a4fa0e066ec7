/* Access reviews a few at a time, and rules reviews for identities that have rights in some namespaces only; see
 * capability_check.h. */
#include "sovereign/capability_check.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"

#define ASKERS 6
#define REPLY_MAXIMUM ((size_t)4 << 20)

size_t capability_check_expand(struct capability_answer answers[CAPABILITY_TABLE_RIGHTS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < capability_table_count(); i++) {
        const struct capability_right *right = capability_table_at(i);
        struct span rest = span_of(right->verbs), verb;
        while (span_split(&rest, ' ', &verb) && count < CAPABILITY_TABLE_RIGHTS_MAX) {
            struct capability_answer *answer = &answers[count++];
            *answer = (struct capability_answer){.right = right, .verdict = CAPABILITY_UNKNOWN, .reason = "not asked"};
            snprintf(answer->verb, sizeof answer->verb, "%.*s", SPAN_PRINT(verb));
        }
    }
    return count;
}

/* --- access reviews --- */

struct asking {
    struct kube_client *client;
    struct capability_answer *answers;
    size_t count;
    atomic_size_t next;
};

static bool same_text(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static bool same_question(const struct capability_answer *a, const struct capability_answer *b)
{
    return strcmp(a->verb, b->verb) == 0 && same_text(a->right->group, b->right->group) &&
           same_text(a->right->resource, b->right->resource) && same_text(a->right->subresource, b->right->subresource) &&
           same_text(a->right->namespace, b->right->namespace);
}

/* Index of the first answer to the same question. */
static size_t first_of(const struct capability_answer *answers, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (same_question(&answers[i], &answers[index]))
            return i;
    return index;
}

static void ask_one(struct kube_client *client, struct capability_answer *answer)
{
    const struct capability_right *right = answer->right;
    struct kube_access access = {.verb = answer->verb, .group = right->group, .resource = right->resource,
                                 .subresource = right->subresource, .namespace = right->namespace};
    bool allowed = false;
    struct error problem;
    if (kube_client_can(client, &access, &allowed, NULL, 0, &problem) != STATUS_OK)
        snprintf(answer->reason, sizeof answer->reason, "%s", problem.text);
    else
        answer->verdict = allowed ? CAPABILITY_YES : CAPABILITY_NO;
}

static void *run_asker(void *context)
{
    struct asking *asking = context;
    size_t index;
    while ((index = atomic_fetch_add(&asking->next, 1)) < asking->count)
        if (first_of(asking->answers, index) == index)
            ask_one(asking->client, &asking->answers[index]);
    return NULL;
}

static void ask_everywhere(struct asking *asking)
{
    pthread_t threads[ASKERS];
    size_t started = 0;
    while (started < ASKERS && started < asking->count && pthread_create(&threads[started], NULL, run_asker, asking) == 0)
        started++;
    if (started == 0)
        run_asker(asking);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

/* --- rules reviews --- */

static bool lists(const json_t *list, const char *text, bool prefix_star)
{
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item) {
        const char *word = json_string_value(item);
        if (word == NULL)
            continue;
        if (strcmp(word, "*") == 0 || strcmp(word, text) == 0)
            return true;
        const char *slash = strchr(text, '/');
        if (prefix_star && slash != NULL && strncmp(word, "*/", 2) == 0 && strcmp(word + 1, slash) == 0)
            return true;
    }
    return false;
}

bool capability_check_rules_allow(const json_t *status, const struct capability_right *right, const char *verb)
{
    char resource[200];
    size_t index;
    json_t *rule;
    snprintf(resource, sizeof resource, "%s%s%s", right->resource, right->subresource != NULL ? "/" : "",
             right->subresource != NULL ? right->subresource : "");
    json_array_foreach(json_object_get(status, "resourceRules"), index, rule) {
        bool named = json_array_size(json_object_get(rule, "resourceNames")) > 0;
        if (!named && lists(json_object_get(rule, "verbs"), verb, false) &&
            lists(json_object_get(rule, "apiGroups"), right->group, false) && lists(json_object_get(rule, "resources"), resource, true))
            return true;
    }
    return false;
}

static void add_namespace(struct capability_answer *answer, const char *namespace)
{
    size_t used = strlen(answer->namespaces);
    answer->verdict = CAPABILITY_SOME;
    snprintf(answer->namespaces + used, sizeof answer->namespaces - used, "%s%s", used > 0 ? ", " : "", namespace);
}

static bool may_be_local(const struct capability_answer *answer)
{
    return answer->right->is_namespaced && answer->right->namespace == NULL &&
           (answer->verdict == CAPABILITY_NO || answer->verdict == CAPABILITY_SOME);
}

static void ask_in(struct asking *asking, const char *namespace)
{
    CLEANUP(bytebuf_done) struct bytebuf reply;
    bytebuf_init(&reply, REPLY_MAXIMUM);
    if (kube_client_rules(asking->client, namespace, &reply, NULL) != STATUS_OK)
        return;
    json_t *review = json_loadb(bytebuf_text(&reply), reply.length, 0, NULL);
    const json_t *status = json_object_get(review, "status");
    for (size_t i = 0; i < asking->count; i++)
        if (may_be_local(&asking->answers[i]) && capability_check_rules_allow(status, asking->answers[i].right, asking->answers[i].verb))
            add_namespace(&asking->answers[i], namespace);
    json_decref(review);
}

void capability_check_ask(struct kube_client *client, struct capability_answer *answers, size_t count, const char *const *namespaces)
{
    struct asking asking = {.client = client, .answers = answers, .count = count};
    bool refused = false;
    ask_everywhere(&asking);
    for (size_t i = 0; i < count; i++) {
        size_t first = first_of(answers, i);
        const struct capability_right *right = answers[i].right;
        if (first != i)
            answers[i] = answers[first];
        answers[i].right = right;
        refused = refused || may_be_local(&answers[i]);
    }
    for (size_t i = 0; refused && i < CAPABILITY_CHECK_NAMESPACES_MAX && namespaces[i] != NULL; i++)
        ask_in(&asking, namespaces[i]);
}
