/* Names, pace, luck and variable substitution of the demo Sovereign. */
#include "demo/demo_world.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytebuf.h"

#define SUBSTITUTED_MAX (1u << 20)

const char *demo_world_region(int region)
{
    static const char *const NAMES[DEMO_WORLD_REGIONS] = {"fsn", "hel"};
    return NAMES[region];
}

int64_t demo_world_pace_ms(const struct demo_world *world, double seconds)
{
    int64_t ms = (int64_t)(seconds * 1000.0 / world->speed);
    return ms > 1 ? ms : 1;
}

struct demo_luck demo_luck_from(uint64_t seed, const char *purpose)
{
    uint64_t state = seed ^ 0xcbf29ce484222325u;
    for (const char *at = purpose; *at; at++)
        state = (state ^ (unsigned char)*at) * 0x100000001b3u;
    return (struct demo_luck){state};
}

uint64_t demo_luck_next(struct demo_luck *luck) /* splitmix64 */
{
    uint64_t z = (luck->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int demo_luck_below(struct demo_luck *luck, int limit)
{
    return limit > 0 ? (int)(demo_luck_next(luck) % (uint64_t)limit) : 0;
}

void demo_luck_hex(struct demo_luck *luck, char *out, int digits)
{
    for (int i = 0; i < digits; i++)
        out[i] = "0123456789abcdef"[demo_luck_next(luck) & 15];
    out[digits] = '\0';
}

static const char *variable_value(struct span name, int region)
{
    if (span_equals_text(name, "SOVEREIGN_FQDN"))
        return DEMO_WORLD_FQDN;
    if (span_equals_text(name, "REGION"))
        return demo_world_region(region);
    if (span_equals_text(name, "SECONDARY_HR_SUSPEND:=false"))
        return region == DEMO_WORLD_PRIMARY ? "false" : "true";
    if (span_equals_text(name, "PRIMARY_HR_SUSPEND:=false"))
        return region == DEMO_WORLD_PRIMARY ? "true" : "false";
    return NULL;
}

char *demo_world_substitute(const char *text, int region)
{
    struct bytebuf out;
    bytebuf_init(&out, SUBSTITUTED_MAX);
    bytebuf_append_text(&out, "");
    for (const char *at = text; *at;) {
        const char *end = at[0] == '$' && at[1] == '{' ? strchr(at, '}') : NULL;
        const char *value = end ? variable_value(span_make(at + 2, (size_t)(end - at - 2)), region) : NULL;
        if (value) {
            bytebuf_append_text(&out, value);
            at = end + 1;
        } else {
            bytebuf_append_byte(&out, *at++);
        }
    }
    char *made = bytebuf_take(&out);
    return made ? made : alloc_strdup("");
}

static json_t *substituted(json_t *value, int region)
{
    if (!json_is_string(value)) {
        demo_world_substitute_json(value, region);
        return NULL;
    }
    const char *text = json_string_value(value);
    if (!strstr(text, "${"))
        return NULL;
    char *made = demo_world_substitute(text, region);
    json_t *result = strcmp(made, "true") == 0    ? json_true()
                     : strcmp(made, "false") == 0 ? json_false()
                                                  : json_string(made);
    free(made);
    return result;
}

void demo_world_substitute_json(json_t *value, int region)
{
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            json_t *replaced = substituted(json_array_get(value, i), region);
            if (replaced)
                json_array_set_new(value, i, replaced);
        }
        return;
    }
    const char *key = NULL;
    json_t *item = NULL;
    json_object_foreach(value, key, item) {
        json_t *replaced = substituted(item, region);
        if (replaced)
            json_object_set_new(value, key, replaced);
    }
}
