/* The demo's NATS; see demo_nats.h. The server is a child process; killing it and starting it again by hand on the same port is
 * fine: the publisher reconnects. */
#include "demo/demo_nats.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <nats/nats.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "demo/demo_estate.h"

#define STREAM_NAME "CATALYST_SME"
#define STREAM_SUBJECTS "catalyst.>"
#define STREAM_MAX_AGE_NS ((int64_t)14 * 24 * 3600 * 1000000000)
#define READY_TRIES 400
#define READY_TRY_MS 25
#define PUBLISH_EVERY_SECONDS 90.0 /* contract time */
#define HISTORY_EVENTS 12          /* there before the console comes */
#define PAYLOAD_MAX 1024

static const char *const PLACES[] = {"/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"};

struct demo_nats {
    struct demo_world *world;
    char *folder;
    int port;
    pid_t server;
    natsConnection *connection;
    struct demo_luck luck;
    unsigned published;
    pthread_t publisher;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping, publishing;
};

/* --- events, as data --- */

enum event_form { EVENT_ENVELOPE, EVENT_USAGE, EVENT_AUDIT };

/* In `data`, {slug} and {name} are an Organization's; {n} a number. */
static const struct event {
    const char *subject;
    enum event_form form;
    const char *type, *source;
    const char *data;
} EVENTS[] = {
    {"catalyst.user.login", EVENT_ENVELOPE, "user.login", "auth-service", "{\"email\":\"it@{slug}.example\",\"method\":\"pin\"}"},
    {"catalyst.billing.order.placed", EVENT_ENVELOPE, "order.placed", "billing-service",
     "{\"order_id\":\"o-{n}\",\"plan_id\":\"m\",\"amount_omr\":49.0}"},
    {"catalyst.provision.started", EVENT_ENVELOPE, "provision.started", "provisioning-service", "{\"app\":\"wordpress\",\"slug\":\"{slug}\"}"},
    {"catalyst.provision.app_ready", EVENT_ENVELOPE, "provision.app_ready", "provisioning-service",
     "{\"app\":\"wordpress\",\"url\":\"https://shop.{slug}.example\"}"},
    {"catalyst.usage.recorded", EVENT_USAGE, "", "", ""},
    {"catalyst.audit", EVENT_AUDIT, "continuum-reconcile-success", "continuum-controller", "lease renewed, replication lag 1 s"},
    {"catalyst.tenant.app_install_requested", EVENT_ENVELOPE, "tenant.app_install_requested", "tenant-service",
     "{\"slug\":\"{slug}\",\"blueprint\":\"bp-wordpress\",\"version\":\"1.2.0\"}"},
    {"catalyst.domain.verified", EVENT_ENVELOPE, "domain.verified", "domain-service", "{\"domain\":\"www.{slug}.example\"}"},
    {"catalyst.usage.recorded", EVENT_USAGE, "", "", ""},
    {"catalyst.audit", EVENT_AUDIT, "continuum-cnpg-lag-breach", "continuum-controller", "replication lag 41 s is over the RPO of 30 s"},
    {"catalyst.provision.completed", EVENT_ENVELOPE, "provision.completed", "provisioning-service", "{\"slug\":\"{slug}\",\"duration_s\":{n}}"},
};

static void fill(const char *pattern, const char *slug, const char *name, unsigned number, char out[PAYLOAD_MAX])
{
    size_t length = 0;
    char digits[16];
    snprintf(digits, sizeof digits, "%u", number);
    const struct {
        const char *key, *text;
    } WORDS[] = {{"{slug}", slug}, {"{name}", name}, {"{n}", digits}};
    while (*pattern != '\0' && length + 64 < PAYLOAD_MAX) {
        size_t i = 0;
        while (i < 3 && strncmp(pattern, WORDS[i].key, strlen(WORDS[i].key)) != 0)
            i++;
        if (i == 3) {
            out[length++] = *pattern++;
            continue;
        }
        length += (size_t)snprintf(out + length, PAYLOAD_MAX - length, "%s", WORDS[i].text);
        pattern += strlen(WORDS[i].key);
    }
    out[length] = '\0';
}

