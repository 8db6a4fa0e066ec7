/* Which values of a HelmRelease name a host that a Sovereign must not need (cutover contract 5.2, rule T-REL-07). */
#ifndef SOVEREIGN_ROW_CELL_SUSPECTS_H
#define SOVEREIGN_ROW_CELL_SUSPECTS_H

#include <stdbool.h>

#include "base/bytebuf.h"
#include "decode/json_reader.h"

/* Appends string leaves below `values` that name the mothership or an upstream, as (path, value) pairs of store/kind.h.
 * False when one was left out: too many, too deep, too long. */
bool row_cell_suspects_read(struct json_value values, struct bytebuf *out);

#endif
