/* What all screens share; see screen.h. */
#include "screen/screen.h"

#include <stdio.h>
#include <string.h>

enum keymap_context screen_context(const struct screen *screen)
{
    return screen->context != KEYMAP_CONTEXT_GLOBAL ? screen->context : screen->ops->context;
}

void screen_free(struct screen *screen)
{
    if (screen != NULL)
        screen->ops->free(screen);
}

static const struct {
    enum style_id style;
    const char *glyph;
} TONES[] = {
    [TONE_BAD] = {STYLE_BAD, "✖"},         [TONE_WARN] = {STYLE_WARN, "!"},   [TONE_PROGRESS] = {STYLE_PROGRESS, "◐"},
    [TONE_PAUSED] = {STYLE_SUSPENDED, "‖"}, [TONE_UNKNOWN] = {STYLE_UNKNOWN, "?"}, [TONE_GOOD] = {STYLE_GOOD, "✔"},
    [TONE_NEUTRAL] = {STYLE_TEXT, "·"},
};

enum style_id screen_style(enum tone tone)
{
    return TONES[tone].style;
}

const char *screen_glyph(enum tone tone)
{
    return TONES[tone].glyph;
}

const struct row *screen_row(const struct screen_host *host, const struct screen_object *object)
{
    if (object->kind == NULL)
        return NULL;
    const struct table *table = store_find_table(host->store, object->kind->id, object->region);
    if (table == NULL)
        return NULL;
    char key[2 * SCREEN_NAME_MAX + 1];
    if (object->kind->namespaced)
        snprintf(key, sizeof key, "%s/%s", object->namespace, object->name);
    else
        snprintf(key, sizeof key, "%s", object->name);
    return table_find(table, span_of(key));
}

static void copy_span(char out[SCREEN_NAME_MAX], struct span text)
{
    size_t length = text.length < SCREEN_NAME_MAX ? text.length : SCREEN_NAME_MAX - 1;
    if (length > 0)
        memcpy(out, text.data, length);
    out[length] = '\0';
}

void screen_object_of_row(const struct row *row, struct screen_object *ret_object)
{
    ret_object->kind = row_kind(row);
    ret_object->region = row_region(row);
    copy_span(ret_object->namespace, row_namespace(row));
    copy_span(ret_object->name, row_name(row));
}

const char *screen_region_name(const struct screen_host *host, int region)
{
    return region < 0 || region >= host->store->region_count ? "" : host->store->regions[region].name;
}

void screen_object_title(const struct screen_object *object, char *out, size_t size)
{
    const char *kind = object->kind == NULL ? "" : object->kind->singular;
    if (object->namespace[0] != '\0')
        snprintf(out, size, "%s %s/%s", kind, object->namespace, object->name);
    else
        snprintf(out, size, "%s %s", kind, object->name);
}
