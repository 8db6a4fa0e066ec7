/* The user's configuration file (docs/configuration.md): which Sovereigns there are and how to reach them, theme and keymap.
 * Nothing in it is fatal: an unknown key or a wrong type becomes a warning "file:line: …; expected …; the default is used". */
#ifndef SOVEREIGN_PROFILE_H
#define SOVEREIGN_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "store/store.h"

#define PROFILE_WARNINGS_MAX 32
#define PROFILE_SOVEREIGNS_MAX 64
#define PROFILE_ARGUMENTS_MAX 32

enum profile_class { PROFILE_CLASS_PRODUCTION, PROFILE_CLASS_STAGING, PROFILE_CLASS_DEVELOPMENT };

struct profile_region {
    char *name, *kubeconfig, *context; /* kubeconfig NULL: KUBECONFIG or ~/.kube/config; context NULL: its current one */
    bool primary;
};

/* An HTTP service with its CA and credentials. Absent members are NULL. */
struct profile_service {
    char *url, *ca_file, *token_file;
    char **token_command; /* NULL-terminated */
};

struct profile_nats {
    char **urls; /* NULL-terminated; NULL: no NATS */
    char *ca_file, *credentials_file, *token_file, *username, *password_file, *certificate_file, *key_file;
};

struct profile_sovereign {
    char *name, *fqdn;
    enum profile_class class;
    struct profile_region regions[STORE_REGIONS_MAX];
    size_t region_count;
    bool has_catalyst, has_gitea;
    struct profile_service catalyst, gitea;
    struct profile_nats nats;
};

struct profile {
    char *file;
    char *current, *theme, *keymap; /* NULL when not set */
    struct profile_sovereign *sovereigns;
    size_t sovereign_count;
    char *warnings[PROFILE_WARNINGS_MAX];
    size_t warning_count;
    size_t warnings_left_out;
    bool is_unreadable; /* the file as a whole: absent though it must exist, or no YAML; the first warning says why */
};

/* $XDG_CONFIG_HOME/sovdeck/config.yaml or ~/.config/sovdeck/config.yaml; caller frees. */
char *profile_default_path(void);

/* Never fails: a file that is absent gives an empty profile, one that cannot be read an empty profile with a warning
 * (`must_exist`: absence is a warning too). */
struct profile *profile_load(const char *path, bool must_exist);
struct profile *profile_read(const char *name, struct span text); /* the same from memory */
void profile_free(struct profile *profile);

const struct profile_sovereign *profile_find(const struct profile *profile, const char *name); /* NULL: none */
const char *profile_class_name(enum profile_class class); /* "production" */

#endif
