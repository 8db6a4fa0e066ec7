/* What `sovdeck doctor` found: sections (one per feed, and a few about this machine) of checked lines, each bad one with what mends
 * it, and the facts behind them for JSON. A section belongs to one thread while it is filled; the diagnosis to one thread. */
#ifndef DOCTOR_DIAGNOSIS_H
#define DOCTOR_DIAGNOSIS_H

#include <stdbool.h>

#include "base/error.h"
#include "decode/json_edit.h"

#define DIAGNOSIS_LINES_MAX 512 /* of a section; further ones are counted */

enum diagnosis_result { DIAGNOSIS_OK, DIAGNOSIS_WARNING, DIAGNOSIS_BAD, DIAGNOSIS_OFF };

const char *diagnosis_word(enum diagnosis_result result); /* "ok", "warning", "bad", "off": the same in text and JSON */

struct diagnosis_line {
    char *name;   /* "certificate" */
    char *text;
    char *remedy; /* one sentence; NULL when nothing is to be mended */
    enum diagnosis_result result;
    enum status status; /* of a bad line: decides the exit code */
};

struct diagnosis_section {
    char *kind, *name; /* "kubernetes", "fsn"; both sanitized */
    json_t *facts;     /* object: further members of the section's JSON */
    struct diagnosis_line *items;
    size_t count, capacity, left_out;
};

struct diagnosis {
    struct diagnosis_section **items; /* in the order they were added */
    size_t count, capacity;
    json_t *facts; /* object: further members of the document */
};

void diagnosis_init(struct diagnosis *diagnosis);
void diagnosis_done(struct diagnosis *diagnosis);

/* A new section; valid until diagnosis_done. */
struct diagnosis_section *diagnosis_add(struct diagnosis *diagnosis, const char *kind, const char *name);

/* Adds a line that is not bad. Texts are sanitized. */
void diagnosis_note(struct diagnosis_section *section, const char *name, enum diagnosis_result result, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds a bad line. `status` is what the exit code becomes when it is the first. */
void diagnosis_bad(struct diagnosis_section *section, const char *name, enum status status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds a bad line from an error, with the remedy that fits its status. */
void diagnosis_fail(struct diagnosis_section *section, const char *name, const struct error *err);

/* Says how to mend the line added last. */
void diagnosis_remedy(struct diagnosis_section *section, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A member of the section's JSON; takes `value`. */
void diagnosis_fact(struct diagnosis_section *section, const char *key, json_t *value);
void diagnosis_fact_text(struct diagnosis_section *section, const char *key, const char *text); /* sanitized text */

size_t diagnosis_count(const struct diagnosis *diagnosis, enum diagnosis_result result);
enum status diagnosis_worst(const struct diagnosis *diagnosis); /* of the first bad line; STATUS_OK: none is bad */

/* For people: lines wrapped at `width` cells (at least 40) under aligned columns. `colour`: with SGR sequences. Caller frees. */
char *diagnosis_text(const struct diagnosis *diagnosis, int width, bool colour);
json_t *diagnosis_json(const struct diagnosis *diagnosis); /* docs/doctor.md; new reference */

#endif