static natsMsg *make_message(struct demo_nats *nats, const struct event *event)
{
    size_t count;
    const struct demo_estate_organization *organizations = demo_estate_organizations(&count);
    const struct demo_estate_organization *organization = &organizations[demo_luck_below(&nats->luck, (int)count)];
    unsigned number = 10 + (unsigned)demo_luck_below(&nats->luck, 900);
    char id[33], at[TIMESTAMP_TEXT_MAX], data[PAYLOAD_MAX], payload[2 * PAYLOAD_MAX];
    natsMsg *message = NULL;
    demo_luck_hex(&nats->luck, id, 32);
    timestamp_format(at, clock_wall_ms());
    fill(event->data, organization->slug, organization->display_name, number, data);
    if (event->form == EVENT_ENVELOPE)
        snprintf(payload, sizeof payload, "{\"id\":\"%s\",\"type\":\"%s\",\"source\":\"%s\",\"timestamp\":\"%s\",\"tenant_id\":\"%s\",\"data\":%s,\"metadata\":{}}",
                 id, event->type, event->source, at, organization->slug, data);
    else if (event->form == EVENT_USAGE)
        snprintf(payload, sizeof payload,
                 "{\"customer_id\":\"%.8s\",\"amount_omr\":-0.0021,\"amount_micro_omr\":-2100,\"reason\":\"usage:newapi:qwen3\",\"metadata\":"
                 "{\"tokens_used\":%u,\"model\":\"qwen3\",\"request_id\":\"r-%.6s\",\"tenant_id\":\"%s\",\"latency_ms\":%u,\"completed_at\":\"%s\"}}",
                 id, number * 3, id, organization->slug, number, at);
    else
        snprintf(payload, sizeof payload,
                 "{\"type\":\"%s\",\"continuumName\":\"%s/dr-shop\",\"applicationName\":\"%s/shop\",\"fromPrimary\":\"hz-fsn-rtz-prod\",\"toPrimary\":"
                 "\"hz-hel-rtz-prod\",\"lagSeconds\":%u,\"reason\":\"periodic\",\"message\":\"%s\",\"timestamp\":\"%s\"}",
                 event->type, organization->slug, organization->slug, number % 50, data, at);
    if (natsMsg_Create(&message, event->subject, NULL, payload, (int)strlen(payload)) != NATS_OK)
        return NULL;
    natsMsgHeader_Set(message, "Nats-Msg-Id", id);
    if (event->form == EVENT_AUDIT) {
        natsMsgHeader_Set(message, "audit-type", event->type);
        natsMsgHeader_Set(message, "continuum-name", "dr-shop");
        natsMsgHeader_Set(message, "application-name", "shop");
    }
    return message;
}

bool demo_nats_publish_one(struct demo_nats *nats)
{
    pthread_mutex_lock(&nats->lock);
    natsMsg *message = make_message(nats, &EVENTS[nats->published++ % (sizeof EVENTS / sizeof EVENTS[0])]);
    bool sent = message != NULL && natsConnection_Status(nats->connection) == NATS_CONN_STATUS_CONNECTED &&
                natsConnection_PublishMsg(nats->connection, message) == NATS_OK;
    natsMsg_Destroy(message);
    pthread_mutex_unlock(&nats->lock);
    return sent;
}

static void *publish(void *argument)
{
    struct demo_nats *nats = argument;
    pthread_mutex_lock(&nats->lock);
    while (!nats->stopping) {
        struct timespec until;
        int64_t pause = demo_world_pace_ms(nats->world, PUBLISH_EVERY_SECONDS);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += pause / 1000;
        until.tv_nsec += pause % 1000 * 1000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
        if (pthread_cond_timedwait(&nats->wake, &nats->lock, &until) == 0 || nats->stopping)
            continue;
        pthread_mutex_unlock(&nats->lock);
        demo_nats_publish_one(nats);
        pthread_mutex_lock(&nats->lock);
    }
    pthread_mutex_unlock(&nats->lock);
    return NULL;
}

