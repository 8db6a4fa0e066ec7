/* A PIN login without blocking: the requests run on the HTTP thread, the answers come through the inbox. At most one request is
 * under way; giving it up is instant. UI thread. */
#ifndef FEED_CATALYST_FEED_LOGIN_H
#define FEED_CATALYST_FEED_LOGIN_H

#include "base/inbox.h"
#include "base/worker.h"
#include "sovereign/catalyst_client.h"

struct catalyst_feed_login_options {
    struct http_thread *thread;
    struct inbox *inbox;
    struct worker *worker;          /* writes the session's file */
    struct catalyst_client *client; /* all borrowed; they outlive the login */
    void (*answered)(void *context); /* the login's state has changed; the client has the session when it is DONE */
    void (*kept)(void *context, const struct error *err); /* the session could not be written to its file */
    void *context;
};

struct catalyst_feed_login;

struct catalyst_feed_login *catalyst_feed_login_new(const struct catalyst_feed_login_options *options, const char *email);
void catalyst_feed_login_free(struct catalyst_feed_login *login); /* gives up what is under way; NULL is fine */

struct catalyst_login *catalyst_feed_login_state(struct catalyst_feed_login *login); /* borrowed */
bool catalyst_feed_login_is_busy(const struct catalyst_feed_login *login);
int64_t catalyst_feed_login_busy_ms(const struct catalyst_feed_login *login); /* how long the request has been under way */

void catalyst_feed_login_issue(struct catalyst_feed_login *login); /* nothing while busy */
void catalyst_feed_login_verify(struct catalyst_feed_login *login, const char *pin);
void catalyst_feed_login_give_up(struct catalyst_feed_login *login); /* its answer never comes; the state says so */

#endif
