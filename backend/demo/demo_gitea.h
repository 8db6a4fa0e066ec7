/* The demo's Gitea: the few calls of the Gitea API that show what Git holds for a slot file and that commit to it
 * (GET version, repository, branch, commits, contents; PUT contents), over the local tree of demo_git.h.
 * Repository openova/openova, private: every call but version needs the token. */
#ifndef DEMO_DEMO_GITEA_H
#define DEMO_DEMO_GITEA_H

#include "base/error.h"
#include "demo/demo_git.h"

struct demo_gitea;

struct demo_gitea_options {
    struct demo_git *git;        /* borrowed */
    const char *certificate_pem; /* server certificate and key */
    const char *key_pem;
    const char *token;
    int port; /* 0: any free one */
};

enum status demo_gitea_start(struct demo_gitea **ret, const struct demo_gitea_options *options, struct error *err);
int demo_gitea_port(const struct demo_gitea *gitea);
void demo_gitea_stop(struct demo_gitea *gitea); /* NULL allowed */

#endif