/* --- server --- */

static const char *find_server(void)
{
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++)
        if (access(PLACES[i], X_OK) == 0)
            return PLACES[i];
    return NULL;
}

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int port = bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && getsockname(fd, (struct sockaddr *)&address, &length) == 0
                   ? ntohs(address.sin_port)
                   : 0;
    close(fd);
    return port;
}

static enum status run_server(struct demo_nats *nats, const char *program, struct error *err)
{
    CLEANUP(alloc_free_pointer) char *store = alloc_printf("%s/nats", nats->folder);
    CLEANUP(alloc_free_pointer) char *pid_file = alloc_printf("%s/nats.pid", nats->folder);
    CLEANUP(alloc_free_pointer) char *log_file = alloc_printf("%s/nats.log", nats->folder);
    char port[16];
    snprintf(port, sizeof port, "%d", nats->port);
    mkdir(store, 0700);
    pid_t parent = getpid();
    nats->server = fork();
    if (nats->server < 0)
        return error_set(err, STATUS_IO, "cannot start nats-server: %s", strerror(errno));
    if (nats->server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent)
            _exit(1);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        setpgid(0, 0); /* Ctrl-C in the demo's terminal is the demo's business */
        execl(program, "nats-server", "-a", "127.0.0.1", "-p", port, "-js", "-sd", store, "-P", pid_file, "-l", log_file, (char *)NULL);
        _exit(127);
    }
    return STATUS_OK;
}

static enum status connect_when_ready(struct demo_nats *nats, struct error *err)
{
    natsOptions *options = NULL;
    char url[64];
    natsStatus status = NATS_ERR;
    snprintf(url, sizeof url, "nats://127.0.0.1:%d", nats->port);
    natsOptions_Create(&options);
    natsOptions_SetURL(options, url);
    natsOptions_SetName(options, "demo organization services");
    natsOptions_SetMaxReconnect(options, -1);
    natsOptions_SetReconnectWait(options, 500);
    natsOptions_UseGlobalMessageDelivery(options, true);
    for (int i = 0; i < READY_TRIES && status != NATS_OK; i++) {
        if (waitpid(nats->server, NULL, WNOHANG) == nats->server) {
            nats->server = 0;
            break;
        }
        status = natsConnection_Connect(&nats->connection, options);
        if (status != NATS_OK)
            poll(NULL, 0, READY_TRY_MS);
    }
    natsOptions_Destroy(options);
    if (status == NATS_OK)
        return STATUS_OK;
    return error_set(err, STATUS_UNREACHABLE, "nats-server on 127.0.0.1:%d does not come up (%s); see %s/nats.log", nats->port,
                     nats->server == 0 ? "it ended" : natsStatus_GetText(status), nats->folder);
}

/* The buckets of the platform's charts (domain contract 3.4) with a few keys, and two of the services' durable consumers. */
static const struct {
    const char *bucket;
    int history;
    int64_t max_age_s;
    struct {
        const char *key, *value;
    } entries[4];
} BUCKETS[] = {
    {"policy-rollup", 10, 168 * 3600,
     {{"sovereign.demo", "{\"score\":91,\"pass\":128,\"fail\":12}"},
      {"organization.acme", "{\"score\":97,\"pass\":64,\"fail\":2}"},
      {"organization.erp", "{\"score\":74,\"pass\":45,\"fail\":16}"}}},
    {"idempotency", 1, 24 * 3600, {{"post.orders.4711", "{\"status\":201,\"session_token\":\"5up3r\"}"}}},
};

static const struct {
    const char *name, *subject;
} DURABLES[] = {
    {"provisioning-catalyst_tenant_created", "catalyst.tenant.created"},
    {"org-billing-metering", "catalyst.usage.recorded"},
};

