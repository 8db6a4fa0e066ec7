/* Reads a rule's facts out of a row and judges each value. A list that does not hold all items is judged by what it
 * holds, and the rest is undecided. */
#include "tether/value_check.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"

#define VALUES_PREFIX "spec.values."
#define CHART_DEFAULT_HOST "harbor.openova.io" /* of the vCluster charts (cutover contract 2.3) */

struct checking {
    const struct rule *rule;
    const struct row *row;
    const char *fqdn;
    value_check_fn found;
    void *context;
    enum value_check_result worst;
};

static void report(struct checking *checking, struct value_check *check)
{
    if (check->result > checking->worst)
        checking->worst = check->result;
    if (check->result != VALUE_CHECK_CLEAN && checking->found != NULL)
        checking->found(checking->context, check);
}

static enum value_check_result notlocal(enum host_class class, const char **why)
{
    switch (class) {
    case HOST_CLASS_LOCAL: return VALUE_CHECK_CLEAN;
    case HOST_CLASS_NONE: *why = "the object has no value there"; return VALUE_CHECK_UNDECIDED;
    case HOST_CLASS_UNDECIDED:
        *why = "the Sovereign's domain is not known, so that its own hosts cannot be told from others";
        return VALUE_CHECK_UNDECIDED;
    default: return VALUE_CHECK_TETHER;
    }
}

static enum value_check_result mothership(enum host_class class, const char **why)
{
    if (class == HOST_CLASS_BROKEN)
        *why = "no readable host in the value";
    return class == HOST_CLASS_MOTHERSHIP ? VALUE_CHECK_TETHER
           : class == HOST_CLASS_BROKEN   ? VALUE_CHECK_UNDECIDED
                                          : VALUE_CHECK_CLEAN;
}

/* Keys whose value names a host (cutover contract 5.3, T-REL-07). */
static enum host_text textkind(struct span path)
{
    static const char *const KEYS[] = {"image",         "repository", "registry", "registryMirror",
                                       "imageRegistry", "package",    "url",      "host"};
    size_t start = path.length;
    while (start > 0 && path.data[start - 1] != '.')
        start--;
    struct span key = span_from(path, start);
    ptrdiff_t bracket = span_find_byte(key, '[');
    key = bracket < 0 ? key : span_first(key, (size_t)bracket);
    for (size_t i = 0; i < ARRAY_LENGTH(KEYS); i++) {
        if (span_equals_text(key, KEYS[i]))
            return HOST_TEXT_NAMES;
    }
    return HOST_TEXT_FREE;
}

/* Judges a value whose host is in *check already. */
static void judge(struct checking *checking, struct value_check *check, struct span image_path)
{
    check->class = host_classify(&check->host, checking->fqdn);
    check->result = VALUE_CHECK_CLEAN;
    switch (checking->rule->match) {
    case RULE_MATCH_NOT_LOCAL: check->result = notlocal(check->class, &check->why); break;
    case RULE_MATCH_MOTHERSHIP: check->result = mothership(check->class, &check->why); break;
    case RULE_MATCH_OPENOVA_IMAGE:
        if (strcmp(check->host.name, "ghcr.io") == 0 && span_starts_with(image_path, "openova-io/"))
            check->result = VALUE_CHECK_TETHER;
        break;
    case RULE_MATCH_TETHER: /* texts, not values: checkleaves */ break;
    }
    report(checking, check);
}

static void undecided(struct checking *checking, const char *path, const char *why)
{
    struct value_check check = {.result = VALUE_CHECK_UNDECIDED, .why = why};
    snprintf(check.path, sizeof check.path, "%s", path);
    report(checking, &check);
}

static void checkimages(struct checking *checking, const struct rule_fact *fact)
{
    struct span rest = row_text(checking->row, fact->field), image, unused, image_path;
    while (row_next_item(&rest, &image, &unused)) {
        struct value_check check = {.text = image};
        snprintf(check.path, sizeof check.path, "%s", fact->path);
        host_of_image(&check.host, image, &image_path);
        judge(checking, &check, image_path);
    }
    if (row_is_cut(checking->row, fact->field))
        undecided(checking, fact->path, "more images than are kept of one object");
}

static void checkleaves(struct checking *checking, const struct rule_fact *fact)
{
    struct span rest = row_text(checking->row, fact->field), leaf, text;
    struct host host;
    while (row_next_item(&rest, &leaf, &text)) {
        if (!host_find_tether(text, textkind(leaf), checking->fqdn, &host))
            continue;
        struct value_check check = {.result = VALUE_CHECK_TETHER, .text = text, .host = host};
        check.class = host_classify(&host, checking->fqdn);
        snprintf(check.path, sizeof check.path, "%s.%.*s", fact->path, SPAN_PRINT(leaf));
        report(checking, &check);
    }
    if (row_is_cut(checking->row, fact->field))
        undecided(checking, fact->path, "more values than are kept of one object");
}

static void checkscalar(struct checking *checking, const struct rule_fact *fact)
{
    struct value_check check = {0};
    CLEANUP(bytebuf_done) struct bytebuf path;
    bytebuf_init(&path, sizeof check.path - 1);
    rule_expand(fact->path, checking->fqdn, row_name(checking->row), &path);
    snprintf(check.path, sizeof check.path, "%s", bytebuf_text(&path));
    check.text = row_text(checking->row, fact->field);
    if (span_is_empty(check.text) && fact->is_required) {
        check.text = SPAN_LITERAL("(unset: the chart's default is " CHART_DEFAULT_HOST ")");
        host_of_url(&check.host, SPAN_LITERAL(CHART_DEFAULT_HOST));
    } else if (fact->value == RULE_VALUE_URL) {
        host_of_url(&check.host, check.text);
    } else {
        host_of_image(&check.host, check.text, NULL);
    }
    bool is_mandatory = strncmp(check.path, VALUES_PREFIX, strlen(VALUES_PREFIX)) != 0;
    if (span_is_empty(check.text) && !is_mandatory)
        return;
    if (fact->value == RULE_VALUE_REPOSITORY && check.host.implicit)
        return;
    judge(checking, &check, SPAN_EMPTY);
}

enum value_check_result value_check_row(const struct rule *rule, const struct row *row, const char *fqdn, value_check_fn found,
                                        void *context)
{
    struct checking checking = {.rule = rule, .row = row, .fqdn = fqdn, .found = found, .context = context};
    for (size_t i = 0; i < RULE_FACTS_MAX && rule->facts[i].path != NULL; i++) {
        const struct rule_fact *fact = &rule->facts[i];
        if (fact->value == RULE_VALUE_IMAGES)
            checkimages(&checking, fact);
        else if (fact->value == RULE_VALUE_LEAVES)
            checkleaves(&checking, fact);
        else
            checkscalar(&checking, fact);
    }
    return checking.worst;
}

bool value_check_covers(const struct rule *rule, struct span key)
{
    if (rule->objects == NULL)
        return true;
    struct span rest = span_of(rule->objects), object;
    while (span_split(&rest, ' ', &object)) {
        if (span_equals(object, key))
            return true;
    }
    return false;
}
