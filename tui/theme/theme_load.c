/* Themes from YAML:
 *
 *   name: dark
 *   palette:
 *     green: {rgb: "#8fce9b", c256: 114, c16: green}   # c256 and c16 may be left out: the nearest is taken
 *   styles:
 *     good: {fg: green, bg: default, attributes: [bold], mono: [bold]}
 *
 * A colour is a name of the palette, "#rrggbb" or default. Each wrong entry is a problem; its style keeps the fallback's look. */
#include "theme/theme_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/nearest.h"
#include "base/sanitize.h"
#include "decode/yaml_tree.h"

extern const char theme_dark_yaml[];
extern const char theme_light_yaml[];
extern const char theme_mono_yaml[];

static const struct {
    const char *name, *text;
} BUILTINS[] = {{"dark", theme_dark_yaml}, {"light", theme_light_yaml}, {"mono", theme_mono_yaml}};

#define PALETTE_MAX 64

struct loader {
    struct theme *theme;
    struct theme_problems *problems;
    const char *names[PALETTE_MAX]; /* borrowed from the tree */
    struct theme_color colors[PALETTE_MAX];
    size_t color_count;
};

static const struct theme_color NO_COLOR = {THEME_COLOR_DEFAULT, THEME_COLOR_DEFAULT, THEME_COLOR_DEFAULT};

static void report(struct loader *loader, const struct error *err)
{
    struct theme_problems *problems = loader->problems;
    if (problems == NULL)
        return;
    if (problems->count == THEME_LOAD_PROBLEMS_MAX)
        problems->dropped++;
    else
        problems->texts[problems->count++] = alloc_strdup(err->text);
}

void theme_problems_done(struct theme_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        free(problems->texts[i]);
    memset(problems, 0, sizeof *problems);
}

