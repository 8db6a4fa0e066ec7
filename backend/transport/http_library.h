/* Which libraries speak HTTP and TLS. Any thread. */
#ifndef TRANSPORT_HTTP_LIBRARY_H
#define TRANSPORT_HTTP_LIBRARY_H

const char *http_library_version(void); /* "libcurl/7.88.1 OpenSSL/3.0.15 … nghttp2/1.52.0" */

#endif
