/* The user's configuration file (docs/configuration.md): which Sovereigns there are and how to reach them, theme and keymap.
 * Nothing in it is fatal: what is not understood becomes a warning "file:line: …; expected …; what happens instead". What cannot be
 * used without guessing (a region whose context is unreadable) stays there with its `problem`, so that it can be shown and does
 * not hide its neighbours. Secrets are never in the file: only the file or command that gives them. */
#ifndef SOVEREIGN_PROFILE_H
#define SOVEREIGN_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/store.h"

#define PROFILE_WARNINGS_MAX 32
#define PROFILE_SOVEREIGNS_MAX 64
#define PROFILE_ARGUMENTS_MAX 32

enum profile_class { PROFILE_CLASS_PRODUCTION, PROFILE_CLASS_STAGING, PROFILE_CLASS_DEVELOPMENT };

/* In all structs: absent members are NULL, 0 or false; lists of texts are NULL-terminated; paths are absolute or relative to the
 * working directory (resolved against the file's folder already). `problem`: why this part must not be used, one sentence. */

struct profile_region {
    char *name, *kubeconfig, *context; /* kubeconfig NULL: KUBECONFIG or ~/.kube/config; context NULL: its current one */
    char *namespace;                   /* NULL: the context's */
    char *server;      /* address to connect to instead of the kubeconfig's: a tunnel's end. NULL: the kubeconfig's */
    char *server_name; /* name to verify in its certificate; NULL: with `server` the host of the kubeconfig's server */
    char **tunnel;     /* argv */
    bool primary;
    unsigned line, primary_line; /* in the file, for error texts */
    char *problem;
};

/* An HTTP service with its CA and credentials. */
struct profile_service {
    char *url, *other_url; /* other_url: the same service behind its other host (console. beside api.) */
    char *server_name;     /* true name when the URL is a tunnel's end: SNI, verification and Host header */
    char *ca_file, *token_file;
    char **token_command;
    int64_t refresh_ms; /* the command is run again after that long; 0: only when its token is refused */
    char *email;        /* catalyst: for PIN login */
    char *user;         /* gitea */
    char **tunnel;      /* argv */
    char *problem;
};

/* Members agree with struct nats_link_options. */
struct profile_nats {
    char **urls;   /* NULL: no NATS, unless `context` */
    char *context; /* name of a context of the nats CLI, or a file with a slash in it */
    char *ca_file, *credentials_file, *token_file, *username, *password_file, *certificate_file, *key_file, *nkey_seed_file;
    char **token_command, **password_command;
    int64_t refresh_ms;
    char *server_name;
    bool insecure;
    bool ignore_discovered_servers; /* discovery: off */
    char **tunnel;                  /* argv */
    char *problem;
};

struct profile_sovereign {
    char *name, *fqdn;
    enum profile_class class;
    struct profile_region regions[STORE_REGIONS_MAX];
    size_t region_count;
    bool has_catalyst, has_gitea, has_openbao, has_nats;
    struct profile_service catalyst, gitea, openbao;
    struct profile_nats nats;
    unsigned line;
    char *warning; /* first warning about anything of this Sovereign; NULL: none */
    char *problem; /* why it has no region that could be opened; NULL: it has */
};

struct profile {
    char *file;
    char *current, *theme, *keymap; /* NULL when not set */
    struct profile_sovereign *sovereigns;
    size_t sovereign_count;
    char *warnings[PROFILE_WARNINGS_MAX];
    size_t warning_count;
    size_t warnings_left_out;
    bool is_absent;     /* there is no such file */
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
bool profile_class_parse(const char *text, enum profile_class *ret);

#endif
