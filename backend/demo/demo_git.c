/* Two trees of small files with real Git blob names, a linear log, and what the kit's Kustomization builds from them.
 */
#include "demo/demo_git.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/bytebuf.h"
#include "base/clock.h"
#include "demo/demo_kit.h"
#include "demo/demo_kit_documents.h"
#include "demo/demo_world.h"
#include "demo/demo_yaml.h"

struct file {
    char *path, *text;
};

struct commit {
    char sha[DEMO_GIT_SHA_SIZE];
    char *author, *message;
    int64_t at_ms;
};

struct tree {
    ARRAY(struct file) files;     /* sorted by path */
    ARRAY(struct commit) commits; /* oldest first */
};

struct demo_git {
    pthread_mutex_t lock;
    struct tree trees[2];
    bool is_mirror;
};

static void hash(const void *data, size_t length, const char *type, char sha[DEMO_GIT_SHA_SIZE])
{
    char head[64];
    int head_length = snprintf(head, sizeof head, "%s %zu", type, length) + 1; /* the NUL belongs to it */
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_length = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_sha1(), NULL);
    EVP_DigestUpdate(context, head, (size_t)head_length);
    EVP_DigestUpdate(context, data, length);
    EVP_DigestFinal_ex(context, digest, &digest_length);
    EVP_MD_CTX_free(context);
    for (unsigned i = 0; i < digest_length && i < 20; i++)
        snprintf(sha + 2 * i, 3, "%02x", digest[i]);
}

