/* PIN login and logout of the demo's catalyst-api (contract 2.3, 2.5). The mail with the PIN is the file pin.txt. */
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/span.h"
#include "demo/demo_catalyst_internal.h"
#include "demo/demo_json.h"

#define SESSION_MS 28800000
#define PIN_VALID_MS 600000
#define PIN_PAUSE_MS 60000
#define PIN_ATTEMPTS 3
#define CLAIMS_MAX 1024
#define TOKEN_MAX (2 * CLAIMS_MAX)

void demo_catalyst_auth_init(struct demo_catalyst *catalyst)
{
    atomic_store(&catalyst->session_ms, SESSION_MS);
    atomic_store(&catalyst->pin_valid_ms, PIN_VALID_MS);
    atomic_store(&catalyst->pin_pause_ms, PIN_PAUSE_MS);
}

void demo_catalyst_auth_forget_pins(struct demo_catalyst *catalyst)
{
    pthread_mutex_lock(&catalyst->lock);
    memset(catalyst->pins, 0, sizeof catalyst->pins);
    pthread_mutex_unlock(&catalyst->lock);
}

static void end_sessions(struct demo_catalyst *catalyst)
{
    size_t count = atomic_load(&catalyst->session_count);
    for (size_t i = 0; i < count; i++)
        if (atomic_load(&catalyst->session_ends[i]) != 0)
            atomic_store(&catalyst->session_ends[i], 1);
}

void demo_catalyst_auth_control(struct demo_catalyst *catalyst, const json_t *words)
{
    struct { const char *word; atomic_llong *place; } const NUMBERS[] = {{"sessionMs", &catalyst->session_ms},
                                                                         {"pinValidMs", &catalyst->pin_valid_ms},
                                                                         {"pinPauseMs", &catalyst->pin_pause_ms},
                                                                         {"idleCutMs", &catalyst->idle_cut_ms}};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++)
        if (json_is_integer(json_object_get(words, NUMBERS[i].word)))
            atomic_store(NUMBERS[i].place, json_integer_value(json_object_get(words, NUMBERS[i].word)));
    if (json_is_true(json_object_get(words, "expireSessions")))
        end_sessions(catalyst);
    if (json_object_get(words, "signer") != NULL)
        atomic_store(&catalyst->is_unsigned, json_is_false(json_object_get(words, "signer")));
    if (json_object_get(words, "proxy") != NULL) {
        const char *kind = demo_json_text(words, "proxy");
        atomic_store(&catalyst->proxy, strcmp(kind, "redirect") == 0 ? DEMO_CATALYST_PROXY_REDIRECT
                                       : strcmp(kind, "page") == 0   ? DEMO_CATALYST_PROXY_PAGE
                                                                     : DEMO_CATALYST_PROXY_NONE);
    }
}

/* The body when it is an object with an email; otherwise NULL, and the refusal is made. */
static json_t *read_body(const struct demo_http_request *request, struct demo_http_reply *reply)
{
    json_t *body = json_loadb(request->body.data, request->body.length, 0, NULL);
    if (!json_is_object(body)) {
        json_decref(body);
        demo_catalyst_refuse(reply, 400, "invalid-body", "the body must be a JSON object");
        return NULL;
    }
    if (demo_json_text(body, "email")[0] != '\0')
        return body;
    json_decref(body);
    demo_catalyst_refuse(reply, 400, "email-required", "email is required");
    return NULL;
}

static void make_random(char *out, int digits, const char *alphabet)
{
    size_t letters = strlen(alphabet);
    for (int i = 0; i < digits; i++) {
        unsigned char byte = 0;
        if (RAND_bytes(&byte, 1) != 1)
            byte = 0;
        out[i] = alphabet[byte % letters];
    }
    out[digits] = '\0';
}

/* ---- issue ---- */

static bool is_at(const char *email, const char *domain)
{
    return span_ends_with(span_of(email), domain);
}

/* The demo's mail; otherwise the refusal is made. */
static bool send_pin(const struct demo_catalyst *catalyst, const struct demo_catalyst_pin *pin, struct demo_http_reply *reply)
{
    if (is_at(pin->email, "@bounce.example")) {
        demo_http_reply_json(reply, 422, json_pack("{s:s, s:s, s:i}", "error", "email-rejected", "detail", "550 5.1.1 no such user", "smtpCode", 550));
        return false;
    }
    if (is_at(pin->email, "@down.example")) {
        demo_http_reply_json(reply, 502, json_pack("{s:s, s:s, s:i}", "error", "email-send-failed", "detail", "451 4.3.0 try later", "smtpCode", 451));
        return false;
    }
    CLEANUP(alloc_free_pointer) char *path = alloc_printf("%s/pin.txt", catalyst->folder);
    FILE *file = fopen(path, "we");
    if (file != NULL)
        fprintf(file, "%s\n", pin->code);
    if (file != NULL && fclose(file) == 0)
        return true;
    demo_catalyst_refuse(reply, 502, "email-send-failed", "pin.txt cannot be written");
    return false;
}

