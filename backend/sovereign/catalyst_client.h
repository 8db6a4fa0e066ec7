/* One catalyst-api: its hosts, who we are there, and blocking calls for workers and headless commands (not on the HTTP thread).
 * Hosts, identity and standing may be asked on any thread. */
#ifndef SOVEREIGN_CATALYST_CLIENT_H
#define SOVEREIGN_CATALYST_CLIENT_H

#include <stdatomic.h>

#include "base/bytebuf.h"
#include "sovereign/catalyst_hosts.h"
#include "sovereign/catalyst_login.h"
#include "sovereign/catalyst_reply.h"
#include "sovereign/catalyst_session.h"
#include "transport/http_thread.h"

struct catalyst_client_options {
    const char *url;  /* https://api.acme.example, without /api/v1; NULL: by `fqdn` */
    const char *other_url; /* the same behind its other host; NULL: by the first one's name */
    const char *fqdn; /* NULL: not known */
    struct tls_identity *identity;          /* referenced */
    const char *const *token_command;       /* argv, NULL-terminated; see secret_source.h. NULL: none */
    int64_t refresh_ms;                     /* of the token command; 0: only after a refusal */
    const char *token_file;                 /* what `identity` reads, for texts and expiry; NULL: none */
    bool keeps_session; /* a PIN login's session is kept in its file and taken from it now; not with a token of its own */
};

struct catalyst_client;

struct catalyst_client *catalyst_client_new(struct http_thread *thread, const struct catalyst_client_options *options);
void catalyst_client_free(struct catalyst_client *client);
const char *catalyst_client_url(const struct catalyst_client *client); /* of the host in use; lives as long as the client */
struct catalyst_hosts *catalyst_client_hosts(const struct catalyst_client *client);  /* borrowed */
struct tls_identity *catalyst_client_identity(const struct catalyst_client *client); /* borrowed */
void catalyst_client_set_cancel(struct catalyst_client *client, const atomic_bool *cancel);

/* ---- who we are there ---- */

enum catalyst_method {
    CATALYST_METHOD_NONE, /* nobody: a PIN login is possible */
    CATALYST_METHOD_TOKEN_FILE,
    CATALYST_METHOD_TOKEN_COMMAND,
    CATALYST_METHOD_PIN, /* a session made by a PIN login, now or before */
};

struct catalyst_standing {
    enum catalyst_method method;
    char source[200];   /* "token file /run/token", "token command 'vault'", "PIN login", "nobody" */
    char email[96], tier[24]; /* as whoami last said; of a PIN login before that; "" */
    bool org_scoped;
    int64_t expires_ms; /* wall; TIMESTAMP_NONE: not known */
    char url[200];      /* host in use */
    char remark[320];   /* why the other host is not used; "" */
};

void catalyst_client_standing(struct catalyst_client *client, struct catalyst_standing *ret);
void catalyst_client_note_whoami(struct catalyst_client *client, const struct catalyst_whoami *whoami);

/* "the session of ops@acme.example has ended", "the token of /run/token is not accepted": what a 401 means for this identity.
 * The next words are the caller's. */
void catalyst_client_explain_denial(struct catalyst_client *client, char *out, size_t size);

bool catalyst_client_is_expired(struct catalyst_client *client); /* by our clock, as far as the token's end is known */
bool catalyst_client_keeps_session(const struct catalyst_client *client);
void catalyst_client_take_session(struct catalyst_client *client, const struct catalyst_session *session); /* from now on */
void catalyst_client_drop_session(struct catalyst_client *client); /* nobody from now on; a token file or command is not touched */

/* Writes the session taken last to its file, or deletes the file of every host; blocks on the disk. Without keeps_session
 * saving does nothing. */
enum status catalyst_client_save_session(struct catalyst_client *client, struct error *err);
enum status catalyst_client_forget_session(struct catalyst_client *client, bool *ret_had_one, struct error *err);

/* E-mail of the last PIN login at this Sovereign; "" when there was none. */
void catalyst_client_last_email(struct catalyst_client *client, char *out, size_t size);

/* ---- calls ---- */

/* Asks who serves: leaves the host in use when it does not. STATUS_OK: one does. */
enum status catalyst_client_find_host(struct catalyst_client *client, struct error *err);

/* One request of a PIN login, taken into *login. STATUS_OK when the state moved on; else login->status. Blocks up to 20 s. */
enum status catalyst_client_login_call(struct catalyst_client *client, struct catalyst_login *login, enum catalyst_login_call call,
                                       const char *pin);

/* Ends the session at the server (DELETE auth/session). It ends here all the same: sessions are signed, not stored. */
enum status catalyst_client_logout(struct catalyst_client *client, struct error *err);

bool catalyst_client_can_login(const struct catalyst_client *client); /* a token command is configured, and no PIN login in its place */
bool catalyst_client_login_is_due(struct catalyst_client *client);    /* its token has aged out */

/* Runs the token command (unless a PIN login took its place) and gives its token to the identity. STATUS_UNSUPPORTED when none is
 * configured. Blocks up to 30 s. */
enum status catalyst_client_login(struct catalyst_client *client, struct error *err);
/* The same with a cancel of one's own (doctor, who has less patience); NULL: the client's. STATUS_INTERRUPTED. */
enum status catalyst_client_login_until(struct catalyst_client *client, const atomic_bool *cancel, struct error *err);

enum status catalyst_client_health(struct catalyst_client *client, struct error *err); /* /healthz, 2 s */
enum status catalyst_client_version(struct catalyst_client *client, struct catalyst_version *ret, struct error *err);
enum status catalyst_client_self(struct catalyst_client *client, struct catalyst_self *ret, struct error *err);
enum status catalyst_client_whoami(struct catalyst_client *client, struct catalyst_whoami *ret, struct error *err);
enum status catalyst_client_cutover(struct catalyst_client *client, struct catalyst_cutover *ret, struct error *err);
enum status catalyst_client_reconcilers(struct catalyst_client *client, const char *deployment_id,
                                        struct catalyst_reconcilers *ret, struct error *err);

/* POST cutover/start. Starts a new run, or does nothing when it is complete (then ret->complete). STATUS_CONFLICT: one runs
 * already. When the outcome is unknown (the reply did not come) the status is STATUS_UNMEASURED: look, never repeat. */
enum status catalyst_client_start(struct catalyst_client *client, struct catalyst_cutover *ret, struct error *err);

/* The exact request of a start, for plans: "https://api.acme.example/api/v1/sovereign/cutover/start". */
void catalyst_client_start_url(const struct catalyst_client *client, struct bytebuf *url);

/* A reply that is no answer of catalyst-api although its code says so: a page of a proxy. Puts the sentence into *err. */
bool catalyst_client_is_page(int code, struct span body);

/* Puts the sentence of contract 3.1 for `code` and the body of a refused request into *err; `what` names the request. */
enum status catalyst_client_explain(const char *what, int code, struct span body, struct error *err);

#endif
