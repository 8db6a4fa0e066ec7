/* Splitting NATS addresses; see nats_address.h. Credentials are percent-decoded, as nats.go does and nats.c does not. */
#include "transport/nats_address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sanitize.h"

#define DEFAULT_PORT "4222"
#define HOST_MAX 255

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 32) >= 'a' && (c | 32) <= 'f')
        return (c | 32) - 'a' + 10;
    return -1;
}

static char *decode(struct span text)
{
    char *out = alloc_zeroed(text.length + 1, 1);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        bool escaped = text.data[i] == '%' && i + 2 < text.length && hex_digit(text.data[i + 1]) >= 0 && hex_digit(text.data[i + 2]) >= 0;
        out[length++] = escaped ? (char)(hex_digit(text.data[i + 1]) * 16 + hex_digit(text.data[i + 2])) : text.data[i];
        i += escaped ? 2 : 0;
    }
    return out;
}

static void take_credentials(struct span userinfo, struct nats_address *address)
{
    ptrdiff_t colon = span_find_byte(userinfo, ':');
    if (colon < 0) {
        address->token = decode(userinfo);
        return;
    }
    address->user = decode(span_first(userinfo, (size_t)colon));
    address->password = decode(span_from(userinfo, (size_t)colon + 1));
}

static ptrdiff_t last_at(struct span text)
{
    for (size_t i = text.length; i > 0; i--)
        if (text.data[i - 1] == '@')
            return (ptrdiff_t)i - 1;
    return -1;
}

/* "[::1]:4222", "host:4222", "host". False: no host, or a port that is none. */
static bool split_host(struct span authority, struct span *host, struct span *port)
{
    bool six = span_starts_with(authority, "[");
    ptrdiff_t end = span_find_byte(authority, six ? ']' : ':');
    if (six && end < 0)
        return false;
    *host = end < 0 ? authority : span_first(authority, (size_t)end + (six ? 1 : 0));
    struct span rest = end < 0 ? SPAN_EMPTY : span_from(authority, (size_t)end + (six ? 1 : 0));
    *port = span_starts_with(rest, ":") ? span_from(rest, 1) : SPAN_LITERAL(DEFAULT_PORT);
    int64_t number = 0;
    bool usable = span_to_int64(*port, &number) && number > 0 && number < 65536;
    return usable && host->length > (six ? 2u : 0u) && host->length <= HOST_MAX;
}

static enum status read_one(struct span text, struct nats_address *address, struct error *err)
{
    struct span scheme = SPAN_LITERAL("nats"), rest = text, host, port;
    for (size_t i = 0; i + 2 < text.length; i++)
        if (memcmp(text.data + i, "://", 3) == 0) {
            scheme = span_first(text, i);
            rest = span_from(text, i + 3);
            break;
        }
    ptrdiff_t at = last_at(rest);
    if (at >= 0)
        take_credentials(span_first(rest, (size_t)at), address);
    struct span authority = at >= 0 ? span_from(rest, (size_t)at + 1) : rest;
    authority = span_first(authority, strcspn(authority.length > 0 ? authority.data : "", "/?#,"));
    if (!span_equals_text(scheme, "nats") && !span_equals_text(scheme, "tls"))
        return error_set(err, STATUS_USAGE, "NATS addresses beginning with '%.*s://' are not supported; use nats:// or tls://",
                         SPAN_PRINT(span_first(scheme, 20)));
    if (!split_host(authority, &host, &port))
        return error_set(err, STATUS_USAGE, "'%.*s' is not the address of a NATS server; expected nats://HOST:PORT", SPAN_PRINT(authority));
    char raw[NATS_ADDRESS_SHOWN_MAX];
    snprintf(raw, sizeof raw, "%.*s:%.*s", SPAN_PRINT(host), SPAN_PRINT(port));
    sanitize_line_into(address->shown, sizeof address->shown, raw, strlen(raw));
    address->tls = span_equals_text(scheme, "tls");
    address->url = alloc_printf("%.*s://%s", SPAN_PRINT(scheme), raw);
    return STATUS_OK;
}

enum status nats_address_read(const char *const *texts, struct nats_address *ret, size_t *ret_count, struct error *err)
{
    size_t count = 0;
    enum status status = STATUS_OK;
    for (; texts != NULL && *texts != NULL && status == STATUS_OK; texts++) {
        struct span rest = span_of(*texts), part;
        while (status == STATUS_OK && span_split(&rest, ',', &part)) {
            part = span_trim(part);
            if (part.length == 0)
                continue;
            if (count == NATS_ADDRESSES_MAX) {
                status = error_set(err, STATUS_USAGE, "more than %d NATS addresses are given", NATS_ADDRESSES_MAX);
                break;
            }
            ret[count] = (struct nats_address){0};
            char *copy = span_dup(part);
            status = read_one(span_of(copy), &ret[count++], err);
            explicit_bzero(copy, strlen(copy));
            free(copy);
        }
    }
    if (status == STATUS_OK && count == 0)
        status = error_set(err, STATUS_USAGE, "no NATS URL is given");
    if (status != STATUS_OK)
        nats_address_done(ret, count);
    else
        *ret_count = count;
    return status;
}

static void wipe(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void nats_address_done(struct nats_address *addresses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(addresses[i].url);
        wipe(addresses[i].user);
        wipe(addresses[i].password);
        wipe(addresses[i].token);
    }
}
