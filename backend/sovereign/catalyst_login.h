/* A PIN login (contract 2.3) as a value: what was asked, what the server said, what can be done next. It does no input and no
 * output: the console drives it over its HTTP thread, `sovdeck login` with blocking calls. One thread at a time. */
#ifndef SOVEREIGN_CATALYST_LOGIN_H
#define SOVEREIGN_CATALYST_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytebuf.h"
#include "base/error.h"
#include "sovereign/catalyst_session.h"
#include "transport/http_response.h"

#define CATALYST_LOGIN_PIN_DIGITS 6
#define CATALYST_LOGIN_ATTEMPTS 3       /* wrong PINs before the PIN is void */
#define CATALYST_LOGIN_PAUSE_MS 60000   /* between two PINs for one address */
#define CATALYST_LOGIN_TIMEOUT_MS 20000 /* of a request: mail servers are slow */

enum catalyst_login_call { CATALYST_LOGIN_ISSUE, CATALYST_LOGIN_VERIFY };

enum catalyst_login_state {
    CATALYST_LOGIN_EMAIL,      /* an address is wanted */
    CATALYST_LOGIN_PIN,        /* a PIN is on its way or wanted again */
    CATALYST_LOGIN_SPENT,      /* the PIN is void: a new one can be asked for */
    CATALYST_LOGIN_DONE,       /* logged in: `session` */
    CATALYST_LOGIN_IMPOSSIBLE, /* this catalyst-api has no PIN login */
};

struct catalyst_login {
    enum catalyst_login_state state;
    char email[96], request_id[64];
    int64_t pin_until_ms;   /* monotonic: the PIN's end; 0: no PIN */
    int64_t issue_after_ms; /* monotonic: not before may a PIN be asked for; 0: now */
    int attempts_left;
    enum status status;     /* of the last answer; STATUS_OK: nothing went wrong */
    char text[320];         /* one or two sentences about it and what happens next; "" */
    struct catalyst_session session;
};

/* One reply, or none: `code` 0 with status and text of the transfer's failure. Borrowed. */
struct catalyst_login_reply {
    enum status status;
    const char *text;
    int code;
    const struct http_head *head; /* NULL when no reply came */
    struct span body;
};

void catalyst_login_init(struct catalyst_login *login, const char *email);
void catalyst_login_done(struct catalyst_login *login); /* wipes */

/* Something with an @ inside and no blanks. False: *text says what is wrong. */
bool catalyst_login_check_email(const char *email, const char **text);
/* Six digits. False: *text says what is wrong. */
bool catalyst_login_check_pin(const char *pin, const char **text);

const char *catalyst_login_path(enum catalyst_login_call call); /* "/api/v1/auth/pin/issue" */
void catalyst_login_body(const struct catalyst_login *login, enum catalyst_login_call call, const char *pin, struct bytebuf *body);

/* A new address: forgets the PIN under way. */
void catalyst_login_set_email(struct catalyst_login *login, const char *email);

/* Takes the reply in; contract 2.3's codes each have their sentence. */
void catalyst_login_take(struct catalyst_login *login, enum catalyst_login_call call, const struct catalyst_login_reply *reply);

/* Time passes: the PIN may have run out. True: the state changed. */
bool catalyst_login_tick(struct catalyst_login *login);

int64_t catalyst_login_pin_left_ms(const struct catalyst_login *login);  /* 0: no PIN, or over */
int64_t catalyst_login_pause_left_ms(const struct catalyst_login *login); /* 0: a PIN may be asked for */

#endif
