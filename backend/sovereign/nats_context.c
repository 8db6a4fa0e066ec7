/* Reading a context file of the nats CLI; see nats_context.h. Its keys are a table. */
#include "sovereign/nats_context.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/sanitize.h"

#define FILE_MAXIMUM ((size_t)256 << 10)

static const struct {
    const char *key;
    size_t place;
    bool is_path;
} KEYS[] = {
    {"user", offsetof(struct nats_target, username), false},
    {"password", offsetof(struct nats_target, password), false},
    {"token", offsetof(struct nats_target, token), false},
    {"creds", offsetof(struct nats_target, credentials_file), true},
    {"nkey", offsetof(struct nats_target, nkey_seed_file), true},
    {"cert", offsetof(struct nats_target, certificate_file), true},
    {"key", offsetof(struct nats_target, key_file), true},
    {"ca", offsetof(struct nats_target, ca_file), true},
    {"inbox_prefix", offsetof(struct nats_target, inbox_prefix), false},
    {"jetstream_domain", offsetof(struct nats_target, jetstream_domain), false},
    {"jetstream_api_prefix", offsetof(struct nats_target, jetstream_prefix), false},
};

/* Without these a connection would be another than the nats CLI's. Keys that only colour its output are left alone. */
static const char *const UNSUPPORTED[] = {"tls_first", "socks_proxy", "nsc", "user_jwt", "user_seed", "jwt", "windows_cert_store"};

static char *folder(void)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config != NULL && config[0] != '\0')
        return alloc_printf("%s/nats", config);
    return alloc_printf("%s/.config/nats", home != NULL ? home : "");
}

static char *expand(const char *path)
{
    const char *home = getenv("HOME");
    return path[0] == '~' && path[1] == '/' && home != NULL ? alloc_printf("%s%s", home, path + 1) : alloc_strdup(path);
}

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    char *text = alloc_zeroed(FILE_MAXIMUM + 1, 1);
    size_t length = fread(text, 1, FILE_MAXIMUM, file);
    fclose(file);
    text[length] = '\0';
    return text;
}

/* The name in context.txt; NULL: none is selected. */
static char *selected_name(const char *base)
{
    CLEANUP(alloc_free_pointer) char *path = alloc_printf("%s/context.txt", base);
    CLEANUP(alloc_free_pointer) char *text = read_whole(path);
    struct span name = span_trim(span_of(text));
    return name.length > 0 ? span_dup(name) : NULL;
}

static void note_unsupported(const json_t *root, struct nats_target *target)
{
    for (size_t i = 0; i < ARRAY_LENGTH(UNSUPPORTED); i++) {
        const json_t *value = json_object_get(root, UNSUPPORTED[i]);
        bool set = json_is_true(value) || json_string_length(value) > 0;
        size_t used = strlen(target->unsupported);
        if (set)
            snprintf(target->unsupported + used, sizeof target->unsupported - used, "%s%s", used > 0 ? ", " : "", UNSUPPORTED[i]);
    }
}

static void take_keys(const json_t *root, struct nats_target *target)
{
    for (size_t i = 0; i < ARRAY_LENGTH(KEYS); i++) {
        const char *text = json_string_value(json_object_get(root, KEYS[i].key));
        char **place = (char **)(void *)((char *)target + KEYS[i].place);
        if (text == NULL || text[0] == '\0')
            continue;
        free(*place);
        *place = KEYS[i].is_path ? expand(text) : alloc_strdup(text);
    }
    const char *urls = json_string_value(json_object_get(root, "url"));
    if (urls != NULL && urls[0] != '\0') {
        target->urls = alloc_zeroed(2, sizeof *target->urls);
        target->urls[0] = alloc_strdup(urls);
    }
}

/* What cannot be done without: TLS first, a proxy, an identity elsewhere. */
static void judge(struct nats_target *target)
{
    if (target->unsupported[0] != '\0')
        error_set(&target->error, STATUS_UNSUPPORTED, "%s sets %s, which sovdeck does not support%s", target->origin, target->unsupported,
                  strstr(target->unsupported, "tls_first") != NULL ? "; a server with handshake_first: auto lets it in without" : "");
    else if (target->credentials_file != NULL && strncmp(target->credentials_file, "op://", 5) == 0)
        error_set(&target->error, STATUS_UNSUPPORTED, "%s takes its credentials from 1Password, which sovdeck does not support", target->origin);
}

void nats_context_read(const char *name, struct nats_target *target)
{
    CLEANUP(alloc_free_pointer) char *base = folder();
    CLEANUP(alloc_free_pointer) char *selected = strcmp(name, NATS_TARGET_CONTEXT_CURRENT) == 0 ? selected_name(base) : NULL;
    char raw[sizeof target->origin];
    bool is_path = strchr(name, '/') != NULL;
    if (strcmp(name, NATS_TARGET_CONTEXT_CURRENT) == 0 && selected == NULL) {
        error_set(&target->error, STATUS_USAGE, "no context of the nats CLI is selected (%s/context.txt)", base);
        return;
    }
    const char *chosen = selected != NULL ? selected : name;
    CLEANUP(alloc_free_pointer) char *path = is_path ? alloc_strdup(name) : alloc_printf("%s/context/%s.json", base, chosen);
    snprintf(raw, sizeof raw, "context '%.100s' of the nats CLI", chosen);
    sanitize_line_into(target->origin, sizeof target->origin, raw, strlen(raw));
    char *text = read_whole(path);
    if (text == NULL) {
        error_set(&target->error, STATUS_USAGE, "there is no %s (%s)", target->origin, path);
        return;
    }
    json_error_t problem;
    json_t *root = json_loads(text, 0, &problem);
    explicit_bzero(text, strlen(text));
    free(text);
    if (!json_is_object(root)) {
        error_set(&target->error, STATUS_INVALID, "%s:%d: not a context of the nats CLI: %s", path, problem.line, problem.text);
    } else {
        take_keys(root, target);
        note_unsupported(root, target);
        judge(target);
    }
    json_decref(root);
}
