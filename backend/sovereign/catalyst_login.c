/* PIN login: every code of contract 2.3 is a row of one table, with what it means and what comes next. */
#include "sovereign/catalyst_login.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "sovereign/catalyst_reply.h"

#define PIN_VALID_MS 600000
#define COOKIE_NAME "catalyst_session="

void catalyst_login_init(struct catalyst_login *login, const char *email)
{
    *login = (struct catalyst_login){.attempts_left = CATALYST_LOGIN_ATTEMPTS, .session.expires_ms = TIMESTAMP_NONE};
    sanitize_line_into(login->email, sizeof login->email, email, strlen(email));
}

void catalyst_login_done(struct catalyst_login *login)
{
    catalyst_session_wipe(&login->session);
}

bool catalyst_login_check_email(const char *email, const char **text)
{
    const char *at = strchr(email, '@');
    *text = email[0] == '\0' ? "An e-mail address is needed: the PIN is sent to it."
            : strpbrk(email, " \t\"<>,;") != NULL ? "An e-mail address has no blanks, quotes or commas."
            : at == NULL || at == email || at[1] == '\0' || strchr(at + 1, '@') != NULL ? "That is no e-mail address: expected NAME@HOST."
                                                                                          : "";
    return (*text)[0] == '\0';
}

bool catalyst_login_check_pin(const char *pin, const char **text)
{
    *text = strlen(pin) == CATALYST_LOGIN_PIN_DIGITS && strspn(pin, "0123456789") == CATALYST_LOGIN_PIN_DIGITS
                ? ""
                : "A PIN has six digits. Nothing was sent, no attempt is used.";
    return (*text)[0] == '\0';
}

const char *catalyst_login_path(enum catalyst_login_call call)
{
    return call == CATALYST_LOGIN_ISSUE ? "/api/v1/auth/pin/issue" : "/api/v1/auth/pin/verify";
}

void catalyst_login_body(const struct catalyst_login *login, enum catalyst_login_call call, const char *pin, struct bytebuf *body)
{
    json_t *object = json_pack("{s:s}", "email", login->email);
    if (call == CATALYST_LOGIN_VERIFY) {
        json_object_set_new(object, "pin", json_string(pin));
        json_object_set_new(object, "requestId", json_string(login->request_id));
    }
    char *text = json_dumps(object, JSON_COMPACT);
    bytebuf_append_text(body, text);
    explicit_bzero(text, strlen(text));
    free(text);
    json_decref(object);
}

static void forget_pin(struct catalyst_login *login)
{
    login->request_id[0] = '\0';
    login->pin_until_ms = 0;
    login->attempts_left = CATALYST_LOGIN_ATTEMPTS;
}

void catalyst_login_set_email(struct catalyst_login *login, const char *email)
{
    if (strcmp(login->email, email) != 0) {
        forget_pin(login);
        login->issue_after_ms = 0; /* the pause is per address */
    }
    sanitize_line_into(login->email, sizeof login->email, email, strlen(email));
    login->state = CATALYST_LOGIN_EMAIL;
    login->status = STATUS_OK;
    login->text[0] = '\0';
}

int64_t catalyst_login_pin_left_ms(const struct catalyst_login *login)
{
    int64_t left_ms = login->pin_until_ms - clock_monotonic_ms();
    return login->pin_until_ms != 0 && left_ms > 0 ? left_ms : 0;
}

int64_t catalyst_login_pause_left_ms(const struct catalyst_login *login)
{
    int64_t left_ms = login->issue_after_ms - clock_monotonic_ms();
    return login->issue_after_ms != 0 && left_ms > 0 ? left_ms : 0;
}

bool catalyst_login_tick(struct catalyst_login *login)
{
    if (login->state != CATALYST_LOGIN_PIN || catalyst_login_pin_left_ms(login) > 0)
        return false;
    forget_pin(login);
    login->state = CATALYST_LOGIN_SPENT;
    login->status = STATUS_UNAUTHENTICATED;
    snprintf(login->text, sizeof login->text, "The PIN has run out. Ask for a new one.");
    return true;
}

/* ---- refusals ---- */

struct refusal {
    int code;
    const char *error; /* NULL: any */
    enum status status;
    enum catalyst_login_state next;
    bool pauses; /* no PIN may be asked for during the pause */
    const char *sentence;
};

