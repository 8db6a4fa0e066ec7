/* The Git side of the demo Sovereign: the repository openova/openova as GitHub holds it and as the local Gitea holds
 * it. Small files with a linear history on branch main. Any thread (one mutex).
 *
 * A region's Flux applies what the tree behind its GitRepository declares (cutover contract, fact 3). */
#ifndef DEMO_DEMO_GIT_H
#define DEMO_DEMO_GIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define DEMO_GIT_SHA_SIZE 41
#define DEMO_GIT_COMMITS_MAX 200  /* kept in the log; older ones are forgotten */
#define DEMO_GIT_FILE_MAX 1048576 /* bytes of one file */
#define DEMO_GIT_SLOTS "clusters/_template/bootstrap-kit"
#define DEMO_GIT_SLOTS_SECONDARY "clusters/_template/bootstrap-kit-secondary"

enum demo_git_tree { DEMO_GIT_UPSTREAM, DEMO_GIT_LOCAL };

struct demo_git;

struct demo_git *demo_git_new(uint64_t seed); /* both trees hold the kit's slot files; the local one is a pull mirror */
void demo_git_free(struct demo_git *git);

/* Local tree as a pull mirror (read-only) or as a regular repository. */
bool demo_git_is_mirror(struct demo_git *git);
void demo_git_set_mirror(struct demo_git *git, bool is_mirror);

/* Makes the local tree a copy of the upstream one. */
void demo_git_take_mirror(struct demo_git *git);

/* Text of a file in the tree's head, caller frees; NULL when absent. blob_sha may be NULL. */
char *demo_git_read(struct demo_git *git, enum demo_git_tree tree, const char *path, char blob_sha[DEMO_GIT_SHA_SIZE]);

/* Paths under `folder` ("" for all), in a new JSON array, sorted. */
json_t *demo_git_paths(struct demo_git *git, enum demo_git_tree tree, const char *folder);

/* Commits one file to the local tree. `expected_sha`: the blob it replaces ("" for a new file, NULL not to check).
 * STATUS_CONFLICT when that is not what is there, STATUS_TOO_BIG. An unchanged text makes no commit. */
enum status demo_git_write(struct demo_git *git, const char *path, const char *text, const char *expected_sha,
                           const char *author, const char *message, struct error *err);

/* Replaces `from` by `to` in every file under `folder` of the local tree, as one commit. Returns the changed files. */
size_t demo_git_replace(struct demo_git *git, const char *folder, const char *from, const char *to, const char *author,
                        const char *message);

void demo_git_head(struct demo_git *git, enum demo_git_tree tree, char sha[DEMO_GIT_SHA_SIZE]);

/* Newest first: [{"sha","author","message","at_ms"}]. New reference. */
json_t *demo_git_log(struct demo_git *git, enum demo_git_tree tree);

/* Every object the region's bootstrap-kit Kustomization declares in that tree, variables filled in. STATUS_INVALID with
 * the file and line when a file does not parse, as a failed kustomize build. *ret is a new array. */
enum status demo_git_declared(struct demo_git *git, enum demo_git_tree tree, int region, json_t **ret,
                              struct error *err);

/* The slot file of a bootstrap-kit release: "clusters/_template/bootstrap-kit/19-bp-harbor.yaml". False: not in the
 * kit. */
bool demo_git_slot_path(const char *release, char *out, size_t size);

#endif
