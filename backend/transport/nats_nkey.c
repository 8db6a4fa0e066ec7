/* Seeds and .creds files; see nats_nkey.h. Secrets are wiped as soon as they were used. */
#include "transport/nats_nkey.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/sanitize.h"
#include "base/span.h"
#include "decode/json_reader.h"
#include "transport/tls_credentials.h"

#define FILE_MAXIMUM ((size_t)64 << 10)
#define SEED_TEXT 58  /* characters of an encoded seed */
#define SEED_BYTES 36 /* 2 of prefix, 32 of seed, 2 of CRC */
#define USER_PREFIX (20 << 3)
#define SEED_PREFIX (18 << 3)

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static uint16_t checksum(const uint8_t *bytes, size_t length)
{
    uint16_t crc = 0; /* CRC-16/XMODEM */
    for (size_t i = 0; i < length; i++) {
        crc ^= (uint16_t)(bytes[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
    return crc;
}

static bool decode_base32(struct span text, uint8_t *out, size_t size)
{
    uint32_t bits = 0;
    int held = 0;
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        const char *at = memchr(ALPHABET, text.data[i], sizeof ALPHABET - 1);
        if (at == NULL)
            return false;
        bits = bits << 5 | (uint32_t)(at - ALPHABET);
        held += 5;
        if (held >= 8 && length < size)
            out[length++] = (uint8_t)(bits >> (held - 8));
        held -= held >= 8 ? 8 : 0;
        bits &= (1u << held) - 1;
    }
    return length == size;
}

static void encode_base32(const uint8_t *bytes, size_t length, char *out)
{
    uint32_t bits = 0;
    int held = 0;
    for (size_t i = 0; i < length; i++) {
        bits = bits << 8 | bytes[i];
        for (held += 8; held >= 5; held -= 5)
            *out++ = ALPHABET[bits >> (held - 5) & 31];
        bits &= (1u << held) - 1;
    }
    if (held > 0)
        *out++ = ALPHABET[bits << (5 - held) & 31];
    *out = '\0';
}

/* The word in the text that looks like a seed; empty when there is none. */
static struct span find_seed(struct span text)
{
    struct span line;
    while (span_split(&text, '\n', &line)) {
        line = span_trim(line);
        if (line.length == SEED_TEXT && line.data[0] == 'S')
            return line;
    }
    return SPAN_EMPTY;
}

static bool derive_public(const uint8_t seed[32], uint8_t public[32])
{
    size_t length = 32;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
    bool derived = key != NULL && EVP_PKEY_get_raw_public_key(key, public, &length) == 1;
    EVP_PKEY_free(key);
    return derived;
}

static enum status encode_public(struct span text, const char *file, char out[NATS_NKEY_PUBLIC_MAX], struct error *err)
{
    uint8_t raw[SEED_BYTES] = {0}, public[35];
    struct span seed = find_seed(text);
    if (seed.length == 0)
        return error_set(err, STATUS_INVALID, "NATS NKey file '%s' holds no seed (one line of 58 characters beginning with SU)", file);
    bool intact = decode_base32(seed, raw, sizeof raw) && (raw[0] & 0xf8) == SEED_PREFIX &&
                  checksum(raw, SEED_BYTES - 2) == (uint16_t)(raw[34] | raw[35] << 8);
    bool is_user = intact && ((raw[0] & 7) << 5 | raw[1] >> 3) == USER_PREFIX;
    bool derived = is_user && derive_public(raw + 2, public + 1);
    explicit_bzero(raw, sizeof raw);
    if (!intact)
        return error_set(err, STATUS_INVALID, "the seed in NATS NKey file '%s' is damaged (its checksum is wrong)", file);
    if (!is_user)
        return error_set(err, STATUS_INVALID, "the seed in NATS NKey file '%s' is not a user's (users' begin with SU)", file);
    if (!derived)
        return error_set(err, STATUS_INVALID, "the seed in NATS NKey file '%s' cannot be used", file);
    public[0] = USER_PREFIX;
    uint16_t crc = checksum(public, 33);
    public[33] = (uint8_t)(crc & 0xff);
    public[34] = (uint8_t)(crc >> 8);
    encode_base32(public, sizeof public, out);
    return STATUS_OK;
}

enum status nats_nkey_public(const char *seed_file, char out[NATS_NKEY_PUBLIC_MAX], struct error *err)
{
    struct tls_secret file = {0};
    enum status status = tls_credentials_read_file(seed_file, "NATS NKey", FILE_MAXIMUM, &file, err);
    if (status == STATUS_OK)
        status = encode_public(span_make(file.data, file.length), seed_file, out, err);
    tls_credentials_set(&file, SPAN_EMPTY);
    return status;
}

/* --- .creds --------------------------------------------------------------------------------------------------------- */

/* The payload of the first line that looks like a JWT, decoded; NULL when there is none. */
static char *decode_claims(struct span text, size_t *length)
{
    struct span line, part;
    while (span_split(&text, '\n', &line)) {
        line = span_trim(line);
        if (!span_starts_with(line, "eyJ") || !span_split(&line, '.', &part) || !span_split(&line, '.', &part))
            continue;
        CLEANUP(alloc_free_pointer) char *copy = alloc_zeroed(part.length + 4, 1);
        memcpy(copy, part.data, part.length);
        size_t used = part.length;
        for (size_t i = 0; i < used; i++)
            copy[i] = (char)(copy[i] == '-' ? '+' : copy[i] == '_' ? '/' : copy[i]);
        while (used % 4 != 0)
            copy[used++] = '=';
        return base64_decode(span_make(copy, used), length);
    }
    return NULL;
}

static enum status read_claims(struct span text, const char *file, struct nats_nkey_claims *ret, struct error *err)
{
    size_t length = 0;
    struct json_value root;
    char *claims = decode_claims(text, &length);
    if (claims == NULL || find_seed(text).length == 0) {
        free(claims);
        return error_set(err, STATUS_INVALID, "NATS credentials file '%s' does not hold a user JWT and its seed", file);
    }
    struct json_reader *reader = json_reader_new();
    enum status status = json_reader_parse(reader, span_make(claims, length), &root, NULL);
    if (status == STATUS_OK) {
        struct span name = json_reader_string(json_reader_get(root, "name"));
        int64_t expires_s = json_reader_integer(json_reader_get(root, "exp"), 0);
        sanitize_line_into(ret->name, sizeof ret->name, name.length > 0 ? name.data : "", name.length);
        ret->expires_ms = expires_s > 0 && expires_s < INT64_MAX / 1000 ? expires_s * 1000 : INT64_MIN;
    } else {
        status = error_set(err, STATUS_INVALID, "the JWT in NATS credentials file '%s' cannot be read", file);
    }
    json_reader_free(reader);
    free(claims);
    return status;
}

enum status nats_nkey_read_credentials(const char *file, struct nats_nkey_claims *ret, struct error *err)
{
    struct tls_secret text = {0};
    *ret = (struct nats_nkey_claims){.expires_ms = INT64_MIN};
    enum status status = tls_credentials_read_file(file, "NATS credentials", FILE_MAXIMUM, &text, err);
    if (status == STATUS_OK)
        status = read_claims(span_make(text.data, text.length), file, ret, err);
    tls_credentials_set(&text, SPAN_EMPTY);
    return status;
}
