/* `sovdeck init`: looks at the kubeconfig's contexts and writes a configuration with what it found. Nothing but that one file is
 * written, and it is whole or not there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "headless/commands.h"
#include "headless/init_text.h"
#include "headless/session.h"
#include "sovereign/kubeconfig.h"

#define TEXT_MAXIMUM ((size_t)192 << 10) /* the reader's is 256 KiB */

/* ---- the file */

/* The folders that are missing, for their owner only. */
static void make_folders(const char *path)
{
    CLEANUP(alloc_free_pointer) char *folder = alloc_strdup(path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(folder, 0700);
        *slash = '/';
    }
}

static enum status place(const char *fresh, const char *path, bool force, struct error *err)
{
    if (force && rename(fresh, path) == 0)
        return STATUS_OK;
    if (!force && link(fresh, path) == 0) {
        unlink(fresh);
        return STATUS_OK;
    }
    int problem = errno;
    unlink(fresh);
    if (problem == EEXIST)
        return error_set(err, STATUS_REFUSED, "%s exists already and is left as it is; --force replaces it, --output - prints to look at", path);
    return error_set(err, STATUS_IO, "%s cannot be written: %s", path, strerror(problem));
}

static enum status write_file(const char *path, struct span text, bool force, struct error *err)
{
    make_folders(path);
    CLEANUP(alloc_free_pointer) char *fresh = alloc_printf("%s.XXXXXX", path);
    int fd = mkostemp(fresh, O_CLOEXEC); /* 0600 */
    if (fd < 0)
        return error_set(err, STATUS_IO, "%s cannot be written: %s", path, strerror(errno));
    bool good = true;
    for (size_t done = 0; good && done < text.length;) {
        ssize_t count = write(fd, text.data + done, text.length - done);
        good = count > 0 || (count < 0 && errno == EINTR);
        done += count > 0 ? (size_t)count : 0;
    }
    good = good && fsync(fd) == 0;
    int problem = errno;
    close(fd);
    if (good)
        return place(fresh, path, force, err);
    unlink(fresh);
    return error_set(err, STATUS_IO, "%s cannot be written: %s", path, strerror(problem));
}

/* ---- what to ask */

/* The one file the contexts come from, as it can stand in the configuration; NULL for a KUBECONFIG list. Caller frees. */
static char *kubeconfig_path(const char *given)
{
    const char *path = given != NULL ? given : getenv("KUBECONFIG");
    if (path == NULL || path[0] == '\0')
        return alloc_strdup("~/.kube/config");
    if (given == NULL && strchr(path, ':') != NULL)
        return NULL;
    char *whole = realpath(path, NULL);
    char *copy = alloc_strdup(whole != NULL ? whole : path);
    free(whole);
    return copy;
}

static enum status choose_contexts(const struct arguments *arguments, struct init_context *contexts, size_t *count, struct error *err)
{
    struct kubeconfig *config = NULL;
    const char *wanted = arguments_value(arguments, "--context");
    enum status status = kubeconfig_load(arguments_value(arguments, "--kubeconfig"), &config, err);
    if (status != STATUS_OK)
        return status;
    bool all = arguments_flag(arguments, "--all-contexts"), found = wanted == NULL;
    if (wanted == NULL)
        wanted = kubeconfig_current(config);
    for (size_t i = 0; i < kubeconfig_context_count(config) && *count < INIT_PROBE_CONTEXTS_MAX; i++) {
        struct init_context *context = &contexts[(*count)++];
        const char *name = kubeconfig_context_name(config, i);
        bool is_wanted = wanted != NULL && strcmp(name, wanted) == 0;
        sanitize_line_into(context->name, sizeof context->name, name, strlen(name));
        context->was_asked = all || is_wanted;
        found = found || is_wanted;
    }
    kubeconfig_free(config);
    return found ? STATUS_OK : error_set(err, STATUS_USAGE, "the kubeconfig has no context '%s'", wanted);
}

