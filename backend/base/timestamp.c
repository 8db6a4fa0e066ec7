/* RFC 3339 and ages; see timestamp.h. */
#include "base/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static bool read_digits(struct span *rest, size_t count, int *value)
{
    if (rest->length < count)
        return false;
    int result = 0;
    for (size_t i = 0; i < count; i++) {
        if (rest->data[i] < '0' || rest->data[i] > '9')
            return false;
        result = result * 10 + (rest->data[i] - '0');
    }
    *value = result;
    *rest = span_from(*rest, count);
    return true;
}

static bool read_byte(struct span *rest, const char *allowed)
{
    if (rest->length == 0 || strchr(allowed, rest->data[0]) == NULL)
        return false;
    *rest = span_from(*rest, 1);
    return true;
}

static bool read_offset(struct span *rest, int *seconds)
{
    *seconds = 0;
    if (read_byte(rest, "Zz"))
        return rest->length == 0;
    if (rest->length != 6)
        return false;
    int sign = rest->data[0] == '-' ? -1 : 1;
    int hours, minutes;
    if (!read_byte(rest, "+-") || !read_digits(rest, 2, &hours) || !read_byte(rest, ":") || !read_digits(rest, 2, &minutes))
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

int64_t timestamp_parse(struct span text)
{
    struct tm parts = {0};
    int millis = 0;
    int offset;
    if (!read_digits(&text, 4, &parts.tm_year) || !read_byte(&text, "-") || !read_digits(&text, 2, &parts.tm_mon) ||
        !read_byte(&text, "-") || !read_digits(&text, 2, &parts.tm_mday) || !read_byte(&text, "Tt ") ||
        !read_digits(&text, 2, &parts.tm_hour) || !read_byte(&text, ":") || !read_digits(&text, 2, &parts.tm_min) ||
        !read_byte(&text, ":") || !read_digits(&text, 2, &parts.tm_sec))
        return TIMESTAMP_NONE;
    if (read_byte(&text, ".")) {
        int weight = 100;
        int digit;
        while (read_digits(&text, 1, &digit)) {
            millis += digit * weight;
            weight /= 10;
        }
    }
    if (!read_offset(&text, &offset) || parts.tm_year <= 1)
        return TIMESTAMP_NONE;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    return ((int64_t)timegm(&parts) - offset) * 1000 + millis;
}

static bool split(int64_t at_ms, struct tm *parts)
{
    if (at_ms == TIMESTAMP_NONE)
        return false;
    time_t seconds = (time_t)(at_ms / 1000 - (at_ms % 1000 < 0 ? 1 : 0));
    return gmtime_r(&seconds, parts) != NULL;
}

/* strftime in UTC; the empty text for TIMESTAMP_NONE. A macro so that the compiler sees the literal pattern. */
#define FORMAT(out, at_ms, pattern)                                 \
    do {                                                            \
        struct tm parts;                                            \
        (out)[0] = '\0';                                            \
        if (split((at_ms), &parts))                                 \
            strftime((out), TIMESTAMP_TEXT_MAX, (pattern), &parts); \
    } while (0)

void timestamp_format(char out[TIMESTAMP_TEXT_MAX], int64_t at_ms)
{
    FORMAT(out, at_ms, "%Y-%m-%dT%H:%M:%SZ");
}

void timestamp_format_ms(char out[TIMESTAMP_TEXT_MAX], int64_t at_ms)
{
    char seconds[TIMESTAMP_TEXT_MAX];
    FORMAT(seconds, at_ms, "%Y-%m-%dT%H:%M:%S");
    if (seconds[0] == '\0')
        out[0] = '\0';
    else
        snprintf(out, TIMESTAMP_TEXT_MAX, "%.30s.%03dZ", seconds, (int)(((at_ms % 1000) + 1000) % 1000));
}

void timestamp_format_clock(char out[TIMESTAMP_TEXT_MAX], int64_t at_ms)
{
    FORMAT(out, at_ms, "%H:%M:%S");
}

void timestamp_format_minutes(char out[TIMESTAMP_TEXT_MAX], int64_t at_ms)
{
    FORMAT(out, at_ms, "%H:%M");
}

void timestamp_format_age(char out[TIMESTAMP_TEXT_MAX], int64_t duration_ms)
{
    long long seconds = duration_ms > 0 ? (long long)(duration_ms / 1000) : 0;
    if (seconds < 120)
        snprintf(out, TIMESTAMP_TEXT_MAX, "%llds", seconds);
    else if (seconds < 600 && seconds % 60 != 0)
        snprintf(out, TIMESTAMP_TEXT_MAX, "%lldm%llds", seconds / 60, seconds % 60);
    else if (seconds < 3 * 3600)
        snprintf(out, TIMESTAMP_TEXT_MAX, "%lldm", seconds / 60);
    else if (seconds < 8 * 3600 && seconds / 60 % 60 != 0)
        snprintf(out, TIMESTAMP_TEXT_MAX, "%lldh%lldm", seconds / 3600, seconds / 60 % 60);
    else if (seconds < 48 * 3600)
        snprintf(out, TIMESTAMP_TEXT_MAX, "%lldh", seconds / 3600);
    else if (seconds < 8 * 86400 && seconds / 3600 % 24 != 0)
        snprintf(out, TIMESTAMP_TEXT_MAX, "%lldd%lldh", seconds / 86400, seconds / 3600 % 24);
    else
        snprintf(out, TIMESTAMP_TEXT_MAX, "%lldd", seconds / 86400);
}
