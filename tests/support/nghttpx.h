/* nghttpx in front of a server on loopback: HTTP/2 as real API servers speak it, to servers of ours that speak HTTP/1.1 over TLS. */
#ifndef SUPPORT_NGHTTPX_H
#define SUPPORT_NGHTTPX_H

#include <stdbool.h>
#include <sys/types.h>

struct nghttpx {
    int port;
    pid_t process; /* 0: not running */
    char certificate_file[40], key_file[40], log_file[40];
};

bool nghttpx_available(void);

/* Listens with this certificate and key (PEM) and passes on to `backend_port`, over TLS; `streams` at once per connection. False: it
 * does not start. */
bool nghttpx_start(struct nghttpx *proxy, const char *certificate, const char *key, int backend_port, int streams);
void nghttpx_stop(struct nghttpx *proxy); /* killed, at once; a zeroed one is fine */

#endif
