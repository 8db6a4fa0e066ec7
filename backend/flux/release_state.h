/* What state a HelmRelease, a Kustomization or a Flux source is really in, and the sentence that says why.
 *
 * Rules: domain.md 4.5 and 4.6, cutover contract 7 (incident 3). Suspended wins over every frozen condition; after a
 * rollback the error is in Released, not in Ready; a Ready of an older generation is not green. Pure; any thread that owns
 * the row. */
#ifndef FLUX_RELEASE_STATE_H
#define FLUX_RELEASE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/row.h"
#include "store/tone.h"

enum release_phase {
    RELEASE_PHASE_FAILED,
    RELEASE_PHASE_STALLED,     /* failed, and the controller has given up */
    RELEASE_PHASE_BLOCKED,     /* DependencyNotReady */
    RELEASE_PHASE_PROGRESSING,
    RELEASE_PHASE_SUSPENDED,
    RELEASE_PHASE_STALE,       /* says Ready, but of an older generation of its spec */
    RELEASE_PHASE_UNKNOWN,     /* no Ready condition */
    RELEASE_PHASE_READY,
    RELEASE_PHASE_STATIC,      /* a HelmRepository of type oci: has no status, and that is fine */
    RELEASE_PHASE_COUNT
};

struct release_state {
    enum release_phase phase;
    enum tone tone;
    struct span cause; /* "" when there is nothing to say; lives as long as the row */
    int64_t since_ms;  /* wall time of the last change of Ready; TIMESTAMP_NONE */
    bool usable;       /* Flux takes it as a ready dependency: Ready=True of this generation */
};

struct release_state release_state_of(const struct row *row);

const char *release_state_name(enum release_phase phase); /* "Ready", "Blocked", ... */
enum tone release_state_tone(enum release_phase phase);

/* The kinds this is about. */
bool release_state_applies(const struct kind *kind);

/* What is installed or applied: REVISION, else what was tried last, else what the spec asks for. */
struct span release_state_revision(const struct row *row);

#endif
