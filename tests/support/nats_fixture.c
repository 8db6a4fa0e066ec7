/* Starts, stops and feeds a nats-server; see nats_fixture.h. */
#include "support/nats_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <nats/nats.h>

#include "support/await.h"
#include "support/fake_server.h"

static const char *const PLACES[] = {"/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"};

static const char *find_server(void)
{
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++)
        if (access(PLACES[i], X_OK) == 0)
            return PLACES[i];
    return NULL;
}

bool nats_fixture_available(void)
{
    return find_server() != NULL;
}

void nats_fixture_configure(struct nats_fixture *fixture)
{
    char path[128];
    snprintf(path, sizeof path, "%s/nats.conf", fixture->folder);
    FILE *file = fopen(path, "w");
    fprintf(file, "listen: 127.0.0.1:%d\n%s\nlame_duck_duration: \"31s\"\nlame_duck_grace_period: \"1s\"\n", fixture->port,
            fixture->config);
    if (!fixture->no_jetstream)
        fprintf(file, "jetstream { store_dir: \"%s/store\" }\n", fixture->folder);
    fclose(file);
}

void nats_fixture_start(struct nats_fixture *fixture)
{
    char path[128], log[128];
    snprintf(path, sizeof path, "%s/nats.conf", fixture->folder);
    snprintf(log, sizeof log, "%s/log", fixture->folder);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    fixture->process = fork();
    if (fixture->process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(fd, 1);
        dup2(fd, 2);
        execl(find_server(), "nats-server", "-c", path, (char *)NULL);
        _exit(127);
    }
    close(fd);
    cr_assert(await_port(log, fixture->port, "INFO"), "nats-server does not start, see %s", log);
}

void nats_fixture_init(struct nats_fixture *fixture, const char *config)
{
    bool no_jetstream = fixture->no_jetstream;
    *fixture = (struct nats_fixture){.no_jetstream = no_jetstream};
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/sovdeck-nats-XXXXXX");
    cr_assert(mkdtemp(fixture->folder) != NULL);
    snprintf(fixture->config, sizeof fixture->config, "%s", config != NULL ? config : "");
    fixture->port = fake_server_free_port();
    snprintf(fixture->url, sizeof fixture->url, "nats://127.0.0.1:%d", fixture->port);
    nats_fixture_configure(fixture);
    nats_fixture_start(fixture);
}

void nats_fixture_stop(struct nats_fixture *fixture)
{
    if (fixture->process == 0)
        return;
    kill(fixture->process, SIGKILL);
    waitpid(fixture->process, NULL, 0);
    fixture->process = 0;
}

void nats_fixture_freeze(struct nats_fixture *fixture)
{
    kill(fixture->process, SIGSTOP);
}

void nats_fixture_thaw(struct nats_fixture *fixture)
{
    kill(fixture->process, SIGCONT);
}

static void move(struct nats_fixture *fixture, int port)
{
    nats_fixture_stop(fixture);
    fixture->port = port;
    snprintf(fixture->url, sizeof fixture->url, "nats://127.0.0.1:%d", fixture->port);
    nats_fixture_configure(fixture);
    nats_fixture_start(fixture);
}

void nats_fixture_hide(struct nats_fixture *fixture)
{
    fixture->shown_port = fixture->port;
    move(fixture, fake_server_free_port());
}

void nats_fixture_show(struct nats_fixture *fixture)
{
    move(fixture, fixture->shown_port);
}

void nats_fixture_lame_duck(struct nats_fixture *fixture)
{
    kill(fixture->process, SIGUSR2);
}

void nats_fixture_done(struct nats_fixture *fixture)
{
    nats_fixture_stop(fixture);
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", fixture->folder);
    cr_assert(system(command) == 0);
}

struct manager {
    natsConnection *connection;
    jsCtx *js;
};

static struct manager open_manager(struct nats_fixture *fixture)
{
    struct manager manager = {0};
    cr_assert_eq(natsConnection_ConnectTo(&manager.connection, fixture->url), NATS_OK);
    cr_assert_eq(natsConnection_JetStream(&manager.js, manager.connection, NULL), NATS_OK);
    return manager;
}

static void close_manager(struct manager *manager)
{
    jsCtx_Destroy(manager->js);
    natsConnection_Destroy(manager->connection);
}

void nats_fixture_add_stream(struct nats_fixture *fixture, const char *name, const char *subject, long maximum_messages)
{
    struct manager manager = open_manager(fixture);
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = name;
    config.Subjects = &subject;
    config.SubjectsLen = 1;
    config.MaxMsgs = maximum_messages;
    jsErrCode code = 0;
    cr_assert_eq(js_AddStream(NULL, manager.js, &config, NULL, &code), NATS_OK, "stream %s: %d", name, (int)code);
    close_manager(&manager);
}

void nats_fixture_delete_stream(struct nats_fixture *fixture, const char *name)
{
    struct manager manager = open_manager(fixture);
    cr_assert_eq(js_DeleteStream(manager.js, name, NULL, NULL), NATS_OK);
    close_manager(&manager);
}

void nats_fixture_publish(struct nats_fixture *fixture, const char *subject, const char *payload)
{
    struct manager manager = open_manager(fixture);
    cr_assert_eq(js_Publish(NULL, manager.js, subject, payload, (int)strlen(payload), NULL, NULL), NATS_OK);
    close_manager(&manager);
}

void nats_fixture_flood(struct nats_fixture *fixture, const char *subject, const char *payload, int count)
{
    struct manager manager = open_manager(fixture);
    for (int i = 0; i < count; i++)
        cr_assert_eq(natsConnection_PublishString(manager.connection, subject, payload), NATS_OK);
    cr_assert_eq(natsConnection_FlushTimeout(manager.connection, 10000), NATS_OK);
    close_manager(&manager);
}
