/* Status codes, their exit codes and words, and the one formatter of error texts. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/sanitize.h"

static const struct {
    const char *name;
    int exit_code;
} STATUS_TABLE[STATUS_COUNT] = {
    [STATUS_OK] = {"ok", 0},
    [STATUS_FOUND] = {"found", 1},
    [STATUS_USAGE] = {"usage", 2},
    [STATUS_UNAUTHENTICATED] = {"unauthenticated", 3},
    [STATUS_FORBIDDEN] = {"forbidden", 4},
    [STATUS_UNREACHABLE] = {"unreachable", 5},
    [STATUS_UNTRUSTED] = {"untrusted", 5},
    [STATUS_TIMEOUT] = {"timeout", 6},
    [STATUS_CONFLICT] = {"conflict", 7},
    [STATUS_NOT_FOUND] = {"not-found", 1},
    [STATUS_GONE] = {"gone", 7},
    [STATUS_INVALID] = {"invalid", 8},
    [STATUS_TOO_BIG] = {"too-big", 8},
    [STATUS_REFUSED] = {"refused", 4},
    [STATUS_UNSUPPORTED] = {"unsupported", 8},
    [STATUS_UNMEASURED] = {"unmeasured", 8},
    [STATUS_INTERRUPTED] = {"interrupted", 130},
    [STATUS_BUSY] = {"busy", 5},
    [STATUS_IO] = {"io", 8},
};

enum status error_set(struct error *err, enum status status, const char *format, ...)
{
    if (err == NULL)
        return status;
    char raw[ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    err->status = status;
    sanitize_line_into(err->text, sizeof err->text, raw, strlen(raw));
    return status;
}

enum status error_prefix(struct error *err, const char *format, ...)
{
    if (err == NULL)
        return STATUS_INVALID;
    char prefix[ERROR_TEXT_MAX];
    char whole[2 * ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof prefix, format, args);
    va_end(args);
    snprintf(whole, sizeof whole, "%s: %s", prefix, err->text);
    sanitize_line_into(err->text, sizeof err->text, whole, strlen(whole));
    return err->status;
}

void error_clear(struct error *err)
{
    if (err == NULL)
        return;
    err->status = STATUS_OK;
    err->text[0] = '\0';
}

int error_exit_code(enum status status)
{
    return STATUS_TABLE[status].exit_code;
}

const char *error_status_name(enum status status)
{
    return STATUS_TABLE[status].name;
}