static void make_buckets(jsCtx *context)
{
    for (size_t i = 0; i < sizeof BUCKETS / sizeof BUCKETS[0]; i++) {
        kvConfig config;
        kvStore *store = NULL;
        kvConfig_Init(&config);
        config.Bucket = BUCKETS[i].bucket;
        config.History = (uint8_t)BUCKETS[i].history;
        config.TTL = BUCKETS[i].max_age_s * 1000000000;
        if (js_CreateKeyValue(&store, context, &config) != NATS_OK)
            continue;
        for (size_t e = 0; e < sizeof BUCKETS[i].entries / sizeof BUCKETS[i].entries[0] && BUCKETS[i].entries[e].key != NULL; e++)
            kvStore_PutString(NULL, store, BUCKETS[i].entries[e].key, BUCKETS[i].entries[e].value);
        kvStore_Destroy(store);
    }
    for (size_t i = 0; i < sizeof DURABLES / sizeof DURABLES[0]; i++) {
        jsConsumerConfig config;
        jsConsumerConfig_Init(&config);
        config.Durable = DURABLES[i].name;
        config.FilterSubject = DURABLES[i].subject;
        config.AckPolicy = js_AckExplicit;
        js_AddConsumer(NULL, context, STREAM_NAME, &config, NULL, NULL);
    }
}

static enum status make_stream(struct demo_nats *nats, struct error *err)
{
    jsCtx *context = NULL;
    jsStreamConfig config;
    jsErrCode code = 0;
    const char *subjects[] = {STREAM_SUBJECTS};
    natsConnection_JetStream(&context, nats->connection, NULL);
    jsStreamConfig_Init(&config);
    config.Name = STREAM_NAME;
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    config.MaxAge = STREAM_MAX_AGE_NS;
    natsStatus status = js_AddStream(NULL, context, &config, NULL, &code);
    if (status == NATS_OK)
        make_buckets(context);
    jsCtx_Destroy(context);
    if (status == NATS_OK || code == JSStreamNameExistErr)
        return STATUS_OK;
    return error_set(err, STATUS_IO, "cannot make stream %s: %s (%d)", STREAM_NAME, natsStatus_GetText(status), (int)code);
}

enum status demo_nats_start(struct demo_nats **ret, const struct demo_nats_options *options, struct error *err)
{
    const char *program = find_server();
    if (program == NULL)
        return error_set(err, STATUS_NOT_FOUND, "nats-server is not installed; `./dev setup` installs it (Debian package nats-server)");
    struct demo_nats *nats = alloc_new(struct demo_nats);
    nats->world = options->world;
    nats->folder = alloc_strdup(options->folder);
    nats->port = options->port != 0 ? options->port : free_port();
    nats->luck = demo_luck_from(options->world->seed, "nats");
    pthread_mutex_init(&nats->lock, NULL);
    pthread_cond_init(&nats->wake, NULL);
    enum status status = run_server(nats, program, err);
    if (status == STATUS_OK)
        status = connect_when_ready(nats, err);
    if (status == STATUS_OK)
        status = make_stream(nats, err);
    if (status != STATUS_OK) {
        demo_nats_stop(nats);
        return status;
    }
    for (int i = 0; i < HISTORY_EVENTS; i++)
        demo_nats_publish_one(nats);
    nats->publishing = pthread_create(&nats->publisher, NULL, publish, nats) == 0;
    *ret = nats;
    return STATUS_OK;
}

int demo_nats_port(const struct demo_nats *nats)
{
    return nats->port;
}

void demo_nats_stop(struct demo_nats *nats)
{
    if (nats == NULL)
        return;
    pthread_mutex_lock(&nats->lock);
    nats->stopping = true;
    pthread_cond_signal(&nats->wake);
    pthread_mutex_unlock(&nats->lock);
    if (nats->publishing)
        pthread_join(nats->publisher, NULL);
    natsConnection_Close(nats->connection);
    natsConnection_Destroy(nats->connection);
    if (nats->server > 0) {
        kill(nats->server, SIGTERM);
        waitpid(nats->server, NULL, 0);
    }
    pthread_cond_destroy(&nats->wake);
    pthread_mutex_destroy(&nats->lock);
    free(nats->folder);
    free(nats);
}
