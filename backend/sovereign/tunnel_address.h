/* Does anything listen at a local address? Inside sovereign/tunnel only; blocks for the time-out at most. */
#ifndef SOVEREIGN_TUNNEL_ADDRESS_H
#define SOVEREIGN_TUNNEL_ADDRESS_H

#include <stdbool.h>

#define TUNNEL_ADDRESS_MAX 256

/* Host and port of "nats://127.0.0.1:4222", "https://[::1]:8443/x", "localhost:4222". False: there is no port to know. */
bool tunnel_address_parse(const char *address, char host[TUNNEL_ADDRESS_MAX], char port[8]);

bool tunnel_address_answers(const char *address, int timeout_ms);

#endif
