/* Which values of a HelmRelease could name a host that a Sovereign must not need (cutover contract 5.2, rule T-REL-07). */
#ifndef SOVEREIGN_ROW_CELL_SUSPECTS_H
#define SOVEREIGN_ROW_CELL_SUSPECTS_H

#include "base/bytebuf.h"
#include "decode/json_reader.h"

/* Appends string leaves below `values` that can name a host, as (path, value) pairs of store/kind.h, those that name the
 * mothership or an upstream first; how many of these did not fit stands in a last pair. */
void row_cell_suspects_read(struct json_value values, struct bytebuf *out);

#endif