static struct file *find(struct tree *tree, const char *path)
{
    for (size_t i = 0; i < tree->files.count; i++)
        if (strcmp(tree->files.items[i].path, path) == 0)
            return &tree->files.items[i];
    return NULL;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static void put(struct tree *tree, const char *path, const char *text)
{
    struct file *file = find(tree, path);
    if (file) {
        free(file->text);
        file->text = alloc_strdup(text);
        return;
    }
    struct file made = {alloc_strdup(path), alloc_strdup(text)};
    ARRAY_PUSH(&tree->files, made);
    qsort(tree->files.items, tree->files.count, sizeof *tree->files.items, by_path);
}

static void drop_commit(struct commit *commit)
{
    free(commit->author);
    free(commit->message);
}

/* The commit's name follows from its parent, time and texts, as Git's does. */
static void commit(struct tree *tree, const char *author, const char *message, int64_t at_ms)
{
    struct commit made = {.author = alloc_strdup(author), .message = alloc_strdup(message), .at_ms = at_ms};
    const char *parent = tree->commits.count ? tree->commits.items[tree->commits.count - 1].sha : "";
    char *text = alloc_printf("%s %s %lld %s", parent, author, (long long)at_ms, message);
    hash(text, strlen(text), "commit", made.sha);
    free(text);
    if (tree->commits.count == DEMO_GIT_COMMITS_MAX) {
        drop_commit(&tree->commits.items[0]);
        ARRAY_REMOVE(&tree->commits, 0);
    }
    ARRAY_PUSH(&tree->commits, made);
}

static void clear(struct tree *tree)
{
    for (size_t i = 0; i < tree->files.count; i++) {
        free(tree->files.items[i].path);
        free(tree->files.items[i].text);
    }
    for (size_t i = 0; i < tree->commits.count; i++)
        drop_commit(&tree->commits.items[i]);
    ARRAY_FREE(&tree->files);
    ARRAY_FREE(&tree->commits);
}

static void copy(struct tree *into, const struct tree *from)
{
    clear(into);
    for (size_t i = 0; i < from->files.count; i++)
        put(into, from->files.items[i].path, from->files.items[i].text);
    for (size_t i = 0; i < from->commits.count; i++) {
        struct commit made = from->commits.items[i];
        made.author = alloc_strdup(made.author);
        made.message = alloc_strdup(made.message);
        ARRAY_PUSH(&into->commits, made);
    }
}

static bool is_in_region(const struct demo_kit_row *row, int region)
{
    return row->presence != (region == DEMO_WORLD_PRIMARY ? DEMO_KIT_SECONDARY_ONLY : DEMO_KIT_PRIMARY_ONLY);
}

static void slot_path(const struct demo_kit_row *row, char *out, size_t size)
{
    bool is_early = strlen(row->slot) == 2 && strcmp(row->slot, "35") <= 0 && strcmp(row->slot, "13") != 0;
    snprintf(out, size, DEMO_GIT_SLOTS "/%s-%s.yaml", row->slot, row->name + (is_early ? strlen("bp-") : 0));
}

bool demo_git_slot_path(const char *release, char *out, size_t size)
{
    const struct demo_kit_row *row = demo_kit_find(release);
    if (row)
        slot_path(row, out, size);
    return row != NULL;
}

static void put_kustomization(struct tree *tree, int region)
{
    struct bytebuf out;
    bytebuf_init(&out, 1u << 16);
    bytebuf_append_text(&out, "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n");
    size_t count = 0;
    const struct demo_kit_row *rows = demo_kit_rows(&count);
    for (size_t i = 0; i < count; i++) {
        char path[256];
        slot_path(&rows[i], path, sizeof path);
        if (is_in_region(&rows[i], region))
            bytebuf_printf(&out, "  - %s%s\n", region == DEMO_WORLD_PRIMARY ? "" : "../bootstrap-kit/",
                           strrchr(path, '/') + 1);
    }
    put(tree,
        region == DEMO_WORLD_PRIMARY ? DEMO_GIT_SLOTS "/kustomization.yaml"
                                     : DEMO_GIT_SLOTS_SECONDARY "/kustomization.yaml",
        bytebuf_text(&out));
    bytebuf_done(&out);
}

struct demo_git *demo_git_new(uint64_t seed)
{
    struct demo_git *git = alloc_new(struct demo_git);
    pthread_mutex_init(&git->lock, NULL);
    struct tree *tree = &git->trees[DEMO_GIT_UPSTREAM];
    size_t count = 0;
    const struct demo_kit_row *rows = demo_kit_rows(&count);
    for (size_t i = 0; i < count; i++) {
        char path[256];
        slot_path(&rows[i], path, sizeof path);
        char *text = demo_kit_slot_text(&rows[i]);
        put(tree, path, text);
        free(text);
    }
    put_kustomization(tree, DEMO_WORLD_PRIMARY);
    put_kustomization(tree, DEMO_WORLD_SECONDARY);
    int64_t base_ms = 1785000000000 + (int64_t)(seed % 1000) * 1000;
    commit(tree, "openova-bot <bot@openova.io>", "bootstrap-kit: bp-catalyst-platform 1.4.165", base_ms - 86400000);
    commit(tree, "openova-bot <bot@openova.io>", "bootstrap-kit: bp-catalyst-platform 1.4.166", base_ms);
    copy(&git->trees[DEMO_GIT_LOCAL], tree);
    git->is_mirror = true;
    return git;
}

void demo_git_free(struct demo_git *git)
{
    if (!git)
        return;
    clear(&git->trees[DEMO_GIT_UPSTREAM]);
    clear(&git->trees[DEMO_GIT_LOCAL]);
    pthread_mutex_destroy(&git->lock);
    free(git);
}

bool demo_git_is_mirror(struct demo_git *git)
{
    pthread_mutex_lock(&git->lock);
    bool is_mirror = git->is_mirror;
    pthread_mutex_unlock(&git->lock);
    return is_mirror;
}

void demo_git_set_mirror(struct demo_git *git, bool is_mirror)
{
    pthread_mutex_lock(&git->lock);
    git->is_mirror = is_mirror;
    pthread_mutex_unlock(&git->lock);
}

void demo_git_take_mirror(struct demo_git *git)
{
    pthread_mutex_lock(&git->lock);
    copy(&git->trees[DEMO_GIT_LOCAL], &git->trees[DEMO_GIT_UPSTREAM]);
    pthread_mutex_unlock(&git->lock);
}

char *demo_git_read(struct demo_git *git, enum demo_git_tree tree, const char *path, char blob_sha[DEMO_GIT_SHA_SIZE])
{
    pthread_mutex_lock(&git->lock);
    struct file *file = find(&git->trees[tree], path);
    char *text = file ? alloc_strdup(file->text) : NULL;
    pthread_mutex_unlock(&git->lock);
    if (text && blob_sha)
        hash(text, strlen(text), "blob", blob_sha);
    return text;
}

json_t *demo_git_paths(struct demo_git *git, enum demo_git_tree tree, const char *folder)
{
    json_t *paths = json_array();
    size_t length = strlen(folder);
    pthread_mutex_lock(&git->lock);
    for (size_t i = 0; i < git->trees[tree].files.count; i++) {
        const char *path = git->trees[tree].files.items[i].path;
        if (length == 0 || (strncmp(path, folder, length) == 0 && path[length] == '/'))
            json_array_append_new(paths, json_string(path));
    }
    pthread_mutex_unlock(&git->lock);
    return paths;
}

static enum status check_blob(const struct file *file, const char *path, const char *expected_sha, struct error *err)
{
    if (!expected_sha)
        return STATUS_OK;
    char sha[DEMO_GIT_SHA_SIZE] = "";
    if (file)
        hash(file->text, strlen(file->text), "blob", sha);
    if (strcmp(sha, expected_sha) == 0)
        return STATUS_OK;
    return error_set(err, STATUS_CONFLICT, "%s: sha does not match [given: %s, expected: %s]", path, expected_sha, sha);
}

enum status demo_git_write(struct demo_git *git, const char *path, const char *text, const char *expected_sha,
                           const char *author, const char *message, struct error *err)
{
    if (strlen(text) > DEMO_GIT_FILE_MAX)
        return error_set(err, STATUS_TOO_BIG, "%s: more than %d bytes", path, DEMO_GIT_FILE_MAX);
    struct tree *tree = &git->trees[DEMO_GIT_LOCAL];
    pthread_mutex_lock(&git->lock);
    struct file *file = find(tree, path);
    enum status status = check_blob(file, path, expected_sha, err);
    if (status == STATUS_OK && (!file || strcmp(file->text, text) != 0)) {
        put(tree, path, text);
        commit(tree, author, message, clock_wall_ms());
    }
    pthread_mutex_unlock(&git->lock);
    return status;
}

static char *replaced(const char *text, const char *from, const char *to)
{
    struct bytebuf out;
    bytebuf_init(&out, 2 * DEMO_GIT_FILE_MAX);
    bytebuf_append_text(&out, "");
    const char *hit = NULL;
    while ((hit = strstr(text, from))) {
        bytebuf_append(&out, text, (size_t)(hit - text));
        bytebuf_append_text(&out, to);
        text = hit + strlen(from);
    }
    bytebuf_append_text(&out, text);
    return bytebuf_take(&out);
}

size_t demo_git_replace(struct demo_git *git, const char *folder, const char *from, const char *to, const char *author,
                        const char *message)
{
    struct tree *tree = &git->trees[DEMO_GIT_LOCAL];
    size_t changed = 0;
    pthread_mutex_lock(&git->lock);
    for (size_t i = 0; i < tree->files.count; i++) {
        struct file *file = &tree->files.items[i];
        if (strncmp(file->path, folder, strlen(folder)) != 0 || !strstr(file->text, from))
            continue;
        char *text = replaced(file->text, from, to);
        free(file->text);
        file->text = text;
        changed++;
    }
    if (changed)
        commit(tree, author, message, clock_wall_ms());
    pthread_mutex_unlock(&git->lock);
    return changed;
}

void demo_git_head(struct demo_git *git, enum demo_git_tree tree, char sha[DEMO_GIT_SHA_SIZE])
{
    pthread_mutex_lock(&git->lock);
    const struct tree *from = &git->trees[tree];
    memcpy(sha, from->commits.items[from->commits.count - 1].sha, DEMO_GIT_SHA_SIZE);
    pthread_mutex_unlock(&git->lock);
}

json_t *demo_git_log(struct demo_git *git, enum demo_git_tree tree)
{
    json_t *log = json_array();
    pthread_mutex_lock(&git->lock);
    for (size_t i = git->trees[tree].commits.count; i-- > 0;) {
        const struct commit *at = &git->trees[tree].commits.items[i];
        json_array_append_new(log, json_pack("{s:s, s:s, s:s, s:I}", "sha", at->sha, "author", at->author, "message",
                                             at->message, "at_ms", (json_int_t)at->at_ms));
    }
    pthread_mutex_unlock(&git->lock);
    return log;
}

static enum status build_file(struct tree *tree, const char *path, json_t *objects, struct error *err)
{
    const struct file *file = find(tree, path);
    if (!file)
        return error_set(err, STATUS_INVALID, "accumulating resources from '%s': no such file", path);
    json_t *documents = NULL;
    enum status status = demo_yaml_parse(span_of(file->text), &documents, err);
    if (status != STATUS_OK) {
        error_prefix(err, "accumulating resources from '%s'", path);
        return status;
    }
    json_array_extend(objects, documents);
    json_decref(documents);
    return STATUS_OK;
}

static enum status build(struct tree *tree, int region, json_t *objects, struct error *err)
{
    size_t count = 0;
    const struct demo_kit_row *rows = demo_kit_rows(&count);
    for (size_t i = 0; i < count; i++) {
        char path[256];
        slot_path(&rows[i], path, sizeof path);
        enum status status = is_in_region(&rows[i], region) ? build_file(tree, path, objects, err) : STATUS_OK;
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

enum status demo_git_declared(struct demo_git *git, enum demo_git_tree tree, int region, json_t **ret,
                              struct error *err)
{
    json_t *objects = json_array();
    pthread_mutex_lock(&git->lock);
    enum status status = build(&git->trees[tree], region, objects, err);
    pthread_mutex_unlock(&git->lock);
    if (status != STATUS_OK) {
        json_decref(objects);
        return status;
    }
    demo_world_substitute_json(objects, region);
    *ret = objects;
    return STATUS_OK;
}
