/* The table of named faults; see fault_table.h. A row is one line of intent: what breaks, what the lamp must say, what comes back. */
#include "fault_table.h"

#include <stdio.h>
#include <string.h>

#define LIVE FAULT_LAMP(LIVE)
#define DOWN FAULT_LAMP(DOWN)
#define LIMITED FAULT_LAMP(LIMITED)
#define DENIED FAULT_LAMP(DENIED)

#define FSN .group = FAULT_GROUP_WIRE, .link = FAULT_LINK_FSN
#define SERVER .group = FAULT_GROUP_SERVER, .link = FAULT_LINK_FSN
#define API .group = FAULT_GROUP_API, .link = FAULT_LINK_API
#define NATS .group = FAULT_GROUP_NATS, .link = FAULT_LINK_NATS

#define HTML "\"contentType\":\"text/html\",\"body\":\"<html><body><h1>Bad gateway</h1></body></html>\""

/* --- beginnings and ends --- */

/* Every watch ends with 410 and every continue token is too old: fresh lists. */
static void expire(struct fault_rig *rig, enum fault_link link)
{
    demo_store_expire(rig->world.stores[link]);
}

static bool is_empty(struct fault_rig *rig, void *context)
{
    return fault_proxy_counters(context).open == 0;
}

/* What is open is reset, and the next connection is served. */
static void reset_open(struct fault_rig *rig, enum fault_link link)
{
    struct fault_proxy *proxy = rig->proxies[link];
    fault_proxy_set(proxy, &(struct fault){.action = FAULT_RESET});
    (void)fault_rig_until(rig, is_empty, proxy, 1000);
    fault_proxy_heal(proxy);
}

static void reset_and_expire(struct fault_rig *rig, enum fault_link link)
{
    expire(rig, link);
    reset_open(rig, link);
}

/* A firewall forgets what is open; new connections pass. */
static void forget_open(struct fault_rig *rig, enum fault_link link)
{
    fault_proxy_set(rig->proxies[link], &(struct fault){.action = FAULT_HALF_OPEN});
    fault_proxy_heal(rig->proxies[link]);
}

static uint64_t backup;

/* The server goes away, and what comes back is a backup from before the changes. */
static void lose_history(struct fault_rig *rig, enum fault_link link)
{
    backup = demo_store_version(rig->world.stores[link]);
    for (int i = 0; i < 3; i++)
        fault_rig_change(rig);
}

static void restore_backup(struct fault_rig *rig, enum fault_link link)
{
    fault_rig_require(demo_store_rewind(rig->world.stores[link], backup) == STATUS_OK, "the backup is too old");
}

/* A page was written with the object and comes in after its removal. */
static void remove_during_list(struct fault_rig *rig, enum fault_link link)
{
    (void)demo_store_remove(rig->world.stores[link], DEMO_KIND_HELMRELEASE, "flux-system", "bp-keycloak");
    (void)demo_store_remove(rig->world.stores[link], DEMO_KIND_HELMRELEASE, "extra", "extra-0001");
}

static void expire_and_remove(struct fault_rig *rig, enum fault_link link)
{
    expire(rig, link);
    remove_during_list(rig, link);
}

static void touch_objects(struct fault_rig *rig, enum fault_link link)
{
    reset_open(rig, link);
    for (int i = 0; i < 4; i++)
        fault_rig_change(rig);
}

/* --- the server of NATS --- */

static void kill_nats(struct fault_rig *rig, enum fault_link link)
{
    nats_fixture_stop(&rig->nats);
}

static void start_nats(struct fault_rig *rig, enum fault_link link)
{
    nats_fixture_start(&rig->nats);
}

static void freeze_nats(struct fault_rig *rig, enum fault_link link)
{
    nats_fixture_freeze(&rig->nats);
}

static void thaw_nats(struct fault_rig *rig, enum fault_link link)
{
    nats_fixture_thaw(&rig->nats);
}

static void delete_stream(struct fault_rig *rig, enum fault_link link)
{
    nats_fixture_delete_stream(&rig->nats, "CATALYST_SME");
}

static void create_stream(struct fault_rig *rig, enum fault_link link)
{
    nats_fixture_add_stream(&rig->nats, "CATALYST_SME", "catalyst.>", 100000);
}

static void announce_end(struct fault_rig *rig, enum fault_link link)
{
    nats_fixture_lame_duck(&rig->nats);
}

