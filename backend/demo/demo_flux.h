/* What Flux's controllers write into the objects they own (domain contract 4.5). Pure functions on documents. */
#ifndef DEMO_DEMO_FLUX_H
#define DEMO_DEMO_FLUX_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define DEMO_FLUX_HISTORY_MAX 5

/* ---- HelmRelease ---- */

bool demo_flux_is_ready(const json_t *object);     /* condition Ready is True */
bool demo_flux_is_suspended(const json_t *object); /* spec.suspend */

/* The release differs from what was last deployed (chart, version or values). */
bool demo_flux_release_is_changed(const json_t *release);

/* A reconcile began: Reconciling=True, and Ready=Unknown when an action will run. */
void demo_flux_release_started(json_t *release, bool runs_action);

/* It ended well. With `acts`: a new history entry, Released=True. Clears Stalled and failures; Ready=True. */
void demo_flux_release_succeeded(json_t *release, bool acts);

/* The action failed; `stalled` when the retries are used up. `cause` is Helm's error. */
void demo_flux_release_failed(json_t *release, const char *cause, bool stalled);

/* Waits for a dependency "namespace/name". */
void demo_flux_release_blocked(json_t *release, const char *dependency);

/* ---- every kind ---- */

/* Copies the requestedAt annotation to status.lastHandledReconcileAt. False when there was nothing new. */
bool demo_flux_handle_request(json_t *object);
bool demo_flux_has_request(const json_t *object); /* requestedAt differs from lastHandledReconcileAt */
void demo_flux_observe(json_t *object);           /* status.observedGeneration = metadata.generation */
void demo_flux_remove_condition(json_t *object, const char *type);

/* ---- sources and Kustomizations ---- */

/* GitRepository: artifact for "main@sha1:<sha>" stored, Ready=True. */
void demo_flux_git_fetched(json_t *source, const char *sha);
void demo_flux_git_failed(json_t *source, const char *cause);

/* Kustomization: applied that revision, Ready=True. */
void demo_flux_kustomization_applied(json_t *kustomization, const char *revision);
void demo_flux_kustomization_failed(json_t *kustomization, const char *reason, const char *message);

#endif
