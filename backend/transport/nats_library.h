/* Which library speaks NATS. Any thread. */
#ifndef TRANSPORT_NATS_LIBRARY_H
#define TRANSPORT_NATS_LIBRARY_H

const char *nats_library_version(void); /* "3.4.1" */

#endif
