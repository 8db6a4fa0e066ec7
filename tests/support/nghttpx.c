/* The proxy as a child process; see nghttpx.h. */
#include "support/nghttpx.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/await.h"
#include "support/fake_server.h"

#define PROGRAM "/usr/sbin/nghttpx"

bool nghttpx_available(void)
{
    return access(PROGRAM, X_OK) == 0;
}

static void write_file(char *path, size_t size, const char *text)
{
    snprintf(path, size, "/tmp/sovdeck-nghttpx-XXXXXX");
    FILE *file = fdopen(mkstemp(path), "w");
    fputs(text, file);
    fclose(file);
}

bool nghttpx_start(struct nghttpx *proxy, const char *certificate, const char *key, int backend_port, int streams)
{
    char front[64], back[64], log[80], limit[64];
    proxy->port = fake_server_free_port();
    write_file(proxy->certificate_file, sizeof proxy->certificate_file, certificate);
    write_file(proxy->key_file, sizeof proxy->key_file, key);
    write_file(proxy->log_file, sizeof proxy->log_file, "");
    snprintf(front, sizeof front, "-f127.0.0.1,%d", proxy->port);
    snprintf(back, sizeof back, "-b127.0.0.1,%d;;tls", backend_port);
    snprintf(log, sizeof log, "--errorlog-file=%s", proxy->log_file);
    snprintf(limit, sizeof limit, "--frontend-http2-max-concurrent-streams=%d", streams);
    proxy->process = fork();
    if (proxy->process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int null = open("/dev/null", O_RDWR);
        dup2(null, 1);
        dup2(null, 2);
        execl(PROGRAM, "nghttpx", "--single-process", "--conf=/dev/null", "-n1", "-k", "-LNOTICE", limit, log, front, back,
              proxy->key_file, proxy->certificate_file, (char *)NULL);
        _exit(127);
    }
    return await_port(proxy->log_file, proxy->port, NULL);
}

void nghttpx_stop(struct nghttpx *proxy)
{
    if (proxy->process == 0)
        return;
    kill(proxy->process, SIGKILL);
    waitpid(proxy->process, NULL, 0);
    unlink(proxy->certificate_file);
    unlink(proxy->key_file);
    unlink(proxy->log_file);
    *proxy = (struct nghttpx){0};
}