static bool parse_rgb(const char *text, int32_t *rgb)
{
    if (strlen(text) != 7 || text[0] != '#' || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
        return false;
    *rgb = (int32_t)strtol(text + 1, NULL, 16);
    return true;
}

static const char *const BASIC_NAMES[16] = {
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    "bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
};

static enum status read_c16(const struct yaml_node *node, int16_t *index, struct error *err)
{
    const char *name = yaml_node_text_or(node, NULL);
    if (node == NULL)
        return STATUS_OK;
    for (int i = 0; name != NULL && i < 16; i++)
        if (strcmp(name, BASIC_NAMES[i]) == 0) {
            *index = (int16_t)i;
            return STATUS_OK;
        }
    if (name != NULL && strcmp(name, "default") == 0) {
        *index = THEME_COLOR_DEFAULT;
        return STATUS_OK;
    }
    char hint[NEAREST_HINT_MAX];
    nearest_hint(hint, span_of(name), BASIC_NAMES, 16);
    return yaml_node_error(node, err, "c16 is '%.40s'%s, expected black, red … bright-white or default",
                           name == NULL ? yaml_node_kind_name(node) : name, hint);
}

static struct theme_color color_of_rgb(int32_t rgb)
{
    return (struct theme_color){rgb, (int16_t)color_depth_to_256(rgb), (int16_t)color_depth_to_16(rgb)};
}

static enum status read_palette_color(const struct yaml_node *node, struct theme_color *color, struct error *err)
{
    static const char *const KEYS[] = {"rgb", "c256", "c16"};
    int32_t rgb;
    enum status status = yaml_node_only_keys(node, "a colour", KEYS, ARRAY_LENGTH(KEYS), err);
    if (status != STATUS_OK)
        return status;
    const struct yaml_node *hex = yaml_node_get(node, "rgb");
    if (!parse_rgb(yaml_node_text_or(hex, ""), &rgb))
        return yaml_node_error(hex == NULL ? node : hex, err, "rgb is '%.40s', expected \"#rrggbb\"", yaml_node_text_or(hex, "missing"));
    *color = color_of_rgb(rgb);
    int64_t c256 = color->index256;
    status = yaml_node_int(yaml_node_get(node, "c256"), "c256", 0, 255, &c256, err);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    color->index256 = (int16_t)c256;
    return read_c16(yaml_node_get(node, "c16"), &color->index16, err);
}

static void read_palette(struct loader *loader, const struct yaml_node *palette)
{
    struct error err;
    if (palette != NULL && !yaml_node_is_map(palette)) {
        yaml_node_error(palette, &err, "palette is %s, expected a map of names to colours", yaml_node_kind_name(palette));
        report(loader, &err);
    }
    for (size_t i = 0; yaml_node_is_map(palette) && i < palette->count; i++) {
        struct theme_color color;
        enum status status = STATUS_OK;
        if (loader->color_count == PALETTE_MAX)
            status = yaml_node_error(palette->keys[i], &err, "too many colours, expected at most %d", PALETTE_MAX);
        if (status == STATUS_OK)
            status = read_palette_color(palette->values[i], &color, &err);
        if (status != STATUS_OK) {
            report(loader, &err);
            continue;
        }
        loader->names[loader->color_count] = palette->keys[i]->text;
        loader->colors[loader->color_count++] = color;
    }
}

static enum status read_color(const struct loader *loader, const struct yaml_node *node, const char *what,
                              struct theme_color *color, struct error *err)
{
    const char *text = yaml_node_text_or(node, "default");
    int32_t rgb;
    if (strcmp(text, "default") == 0) {
        *color = NO_COLOR;
        return STATUS_OK;
    }
    if (parse_rgb(text, &rgb)) {
        *color = color_of_rgb(rgb);
        return STATUS_OK;
    }
    for (size_t i = 0; i < loader->color_count; i++)
        if (strcmp(text, loader->names[i]) == 0) {
            *color = loader->colors[i];
            return STATUS_OK;
        }
    char hint[NEAREST_HINT_MAX];
    nearest_hint(hint, span_of(text), loader->names, loader->color_count);
    return yaml_node_error(node, err, "%s is '%.40s'%s, expected a palette name, \"#rrggbb\" or default", what, text, hint);
}

static enum status read_attributes(const struct yaml_node *node, const char *what, uint8_t *attributes, struct error *err)
{
    static const char *const NAMES[] = {"bold", "dim", "underline", "reverse", "italic"};
    *attributes = 0;
    if (node == NULL)
        return STATUS_OK;
    if (!yaml_node_is_sequence(node))
        return yaml_node_error(node, err, "%s is %s, expected a list like [bold]", what, yaml_node_kind_name(node));
    for (size_t i = 0; i < node->count; i++) {
        const char *name = yaml_node_text_or(node->values[i], "");
        size_t at = 0;
        while (at < ARRAY_LENGTH(NAMES) && strcmp(name, NAMES[at]) != 0)
            at++;
        if (at == ARRAY_LENGTH(NAMES))
            return yaml_node_error(node->values[i], err, "%s has '%.40s', expected bold, dim, underline, reverse or italic", what, name);
        *attributes |= (uint8_t)(1u << at);
    }
    return STATUS_OK;
}

static enum status read_style(const struct loader *loader, const struct yaml_node *node, struct theme_style *ret, struct error *err)
{
    static const char *const KEYS[] = {"fg", "bg", "attributes", "mono"};
    struct theme_style style;
    enum status status = yaml_node_only_keys(node, "a style", KEYS, ARRAY_LENGTH(KEYS), err);
    if (status == STATUS_OK)
        status = read_color(loader, yaml_node_get(node, "fg"), "fg", &style.foreground, err);
    if (status == STATUS_OK)
        status = read_color(loader, yaml_node_get(node, "bg"), "bg", &style.background, err);
    if (status == STATUS_OK)
        status = read_attributes(yaml_node_get(node, "attributes"), "attributes", &style.attributes, err);
    if (status == STATUS_OK)
        status = read_attributes(yaml_node_get(node, "mono"), "mono", &style.mono, err);
    if (status == STATUS_OK)
        *ret = style;
    return status;
}

static void read_styles(struct loader *loader, const struct yaml_node *styles)
{
    for (size_t i = 0; yaml_node_is_map(styles) && i < styles->count; i++) {
        const struct yaml_node *key = styles->keys[i];
        struct error err;
        enum style_id style;
        enum status status;
        if (style_ids_find(span_of(key->text), &style)) {
            status = read_style(loader, styles->values[i], &loader->theme->styles[style], &err);
        } else {
            char hint[NEAREST_HINT_MAX];
            nearest_hint(hint, span_of(key->text), style_ids_names(), STYLE_COUNT);
            status = yaml_node_error(key, &err, "no style '%.40s'%s", key->text, hint);
        }
        if (status != STATUS_OK)
            report(loader, &err);
    }
}

/* A theme that looks like any terminal: what is left when even the built-in text cannot be read. */
static void fill_plain(struct theme *theme)
{
    memset(theme, 0, sizeof *theme);
    for (int i = 0; i < STYLE_COUNT; i++)
        theme->styles[i] = (struct theme_style){.foreground = NO_COLOR, .background = NO_COLOR};
    theme->styles[STYLE_SELECTED].attributes = theme->styles[STYLE_SELECTED].mono = THEME_REVERSE;
}

static enum status load_tree(const struct yaml_tree *tree, struct theme *theme, struct theme_problems *problems, struct error *err)
{
    static const char *const KEYS[] = {"name", "palette", "styles"};
    struct loader loader = {.theme = theme, .problems = problems};
    struct error problem;
    const struct yaml_node *root = yaml_tree_root(tree);
    if (!yaml_node_is_map(root))
        return yaml_node_error(root, err, "a theme is %s, expected a map with name, palette and styles", yaml_node_kind_name(root));
    if (yaml_node_only_keys(root, "a theme", KEYS, ARRAY_LENGTH(KEYS), &problem) != STATUS_OK)
        report(&loader, &problem);
    const char *name = yaml_node_text_or(yaml_node_get(root, "name"), yaml_tree_name(tree));
    sanitize_line_into(theme->name, sizeof theme->name, name, strlen(name));
    read_palette(&loader, yaml_node_get(root, "palette"));
    read_styles(&loader, yaml_node_get(root, "styles"));
    return STATUS_OK;
}

static enum status load_over(const char *name, struct span text, struct theme *theme, struct theme_problems *problems, struct error *err)
{
    struct yaml_tree *tree = NULL;
    enum status status = yaml_tree_load_text(name, text, &tree, err);
    if (status == STATUS_OK)
        status = load_tree(tree, theme, problems, err);
    yaml_tree_free(tree);
    return status;
}

bool theme_load_builtin(const char *name, struct theme *ret_theme)
{
    for (size_t i = 0; i < ARRAY_LENGTH(BUILTINS); i++)
        if (strcmp(BUILTINS[i].name, name) == 0) {
            fill_plain(ret_theme);
            return load_over(BUILTINS[i].name, span_of(BUILTINS[i].text), ret_theme, NULL, NULL) == STATUS_OK;
        }
    return false;
}

const char *const *theme_load_builtin_names(size_t *ret_count)
{
    static const char *const NAMES[] = {"dark", "light", "mono"};
    *ret_count = ARRAY_LENGTH(NAMES);
    return NAMES;
}

static void fill_fallback(struct theme *theme)
{
    if (!theme_load_builtin("dark", theme))
        fill_plain(theme);
}

enum status theme_load_text(const char *name, struct span text, struct theme *ret_theme, struct theme_problems *problems,
                            struct error *err)
{
    fill_fallback(ret_theme);
    return load_over(name, text, ret_theme, problems, err);
}

enum status theme_load_file(const char *path, struct theme *ret_theme, struct theme_problems *problems, struct error *err)
{
    struct yaml_tree *tree = NULL;
    fill_fallback(ret_theme);
    enum status status = yaml_tree_load_file(path, &tree, err);
    if (status == STATUS_OK)
        status = load_tree(tree, ret_theme, problems, err);
    yaml_tree_free(tree);
    return status;
}