/* The address's PIN, or the place for one: an empty row, else the oldest. Under the lock. */
static struct demo_catalyst_pin *find_pin(struct demo_catalyst *catalyst, const char *email)
{
    struct demo_catalyst_pin *place = &catalyst->pins[0];
    for (size_t i = 0; i < DEMO_CATALYST_PINS_MAX; i++) {
        if (strcmp(catalyst->pins[i].email, email) == 0)
            return &catalyst->pins[i];
        if (catalyst->pins[i].at_ms < place->at_ms)
            place = &catalyst->pins[i];
    }
    return place;
}

static void issue(struct demo_catalyst *catalyst, const char *email, struct demo_http_reply *reply)
{
    struct demo_catalyst_pin *pin = find_pin(catalyst, email);
    if (strcmp(pin->email, email) == 0 && clock_wall_ms() - pin->at_ms < atomic_load(&catalyst->pin_pause_ms)) {
        demo_catalyst_refuse(reply, 429, "pin-rate-limited", "a code was sent less than 60 seconds ago");
        return;
    }
    char tail[13];
    *pin = (struct demo_catalyst_pin){.at_ms = clock_wall_ms()};
    make_random(pin->code, 6, "0123456789");
    make_random(tail, 12, "0123456789abcdef");
    snprintf(pin->request, sizeof pin->request, "5f0c1d2e-0000-4000-8000-%s", tail);
    snprintf(pin->email, sizeof pin->email, "%s", email);
    if (send_pin(catalyst, pin, reply))
        demo_http_reply_json(reply, 200,
                             json_pack("{s:b, s:b, s:s, s:i}", "ok", 1, "sent", 1, "requestId", pin->request, "expiresInSec",
                                       (int)(atomic_load(&catalyst->pin_valid_ms) / 1000)));
    else
        *pin = (struct demo_catalyst_pin){0};
}

void demo_catalyst_auth_issue(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    if (catalyst->folder == NULL || atomic_load(&catalyst->is_unsigned)) {
        demo_catalyst_refuse(reply, 503, "auth-unconfigured", NULL);
        return;
    }
    json_t *body = read_body(request, reply);
    if (body == NULL)
        return;
    pthread_mutex_lock(&catalyst->lock);
    issue(catalyst, demo_json_text(body, "email"), reply);
    pthread_mutex_unlock(&catalyst->lock);
    json_decref(body);
}

/* ---- verify ---- */

/* Whether the code is right; otherwise the refusal is made. A void PIN still counts for the pause. Under the lock. */
static bool check_pin(struct demo_catalyst *catalyst, const json_t *body, struct demo_http_reply *reply)
{
    const char *code = demo_json_text(body, "pin"), *email = demo_json_text(body, "email");
    if (strlen(code) != 6 || strspn(code, "0123456789") != 6) {
        demo_catalyst_refuse(reply, 400, "pin-invalid", "the code has six digits");
        return false;
    }
    struct demo_catalyst_pin *pin = find_pin(catalyst, email);
    bool is_known = pin->code[0] != '\0' && strcmp(pin->email, email) == 0 && strcmp(pin->request, demo_json_text(body, "requestId")) == 0;
    if (!is_known || clock_wall_ms() - pin->at_ms > atomic_load(&catalyst->pin_valid_ms)) {
        demo_catalyst_refuse(reply, 410, "pin-expired", "ask for a new code");
        return false;
    }
    if (strcmp(code, pin->code) == 0) {
        *pin = (struct demo_catalyst_pin){0};
        return true;
    }
    int left = PIN_ATTEMPTS - ++pin->attempts;
    if (left > 0) {
        demo_http_reply_json(reply, 401,
                             json_pack("{s:s, s:s, s:i}", "error", "pin-invalid", "detail", "code incorrect", "attemptsRemaining", left));
        return false;
    }
    pin->code[0] = pin->request[0] = '\0';
    demo_catalyst_refuse(reply, 410, "attempts-exceeded", "too many wrong codes; ask for a new one");
    return false;
}

static const char *tier_of(const char *email)
{
    if (is_at(email, "@bluewave.example"))
        return "org-admin";
    return is_at(email, "@" DEMO_WORLD_FQDN) && strcmp(email, "auditor@" DEMO_WORLD_FQDN) != 0 ? "admin" : "viewer";
}

/* base64url of the text, without padding, behind what is in out. */
static void append_part(char *out, const char *text)
{
    size_t used = strlen(out);
    int length = EVP_EncodeBlock((unsigned char *)out + used, (const unsigned char *)text, (int)strlen(text));
    for (char *at = out + used; *at != '\0'; at++)
        *at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
    while (length > 0 && out[used + (size_t)length - 1] == '=')
        out[used + (size_t)--length] = '\0';
}

