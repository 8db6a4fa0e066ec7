/* NKeys and JWTs by hand; see nats_identity.h. */
#include "support/nats_identity.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

#include "base/alloc.h"

static uint16_t checksum(const uint8_t *bytes, size_t length)
{
    uint16_t crc = 0;
    for (size_t i = 0; i < length; i++) {
        crc ^= (uint16_t)(bytes[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
    return crc;
}

static void encode32(const uint8_t *bytes, size_t length, char *out)
{
    uint32_t bits = 0;
    int held = 0;
    for (size_t i = 0; i < length; i++) {
        bits = bits << 8 | bytes[i];
        for (held += 8; held >= 5; held -= 5)
            *out++ = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[bits >> (held - 5) & 31];
        bits &= (1u << held) - 1;
    }
    if (held > 0)
        *out++ = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[bits << (5 - held) & 31];
    *out = '\0';
}

static void finish(uint8_t *bytes, size_t length, char *out)
{
    uint16_t crc = checksum(bytes, length);
    bytes[length] = (uint8_t)(crc & 0xff);
    bytes[length + 1] = (uint8_t)(crc >> 8);
    encode32(bytes, length + 2, out);
}

struct nats_identity_key nats_identity_make(char type)
{
    struct nats_identity_key key = {0};
    uint8_t prefix = (uint8_t)((type - 'A') << 3), seed[36], public[35];
    size_t length = 32;
    cr_assert_eq(RAND_bytes(key.raw, sizeof key.raw), 1);
    EVP_PKEY *pair = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key.raw, 32);
    cr_assert_eq(EVP_PKEY_get_raw_public_key(pair, public + 1, &length), 1);
    EVP_PKEY_free(pair);
    public[0] = prefix;
    finish(public, 33, key.public);
    seed[0] = (uint8_t)((18 << 3) | prefix >> 5);
    seed[1] = (uint8_t)((prefix & 31) << 3);
    memcpy(seed + 2, key.raw, 32);
    finish(seed, 34, key.seed);
    return key;
}

static char *encode64(const void *bytes, size_t length)
{
    char *text = alloc_zeroed(length * 4 / 3 + 8, 1);
    int used = EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
    while (used > 0 && text[used - 1] == '=')
        text[--used] = '\0';
    for (char *at = text; *at != '\0'; at++)
        *at = (char)(*at == '+' ? '-' : *at == '/' ? '_' : *at);
    return text;
}

char *nats_identity_jwt(const struct nats_identity_key *issuer, const struct nats_identity_key *subject, const char *name, const char *nats,
                        long expires_s)
{
    static const char HEAD[] = "{\"typ\":\"JWT\",\"alg\":\"ed25519-nkey\"}";
    char claims[1024], expires[48] = "";
    long now = (long)time(NULL);
    if (expires_s != 0)
        snprintf(expires, sizeof expires, "\"exp\":%ld,", now + expires_s);
    snprintf(claims, sizeof claims, "{%s\"jti\":\"TEST\",\"iat\":%ld,\"iss\":\"%s\",\"name\":\"%s\",\"sub\":\"%s\",\"nats\":{%s,\"version\":2}}",
             expires, now - 7200, issuer->public, name, subject->public, nats);
    char *head = encode64(HEAD, sizeof HEAD - 1), *body = encode64(claims, strlen(claims));
    char *text = alloc_printf("%s.%s", head, body);
    unsigned char signature[64];
    size_t length = sizeof signature;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, issuer->raw, 32);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    cr_assert_eq(EVP_DigestSignInit(context, NULL, NULL, NULL, key), 1);
    cr_assert_eq(EVP_DigestSign(context, signature, &length, (const unsigned char *)text, strlen(text)), 1);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    char *tail = encode64(signature, length), *jwt = alloc_printf("%s.%s", text, tail);
    free(head);
    free(body);
    free(text);
    free(tail);
    return jwt;
}

char *nats_identity_credentials(const char *jwt, const struct nats_identity_key *user)
{
    return alloc_printf("-----BEGIN NATS USER JWT-----\n%s\n------END NATS USER JWT------\n\n"
                        "-----BEGIN USER NKEY SEED-----\n%s\n------END USER NKEY SEED------\n", jwt, user->seed);
}
