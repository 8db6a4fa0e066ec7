/* Reads maps of a configuration file by tables of settings and turns everything it does not understand into a warning.
 * Inside sovereign/profile only. One thread. */
#ifndef SOVEREIGN_PROFILE_READER_H
#define SOVEREIGN_PROFILE_READER_H

#include "decode/yaml_node.h"
#include "sovereign/profile.h"

enum profile_setting_type {
    PROFILE_SETTING_TEXT,
    PROFILE_SETTING_HOST,         /* a DNS name or address, no URL */
    PROFILE_SETTING_PATH,         /* relative to the file; ~/ is the home directory */
    PROFILE_SETTING_SECRET_FILE,  /* the same; a warning when others can read it */
    PROFILE_SETTING_NAME_OR_PATH, /* a path when it has a slash */
    PROFILE_SETTING_BOOL,
    PROFILE_SETTING_OFF_SWITCH,   /* on/off or true/false; the member is true for off */
    PROFILE_SETTING_COMMAND,      /* argv, no shell; argv[0] with a slash is a path */
    PROFILE_SETTING_HTTP_URL,
    PROFILE_SETTING_NATS_URLS,    /* one or several */
    PROFILE_SETTING_DURATION,     /* 30s, 10m, 1h; int64_t milliseconds */
    PROFILE_SETTING_CUSTOM,
};

struct profile_reading {
    struct profile *profile;
    char *folder;                        /* of the file; relative paths start here */
    struct profile_sovereign *sovereign; /* gets the first warning; NULL: outside */
    char **problem;                      /* of the part being read: gets the first thing that makes it unusable; NULL: outside */
};

struct profile_setting {
    const char *name;
    enum profile_setting_type type;
    bool decides; /* not understood: the part is not used, because the default could mean another server */
    size_t offset;
    void (*read)(struct profile_reading *reading, const struct yaml_node *node, void *target); /* CUSTOM */
};

struct profile_part {
    const char *what;     /* "catalyst", "a region" */
    const char *unusable; /* "catalyst is not used": what a problem costs; NULL: nothing in it decides */
    const struct profile_setting *settings;
    size_t count;
};

#define PROFILE_PART(what_, unusable_, settings_) {what_, unusable_, settings_, sizeof(settings_) / sizeof((settings_)[0])}

void profile_reader_map(struct profile_reading *reading, const struct yaml_node *map, const struct profile_part *part, void *target);

/* Frees the texts and lists of a target by its table. */
void profile_reader_free(const struct profile_part *part, void *target);

/* "file:line: " before and the text as given; the line is the node's. */
void profile_reader_warn(struct profile_reading *reading, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, and the part being read must not be used because of it. */
void profile_reader_refuse(struct profile_reading *reading, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "WHAT is a list; expected a map; the default is used" */
void profile_reader_warn_type(struct profile_reading *reading, const struct yaml_node *node, const char *what, const char *expected);

#endif
