/* Sessions of catalyst-api and their files. A token never appears in a text; what is read into memory is wiped. */
#include "sovereign/catalyst_session.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/state_file.h"
#include "base/timestamp.h"

#define FILE_MAXIMUM (CATALYST_SESSION_TOKEN_MAX + 2048)

void catalyst_session_wipe(struct catalyst_session *session)
{
    explicit_bzero(session->token, sizeof session->token);
    session->expires_ms = TIMESTAMP_NONE;
}

bool catalyst_session_is_over(const struct catalyst_session *session, int64_t now_ms)
{
    return session->expires_ms != TIMESTAMP_NONE && now_ms >= session->expires_ms;
}

static size_t count_dots(struct span text)
{
    size_t dots = 0;
    for (size_t i = 0; i < text.length; i++)
        dots += text.data[i] == '.';
    return dots;
}

enum status catalyst_session_of_cookie(struct catalyst_session *session, struct span value, struct error *err)
{
    if (value.length == 0 || value.length >= sizeof session->token)
        return error_set(err, STATUS_INVALID, "catalyst-api: the session's cookie is %s", value.length == 0 ? "empty" : "too long");
    for (size_t i = 0; i < value.length; i++)
        if (value.data[i] <= ' ' || value.data[i] > '~' || value.data[i] == ';' || value.data[i] == ',')
            return error_set(err, STATUS_INVALID, "catalyst-api: the session's cookie holds characters that no cookie may have");
    memcpy(session->token, value.data, value.length);
    session->token[value.length] = '\0';
    session->is_cookie = count_dots(value) > 2;
    return STATUS_OK;
}

/* base64url without padding; caller frees. */
static char *decode_part(struct span part, size_t *length)
{
    char *text = alloc_zeroed(1, part.length + 4);
    for (size_t i = 0; i < part.length; i++)
        text[i] = part.data[i] == '-' ? '+' : part.data[i] == '_' ? '/' : part.data[i];
    for (size_t i = part.length; i % 4 != 0; i++)
        text[i] = '=';
    char *decoded = base64_decode(span_of(text), length);
    free(text);
    return decoded;
}

int64_t catalyst_session_token_expiry(struct span token)
{
    struct span rest = token, head, payload;
    size_t length = 0;
    if (count_dots(token) < 2 || token.length > CATALYST_SESSION_TOKEN_MAX || !span_split(&rest, '.', &head) ||
        !span_split(&rest, '.', &payload))
        return TIMESTAMP_NONE;
    CLEANUP(alloc_free_pointer) char *text = decode_part(payload, &length);
    json_t *claims = text != NULL ? json_loadb(text, length, 0, NULL) : NULL;
    double at = json_number_value(json_object_get(claims, "exp"));
    json_decref(claims);
    return at > 0 && at < 1e11 ? (int64_t)at * 1000 : TIMESTAMP_NONE;
}

/* ---- file ---- */

/* "api.acme.example:8443" of the url, with '_' for what has no place in a file's name. */
static void name_host(const char *url, char *out, size_t size)
{
    const char *name = strstr(url, "://");
    name = name != NULL ? name + 3 : url;
    size_t length = strcspn(name, "/?#");
    snprintf(out, size, "%.*s", length < 200 ? (int)length : 200, name);
    for (char *at = out; *at != '\0'; at++)
        *at = isalnum((unsigned char)*at) || *at == '.' || *at == '-' ? (char)tolower((unsigned char)*at) : '_';
}

char *catalyst_session_path(const char *url)
{
    char host[208];
    name_host(url, host, sizeof host);
    CLEANUP(alloc_free_pointer) char *name = alloc_printf("sessions/%s.json", host);
    return state_file_path(name);
}

