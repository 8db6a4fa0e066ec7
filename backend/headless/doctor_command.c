/* `sovdeck doctor`: configuration, every feed of every region, journal and terminal; each bad thing with what mends it. The
 * feeds are in doctor_feeds.c. */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "headless/commands.h"
#include "headless/doctor_feeds.h"
#include "operation/journal.h"

#define LEAST_COLUMNS 80
#define LEAST_LINES 24

static void check_configuration(struct diagnosis *diagnosis, const struct sovereign *sovereign)
{
    const struct profile *profile = sovereign->file;
    if (sovereign->profile != NULL)
        diagnosis_note(diagnosis, "configuration", "file", DIAGNOSIS_OK, "%s", profile->file);
    else
        diagnosis_note(diagnosis, "configuration", "file", DIAGNOSIS_OFF, "no configured Sovereign: the kubeconfig's context is used");
    for (size_t i = 0; i < profile->warning_count; i++)
        diagnosis_note(diagnosis, "configuration", "warning", DIAGNOSIS_WARNING, "%s", profile->warnings[i]);
    diagnosis_note(diagnosis, "configuration", "Sovereign", DIAGNOSIS_OK, "%s%s%s", sovereign->name, sovereign->fqdn[0] != '\0' ? ", " : "",
                   sovereign->fqdn);
    diagnosis_note(diagnosis, "configuration", "class", DIAGNOSIS_OK, "%s%s", profile_class_name(sovereign->class),
                   sovereign->profile == NULL ? " (always, without a profile)" : "");
}

static void check_journal(struct diagnosis *diagnosis, const struct arguments *arguments)
{
    const char *given = arguments_value(arguments, "--journal");
    CLEANUP(alloc_free_pointer) char *path = given != NULL ? alloc_strdup(given) : journal_default_path();
    CLEANUP(alloc_free_pointer) struct journal_verdict *verdict = alloc_new(struct journal_verdict);
    struct error problem;
    enum status status = journal_verify(path, NULL, verdict, &problem);
    if (status == STATUS_NOT_FOUND) {
        diagnosis_note(diagnosis, "journal", "file", DIAGNOSIS_OK, "%s (not there yet: nothing was done)", path);
    } else if (status != STATUS_OK) {
        diagnosis_fail(diagnosis, "journal", "file", &problem);
        diagnosis_remedy(diagnosis, "make it readable and writable for you, or give another with --journal: no journal, no write");
    } else if (access(path, W_OK) != 0) {
        diagnosis_note(diagnosis, "journal", "file", DIAGNOSIS_WARNING, "%s cannot be written: nothing can be changed", path);
        diagnosis_remedy(diagnosis, "make it writable for you, or give another with --journal");
    } else if (verdict->findings_total > 0) {
        diagnosis_note(diagnosis, "journal", "chain", DIAGNOSIS_WARNING, "%s: line %zu: %s", path, verdict->findings[0].line,
                       verdict->findings[0].text);
        diagnosis_remedy(diagnosis, "see 'sovdeck journal verify'");
    } else {
        diagnosis_note(diagnosis, "journal", "chain", DIAGNOSIS_OK, "%s: %zu lines, unbroken, head %.12s", path, verdict->lines, verdict->head);
    }
}

/* How many colours the name promises; what the console really does is its terminal layer's matter. */
static const char *promise_of(const char *term, const char *colorterm)
{
    if (strcmp(colorterm, "truecolor") == 0 || strcmp(colorterm, "24bit") == 0 || strstr(term, "direct") != NULL)
        return "16 million colours";
    if (strstr(term, "256color") != NULL)
        return "256 colours";
    return strstr(term, "mono") != NULL || strncmp(term, "vt", 2) == 0 ? "no colours" : "8 or 16 colours";
}

static void check_terminal(struct diagnosis *diagnosis)
{
    const char *term = getenv("TERM"), *colorterm = getenv("COLORTERM");
    struct winsize size = {0};
    int fd = isatty(STDOUT_FILENO) ? STDOUT_FILENO : isatty(STDERR_FILENO) ? STDERR_FILENO : STDIN_FILENO;
    if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0) {
        diagnosis_note(diagnosis, "terminal", "TERM", DIAGNOSIS_WARNING, "%s: no console is possible, commands are", term == NULL || term[0] == '\0' ? "not set" : term);
        diagnosis_remedy(diagnosis, "set TERM to what your terminal is, for example xterm-256color");
    } else {
        diagnosis_note(diagnosis, "terminal", "TERM", DIAGNOSIS_OK, "%s%s%s: %s", term, colorterm != NULL ? ", COLORTERM=" : "",
                       colorterm != NULL ? colorterm : "", promise_of(term, colorterm != NULL ? colorterm : ""));
    }
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0); /* the user's own: main falls back to C.UTF-8 */
    const char *characters = locale != (locale_t)0 ? nl_langinfo_l(CODESET, locale) : "of an unknown locale";
    if (strcmp(characters, "UTF-8") == 0) {
        diagnosis_note(diagnosis, "terminal", "characters", DIAGNOSIS_OK, "UTF-8");
    } else {
        diagnosis_note(diagnosis, "terminal", "characters", DIAGNOSIS_WARNING, "the locale's are %s: frames and names may look wrong", characters);
        diagnosis_remedy(diagnosis, "set LC_ALL or LANG to a UTF-8 locale, for example C.UTF-8, or start with --ascii");
    }
    if (locale != (locale_t)0)
        freelocale(locale);
    if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        diagnosis_note(diagnosis, "terminal", "size", DIAGNOSIS_OFF, "not a terminal");
    } else if (size.ws_col < LEAST_COLUMNS || size.ws_row < LEAST_LINES) {
        diagnosis_note(diagnosis, "terminal", "size", DIAGNOSIS_WARNING, "%d columns by %d lines", size.ws_col, size.ws_row);
        diagnosis_remedy(diagnosis, "make it at least %d by %d", LEAST_COLUMNS, LEAST_LINES);
    } else {
        diagnosis_note(diagnosis, "terminal", "size", DIAGNOSIS_OK, "%d columns by %d lines", size.ws_col, size.ws_row);
    }
}

static void print_diagnosis(const struct diagnosis *diagnosis, bool json)
{
    char *text;
    if (json) {
        json_t *object = diagnosis_json(diagnosis);
        text = json_edit_print_pretty(object);
        json_decref(object);
    } else {
        text = diagnosis_text(diagnosis);
    }
    session_print(text);
    free(text);
}

enum status doctor_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct session session = {0};
    struct diagnosis diagnosis = {0};
    bool json = strcmp(arguments_value_or(arguments, "--output", "text"), "json") == 0;
    enum status status = session_open(arguments, &session, err);
    if (status != STATUS_OK)
        return status;
    check_configuration(&diagnosis, session.sovereign);
    doctor_feeds_check(&session, &diagnosis);
    check_journal(&diagnosis, arguments);
    check_terminal(&diagnosis);
    status = diagnosis.worst;
    if (atomic_load(session.cancel)) {
        status = error_set(err, STATUS_INTERRUPTED, "interrupted");
    } else {
        print_diagnosis(&diagnosis, json);
        enum status flushed = session_flush(err);
        if (flushed != STATUS_OK)
            status = flushed;
        else if (status != STATUS_OK)
            error_set(err, status, "not all is well: the first bad line decides the exit code");
    }
    diagnosis_done(&diagnosis);
    session_close(&session);
    return status;
}
