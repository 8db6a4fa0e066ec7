/* A list of checked things: what `sovdeck doctor` prints. One thread. */
#ifndef HEADLESS_DIAGNOSIS_H
#define HEADLESS_DIAGNOSIS_H

#include "base/error.h"
#include "decode/json_edit.h"

enum diagnosis_result { DIAGNOSIS_OK, DIAGNOSIS_WARNING, DIAGNOSIS_BAD, DIAGNOSIS_OFF };

struct diagnosis_line {
    char *area;   /* "fsn", "catalyst-api", "terminal" */
    char *name;   /* "reachable" */
    char *text;
    char *remedy; /* one sentence; NULL when nothing is to be mended */
    enum diagnosis_result result;
};

struct diagnosis {
    struct diagnosis_line *items;
    size_t count, capacity;
    enum status worst; /* of the first bad line; STATUS_OK: none */
};

/* Adds a good line, or one that is off. Texts are sanitized. */
void diagnosis_note(struct diagnosis *diagnosis, const char *area, const char *name, enum diagnosis_result result, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Says how to mend the line added last. */
void diagnosis_remedy(struct diagnosis *diagnosis, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a bad line from an error, with the remedy that fits its status. */
void diagnosis_fail(struct diagnosis *diagnosis, const char *area, const char *name, const struct error *err);

void diagnosis_done(struct diagnosis *diagnosis);
char *diagnosis_text(const struct diagnosis *diagnosis); /* caller frees */
json_t *diagnosis_json(const struct diagnosis *diagnosis); /* new reference */

#endif
