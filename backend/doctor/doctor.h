/* Examines a Sovereign: every feed of every region at the same time, each on a thread of its own, and this machine. Blocks for at
 * most DOCTOR_PATIENCE_MS and a little; for the main thread of a command or a worker. Shows no secret. */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "doctor/diagnosis.h"
#include "sovereign/sovereign.h"

#define DOCTOR_PATIENCE_MS 8500 /* real time; a feed that needs longer is said to */

struct doctor_options {
    const struct sovereign *sovereign; /* not freed before doctor_examine returns */
    const atomic_bool *cancel;         /* NULL: never */
    int region;                        /* Kubernetes of this region only; -1: all */
    const char *feed;                  /* only this: a section's name or kind ("fsn", "kubernetes", "nats"); NULL: all */
    const char *journal;               /* its file; NULL: the default one */
    bool is_verbose;                   /* library versions too */
};

/* Fills `diagnosis` (initialised). STATUS_USAGE: `feed` names nothing there is; STATUS_INTERRUPTED. */
enum status doctor_examine(const struct doctor_options *options, struct diagnosis *diagnosis, struct error *err);

#endif