/* Three parts as the real one, with the claims of contract 2.3; the signature is luck, and the key to the table of sessions. */
static void make_token(char out[TOKEN_MAX], const char *email, const char *tier, int64_t end_ms)
{
    char claims[CLAIMS_MAX], luck[44];
    make_random(luck, 43, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    snprintf(claims, sizeof claims,
             "{\"iss\":\"https://console.openova.io\",\"sub\":\"%.95s\",\"email\":\"%.95s\",\"email_verified\":true,\"role\":\"openova-user\","
             "\"tier\":\"%s\",\"iat\":%lld,\"exp\":%lld,\"typ\":\"session\"}",
             email, email, tier, (long long)(clock_wall_ms() / 1000), (long long)(end_ms / 1000));
    out[0] = '\0';
    append_part(out, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
    strcat(out, ".");
    append_part(out, claims);
    strcat(out, ".");
    strcat(out, luck);
}

/* A new session; false when there are too many. Under the lock. */
static bool open_session(struct demo_catalyst *catalyst, const char *email, char token[TOKEN_MAX])
{
    size_t count = atomic_load(&catalyst->session_count);
    if (count == DEMO_CATALYST_SESSIONS_MAX)
        return false;
    int64_t end_ms = clock_wall_ms() + atomic_load(&catalyst->session_ms);
    make_token(token, email, tier_of(email), end_ms);
    catalyst->sessions[count] = (struct demo_catalyst_session){alloc_strdup(token), alloc_strdup(email), alloc_strdup(tier_of(email))};
    atomic_store(&catalyst->session_ends[count], end_ms);
    atomic_store(&catalyst->session_count, count + 1);
    return true;
}

/* Domain=.FQDN when the request came for a host of it, host-only otherwise. */
static void let_in(struct demo_catalyst *catalyst, const struct demo_http_request *request, struct demo_http_reply *reply, const char *token)
{
    const char *host = demo_http_header(request, "Host");
    bool is_ours = host != NULL && span_contains(span_of(host), "." DEMO_WORLD_FQDN);
    CLEANUP(alloc_free_pointer)
    char *cookie = alloc_printf("catalyst_session=%s; Path=/;%s Max-Age=%lld; HttpOnly; Secure; SameSite=Lax", token,
                                is_ours ? " Domain=." DEMO_WORLD_FQDN ";" : "", (long long)(atomic_load(&catalyst->session_ms) / 1000));
    demo_http_reply_header(reply, "Set-Cookie", "catalyst_refresh=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    demo_http_reply_header(reply, "Set-Cookie", cookie);
    demo_http_reply_json(reply, 200, json_pack("{s:b}", "ok", 1));
}

void demo_catalyst_auth_verify(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    char token[TOKEN_MAX];
    if (catalyst->folder == NULL || atomic_load(&catalyst->is_unsigned)) {
        demo_catalyst_refuse(reply, 503, "auth-unconfigured", NULL);
        return;
    }
    json_t *body = read_body(request, reply);
    if (body == NULL)
        return;
    pthread_mutex_lock(&catalyst->lock);
    if (check_pin(catalyst, body, reply)) {
        if (open_session(catalyst, demo_json_text(body, "email"), token))
            let_in(catalyst, request, reply, token);
        else
            demo_catalyst_refuse(reply, 500, "session-signing-failed", "too many sessions");
    }
    pthread_mutex_unlock(&catalyst->lock);
    json_decref(body);
}

/* ---- the rest ---- */

void demo_catalyst_auth_logout(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    bool is_post = strcmp(request->method, "POST") == 0;
    if (!is_post && strcmp(request->method, "DELETE") != 0) {
        demo_http_reply_text(reply, 405, "text/plain", "");
        return;
    }
    demo_http_reply_header(reply, "Set-Cookie",
                           is_post ? "catalyst_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
                                   : "catalyst_session=; Path=/; Max-Age=-1; HttpOnly; SameSite=Lax");
    demo_http_reply_json(reply, 200,
                         is_post ? json_pack("{s:b, s:b}", "ok", 1, "loggedOut", 1)
                                 : json_pack("{s:b, s:s}", "ok", 1, "keycloakLogoutURL",
                                             "https://auth." DEMO_WORLD_FQDN "/realms/sovereign/protocol/openid-connect/logout"));
}

void demo_catalyst_auth_old_flow(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    demo_http_reply_header(reply, "Location", "/login?error=flow_changed");
    demo_http_reply_text(reply, 302, "text/html; charset=utf-8", "<a href=\"/login?error=flow_changed\">Found</a>.\n");
}
