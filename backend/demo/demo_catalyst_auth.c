/* PIN login and logout of the demo's catalyst-api (contract 2.3, 2.5). The mail with the PIN is the file pin.txt. */
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "demo/demo_catalyst_internal.h"
#include "demo/demo_json.h"

#define SESSION_S (8 * 3600)
#define PIN_S 600
#define PIN_PAUSE_MS 60000
#define PIN_ATTEMPTS 3
#define TOKEN_DIGITS 48

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

/* The demo's mail. */
static bool send_pin(const struct demo_catalyst *catalyst)
{
    CLEANUP(alloc_free_pointer) char *path = alloc_printf("%s/pin.txt", catalyst->folder);
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return false;
    fprintf(file, "%s\n", catalyst->pin.code);
    return fclose(file) == 0;
}

static void issue(struct demo_catalyst *catalyst, const char *email, struct demo_http_reply *reply)
{
    struct demo_catalyst_pin *pin = &catalyst->pin;
    if (pin->code[0] != '\0' && strcmp(pin->email, email) == 0 && clock_wall_ms() - pin->at_ms < PIN_PAUSE_MS) {
        demo_catalyst_refuse(reply, 429, "pin-rate-limited", "a code was sent less than 60 seconds ago");
        return;
    }
    char tail[13];
    make_random(pin->code, 6, "0123456789");
    make_random(tail, 12, "0123456789abcdef");
    snprintf(pin->request, sizeof pin->request, "5f0c1d2e-0000-4000-8000-%s", tail);
    snprintf(pin->email, sizeof pin->email, "%s", email);
    pin->at_ms = clock_wall_ms();
    pin->attempts = 0;
    if (send_pin(catalyst))
        demo_http_reply_json(
            reply, 200,
            json_pack("{s:b, s:b, s:s, s:i}", "ok", 1, "sent", 1, "requestId", pin->request, "expiresInSec", PIN_S));
    else
        demo_catalyst_refuse(reply, 502, "email-send-failed", "pin.txt cannot be written");
}

void demo_catalyst_auth_issue(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    if (catalyst->folder == NULL) {
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

/* Whether the code is right; otherwise the refusal is made. Under the lock. */
static bool check_pin(struct demo_catalyst_pin *pin, const json_t *body, struct demo_http_reply *reply)
{
    const char *code = demo_json_text(body, "pin");
    if (strlen(code) != 6 || strspn(code, "0123456789") != 6) {
        demo_catalyst_refuse(reply, 400, "pin-invalid", "the code has six digits");
        return false;
    }
    bool is_known = pin->code[0] != '\0' && strcmp(pin->email, demo_json_text(body, "email")) == 0 &&
                    strcmp(pin->request, demo_json_text(body, "requestId")) == 0;
    if (!is_known || clock_wall_ms() - pin->at_ms > PIN_S * 1000) {
        demo_catalyst_refuse(reply, 410, "pin-expired", "ask for a new code");
        return false;
    }
    if (strcmp(code, pin->code) == 0)
        return true;
    int left = PIN_ATTEMPTS - ++pin->attempts;
    if (left > 0) {
        demo_http_reply_json(reply, 401,
                             json_pack("{s:s, s:s, s:i}", "error", "pin-invalid", "detail", "code incorrect",
                                       "attemptsRemaining", left));
        return false;
    }
    *pin = (struct demo_catalyst_pin){0};
    demo_catalyst_refuse(reply, 410, "attempts-exceeded", "too many wrong codes; ask for a new one");
    return false;
}

/* A new session; false when there are too many. Under the lock. */
static bool open_session(struct demo_catalyst *catalyst, const char *email, char token[TOKEN_DIGITS + 1])
{
    size_t count = atomic_load(&catalyst->session_count);
    if (count == DEMO_CATALYST_SESSIONS_MAX)
        return false;
    make_random(token, TOKEN_DIGITS, "0123456789abcdef");
    catalyst->sessions[count] =
        (struct demo_catalyst_session){alloc_strdup(token), alloc_strdup(email), alloc_strdup("admin")};
    atomic_store(&catalyst->session_count, count + 1);
    return true;
}

static void let_in(struct demo_http_reply *reply, const char *token)
{
    CLEANUP(alloc_free_pointer)
    char *cookie =
        alloc_printf("catalyst_session=%s; Path=/; Max-Age=%d; HttpOnly; Secure; SameSite=Lax", token, SESSION_S);
    demo_http_reply_header(reply, "Set-Cookie", cookie);
    demo_http_reply_json(reply, 200, json_pack("{s:b}", "ok", 1));
}

void demo_catalyst_auth_verify(const struct demo_http_request *request, struct demo_http_reply *reply, void *context)
{
    struct demo_catalyst *catalyst = context;
    json_t *body = read_body(request, reply);
    char token[TOKEN_DIGITS + 1];
    if (body == NULL)
        return;
    pthread_mutex_lock(&catalyst->lock);
    if (check_pin(&catalyst->pin, body, reply)) {
        catalyst->pin = (struct demo_catalyst_pin){0};
        if (open_session(catalyst, demo_json_text(body, "email"), token))
            let_in(reply, token);
        else
            demo_catalyst_refuse(reply, 500, "session-signing-failed", "too many sessions");
    }
    pthread_mutex_unlock(&catalyst->lock);
    json_decref(body);
}

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
                                             "https://auth." DEMO_WORLD_FQDN
                                             "/realms/sovereign/protocol/openid-connect/logout"));
}
