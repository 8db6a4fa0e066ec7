/* Texts, paths, URLs, durations, argument lists: each is read or described as wrong, never both. */
#include "sovereign/profile_value.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/span.h"

#define URLS_MAX 16
#define DURATION_MAX_MS ((int64_t)24 * 3600 * 1000)

static bool say(char *wrong, const char *name, const struct yaml_node *node, const char *expected)
{
    if (yaml_node_is_scalar(node))
        snprintf(wrong, PROFILE_VALUE_WRONG_MAX, "%s is '%.64s'; expected %s", name, node->text, expected);
    else
        snprintf(wrong, PROFILE_VALUE_WRONG_MAX, "%s is %s; expected %s", name, yaml_node_kind_name(node), expected);
    return false;
}

/* ---- texts and paths */

static char *resolve_path(const struct profile_reading *reading, const char *text)
{
    const char *home = getenv("HOME");
    if (text[0] == '~' && (text[1] == '/' || text[1] == '\0') && home != NULL)
        return alloc_printf("%s%s", home, text + 1);
    return text[0] == '/' || reading->folder[0] == '\0' ? alloc_strdup(text) : alloc_printf("%s/%s", reading->folder, text);
}

static void set_text(char **place, char *text)
{
    free(*place);
    *place = text;
}

static bool read_text(struct profile_reading *reading, const struct profile_setting *setting, const struct yaml_node *node, char **place,
                      char *wrong)
{
    if (!yaml_node_is_scalar(node))
        return say(wrong, setting->name, node, "a text");
    if (node->length == 0) {
        snprintf(wrong, PROFILE_VALUE_WRONG_MAX, "%s is empty; expected a text", setting->name);
        return false;
    }
    bool is_path = setting->type == PROFILE_SETTING_PATH || setting->type == PROFILE_SETTING_SECRET_FILE ||
                   (setting->type == PROFILE_SETTING_NAME_OR_PATH && strchr(node->text, '/') != NULL);
    set_text(place, is_path ? resolve_path(reading, node->text) : alloc_strdup(node->text));
    return true;
}

static bool read_host(const struct profile_setting *setting, const struct yaml_node *node, char **place, char *wrong)
{
    const char *text = yaml_node_text_or(node, "");
    bool good = text[0] != '\0' && strlen(text) < 254;
    for (const char *at = text; *at != '\0'; at++)
        good = good && (isalnum((unsigned char)*at) || strchr(".-_:", *at) != NULL);
    if (good && strchr(text, ':') != NULL && strspn(text, "0123456789abcdefABCDEF:.") != strlen(text)) /* "host:443"; an IPv6 address is fine */
        good = false;
    if (!good)
        return say(wrong, setting->name, node, "a name like acme.example, without https:// and port");
    set_text(place, alloc_strdup(text));
    return true;
}

bool profile_value_is_exposed(const char *path, char text[PROFILE_VALUE_WRONG_MAX])
{
    struct stat facts;
    if (path == NULL || stat(path, &facts) != 0 || !S_ISREG(facts.st_mode) || (facts.st_mode & 044) == 0)
        return false;
    snprintf(text, PROFILE_VALUE_WRONG_MAX, "%.200s can be read by others (mode %04o); expected 0600: chmod 600 it", path, facts.st_mode & 07777u);
    return true;
}

/* ---- switches and durations */

static bool read_switch(const struct profile_setting *setting, const struct yaml_node *node, bool *place, char *wrong)
{
    static const struct {
        const char *word;
        bool is_on;
    } WORDS[] = {{"on", true}, {"off", false}, {"true", true}, {"false", false}, {"yes", true}, {"no", false}};
    for (size_t i = 0; i < ARRAY_LENGTH(WORDS); i++)
        if (strcasecmp(yaml_node_text_or(node, ""), WORDS[i].word) == 0) {
            *place = !WORDS[i].is_on;
            return true;
        }
    return say(wrong, setting->name, node, "on or off");
}

static bool read_bool(const struct profile_setting *setting, const struct yaml_node *node, bool *place, char *wrong)
{
    if (yaml_node_bool(node, setting->name, place, NULL) == STATUS_OK)
        return true;
    return say(wrong, setting->name, node, "true or false");
}

static bool read_duration(const struct profile_setting *setting, const struct yaml_node *node, int64_t *place, char *wrong)
{
    static const struct {
        const char *unit;
        int64_t milliseconds;
    } UNITS[] = {{"s", 1000}, {"m", 60000}, {"h", 3600000}};
    char *end = NULL;
    const char *text = yaml_node_text_or(node, "");
    long long number = isdigit((unsigned char)text[0]) ? strtoll(text, &end, 10) : 0;
    for (size_t i = 0; end != NULL && i < ARRAY_LENGTH(UNITS); i++)
        if (strcmp(end, UNITS[i].unit) == 0 && number > 0 && number <= DURATION_MAX_MS / UNITS[i].milliseconds) {
            *place = number * UNITS[i].milliseconds;
            return true;
        }
    return say(wrong, setting->name, node, "a time like 30s, 10m or 1h, at most 24h");
}

/* ---- lists */

static void free_words(char **words)
{
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        free(words[i]);
    free(words);
}

/* A list of texts, or one text. NULL: it is neither. */
static char **words_of(const struct yaml_node *node, size_t maximum)
{
    size_t count = yaml_node_is_sequence(node) ? node->count : 1;
    bool good = count > 0 && count <= maximum && (yaml_node_is_sequence(node) || yaml_node_is_scalar(node));
    for (size_t i = 0; good && yaml_node_is_sequence(node) && i < count; i++)
        good = yaml_node_is_scalar(yaml_node_at(node, i));
    if (!good)
        return NULL;
    char **words = alloc_zeroed(count + 1, sizeof *words);
    for (size_t i = 0; i < count; i++)
        words[i] = alloc_strdup(yaml_node_is_sequence(node) ? yaml_node_at(node, i)->text : node->text);
    return words;
}

