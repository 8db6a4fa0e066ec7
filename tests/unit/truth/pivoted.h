/* A Sovereign of two regions before its cutover, or as a good run leaves it; tests change one thing and look at the board. */
#ifndef CUTOVER_TESTS_PIVOTED_H
#define CUTOVER_TESTS_PIVOTED_H

#include "truth/truth_board.h"
#include "store/store.h"

#define PIVOTED_NOW_MS 1785130000000 /* 2026-07-27T05:26:40Z: the frozen wall clock */
#define PIVOTED_GIT "http://gitea-http.gitea.svc.cluster.local:3000/openova/openova"
#define PIVOTED_STEP_COUNT 11

extern const char *const PIVOTED_STEPS[PIVOTED_STEP_COUNT]; /* in the newest order */

/* Regions "fsn1" (primary) and "hel1", acme.example, eleven installed steps; pivoted: with its Jobs and a complete claim. */
struct store *pivoted_new(bool pivoted);

/* The first `done` steps claim success, the next one `next`; `more` is put before them: "key=value|key=value". */
void pivoted_claim(struct store *store, size_t done, const char *next, const char *more);

void pivoted_add_policy(struct store *store, int region, const char *created, const char *deny);
void pivoted_delete_policy(struct store *store, int region);

/* The step has this verdict and its sentence holds `text`. */
void pivoted_expect(const struct truth_board *board, const char *step, enum truth_verdict verdict, const char *text);

#endif
