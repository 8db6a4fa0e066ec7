/* `sovdeck login` and `sovdeck logout`: a session of catalyst-api by PIN, kept for the next start of anything. The PIN is never
 * echoed and never an argument. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "headless/commands.h"
#include "headless/session.h"

#define LINE_MAXIMUM 256
#define LOOK_MS 200 /* how often a wait for a line looks for Ctrl-C */

/* One line from the descriptor, without its end. STATUS_INTERRUPTED after Ctrl-C; STATUS_USAGE when it ended before a line. */
static enum status read_line(int fd, const struct session *session, char line[LINE_MAXIMUM], struct error *err)
{
    size_t length = 0;
    while (length + 1 < LINE_MAXIMUM) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (atomic_load(session->cancel))
            return error_set(err, STATUS_INTERRUPTED, "interrupted; nothing was changed");
        if (poll(&ready, 1, LOOK_MS) <= 0)
            continue;
        ssize_t count = read(fd, line + length, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0 || line[length] == '\n')
            break;
        length++;
    }
    line[length] = '\0';
    line[strcspn(line, "\r")] = '\0';
    return line[0] != '\0' ? STATUS_OK : error_set(err, STATUS_USAGE, "nothing was typed; nothing was changed");
}

static enum status ask_line(const struct session *session, const char *question, bool hidden, char line[LINE_MAXIMUM], struct error *err)
{
    struct termios before, quiet;
    bool is_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    fputs(question, stderr);
    fflush(stderr);
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    if (hidden && is_terminal)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    enum status status = read_line(STDIN_FILENO, session, line, err);
    if (hidden && is_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    return status;
}

static enum status find_email(const struct session *session, char email[LINE_MAXIMUM], struct error *err)
{
    const char *given = arguments_value(session->arguments, "--email"), *problem;
    const struct profile_sovereign *profile = session->sovereign->profile;
    catalyst_client_last_email(session->sovereign->catalyst, email, LINE_MAXIMUM);
    if (given != NULL)
        snprintf(email, LINE_MAXIMUM, "%s", given);
    else if (profile != NULL && profile->catalyst.email != NULL)
        snprintf(email, LINE_MAXIMUM, "%s", profile->catalyst.email);
    else if (email[0] == '\0' && isatty(STDIN_FILENO)) {
        enum status status = ask_line(session, "E-mail: ", false, email, err);
        if (status != STATUS_OK)
            return status;
    }
    if (catalyst_login_check_email(email, &problem))
        return STATUS_OK;
    return error_set(err, STATUS_USAGE, "%s Give it with --email", problem);
}

/* The PIN file is read after the PIN was sent, so that whoever fetches the mail can write it meanwhile (a pipe may make us wait). */
static enum status read_pin(const struct session *session, char pin[LINE_MAXIMUM], struct error *err)
{
    const char *path = arguments_value(session->arguments, "--pin-file");
    if (path == NULL)
        return ask_line(session, "PIN: ", true, pin, err);
    if (strcmp(path, "-") == 0)
        return read_line(STDIN_FILENO, session, pin, err);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(err, STATUS_IO, "--pin-file %s: %s", path, strerror(errno));
    enum status status = read_line(fileno(file), session, pin, err);
    fclose(file);
    return status;
}

/* On a terminal a wrong PIN may be typed again as long as attempts are left. */
static enum status verify(const struct session *session, struct catalyst_login *login, struct error *err)
{
    bool is_interactive = arguments_value(session->arguments, "--pin-file") == NULL;
    char pin[LINE_MAXIMUM];
    for (;;) {
        const char *problem;
        enum status status = read_pin(session, pin, err);
        if (status != STATUS_OK)
            return status;
        bool good = catalyst_login_check_pin(pin, &problem);
        if (good)
            catalyst_client_login_call(session->sovereign->catalyst, login, CATALYST_LOGIN_VERIFY, pin);
        explicit_bzero(pin, sizeof pin);
        if (good && login->state == CATALYST_LOGIN_DONE)
            return STATUS_OK;
        if (!is_interactive || (good && login->state != CATALYST_LOGIN_PIN))
            return error_set(err, good ? login->status : STATUS_USAGE, "%s", good ? login->text : problem);
        session_say("%s", good ? login->text : problem);
    }
}

static enum status settle(const struct session *session, struct catalyst_login *login, struct error *err)
{
    struct catalyst_client *client = session->sovereign->catalyst;
    struct catalyst_standing standing;
    struct catalyst_whoami who;
    char until[TIMESTAMP_TEXT_MAX];
    catalyst_client_take_session(client, &login->session);
    enum status status = catalyst_client_save_session(client, err);
    if (status == STATUS_OK)
        status = catalyst_client_whoami(client, &who, err);
    if (status != STATUS_OK)
        return status;
    catalyst_client_standing(client, &standing);
    timestamp_format(until, standing.expires_ms);
    CLEANUP(alloc_free_pointer) char *path = catalyst_session_path(catalyst_hosts_at(catalyst_client_hosts(client), 0));
    CLEANUP(alloc_free_pointer) char *text =
        alloc_printf("%s at %s, tier %s%s%s\n", standing.email, standing.url, standing.tier[0] != '\0' ? standing.tier : "none",
                     until[0] != '\0' ? ", until " : "", until);
    if (path != NULL)
        session_say("the session is kept in %s", path);
    session_print(text);
    return session_flush(err);
}

static enum status check_login(const struct session *session, struct error *err)
{
    const struct sovereign *sovereign = session->sovereign;
    struct catalyst_standing standing;
    if (sovereign->catalyst == NULL)
        return sovereign->catalyst_error.status != STATUS_OK
                   ? error_set(err, sovereign->catalyst_error.status, "%s", sovereign->catalyst_error.text)
                   : error_set(err, STATUS_USAGE, "catalyst-api is not configured for %s: give the Sovereign a catalyst section with its url or an fqdn",
                               sovereign->name);
    if (!catalyst_client_keeps_session(sovereign->catalyst)) {
        catalyst_client_standing(sovereign->catalyst, &standing);
        return error_set(err, STATUS_USAGE,
                         "catalyst-api of %s is configured with a %s, which would win over a session at the next start: take it out of the "
                         "configuration to log in by PIN",
                         sovereign->name, standing.source);
    }
    return STATUS_OK;
}

static enum status run_login(const struct session *session, struct error *err)
{
    struct catalyst_client *client = session->sovereign->catalyst;
    char email[LINE_MAXIMUM];
    if (arguments_value(session->arguments, "--pin-file") == NULL && !isatty(STDIN_FILENO))
        return error_set(err, STATUS_USAGE, "there is no terminal to type the PIN on; give it with --pin-file FILE, or - for stdin");
    enum status status = find_email(session, email, err);
    if (status == STATUS_OK)
        status = catalyst_client_find_host(client, err);
    if (status != STATUS_OK)
        return status;
    struct catalyst_login *login = alloc_new(struct catalyst_login);
    catalyst_login_init(login, email);
    status = catalyst_client_login_call(client, login, CATALYST_LOGIN_ISSUE, NULL);
    if (status != STATUS_OK) {
        error_set(err, status, "%s", login->text);
    } else {
        session_say("a PIN was sent to %s; it counts for %lld minutes", login->email,
                    (long long)(catalyst_login_pin_left_ms(login) + 30000) / 60000);
        status = verify(session, login, err);
    }
    if (status == STATUS_OK)
        status = settle(session, login, err);
    catalyst_login_done(login);
    free(login);
    return status;
}

enum status login_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct session session = {0};
    enum status status = session_open(arguments, &session, err);
    if (status != STATUS_OK)
        return status;
    status = check_login(&session, err);
    if (status == STATUS_OK)
        status = run_login(&session, err);
    session_close(&session);
    return status;
}

enum status logout_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct session session = {0};
    bool had_one = false;
    struct error problem = {0};
    enum status status = session_open(arguments, &session, err);
    if (status != STATUS_OK)
        return status;
    status = check_login(&session, err);
    if (status == STATUS_OK)
        status = catalyst_client_forget_session(session.sovereign->catalyst, &had_one, err);
    if (status == STATUS_OK && had_one && catalyst_client_logout(session.sovereign->catalyst, &problem) != STATUS_OK)
        session_say("the server was not told (%s); the session cannot be used from here any more", problem.text);
    if (status == STATUS_OK) {
        session_print(had_one ? "logged out; the kept session is deleted\n" : "there was no session\n");
        status = session_flush(err);
    }
    session_close(&session);
    return status;
}