static const struct refusal ISSUE_REFUSALS[] = {
    {400, "email-required", STATUS_USAGE, CATALYST_LOGIN_EMAIL, false, "An e-mail address is needed: the PIN is sent to it."},
    {400, NULL, STATUS_INVALID, CATALYST_LOGIN_EMAIL, false, "catalyst-api did not understand the request: it may be of another version. Try again, or use a token."},
    {422, NULL, STATUS_USAGE, CATALYST_LOGIN_EMAIL, false, "The mail server refuses this address. Check how it is spelled."},
    {429, NULL, STATUS_BUSY, CATALYST_LOGIN_EMAIL, true, "A PIN was asked for less than a minute ago. Wait, then ask again."},
    {500, "pin-generation-failed", STATUS_UNREACHABLE, CATALYST_LOGIN_EMAIL, false, "catalyst-api could not make a PIN. Nothing was sent; try again."},
    {502, "email-send-failed", STATUS_UNREACHABLE, CATALYST_LOGIN_EMAIL, false, "The mail with the PIN could not be sent: the mail relay is away or refused it. Try again in a while, or use a token."},
    {503, "auth-unconfigured", STATUS_UNSUPPORTED, CATALYST_LOGIN_IMPOSSIBLE, false, "This catalyst-api cannot sign sessions: PIN login is off. Use a token (token-file or token-command)."},
    {404, NULL, STATUS_UNSUPPORTED, CATALYST_LOGIN_IMPOSSIBLE, false, "There is no PIN login at this address. Use a token (token-file or token-command)."},
};

static const struct refusal VERIFY_REFUSALS[] = {
    {400, "pin-invalid", STATUS_USAGE, CATALYST_LOGIN_PIN, false, "A PIN has six digits. Type it again."},
    {400, "email-required", STATUS_USAGE, CATALYST_LOGIN_EMAIL, false, "An e-mail address is needed: the PIN is sent to it."},
    {400, NULL, STATUS_INVALID, CATALYST_LOGIN_PIN, false, "catalyst-api did not understand the request: it may be of another version. Try again, or use a token."},
    {401, NULL, STATUS_UNAUTHENTICATED, CATALYST_LOGIN_PIN, false, "Wrong PIN."},
    {410, "attempts-exceeded", STATUS_UNAUTHENTICATED, CATALYST_LOGIN_SPENT, false, "Wrong, and that was the last attempt: this PIN is void. Ask for a new one."},
    {410, NULL, STATUS_UNAUTHENTICATED, CATALYST_LOGIN_SPENT, false, "This PIN no longer counts: it ran out, a newer one was sent, or catalyst-api was restarted. Ask for a new one."},
    {429, NULL, STATUS_BUSY, CATALYST_LOGIN_PIN, false, "catalyst-api is busy. Try the PIN again in a moment."},
    {500, "session-signing-failed", STATUS_UNREACHABLE, CATALYST_LOGIN_SPENT, false, "The PIN was right, but catalyst-api could not sign a session. Ask for a new PIN."},
    {503, "auth-unconfigured", STATUS_UNSUPPORTED, CATALYST_LOGIN_IMPOSSIBLE, false, "This catalyst-api cannot sign sessions: PIN login is off. Use a token (token-file or token-command)."},
    {404, NULL, STATUS_UNSUPPORTED, CATALYST_LOGIN_IMPOSSIBLE, false, "There is no PIN login at this address. Use a token (token-file or token-command)."},
};

static const struct refusal *find_refusal(enum catalyst_login_call call, int code, const char *error)
{
    const struct refusal *rows = call == CATALYST_LOGIN_ISSUE ? ISSUE_REFUSALS : VERIFY_REFUSALS;
    size_t count = call == CATALYST_LOGIN_ISSUE ? ARRAY_LENGTH(ISSUE_REFUSALS) : ARRAY_LENGTH(VERIFY_REFUSALS);
    for (size_t i = 0; i < count; i++)
        if (rows[i].code == code && (rows[i].error == NULL || strcmp(rows[i].error, error) == 0))
            return &rows[i];
    return NULL;
}

/* A number of the error document: attemptsRemaining, smtpCode; -1: it has none. */
static int number_of(struct span body, const char *key)
{
    json_t *root = json_loadb(body.length > 0 ? body.data : "", body.length, 0, NULL);
    const json_t *value = json_object_get(root, key);
    int number = json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) < 1000 ? (int)json_integer_value(value) : -1;
    json_decref(root);
    return number;
}

static void pause_issue(struct catalyst_login *login, int64_t pause_ms)
{
    login->issue_after_ms = clock_monotonic_ms() + pause_ms;
}

/* "less than a minute ago", but by us, and its PIN still counts: that one can be typed. */
static void keep_pin(struct catalyst_login *login)
{
    login->state = CATALYST_LOGIN_PIN;
    snprintf(login->text, sizeof login->text, "A PIN was sent less than a minute ago, and it still counts: type that one.");
}

