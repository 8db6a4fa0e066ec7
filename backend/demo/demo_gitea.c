/* The demo's Gitea; see demo_gitea.h. File contents travel as base64, as the real API has them. */
#include "demo/demo_gitea.h"

#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/timestamp.h"
#include "demo/demo_http.h"

#define REPOSITORY "/api/v1/repos/openova/openova"

struct demo_gitea {
    struct demo_git *git;
    char *token;
    struct demo_http *http;
};

static void answer_error(struct demo_http_reply *reply, int code, const char *message)
{
    demo_http_reply_json(reply, code, json_pack("{s:s, s:s}", "message", message, "url", "https://gitea.acme.example/api/swagger"));
}

/* Gitea takes "token X" and "Bearer X". */
static bool is_known(const struct demo_gitea *gitea, const struct demo_http_request *request, struct demo_http_reply *reply)
{
    const char *header = demo_http_header(request, "Authorization");
    const char *given = header == NULL ? NULL : strchr(header, ' ');
    if (given != NULL && strcmp(given + 1, gitea->token) == 0)
        return true;
    if (header == NULL)
        answer_error(reply, 404, "The target couldn't be found."); /* a private repository does not show itself */
    else
        answer_error(reply, 401, "user does not exist [uid: 0, name: ]");
    return false;
}

static char *encode(const char *text)
{
    gnutls_datum_t raw = {(unsigned char *)text, (unsigned)strlen(text)}, encoded = {0};
    gnutls_base64_encode2(&raw, &encoded);
    char *copy = alloc_strndup((const char *)encoded.data, encoded.size);
    gnutls_free(encoded.data);
    return copy;
}

static char *decode(const char *text)
{
    gnutls_datum_t raw = {(unsigned char *)text, (unsigned)strlen(text)}, decoded = {0};
    if (gnutls_base64_decode2(&raw, &decoded) != 0)
        return NULL;
    char *copy = alloc_strndup((const char *)decoded.data, decoded.size);
    gnutls_free(decoded.data);
    return copy;
}

static void get_version(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    demo_http_reply_json(reply, 200, json_pack("{s:s}", "version", "1.22.3"));
}

static void get_repository(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_gitea *gitea = context;
    if (!is_known(gitea, request, reply))
        return;
    demo_http_reply_json(reply, 200,
                         json_pack("{s:s, s:s, s:b, s:b, s:b, s:s}", "name", "openova", "full_name", "openova/openova", "empty", 0, "mirror",
                                   demo_git_is_mirror(gitea->git), "private", 1, "default_branch", "main"));
}

static json_t *describe_commit(const json_t *commit)
{
    char at[TIMESTAMP_TEXT_MAX];
    timestamp_format(at, json_integer_value(json_object_get(commit, "at_ms")));
    return json_pack("{s:O, s:{s:O, s:{s:O, s:s}}}", "sha", json_object_get(commit, "sha"), "commit", "message",
                     json_object_get(commit, "message"), "author", "name", json_object_get(commit, "author"), "date", at);
}

static void get_branch(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_gitea *gitea = context;
    char sha[DEMO_GIT_SHA_SIZE];
    if (!is_known(gitea, request, reply))
        return;
    demo_git_head(gitea->git, DEMO_GIT_LOCAL, sha);
    demo_http_reply_json(reply, 200, json_pack("{s:s, s:{s:s}, s:b}", "name", "main", "commit", "id", sha, "protected", 0));
}

static void get_commits(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_gitea *gitea = context;
    if (!is_known(gitea, request, reply))
        return;
    json_t *log = demo_git_log(gitea->git, DEMO_GIT_LOCAL);
    json_t *commits = json_array();
    size_t index;
    json_t *commit;
    json_array_foreach(log, index, commit)
        json_array_append_new(commits, describe_commit(commit));
    json_decref(log);
    demo_http_reply_json(reply, 200, commits);
}

static json_t *describe_file(const char *path, const char *text, const char *sha)
{
    const char *name = strrchr(path, '/');
    CLEANUP(alloc_free_pointer) char *content = encode(text);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "type", "file", "name", name == NULL ? path : name + 1, "path", path, "sha", sha,
                     "encoding", "base64", "content", content, "size", (int)strlen(text));
}

