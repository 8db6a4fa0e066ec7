/* Status codes and error texts.
 *
 * A fallible function returns `enum status` and, as its last parameter, takes `struct error *err` (NULL allowed).
 * The lowest function that knows the context writes the text once: what failed, on what, why, what happens next.
 * Callers return it unchanged or put a prefix before it. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#define ERROR_TEXT_MAX 512

enum status {
    STATUS_OK = 0,
    STATUS_FOUND,           /* not a failure: the command found something, or two things differ */
    STATUS_USAGE,           /* the caller's words are off */
    STATUS_UNAUTHENTICATED, /* 401, expired or missing credentials */
    STATUS_FORBIDDEN,       /* 403 */
    STATUS_UNREACHABLE,     /* name, connection, proxy, HTTP 502/503/504 */
    STATUS_UNTRUSTED,       /* certificate not trusted, expired, or for another name */
    STATUS_TIMEOUT,
    STATUS_CONFLICT,    /* 409, or a precondition that no longer holds */
    STATUS_NOT_FOUND,   /* 404 */
    STATUS_GONE,        /* 410, resourceVersion too old */
    STATUS_INVALID,     /* unreadable or wrong data: file, reply, 422 */
    STATUS_TOO_BIG,     /* over a declared maximum */
    STATUS_REFUSED,     /* sovdeck itself refuses: preflight, read-only, no journal */
    STATUS_UNSUPPORTED, /* the peer does not have it */
    STATUS_UNMEASURED,  /* could not be measured */
    STATUS_INTERRUPTED,
    STATUS_BUSY, /* 429, or a full queue */
    STATUS_IO,   /* a local file or system call */
    STATUS_COUNT
};

struct error {
    enum status status;
    char text[ERROR_TEXT_MAX]; /* printable: untrusted parts are sanitized on the way in */
};

/* Sets *err (when not NULL) and returns `status`. The formatted text is made printable and cut at ERROR_TEXT_MAX. */
enum status error_set(struct error *err, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the text already in *err; returns err's status (STATUS_INVALID when err is NULL). */
enum status error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

void error_clear(struct error *err);

/* The documented exit code of a command that ends with `status`: 0 fine, 1 found or differs, 2 usage,
 * 3 not authenticated, 4 not allowed, 5 unreachable, 6 timed out, 7 conflict, 8 could not be measured, 130 interrupted. */
int error_exit_code(enum status status);

/* Short lower-case word for a status, for JSON and logs: "forbidden". */
const char *error_status_name(enum status status);

#endif