enum status catalyst_session_save(const struct catalyst_session *session, const char *url, const char *fqdn, struct error *err)
{
    char expires[TIMESTAMP_TEXT_MAX], host[208];
    CLEANUP(alloc_free_pointer) char *path = catalyst_session_path(url);
    if (path == NULL)
        return error_set(err, STATUS_IO, "the session cannot be kept for the next start: HOME is not set");
    timestamp_format(expires, session->expires_ms);
    name_host(url, host, sizeof host);
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "host", host, "fqdn", fqdn, "email", session->email, "expiresAt", expires, "token",
                               session->token, "isCookie", session->is_cookie);
    char *text = object != NULL ? json_dumps(object, JSON_INDENT(2)) : NULL;
    enum status status = text != NULL ? state_file_write(path, span_of(text), err) : error_set(err, STATUS_INVALID, "the session cannot be written as JSON");
    if (status == STATUS_IO)
        error_prefix(err, "the session cannot be kept for the next start");
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
    json_decref(object);
    return status;
}

/* The whole file into `text`, NUL-terminated. */
static enum status read_file(const char *path, char *text, struct error *err)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_set(err, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path, strerror(errno));
    enum status status = STATUS_OK;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        status = error_set(err, STATUS_REFUSED, "%s is no file; it is not used", path);
    else if (info.st_uid != geteuid() || (info.st_mode & 077) != 0)
        status = error_set(err, STATUS_REFUSED, "%s %s; it is not used. Log in again", path,
                           info.st_uid != geteuid() ? "belongs to somebody else" : "may be read by others");
    else if (info.st_size >= FILE_MAXIMUM)
        status = error_set(err, STATUS_INVALID, "%s is too big to be a session", path);
    size_t length = 0;
    for (ssize_t count = 1; status == STATUS_OK && count > 0 && length + 1 < FILE_MAXIMUM; length += count > 0 ? (size_t)count : 0)
        count = read(fd, text + length, FILE_MAXIMUM - 1 - length);
    text[length] = '\0';
    close(fd);
    return status;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static enum status take_file(struct catalyst_session *session, const char *path, const json_t *object, const char *url, const char *fqdn,
                             struct error *err)
{
    char host[208];
    name_host(url, host, sizeof host);
    const char *theirs = text_of(object, "fqdn"), *email = text_of(object, "email");
    if (!json_is_object(object))
        return error_set(err, STATUS_INVALID, "%s is no session; log in again", path);
    if (strcmp(text_of(object, "host"), host) != 0 || (fqdn[0] != '\0' && theirs[0] != '\0' && strcmp(theirs, fqdn) != 0))
        return error_set(err, STATUS_REFUSED, "%s was made for another host or Sovereign; it is not used", path);
    sanitize_line_into(session->email, sizeof session->email, email, strlen(email));
    enum status status = catalyst_session_of_cookie(session, span_of(text_of(object, "token")), err);
    if (status != STATUS_OK)
        return status;
    session->is_cookie = json_is_true(json_object_get(object, "isCookie"));
    session->expires_ms = timestamp_parse(span_of(text_of(object, "expiresAt")));
    if (!catalyst_session_is_over(session, clock_wall_ms()))
        return STATUS_OK;
    catalyst_session_wipe(session);
    return error_set(err, STATUS_UNAUTHENTICATED, "the session kept in %s is over", path);
}

enum status catalyst_session_load(struct catalyst_session *session, const char *url, const char *fqdn, struct error *err)
{
    CLEANUP(alloc_free_pointer) char *path = catalyst_session_path(url);
    char *text = alloc_zeroed(1, FILE_MAXIMUM);
    *session = (struct catalyst_session){.expires_ms = TIMESTAMP_NONE};
    enum status status = path != NULL ? read_file(path, text, err) : error_set(err, STATUS_NOT_FOUND, "no session is kept: HOME is not set");
    if (status == STATUS_OK) {
        json_t *object = json_loads(text, 0, NULL);
        status = take_file(session, path, object, url, fqdn, err);
        json_decref(object);
    }
    explicit_bzero(text, FILE_MAXIMUM);
    free(text);
    return status;
}

enum status catalyst_session_delete(const char *url, struct error *err)
{
    CLEANUP(alloc_free_pointer) char *path = catalyst_session_path(url);
    if (path == NULL)
        return error_set(err, STATUS_NOT_FOUND, "no session is kept: HOME is not set");
    if (unlink(path) == 0)
        return STATUS_OK;
    return error_set(err, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path, strerror(errno));
}