static void add_facts(struct catalyst_login *login, struct span body)
{
    int smtp = number_of(body, "smtpCode");
    size_t used = strlen(login->text);
    if (smtp > 0)
        snprintf(login->text + used, sizeof login->text - used, " (SMTP %d)", smtp);
}

static void count_attempts(struct catalyst_login *login, struct span body)
{
    int left = number_of(body, "attemptsRemaining");
    login->attempts_left = left >= 0 ? left : login->attempts_left > 0 ? login->attempts_left - 1 : 0;
    if (login->attempts_left == 1)
        snprintf(login->text, sizeof login->text, "Wrong PIN. One attempt is left; after it the PIN is void.");
    else
        snprintf(login->text, sizeof login->text, "Wrong PIN. %d attempts are left.", login->attempts_left);
}

static void refuse_unknown(struct catalyst_login *login, const struct catalyst_login_reply *reply, const char *word, const char *detail)
{
    login->status = http_response_code_status(reply->code);
    bool is_page = span_starts_with(span_trim(reply->body), "<") || reply->code / 100 <= 3;
    if (is_page)
        login->status = STATUS_UNREACHABLE;
    if (is_page)
        snprintf(login->text, sizeof login->text, "A web page answered instead of catalyst-api (%d): this address does not serve it, or a proxy stands before it.", reply->code);
    else if (reply->code / 100 == 5)
        snprintf(login->text, sizeof login->text, "catalyst-api is away or in trouble (%d%s%.60s). Try again in a moment.", reply->code, word[0] != '\0' ? " " : "", word);
    else
        snprintf(login->text, sizeof login->text, "catalyst-api refuses (%d%s%.60s%s%.120s).", reply->code, word[0] != '\0' ? " " : "", word, detail[0] != '\0' ? ": " : "", detail);
}

static void refuse(struct catalyst_login *login, enum catalyst_login_call call, const struct catalyst_login_reply *reply)
{
    char word[64], detail[256];
    catalyst_reply_failure(reply->body, word, sizeof word, detail, sizeof detail);
    const struct refusal *refusal = find_refusal(call, reply->code, word);
    if (refusal == NULL) {
        refuse_unknown(login, reply, word, detail);
        return;
    }
    login->status = refusal->status;
    snprintf(login->text, sizeof login->text, "%s", refusal->sentence);
    if (refusal->pauses && catalyst_login_pause_left_ms(login) == 0)
        pause_issue(login, reply->head->retry_after_ms > 0 ? reply->head->retry_after_ms : CATALYST_LOGIN_PAUSE_MS);
    if (refusal->code == 401)
        count_attempts(login, reply->body);
    add_facts(login, reply->body);
    if (refusal->next == CATALYST_LOGIN_SPENT)
        forget_pin(login);
    login->state = refusal->next;
    if (refusal->code == 429 && call == CATALYST_LOGIN_ISSUE && catalyst_login_pin_left_ms(login) > 0)
        keep_pin(login);
}

/* ---- no answer ---- */

static void note_silence(struct catalyst_login *login, enum catalyst_login_call call, const struct catalyst_login_reply *reply)
{
    bool may_have_arrived = reply->status == STATUS_TIMEOUT || reply->status == STATUS_INTERRUPTED;
    login->status = reply->status;
    if (call == CATALYST_LOGIN_ISSUE && may_have_arrived)
        pause_issue(login, CATALYST_LOGIN_PAUSE_MS);
    snprintf(login->text, sizeof login->text, "%.200s. %s", reply->text,
             !may_have_arrived                ? "Try again in a moment."
             : call == CATALYST_LOGIN_ISSUE   ? "A PIN may have been sent all the same: ask again after the pause."
                                              : "The PIN may have been used: if it is refused now, ask for a new one.");
}

/* ---- success ---- */

static void take_issue(struct catalyst_login *login, struct span body)
{
    json_t *root = json_loadb(body.length > 0 ? body.data : "", body.length, 0, NULL);
    const char *id = json_string_value(json_object_get(root, "requestId"));
    int64_t valid_ms = json_integer_value(json_object_get(root, "expiresInSec")) * 1000;
    if (id == NULL || id[0] == '\0' || strlen(id) >= sizeof login->request_id) {
        login->status = STATUS_INVALID;
        snprintf(login->text, sizeof login->text, "The reply is not catalyst-api's: it names no request. Is this its address?");
        json_decref(root);
        return;
    }
    snprintf(login->request_id, sizeof login->request_id, "%s", id);
    login->pin_until_ms = clock_monotonic_ms() + (valid_ms > 0 && valid_ms <= 86400000 ? valid_ms : PIN_VALID_MS);
    login->attempts_left = CATALYST_LOGIN_ATTEMPTS;
    login->state = CATALYST_LOGIN_PIN;
    pause_issue(login, CATALYST_LOGIN_PAUSE_MS);
    json_decref(root);
}

