/* Snapshots of credentials and the memory they live in; see tls_credentials.h. */
#include "transport/tls_credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/alloc.h"
#include "base/timestamp.h"

struct tls_credentials *tls_credentials_new(void)
{
    struct tls_credentials *credentials = alloc_new(struct tls_credentials);
    atomic_init(&credentials->references, 1);
    credentials->certificate_not_after_ms = TIMESTAMP_NONE;
    return credentials;
}

struct span tls_credentials_get(const struct tls_secret *secret)
{
    return span_make(secret->data, secret->length);
}

void tls_credentials_set(struct tls_secret *secret, struct span value)
{
    char *copy = value.length == 0 ? NULL : alloc_zeroed(value.length + 1, 1);
    if (copy != NULL)
        memcpy(copy, value.data, value.length);
    if (secret->data != NULL)
        OPENSSL_cleanse(secret->data, secret->length);
    free(secret->data);
    *secret = (struct tls_secret){copy, value.length};
}

void tls_credentials_set_headers(struct tls_credentials *credentials, const char *const *lines)
{
    size_t count = 0;
    while (lines != NULL && lines[count] != NULL)
        count++;
    if (count == 0)
        return;
    credentials->headers = alloc_zeroed(count + 1, sizeof *credentials->headers);
    for (size_t i = 0; i < count; i++)
        credentials->headers[i] = alloc_strdup(lines[i]);
}

struct tls_credentials *tls_credentials_copy(const struct tls_credentials *from)
{
    struct tls_credentials *copy = tls_credentials_new();
    copy->insecure = from->insecure;
    copy->certificate_not_after_ms = from->certificate_not_after_ms;
    copy->server_name = alloc_strdup(from->server_name);
    copy->server_name_is_host = from->server_name_is_host;
    copy->no_compression = from->no_compression;
    tls_credentials_set_headers(copy, (const char *const *)from->headers);
    tls_credentials_set(&copy->ca, tls_credentials_get(&from->ca));
    tls_credentials_set(&copy->certificate, tls_credentials_get(&from->certificate));
    tls_credentials_set(&copy->key, tls_credentials_get(&from->key));
    tls_credentials_set(&copy->token, tls_credentials_get(&from->token));
    tls_credentials_set(&copy->cookie, tls_credentials_get(&from->cookie));
    tls_credentials_set(&copy->username, tls_credentials_get(&from->username));
    tls_credentials_set(&copy->password, tls_credentials_get(&from->password));
    return copy;
}

struct tls_credentials *tls_credentials_ref(struct tls_credentials *credentials)
{
    atomic_fetch_add(&credentials->references, 1);
    return credentials;
}

void tls_credentials_unref(struct tls_credentials *credentials)
{
    if (credentials == NULL || atomic_fetch_sub(&credentials->references, 1) != 1)
        return;
    struct tls_secret *secrets[] = {&credentials->ca,     &credentials->certificate, &credentials->key,     &credentials->token,
                                    &credentials->cookie, &credentials->username,    &credentials->password};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        tls_credentials_set(secrets[i], SPAN_EMPTY);
    for (size_t i = 0; credentials->headers != NULL && credentials->headers[i] != NULL; i++)
        free(credentials->headers[i]);
    free(credentials->headers);
    free(credentials->server_name);
    free(credentials);
}

static enum status read_descriptor(int fd, size_t maximum, struct tls_secret *ret)
{
    char *data = alloc_bytes(maximum + 1);
    size_t length = 0;
    ssize_t got = 0;
    while (length <= maximum && (got = read(fd, data + length, maximum + 1 - length)) > 0)
        length += (size_t)got;
    enum status status = got < 0 ? STATUS_IO : length > maximum ? STATUS_TOO_BIG : STATUS_OK;
    if (status == STATUS_OK)
        tls_credentials_set(ret, span_make(data, length));
    OPENSSL_cleanse(data, length);
    free(data);
    return status;
}

enum status tls_credentials_read_file(const char *path, const char *what, size_t maximum, struct tls_secret *ret,
                                      struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_set(err, STATUS_IO, "%s file '%s' cannot be opened: %s", what, path, strerror(errno));
    struct stat info;
    enum status status = fstat(fd, &info) == 0 && !S_ISDIR(info.st_mode) ? STATUS_OK : STATUS_IO;
    if (status == STATUS_OK)
        status = read_descriptor(fd, maximum, ret);
    close(fd);
    if (status == STATUS_TOO_BIG)
        return error_set(err, status, "%s file '%s' is over the maximum of %zu KiB", what, path, maximum >> 10);
    if (status != STATUS_OK)
        return error_set(err, status, "%s file '%s' cannot be read", what, path);
    return STATUS_OK;
}
