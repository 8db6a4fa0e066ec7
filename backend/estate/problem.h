/* Problems: what needs a person, with its cause. Roots instead of symptoms (domain.md 4.6), one running thing on one line (2.3),
 * the same trouble of many objects on one line. Alerts: domain.md 11.5. */
#ifndef ESTATE_PROBLEM_H
#define ESTATE_PROBLEM_H

#include "cutover/cutover_claim.h"
#include "estate/estate.h"
#include "estate/problem_list.h"

#define PROBLEM_STUCK_DELETE_MS (10 * 60 * 1000)
#define PROBLEM_STUCK_PROGRESS_MS (15 * 60 * 1000)

/* Fills a zeroed or used list from the refreshed estate. now_ms: wall time. */
void problem_collect(struct problem_list *list, const struct estate *estate, const struct cutover_claim *claim, int64_t now_ms);

#endif
