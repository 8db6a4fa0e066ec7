/* Opens and closes what headless commands share; see session.h. */
#include "headless/session.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/sanitize.h"
#include "decode/json_edit.h"

#define TUNNEL_WAIT_MS 10000 /* a port-forward takes a second or two */

static atomic_bool interrupted;

static void interrupt(int signal_number)
{
    if (atomic_exchange(&interrupted, true))
        _exit(130); /* the second time: at once */
}

/* Every thread made from here on has the signals blocked; this one handles them between its blocking calls. */
static void take_signals(void)
{
    static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof SIGNALS / sizeof SIGNALS[0]; i++) {
        sigaction(SIGNALS[i], &action, NULL);
        sigaddset(&blocked, SIGNALS[i]);
    }
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
}

static void release_signals(void)
{
    sigset_t open;
    sigemptyset(&open);
    sigaddset(&open, SIGINT);
    sigaddset(&open, SIGTERM);
    sigaddset(&open, SIGHUP);
    pthread_sigmask(SIG_UNBLOCK, &open, NULL);
}

static void say_warnings(const struct profile *profile)
{
    for (size_t i = 0; i < profile->warning_count; i++)
        session_say("%s", profile->warnings[i]);
    if (profile->warnings_left_out > 0)
        session_say("and %zu further warnings about the configuration", profile->warnings_left_out);
}

/* A kubeconfig that is missing or broken makes its region unreachable, whatever was wrong with it. */
static void weigh_regions(struct sovereign *sovereign)
{
    for (size_t i = 0; i < sovereign->region_count; i++) {
        enum status *status = &sovereign->regions[i].error.status;
        if (*status == STATUS_NOT_FOUND || *status == STATUS_INVALID || *status == STATUS_IO || *status == STATUS_USAGE || *status == STATUS_TOO_BIG)
            *status = STATUS_UNREACHABLE;
    }
}

static void say_text(const char *text)
{
    session_say("%s", text);
}

enum status session_open(const struct arguments *arguments, struct session *ret, struct error *err)
{
    *ret = (struct session){.arguments = arguments, .cancel = &interrupted};
    take_signals();
    json_object_seed(0);
    const char *log = arguments_value(arguments, "--log");
    if (log != NULL && !log_open(log, LOG_LEVEL_DEBUG))
        session_say("--log %s cannot be written: %s", log, strerror(errno));
    ret->thread = http_thread_new();
    struct sovereign_options options = arguments_sovereign(arguments);
    enum status status = sovereign_open(&options, ret->thread, &ret->sovereign, err);
    release_signals();
    if (status != STATUS_OK) {
        http_thread_free(ret->thread);
        return status;
    }
    weigh_regions(ret->sovereign);
    say_warnings(ret->sovereign->file);
    for (size_t i = 0; i < ret->sovereign->warning_count; i++)
        session_say("warning: %s", ret->sovereign->warnings[i]);
    sovereign_set_cancel(ret->sovereign, &interrupted);
    sovereign_tunnels_start(&ret->sovereign->tunnels, NULL, NULL);
    sovereign_tunnels_wait(&ret->sovereign->tunnels, TUNNEL_WAIT_MS, &interrupted, say_text);
    return STATUS_OK;
}

void session_close(struct session *session)
{
    if (session->thread == NULL)
        return;
    http_thread_stop(session->thread);
    sovereign_free(session->sovereign);
    http_thread_free(session->thread);
    log_close();
}

enum status session_region(const struct session *session, int *ret, struct error *err)
{
    const char *name = arguments_value(session->arguments, "--region");
    *ret = -1;
    if (name == NULL)
        return STATUS_OK;
    *ret = sovereign_find_region(session->sovereign, name);
    if (*ret >= 0)
        return STATUS_OK;
    char names[300] = "";
    for (size_t i = 0; i < session->sovereign->region_count; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i == 0 ? "" : ", ", session->sovereign->regions[i].name);
    }
    return error_set(err, STATUS_USAGE, "there is no region '%s'; there is: %s", name, names);
}

void session_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *raw = alloc_vprintf(format, args);
    va_end(args);
    CLEANUP(alloc_free_pointer) char *text = sanitize_dup(span_of(raw), 4096);
    fprintf(stderr, "sovdeck: %s\n", text);
}

void session_print(const char *text)
{
    fputs(text, stdout);
}

enum status session_flush(struct error *err)
{
    if ((fflush(stdout) == 0 && !ferror(stdout)) || errno == EPIPE)
        return STATUS_OK;
    return error_set(err, STATUS_IO, "the output could not be written: %s", strerror(errno));
}
