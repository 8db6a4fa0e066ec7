/* nats_link_options to the library's options. Inside transport only. */
#ifndef TRANSPORT_NATS_SETTINGS_H
#define TRANSPORT_NATS_SETTINGS_H

#include <nats/nats.h>

#include "transport/nats_address.h"
#include "transport/nats_link.h"

/* For one address. STATUS_USAGE, STATUS_INVALID or STATUS_IO with a text naming what cannot be used. The library copies
 * everything. Caller destroys. */
enum status nats_settings_new(const struct nats_link_options *options, const struct nats_address *address, natsOptions **ret,
                              struct error *err);

#endif