static void set_words(char ***place, char **words)
{
    free_words(*place);
    *place = words;
}

static bool read_command(struct profile_reading *reading, const struct profile_setting *setting, const struct yaml_node *node,
                         char ***place, char *wrong)
{
    if (yaml_node_is_scalar(node) && strpbrk(node->text, " \t") != NULL) {
        snprintf(wrong, PROFILE_VALUE_WRONG_MAX, "%s is one text with blanks, and no shell reads it; expected a list: [PROGRAM, ARGUMENT]",
                 setting->name);
        return false;
    }
    char **words = words_of(node, PROFILE_ARGUMENTS_MAX);
    if (words == NULL || words[0][0] == '\0') {
        free_words(words);
        snprintf(wrong, PROFILE_VALUE_WRONG_MAX, "%s is %s; expected a list of at most %d texts: [PROGRAM, ARGUMENT]", setting->name,
                 words != NULL ? "without a program" : yaml_node_kind_name(node), PROFILE_ARGUMENTS_MAX);
        return false;
    }
    if (strchr(words[0], '/') != NULL)
        set_text(&words[0], resolve_path(reading, words[0]));
    set_words(place, words);
    return true;
}

/* ---- URLs */

static bool has_scheme(const char *url, const char *const *schemes)
{
    for (size_t i = 0; schemes[i] != NULL; i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0 && url[strlen(schemes[i])] != '\0' && url[strlen(schemes[i])] != '/')
            return true;
    return false;
}

static bool has_login(const char *url)
{
    const char *host = strstr(url, "://"), *at = host != NULL ? strchr(host, '@') : strchr(url, '@');
    return at != NULL && (host == NULL || at < host + 3 + strcspn(host + 3, "/?#"));
}

static bool check_url(const char *name, const char *url, const char *const *schemes, const char *expected, char *wrong)
{
    if (has_login(url))
        snprintf(wrong, PROFILE_VALUE_WRONG_MAX, "%s has a user or secret before the @; expected %s without it, and the secret in a file of its own",
                 name, expected);
    else if (!has_scheme(url, schemes) || strpbrk(url, " \t") != NULL)
        snprintf(wrong, PROFILE_VALUE_WRONG_MAX, "%s is '%.64s'; expected %s", name, url, expected);
    else
        return true;
    return false;
}

static bool read_http_url(const struct profile_setting *setting, const struct yaml_node *node, char **place, char *wrong)
{
    static const char *const SCHEMES[] = {"https://", "http://", NULL};
    if (!yaml_node_is_scalar(node))
        return say(wrong, setting->name, node, "https://HOST[:PORT]");
    if (!check_url(setting->name, node->text, SCHEMES, "https://HOST[:PORT]", wrong))
        return false;
    set_text(place, alloc_strdup(node->text));
    return true;
}

static bool read_nats_urls(const struct profile_setting *setting, const struct yaml_node *node, char ***place, char *wrong)
{
    static const char *const SCHEMES[] = {"nats://", "tls://", NULL};
    char **words = words_of(node, URLS_MAX);
    if (words == NULL)
        return say(wrong, setting->name, node, "a list of nats://HOST[:PORT]");
    for (size_t i = 0; words[i] != NULL; i++)
        if (!check_url(setting->name, words[i], SCHEMES, "nats://HOST[:PORT] or tls://HOST[:PORT]", wrong)) {
            free_words(words);
            return false;
        }
    set_words(place, words);
    return true;
}

/* ---- all of them */

bool profile_value_read(struct profile_reading *reading, const struct profile_setting *setting, const struct yaml_node *node, void *place,
                        char wrong[PROFILE_VALUE_WRONG_MAX])
{
    switch (setting->type) {
    case PROFILE_SETTING_TEXT:
    case PROFILE_SETTING_PATH:
    case PROFILE_SETTING_SECRET_FILE:
    case PROFILE_SETTING_NAME_OR_PATH: return read_text(reading, setting, node, place, wrong);
    case PROFILE_SETTING_HOST: return read_host(setting, node, place, wrong);
    case PROFILE_SETTING_BOOL: return read_bool(setting, node, place, wrong);
    case PROFILE_SETTING_OFF_SWITCH: return read_switch(setting, node, place, wrong);
    case PROFILE_SETTING_DURATION: return read_duration(setting, node, place, wrong);
    case PROFILE_SETTING_COMMAND: return read_command(reading, setting, node, place, wrong);
    case PROFILE_SETTING_HTTP_URL: return read_http_url(setting, node, place, wrong);
    case PROFILE_SETTING_NATS_URLS: return read_nats_urls(setting, node, place, wrong);
    case PROFILE_SETTING_CUSTOM: break;
    }
    return true;
}

void profile_value_free(enum profile_setting_type type, void *place)
{
    switch (type) {
    case PROFILE_SETTING_TEXT:
    case PROFILE_SETTING_HOST:
    case PROFILE_SETTING_PATH:
    case PROFILE_SETTING_SECRET_FILE:
    case PROFILE_SETTING_NAME_OR_PATH:
    case PROFILE_SETTING_HTTP_URL: set_text(place, NULL); break;
    case PROFILE_SETTING_COMMAND:
    case PROFILE_SETTING_NATS_URLS: set_words(place, NULL); break;
    case PROFILE_SETTING_BOOL:
    case PROFILE_SETTING_OFF_SWITCH:
    case PROFILE_SETTING_DURATION:
    case PROFILE_SETTING_CUSTOM: break;
    }
}