/* The number behind "; max-age=" of a cookie; 0: it has none. */
static int64_t max_age_s(struct span attributes)
{
    struct span part;
    int64_t seconds = 0;
    while (span_split(&attributes, ';', &part)) {
        part = span_trim(part);
        if (part.length > 8 && strncasecmp(part.data, "max-age=", 8) == 0 && !span_to_int64(span_from(part, 8), &seconds))
            seconds = 0;
    }
    return seconds > 0 && seconds < 366 * 86400 ? seconds : 0;
}

/* Several cookies come (catalyst_refresh is cleared in the same reply): each Set-Cookie line is looked at. */
static bool find_cookie(const struct http_head *head, struct span *value, struct span *attributes)
{
    struct span rest = head != NULL ? bytebuf_span(&head->lines) : SPAN_EMPTY, line;
    while (span_split(&rest, '\n', &line)) {
        static const char NAME[] = "set-cookie:";
        if (line.length < sizeof NAME || strncasecmp(line.data, NAME, sizeof NAME - 1) != 0)
            continue;
        *attributes = span_trim(span_from(line, sizeof NAME - 1));
        if (!span_starts_with(*attributes, COOKIE_NAME))
            continue;
        span_split(attributes, ';', value);
        *value = span_trim(span_from(*value, sizeof COOKIE_NAME - 1));
        if (value->length > 1 && value->data[0] == '"' && value->data[value->length - 1] == '"')
            *value = span_make(value->data + 1, value->length - 2);
        return true;
    }
    return false;
}

/* Max-Age counts from the reply, so our clock may be wrong; exp is the server's time. */
static int64_t find_expiry(const struct http_head *head, struct span token, struct span attributes)
{
    int64_t seconds = max_age_s(attributes), now_ms = clock_wall_ms();
    if (seconds > 0)
        return now_ms + seconds * 1000;
    int64_t exp_ms = catalyst_session_token_expiry(token);
    int64_t skew_ms = exp_ms != TIMESTAMP_NONE && head->date_ms != TIMESTAMP_NONE ? now_ms - head->date_ms : 0;
    return exp_ms != TIMESTAMP_NONE ? exp_ms + skew_ms : TIMESTAMP_NONE;
}

static void take_verify(struct catalyst_login *login, const struct catalyst_login_reply *reply)
{
    struct span value = SPAN_EMPTY, attributes = SPAN_EMPTY;
    struct error err = {0};
    if (!find_cookie(reply->head, &value, &attributes) || value.length == 0) {
        login->status = STATUS_INVALID;
        snprintf(login->text, sizeof login->text, "The PIN was taken, but no session came with the reply (no cookie catalyst_session). Does a proxy take cookies away?");
        forget_pin(login);
        login->state = CATALYST_LOGIN_SPENT;
        return;
    }
    if (catalyst_session_of_cookie(&login->session, value, &err) != STATUS_OK) {
        login->status = err.status;
        snprintf(login->text, sizeof login->text, "%.200s. Ask for a new PIN.", err.text);
        forget_pin(login);
        login->state = CATALYST_LOGIN_SPENT;
        return;
    }
    snprintf(login->session.email, sizeof login->session.email, "%s", login->email);
    login->session.expires_ms = find_expiry(reply->head, value, attributes);
    forget_pin(login);
    login->issue_after_ms = 0; /* a session may end at once: then the server says whether there is a pause */
    login->state = CATALYST_LOGIN_DONE;
}

void catalyst_login_take(struct catalyst_login *login, enum catalyst_login_call call, const struct catalyst_login_reply *reply)
{
    login->status = STATUS_OK;
    login->text[0] = '\0';
    if (reply->status != STATUS_OK || reply->code == 0)
        note_silence(login, call, reply);
    else if (reply->code / 100 != 2)
        refuse(login, call, reply);
    else if (!span_starts_with(span_trim(reply->body), "{"))
        refuse_unknown(login, reply, "", "");
    else if (call == CATALYST_LOGIN_ISSUE)
        take_issue(login, reply->body);
    else
        take_verify(login, reply);
    if (login->status != STATUS_OK && login->text[0] == '\0')
        snprintf(login->text, sizeof login->text, "The login did not work.");
}
