/* The demo's catalyst-api: the parts of the contract that the console and curl users touch, with the traps that break naive
 * clients (catalyst-api contract 2.2, 2.4, 3, 4.3, 5 and 11): alphabetical steps[], two states only, an SSE stream without ids and
 * pings that closes after a live end, 404 instead of 403 for what one does not own, text/plain errors here and there.
 *
 * Sessions are bearer tokens in a table (tier viewer, operator, admin); the real one takes JWTs, which a client sends the same
 * way. A PIN login adds one that looks like a JWT and ends after 8 h: tier admin for addresses of the Sovereign's own domain (not
 * auditor@), org-admin for @bluewave.example, else viewer. Mail to @bounce.example is refused (422), to @down.example cannot be sent
 * (502). The host console.FQDN behaves as its nginx does: the browser's page for everything but /api/, idle streams cut after 300 s.
 *
 * Tier admin may use /demo/faults, here also {"failStep": "gitea-mirror"} (null: none), {"expireSessions": true}: PIN logins end now,
 * {"sessionMs", "pinValidMs", "pinPauseMs"}: how long things last, {"idleCutMs": 2000}: silent event streams are cut on every host
 * (0: as above), {"proxy": "redirect" | "page" | null}: a proxy's login before the API, {"signer": false}: auth-unconfigured. A fault
 * rule of action "status" with a code and body gives any other refusal of the contract.
 * The server really goes away and comes back when the cutover's step catalyst-api-env-patch rolls it. */
#ifndef DEMO_DEMO_CATALYST_H
#define DEMO_DEMO_CATALYST_H

#include "base/error.h"
#include "demo/demo_cutover.h"
#include "demo/demo_world.h"

struct demo_catalyst;

struct demo_catalyst_session {
    const char *token, *email, *tier;
};

struct demo_catalyst_options {
    struct demo_world *world;     /* borrowed; its cutover gets this server's restart */
    const char *certificate_pem;  /* server certificate and key */
    const char *key_pem;
    const struct demo_catalyst_session *sessions; /* copied; ends with a row without token */
    int port;                     /* 0: any free one */
    const char *folder;           /* copied; pin.txt goes there, the demo's mail; NULL: PIN login is not configured */
    const char *runner_token;     /* copied; ServiceAccount of the internal trigger; NULL: nobody may trigger */
};

enum status demo_catalyst_start(struct demo_catalyst **ret, const struct demo_catalyst_options *options, struct error *err);
int demo_catalyst_port(const struct demo_catalyst *catalyst);
struct demo_http;
struct demo_http *demo_catalyst_http(struct demo_catalyst *catalyst);
void demo_catalyst_stop(struct demo_catalyst *catalyst); /* NULL allowed; the cutover must have been freed or be idle */

#endif