static void say_contexts(const struct init_context *contexts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct init_context *context = &contexts[i];
        if (!context->was_asked)
            continue;
        if (context->fqdn[0] != '\0')
            session_say("%s: Sovereign %s%s%s", context->name, context->fqdn, context->region[0] != '\0' ? ", region " : "", context->region);
        else if (context->answers)
            session_say("%s: answers, but is no Catalyst Sovereign that may be read", context->name);
        else
            session_say("%s: %s", context->name, context->error.text);
    }
}

/* ---- the command */

static void ask_all(const struct arguments *arguments, struct init_findings *findings, struct init_context *contexts, struct init_host (*hosts)[2])
{
    static const atomic_bool NEVER;
    struct http_thread *thread = http_thread_new();
    init_probe_contexts(thread, arguments_value(arguments, "--kubeconfig"), contexts, findings->count, &NEVER);
    for (size_t i = 0; i < findings->count; i++)
        if (init_text_is_first(findings, i)) {
            init_probe_host(thread, "api", contexts[i].fqdn, &hosts[i][0], &NEVER);
            init_probe_host(thread, "console", contexts[i].fqdn, &hosts[i][1], &NEVER);
        }
    http_thread_stop(thread);
    http_thread_free(thread);
    say_contexts(contexts, findings->count);
}

static enum status write_out(const struct arguments *arguments, struct span text, struct error *err)
{
    const char *given = arguments_value(arguments, "--output");
    if (given == NULL)
        given = arguments_value(arguments, "--config");
    if (given != NULL && strcmp(given, "-") == 0) {
        fwrite(text.data, 1, text.length, stdout);
        return session_flush(err);
    }
    CLEANUP(alloc_free_pointer) char *path = given != NULL ? alloc_strdup(given) : profile_default_path();
    enum status status = write_file(path, text, arguments_flag(arguments, "--force"), err);
    if (status == STATUS_OK)
        session_say("written: %s", path);
    return status;
}

/* Refused before anything is asked: nobody waits for nothing. */
static enum status check_target(const struct arguments *arguments, struct error *err)
{
    const char *given = arguments_value_or(arguments, "--output", arguments_value(arguments, "--config"));
    CLEANUP(alloc_free_pointer) char *path = given != NULL ? alloc_strdup(given) : profile_default_path();
    struct stat facts;
    if (strcmp(path, "-") == 0 || arguments_flag(arguments, "--force") || lstat(path, &facts) != 0)
        return STATUS_OK;
    return error_set(err, STATUS_REFUSED, "%s exists already and is left as it is; --force replaces it, --output - prints to look at", path);
}

enum status init_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct error problem = {0};
    enum status status = check_target(arguments, err);
    if (status != STATUS_OK)
        return status;
    struct init_context *contexts = alloc_zeroed(INIT_PROBE_CONTEXTS_MAX, sizeof *contexts);
    struct init_host(*hosts)[2] = alloc_zeroed(INIT_PROBE_CONTEXTS_MAX, sizeof *hosts);
    CLEANUP(alloc_free_pointer) char *kubeconfig = kubeconfig_path(arguments_value(arguments, "--kubeconfig"));
    struct init_findings findings = {.kubeconfig = kubeconfig, .contexts = contexts, .hosts = (const struct init_host(*)[2])hosts};
    profile_class_parse(arguments_value_or(arguments, "--class", "production"), &findings.class);
    char now[TIMESTAMP_TEXT_MAX];
    timestamp_format(now, clock_wall_ms());
    snprintf(findings.written_at, sizeof findings.written_at, "%.10s", now);
    status = choose_contexts(arguments, contexts, &findings.count, &problem);
    if (status == STATUS_USAGE) {
        error_set(err, status, "%s", problem.text);
    } else {
        findings.problem = status != STATUS_OK ? problem.text : NULL;
        if (findings.problem != NULL)
            session_say("%s; nothing was asked", problem.text);
        ask_all(arguments, &findings, contexts, hosts);
        CLEANUP(bytebuf_done) struct bytebuf text;
        bytebuf_init(&text, TEXT_MAXIMUM);
        init_text_write(&text, &findings);
        status = write_out(arguments, bytebuf_span(&text), err);
    }
    free(contexts);
    free(hosts);
    return status;
}
