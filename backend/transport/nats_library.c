/* nats.c's own words; see nats_library.h. */
#include "transport/nats_library.h"

#include <nats/nats.h>

const char *nats_library_version(void)
{
    return nats_GetVersion();
}
