/* Folds cluster names to regions by the known provider, building-block and environment tokens. */
#include "estate/region_name.h"

#include "base/array.h"
#include "base/bytebuf.h"
#include "base/sanitize.h"

static const char *const PROVIDERS[] = {"hz", "hetzner", "hw", "huawei", "oci", "aws", "gcp", "az", "azure", "contabo", "ct"};
static const char *const BLOCKS[] = {"rtz", "dmz", "mgt", "mgmt"};

static bool is_one_of(struct span token, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equals_text(token, words[i]))
            return true;
    return false;
}

struct span region_name_fold(struct span name)
{
    name = span_trim(name);
    if (span_equals_text(name, "platform-bootstrap-owned-host"))
        return SPAN_EMPTY;
    struct span rest = name, token;
    if (!span_split(&rest, '-', &token) || !is_one_of(token, PROVIDERS, ARRAY_LENGTH(PROVIDERS)))
        return name;
    struct span region = rest;
    while (span_split(&rest, '-', &token))
        if (is_one_of(token, BLOCKS, ARRAY_LENGTH(BLOCKS)) && token.data > region.data)
            return span_first(region, (size_t)(token.data - region.data) - 1);
    return name;
}

static struct span without_number(struct span name)
{
    while (name.length > 0 && name.data[name.length - 1] >= '0' && name.data[name.length - 1] <= '9')
        name.length--;
    return name;
}

bool region_name_matches(struct span a, struct span b)
{
    a = region_name_fold(a);
    b = region_name_fold(b);
    if (span_is_empty(a) || span_is_empty(b))
        return false;
    if (span_equals(a, b))
        return true;
    struct span bare_a = without_number(a), bare_b = without_number(b);
    bool one_is_bare = bare_a.length == a.length || bare_b.length == b.length;
    return one_is_bare && span_equals(bare_a, bare_b);
}

int region_name_find(const struct store *store, struct span name)
{
    for (int i = 0; i < store->region_count; i++)
        if (span_equals(region_name_fold(name), region_name_fold(span_of(store->regions[i].name))))
            return i;
    for (int i = 0; i < store->region_count; i++)
        if (region_name_matches(name, span_of(store->regions[i].name)))
            return i;
    return -1;
}

static bool came_before(struct span list, struct span region, const char *item)
{
    struct span first, second;
    while (row_next_item(&list, &first, &second) && first.data < item)
        if (span_equals(region_name_fold(first), region))
            return true;
    return false;
}

const char *region_name_join(struct span list, char *out, size_t size)
{
    CLEANUP(bytebuf_done) struct bytebuf text;
    bytebuf_init(&text, 4096);
    struct span rest = list, first, second;
    while (row_next_item(&rest, &first, &second)) {
        struct span region = region_name_fold(first);
        if (span_is_empty(region) || came_before(list, region, first.data))
            continue;
        bytebuf_printf(&text, "%s%.*s", text.length > 0 ? ", " : "", SPAN_PRINT(region));
    }
    sanitize_line_into(out, size, bytebuf_text(&text), text.length);
    return out;
}