/* With further lines of configuration, or without JetStream. */
static void restart_nats(struct fault_rig *rig, const char *lines, bool no_jetstream)
{
    nats_fixture_stop(&rig->nats);
    snprintf(rig->nats.config, sizeof rig->nats.config, "%s", lines);
    rig->nats.no_jetstream = no_jetstream;
    nats_fixture_configure(&rig->nats);
    nats_fixture_start(&rig->nats);
}

static void want_password(struct fault_rig *rig, enum fault_link link)
{
    restart_nats(rig, "authorization { user: other, password: other }", false);
}

static void without_jetstream(struct fault_rig *rig, enum fault_link link)
{
    restart_nats(rig, "", true);
}

static void restart_plain(struct fault_rig *rig, enum fault_link link)
{
    restart_nats(rig, "", false);
}

static void flood(struct fault_rig *rig, enum fault_link link)
{
    static const char BODY[] = "{\"data\":{\"email\":\"flood@x\"}}";
    nats_fixture_flood(&rig->nats, "catalyst.user.login", BODY, 5000);
}

/* --- the table --- */

static const struct fault_row ROWS[] = {
    /* wires of a region */
    {"every connection is closed at once", FSN, .faults = {{FAULT_CUT}}, .lamps = DOWN, .word = "127.0.0.1"},
    {"every connection is reset at once", FSN, .faults = {{FAULT_RESET}}, .lamps = DOWN, .word = "reset"},
    {"nobody listens", FSN, .faults = {{FAULT_REFUSE}}, .lamps = DOWN, .word = "refused"},
    {"half-open in both directions", FSN, .faults = {{FAULT_HALF_OPEN}}, .lamps = DOWN, .word = "within 2.0 s"},
    {"half-open, the answers vanish", FSN, .faults = {{FAULT_HALF_OPEN, FAULT_WAY_DOWN}}, .lamps = DOWN, .word = "within 2.0 s"},
    {"half-open, the questions vanish", FSN, .faults = {{FAULT_HALF_OPEN, FAULT_WAY_UP}}, .lamps = DOWN, .word = "within 2.0 s"},
    {"a firewall forgets what is open, new ones work", FSN, .begin = forget_open, .lamps = LIVE | LIMITED | DOWN},
    {"accepted, and nobody behind", FSN, .faults = {{FAULT_SWALLOW}}, .lamps = LIVE},
    {"reset, then accepted with nobody behind", FSN, .faults = {{FAULT_SWALLOW}}, .begin = reset_open, .lamps = DOWN},
    {"300 ms later, both ways", FSN, .faults = {{FAULT_DELAY, .delay_ms = 300}}, .lamps = LIVE},
    {"5 s later, the answers", FSN, .faults = {{FAULT_DELAY, FAULT_WAY_DOWN, .delay_ms = 5000}}, .lamps = DOWN, .word = "within 2.0 s"},
    {"5 s later, the questions", FSN, .faults = {{FAULT_DELAY, FAULT_WAY_UP, .delay_ms = 5000}}, .lamps = DOWN, .word = "within 2.0 s"},
    {"20 KB a second during a fresh list", FSN, .faults = {{FAULT_THROTTLE, FAULT_WAY_DOWN, .bytes_per_s = 20000}}, .begin = expire,
     .lamps = LIVE, .back_ms = 30000},
    {"100 bytes a second", FSN, .faults = {{FAULT_THROTTLE, .bytes_per_s = 100}}, .begin = expire, .lamps = LIVE | DOWN, .back_ms = 30000},
    {"connections take 1 s to be served", FSN, .faults = {{FAULT_SLOW_ACCEPT, .delay_ms = 1000}}, .lamps = LIVE},
    {"reset, then 4 s to be served", FSN, .faults = {{FAULT_SLOW_ACCEPT, .delay_ms = 4000}}, .begin = reset_open, .lamps = DOWN},
    {"every byte a segment of its own", FSN, .faults = {{FAULT_SPLIT}}, .begin = reset_and_expire, .lamps = LIVE | LIMITED},
    {"the answers pause", FSN, .faults = {{FAULT_PAUSE, FAULT_WAY_DOWN}}, .lamps = DOWN, .word = "within 2.0 s"},
    {"the questions pause", FSN, .faults = {{FAULT_PAUSE, FAULT_WAY_UP}}, .lamps = DOWN, .word = "within 2.0 s"},
    {"closed inside the handshake", FSN, .faults = {{FAULT_CUT, FAULT_WAY_DOWN, .after_bytes = 600}}, .lamps = DOWN | LIMITED, .word = "127.0.0.1"},
    {"reset inside the handshake", FSN, .faults = {{FAULT_RESET, FAULT_WAY_DOWN, .after_bytes = 600}}, .lamps = DOWN | LIMITED, .word = "127.0.0.1"},
    {"lists are truncated after 30 KB", FSN, .faults = {{FAULT_CUT, FAULT_WAY_DOWN, .after_bytes = 30000}}, .begin = expire,
     .lamps = LIMITED | DOWN, .word = "127.0.0.1"},
    {"a bad byte in what comes", FSN, .faults = {{FAULT_CORRUPT, FAULT_WAY_DOWN}}, .lamps = DOWN, .word = "127.0.0.1"},
    {"a bad byte in what goes", FSN, .faults = {{FAULT_CORRUPT, FAULT_WAY_UP}}, .lamps = DOWN, .word = "127.0.0.1",
     .rows_live = true},
    {"a bad byte in the middle of a list", FSN, .faults = {{FAULT_CORRUPT, FAULT_WAY_DOWN, .after_bytes = 20000}}, .begin = expire,
     .lamps = LIVE | LIMITED | DOWN},
    {"a piece comes twice", FSN, .faults = {{FAULT_DUPLICATE, FAULT_WAY_DOWN}}, .lamps = DOWN | LIMITED, .word = "127.0.0.1"},
    {"a piece is missing", FSN, .faults = {{FAULT_LOSE, FAULT_WAY_DOWN}}, .lamps = DOWN, .word = "127.0.0.1"},
    {"reset once", FSN, .begin = reset_open, .lamps = LIVE | LIMITED | DOWN},
    {"reset once, and the history is gone", FSN, .begin = reset_and_expire, .lamps = LIVE | LIMITED | DOWN},
    {"the other region: nobody listens", .group = FAULT_GROUP_WIRE, .link = FAULT_LINK_HEL, .faults = {{FAULT_REFUSE}}, .lamps = DOWN,
     .word = "refused"},
    {"the other region: half-open", .group = FAULT_GROUP_WIRE, .link = FAULT_LINK_HEL, .faults = {{FAULT_HALF_OPEN}}, .lamps = DOWN,
     .word = "within 2.0 s"},

    /* an API server in trouble */
    {"410 in the middle of every watch", SERVER, .begin = expire, .lamps = LIVE},
    {"410 for every watch", SERVER, .rules = {"{\"url\":\"*watch=1*\",\"action\":\"status\",\"code\":410}"}, .begin = expire,
     .lamps = LIMITED, .word = "410"},
    {"429 with Retry-After", SERVER,
     .rules = {"{\"url\":\"*helmreleases*\",\"action\":\"status\",\"code\":429,\"retryAfter\":3}"}, .begin = expire, .lamps = LIMITED,
     .word = "429"},
    {"500 as a page of HTML", SERVER, .rules = {"{\"url\":\"*helmreleases*\",\"action\":\"status\",\"code\":500," HTML "}"},
     .begin = expire, .lamps = LIMITED, .word = "500"},
    {"502 for everything", SERVER, .rules = {"{\"action\":\"status\",\"code\":502," HTML "}"}, .begin = reset_open, .lamps = DOWN,
     .word = "502"},
    {"503 for everything", SERVER, .rules = {"{\"action\":\"status\",\"code\":503}"}, .begin = reset_open, .lamps = DOWN, .word = "503"},
    {"not well, but serving", SERVER, .rules = {"{\"url\":\"/livez*\",\"action\":\"status\",\"code\":500}"}, .lamps = DOWN, .word = "500",
     .rows_live = true},
    {"401 for everything", SERVER, .rules = {"{\"action\":\"status\",\"code\":401}"}, .begin = reset_open, .lamps = DENIED, .word = "401"},
    {"403 for one kind", SERVER, .rules = {"{\"url\":\"*/nodes*\",\"action\":\"status\",\"code\":403}"}, .begin = expire,
     .lamps = LIMITED, .word = "nodes", .back_ms = 75000},
    {"404 for one kind: its definition is gone", SERVER, .rules = {"{\"url\":\"*/kustomizations*\",\"action\":\"status\",\"code\":404}"},
     .begin = expire, .lamps = LIVE | LIMITED, .back_ms = 75000},
    {"rubbish in a watch", SERVER,
     .rules = {"{\"url\":\"*helmreleases*watch=1*\",\"action\":\"break\",\"afterBytes\":10}"}, .begin = touch_objects,
     .lamps = LIMITED | LIVE},
    {"an overlong line in a watch", SERVER,
     .rules = {"{\"url\":\"*helmreleases*watch=1*\",\"action\":\"flood\",\"afterBytes\":10,\"bytes\":12000000,\"count\":2}"},
     .begin = touch_objects, .lamps = LIMITED | LIVE},
    {"every watch is cut at once", SERVER, .rules = {"{\"url\":\"*watch=1*\",\"action\":\"cut\",\"afterBytes\":0}"}, .begin = reset_open,
     .lamps = LIMITED, .word = "127.0.0.1"},
    {"a list is cut", SERVER, .rules = {"{\"url\":\"*helmreleases*limit=*\",\"action\":\"cut\",\"afterBytes\":3000}"}, .begin = expire,
     .lamps = LIMITED, .word = "helmreleases"},
    {"a list is no JSON", SERVER, .rules = {"{\"url\":\"*helmreleases*limit=*\",\"action\":\"break\",\"afterBytes\":3000}"},
     .begin = expire, .lamps = LIMITED, .word = "cannot be read"},
    {"a list stops in the middle", SERVER, .rules = {"{\"url\":\"*helmreleases*limit=*\",\"action\":\"freeze\",\"afterBytes\":3000}"},
     .begin = expire, .lamps = LIVE | LIMITED, .mute = true},
    {"an object goes while its page is under way", SERVER,
     .rules = {"{\"url\":\"*helmreleases*limit=*\",\"action\":\"freeze\",\"afterBytes\":3000}"}, .begin = expire, .end = remove_during_list,
     .lamps = LIVE | LIMITED, .mute = true},
    {"an object goes between list and list", SERVER, .begin = expire_and_remove, .lamps = LIVE},
    {"connections are dropped without an answer", SERVER, .rules = {"{\"url\":\"*limit=*\",\"action\":\"drop\"}"}, .begin = expire,
     .lamps = LIMITED, .word = "127.0.0.1"},
    {"a probe that is never answered", SERVER, .rules = {"{\"url\":\"/livez*\",\"action\":\"stall\"}"}, .lamps = DOWN,
     .word = "within 2.0 s", .mute = true},
    {"nothing is ever answered", SERVER, .rules = {"{\"action\":\"stall\"}"}, .begin = reset_open, .lamps = DOWN, .word = "within 2.0 s",
     .mute = true},
    {"back with the same history", SERVER, .faults = {{FAULT_REFUSE}}, .lamps = DOWN, .word = "refused"},
    {"back from an older backup", SERVER, .faults = {{FAULT_REFUSE}}, .begin = lose_history, .end = restore_backup, .lamps = DOWN,
     .word = "refused"},

    /* catalyst-api */
    {"api: closed at once", API, .faults = {{FAULT_CUT}}, .lamps = DOWN, .word = "127.0.0.1"},
    {"api: reset", API, .faults = {{FAULT_RESET}}, .lamps = DOWN, .word = "reset"},
    {"api: nobody listens", API, .faults = {{FAULT_REFUSE}}, .lamps = DOWN, .word = "refused"},
    {"api: half-open", API, .faults = {{FAULT_HALF_OPEN}}, .lamps = DOWN, .word = "within 2.0 s"},
    {"api: accepted, nobody behind", API, .faults = {{FAULT_SWALLOW}}, .begin = reset_open, .lamps = DOWN},
    {"api: 300 ms later", API, .faults = {{FAULT_DELAY, .delay_ms = 300}}, .lamps = LIVE},
    {"api: a bad byte", API, .faults = {{FAULT_CORRUPT, FAULT_WAY_DOWN}}, .lamps = DOWN, .word = "127.0.0.1"},
    {"api: byte by byte", API, .faults = {{FAULT_SPLIT}}, .begin = reset_open, .lamps = LIVE | LIMITED | DOWN},
    {"api: 502 of its ingress", API, .rules = {"{\"action\":\"status\",\"code\":502," HTML "}"}, .begin = reset_open, .lamps = DOWN,
     .word = "502"},
    {"api: health never answers", API, .rules = {"{\"url\":\"/healthz*\",\"action\":\"stall\"}"}, .lamps = DOWN, .word = "within 2.0 s",
     .mute = true},
    {"api: the token has expired", API,
     .rules = {"{\"url\":\"/api/v1/whoami*\",\"action\":\"status\",\"code\":401,\"body\":\"{\\\"error\\\":\\\"unauthenticated\\\"}\"}",
               "{\"url\":\"/api/v1/sovereign/*\",\"action\":\"status\",\"code\":401,\"body\":\"{\\\"error\\\":\\\"unauthenticated\\\"}\"}",
               "{\"url\":\"/api/v1/deployments/*\",\"action\":\"status\",\"code\":401,\"body\":\"{\\\"error\\\":\\\"unauthenticated\\\"}\"}"},
     .begin = reset_open, .lamps = DENIED, .word = "session expired", .back_ms = 75000},
    {"api: its events are cut", API, .rules = {"{\"url\":\"*cutover/events*\",\"action\":\"cut\",\"afterBytes\":0}"}, .begin = reset_open,
     .lamps = LIVE | LIMITED | DOWN, .back_ms = 75000},
    {"api: its events are silent", API, .rules = {"{\"url\":\"*cutover/events*\",\"action\":\"stall\"}"}, .begin = reset_open,
     .lamps = LIVE | LIMITED | DOWN, .mute = true},
    {"api: 429", API, .rules = {"{\"url\":\"/api/*\",\"action\":\"status\",\"code\":429,\"retryAfter\":2}"}, .begin = reset_open,
     .lamps = LIVE | LIMITED | DOWN, .back_ms = 45000},

    /* NATS, on the real clock */
    {"nats: closed at once", NATS, .faults = {{FAULT_CUT}}, .lamps = DOWN, .word = "127.0.0.1"},
    {"nats: reset", NATS, .faults = {{FAULT_RESET}}, .lamps = DOWN, .word = "127.0.0.1"},
    {"nats: nobody listens", NATS, .faults = {{FAULT_REFUSE}}, .lamps = DOWN, .word = "127.0.0.1"},
    {"nats: half-open", NATS, .faults = {{FAULT_HALF_OPEN}}, .lamps = DOWN, .word = "no answer"},
    {"nats: reset, accepted, nobody behind", NATS, .faults = {{FAULT_SWALLOW}}, .begin = reset_open, .lamps = DOWN, .word = "127.0.0.1"},
    {"nats: reset once", NATS, .begin = reset_open, .lamps = LIVE | DOWN},
    {"nats: 300 ms later", NATS, .faults = {{FAULT_DELAY, .delay_ms = 300}}, .lamps = LIVE},
    {"nats: byte by byte", NATS, .faults = {{FAULT_SPLIT}}, .begin = reset_open, .lamps = LIVE | DOWN},
    {"nats: bad bytes", NATS, .faults = {{FAULT_CORRUPT, FAULT_WAY_DOWN}}, .lamps = LIVE | DOWN},
    {"nats: a piece is missing", NATS, .faults = {{FAULT_LOSE, FAULT_WAY_DOWN}}, .lamps = LIVE | DOWN},
    {"nats: truncated", NATS, .faults = {{FAULT_CUT, FAULT_WAY_DOWN, .after_bytes = 300}}, .begin = reset_open,
     .lamps = LIVE | DOWN | LIMITED},
    {"nats: the server is killed", NATS, .begin = kill_nats, .end = start_nats, .lamps = DOWN, .word = "127.0.0.1"},
    {"nats: the server hangs", NATS, .begin = freeze_nats, .end = thaw_nats, .lamps = DOWN, .word = "no answer"},
    {"nats: its stream is deleted", NATS, .begin = delete_stream, .end = create_stream, .lamps = LIMITED, .word = "catalyst.>",
     .told_ms = 15000, .back_ms = 15000}, /* an ordered consumer misses heartbeats first */
    {"nats: shutting down in good order", NATS, .begin = announce_end, .end = restart_plain, .lamps = LIMITED, .word = "shutting down"},
    {"nats: other credentials after a restart", NATS, .begin = want_password, .end = restart_plain, .lamps = DENIED, .word = "127.0.0.1"},
    {"nats: no JetStream after a restart", NATS, .begin = without_jetstream, .end = restart_plain, .lamps = LIMITED, .word = "JetStream",
     .back_ms = 15000},
    {"nats: a slow consumer", NATS, .faults = {{FAULT_THROTTLE, FAULT_WAY_DOWN, .bytes_per_s = 20000}}, .begin = flood,
     .lamps = LIVE | DOWN | LIMITED, .back_ms = 30000},
};

size_t fault_table_count(void)
{
    return sizeof ROWS / sizeof ROWS[0];
}

const struct fault_row *fault_table_at(size_t index)
{
    return &ROWS[index];
}
