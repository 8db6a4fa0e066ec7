/* Questions to many stored Flux objects without decoding them: a release is 16 KB, and decoding hundreds of them for
 * each answer would be most of the demo's work. Relies on the compact text with sorted keys that demo_object keeps. */
#ifndef DEMO_DEMO_FLUX_SCAN_H
#define DEMO_DEMO_FLUX_SCAN_H

#include <stdbool.h>

#include "demo/demo_store.h"

bool demo_flux_scan_is_ready(const struct demo_object *object);     /* condition Ready is True */
bool demo_flux_scan_is_busy(const struct demo_object *object);      /* condition Reconciling is there */
bool demo_flux_scan_is_given_up(const struct demo_object *object);  /* condition Stalled is there */
bool demo_flux_scan_is_suspended(const struct demo_object *object); /* spec.suspend */
bool demo_flux_scan_is_waiting(const struct demo_object *object);   /* DependencyNotReady */
bool demo_flux_scan_is_deleting(const struct demo_object *object);   /* deletionTimestamp is set */
bool demo_flux_scan_is_requested(const struct demo_object *object); /* carries a reconcile request, handled or not */
bool demo_flux_scan_is_behind(
    const struct demo_object *object); /* metadata.generation differs from status.observedGeneration */
bool demo_flux_scan_depends_on(const struct demo_object *object,
                               const char *name); /* a dependency of its own namespace */

#endif
