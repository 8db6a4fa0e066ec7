/* Waiting for a server in another process to listen: an event in its log tells when to look. */
#ifndef SUPPORT_AWAIT_H
#define SUPPORT_AWAIT_H

#include <stdbool.h>

#define AWAIT_SECONDS 20

/* True once port of loopback accepts and its first bytes are `greeting` (NULL: none expected). `log` exists already. */
bool await_port(const char *log, int port, const char *greeting);

#endif
