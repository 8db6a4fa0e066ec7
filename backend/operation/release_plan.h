/* Plans for Flux objects (HelmRelease; reconcile, suspend and resume for the other Flux kinds too): what would be set, checked
 * against the live object, previewed by the server's own dry run. Inside the layer only.
 *
 * Paths of patch-values that begin with "spec." count from the object, all others from spec.values. */
#ifndef OPERATION_RELEASE_PLAN_H
#define OPERATION_RELEASE_PLAN_H

#include "operation/preparation.h"

enum status release_plan_reconcile(struct preparation *preparation, struct error *err);
enum status release_plan_suspend(struct preparation *preparation, struct error *err);
enum status release_plan_resume(struct preparation *preparation, struct error *err);
/* Annotation that lets harbor-prewarm's settled-roll gate pass (cutover contract 2.2, A0): with a reason set, without one removed. */
enum status release_plan_override(struct preparation *preparation, struct error *err);
enum status release_plan_patch(struct preparation *preparation, struct error *err);

#endif
