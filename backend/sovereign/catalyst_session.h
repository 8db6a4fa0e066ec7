/* One session of catalyst-api (contract 2.1, 2.3): its token, whose it is, until when; and its file for the next start.
 *
 * The file is $XDG_STATE_HOME/sovdeck/sessions/<host>.json, 0600 in a folder of 0700, one per host. It is used only by its
 * owner, only for the host and the FQDN it was made for, and only until it ends. */
#ifndef SOVEREIGN_CATALYST_SESSION_H
#define SOVEREIGN_CATALYST_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/span.h"

#define CATALYST_SESSION_TOKEN_MAX 8192

struct catalyst_session {
    char token[CATALYST_SESSION_TOKEN_MAX]; /* "": no session. Wipe with catalyst_session_wipe */
    bool is_cookie;     /* the older <token>.<hmac> form, taken as a cookie only; else a JWT, sent as a bearer token */
    char email[96];
    int64_t expires_ms; /* wall; TIMESTAMP_NONE: not known */
};

void catalyst_session_wipe(struct catalyst_session *session);
bool catalyst_session_is_over(const struct catalyst_session *session, int64_t now_ms);

/* The session in the value of a cookie catalyst_session. STATUS_INVALID: empty, too long, or characters no header may carry. */
enum status catalyst_session_of_cookie(struct catalyst_session *session, struct span value, struct error *err);

/* `exp` of a JWT as wall milliseconds; TIMESTAMP_NONE when it is none or does not say. The signature is the server's matter. */
int64_t catalyst_session_token_expiry(struct span token);

/* Path of the file for the host of `url` ("https://api.acme.example:8443/x" gives ".../api.acme.example_8443.json"); caller frees.
 * NULL: there is no home folder. */
char *catalyst_session_path(const char *url);

/* `url` is the host the session is for, `fqdn` "" when not known. Written beside and moved into place. */
enum status catalyst_session_save(const struct catalyst_session *session, const char *url, const char *fqdn, struct error *err);

/* STATUS_NOT_FOUND: no file. STATUS_UNAUTHENTICATED: it is over (email is filled in all the same, for the next login).
 * STATUS_REFUSED: others may read it, it is not ours, or it was made for another host. STATUS_INVALID: unreadable. */
enum status catalyst_session_load(struct catalyst_session *session, const char *url, const char *fqdn, struct error *err);

enum status catalyst_session_delete(const char *url, struct error *err); /* STATUS_NOT_FOUND: there is none */

#endif