static void get_contents(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_gitea *gitea = context;
    char sha[DEMO_GIT_SHA_SIZE];
    const char *path = request->captures[0] == NULL ? "" : request->captures[0];
    if (!is_known(gitea, request, reply))
        return;
    CLEANUP(alloc_free_pointer) char *text = demo_git_read(gitea->git, DEMO_GIT_LOCAL, path, sha);
    if (text != NULL) {
        demo_http_reply_json(reply, 200, describe_file(path, text, sha));
        return;
    }
    json_t *paths = demo_git_paths(gitea->git, DEMO_GIT_LOCAL, path);
    json_t *entries = json_array();
    size_t index;
    json_t *entry;
    json_array_foreach(paths, index, entry) {
        const char *name = strrchr(json_string_value(entry), '/');
        json_array_append_new(entries, json_pack("{s:s, s:s, s:O}", "type", "file", "name", name == NULL ? json_string_value(entry) : name + 1,
                                                 "path", entry));
    }
    json_decref(paths);
    if (json_array_size(entries) > 0) {
        demo_http_reply_json(reply, 200, entries);
        return;
    }
    json_decref(entries);
    answer_error(reply, 404, "The target couldn't be found.");
}

static int code_of(enum status status)
{
    if (status == STATUS_OK)
        return 200;
    return status == STATUS_TOO_BIG ? 413 : 422; /* Gitea says 422 for a sha that does not match, too */
}

static bool may_control(const struct demo_http_request *request, void *context)
{
    const struct demo_gitea *gitea = context;
    const char *header = demo_http_header(request, "Authorization");
    const char *given = header == NULL ? NULL : strchr(header, ' ');
    return given != NULL && strcmp(given + 1, gitea->token) == 0;
}

static void put_contents(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_gitea *gitea = context;
    struct error err = {0};
    if (!is_known(gitea, request, reply))
        return;
    if (demo_git_is_mirror(gitea->git)) {
        answer_error(reply, 403, "the repository is a mirror and cannot be changed");
        return;
    }
    json_t *body = json_loadb(request->body.data, request->body.length, 0, NULL);
    const char *content = json_string_value(json_object_get(body, "content"));
    const char *sha = json_string_value(json_object_get(body, "sha"));
    const char *message = json_string_value(json_object_get(body, "message"));
    const char *author = json_string_value(json_object_get(json_object_get(body, "author"), "name"));
    CLEANUP(alloc_free_pointer) char *text = content == NULL ? NULL : decode(content);
    if (text == NULL || sha == NULL) {
        answer_error(reply, 422, text == NULL ? "[Content]: invalid base64" : "[SHA]: Required");
    } else {
        enum status status = demo_git_write(gitea->git, request->captures[0], text, sha, author == NULL ? "gitea_admin" : author,
                                            message == NULL ? "update" : message, &err);
        char blob[DEMO_GIT_SHA_SIZE] = "", head[DEMO_GIT_SHA_SIZE];
        free(demo_git_read(gitea->git, DEMO_GIT_LOCAL, request->captures[0], blob));
        demo_git_head(gitea->git, DEMO_GIT_LOCAL, head);
        if (status == STATUS_OK)
            demo_http_reply_json(reply, 200, json_pack("{s:o, s:{s:s}}", "content", describe_file(request->captures[0], text, blob), "commit", "sha", head));
        else
            answer_error(reply, code_of(status), err.text);
    }
    json_decref(body);
}

static const struct demo_http_route ROUTES[] = {
    {"GET", "/api/v1/version", get_version},
    {"GET", REPOSITORY, get_repository},
    {"GET", REPOSITORY "/branches/main", get_branch},
    {"GET", REPOSITORY "/commits", get_commits},
    {"GET", REPOSITORY "/contents/**", get_contents},
    {"PUT", REPOSITORY "/contents/**", put_contents},
    {NULL, NULL, NULL},
};

enum status demo_gitea_start(struct demo_gitea **ret, const struct demo_gitea_options *options, struct error *err)
{
    struct demo_gitea *gitea = alloc_new(struct demo_gitea);
    gitea->git = options->git;
    gitea->token = alloc_strdup(options->token);
    struct demo_http_options http = {.port = options->port, .certificate_pem = options->certificate_pem, .key_pem = options->key_pem,
                                     .routes = ROUTES, .context = gitea, .may_control = may_control};
    enum status status = demo_http_start(&gitea->http, &http, err);
    if (status != STATUS_OK) {
        demo_gitea_stop(gitea);
        return status;
    }
    *ret = gitea;
    return STATUS_OK;
}

int demo_gitea_port(const struct demo_gitea *gitea)
{
    return demo_http_port(gitea->http);
}

void demo_gitea_stop(struct demo_gitea *gitea)
{
    if (gitea == NULL)
        return;
    demo_http_stop(gitea->http);
    free(gitea->token);
    free(gitea);
}
