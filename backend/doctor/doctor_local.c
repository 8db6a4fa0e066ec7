/* What doctor says about this machine; see doctor_local.h. */
#include "doctor/doctor_local.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "operation/journal.h"
#include "transport/http_library.h"
#include "transport/nats_library.h"

#define LEAST_COLUMNS 80
#define LEAST_LINES 24

static void check_file_mode(struct diagnosis_section *section, const char *path)
{
    struct stat found;
    if (path == NULL || stat(path, &found) != 0 || (found.st_mode & (S_IWGRP | S_IWOTH)) == 0)
        return;
    diagnosis_note(section, "file", DIAGNOSIS_WARNING, "%s can be changed by others (mode %04o)", path, (unsigned)found.st_mode & 07777);
    diagnosis_remedy(section, "chmod go-w %s: it names programs that sovdeck runs", path);
}

void doctor_local_configuration(const struct doctor_options *options, struct diagnosis *diagnosis)
{
    const struct sovereign *sovereign = options->sovereign;
    const struct profile *profile = sovereign->file;
    struct diagnosis_section *section = diagnosis_add(diagnosis, "configuration", "configuration");
    if (sovereign->profile != NULL)
        diagnosis_note(section, "file", DIAGNOSIS_OK, "%s", profile->file);
    else
        diagnosis_note(section, "file", DIAGNOSIS_OFF, "no configured Sovereign: the kubeconfig's context is used");
    check_file_mode(section, profile->file);
    for (size_t i = 0; i < profile->warning_count; i++) {
        diagnosis_note(section, "warning", DIAGNOSIS_WARNING, "%s", profile->warnings[i]);
        diagnosis_remedy(section, "mend that line; until then the default is used");
    }
    for (size_t i = 0; i < sovereign->warning_count; i++)
        diagnosis_note(section, "kubeconfig", DIAGNOSIS_WARNING, "%s", sovereign->warnings[i]);
    if (profile->warnings_left_out > 0)
        diagnosis_note(section, "warning", DIAGNOSIS_WARNING, "and %zu further ones", profile->warnings_left_out);
    diagnosis_note(section, "Sovereign", DIAGNOSIS_OK, "%s%s%s", sovereign->name, sovereign->fqdn[0] != '\0' ? ", " : "", sovereign->fqdn);
    diagnosis_note(section, "class", DIAGNOSIS_OK, "%s%s", profile_class_name(sovereign->class),
                   sovereign->profile == NULL ? " (always, without a profile)" : "");
}

/* The nearest folder above `path` that is there. */
static char *existing_parent(const char *path)
{
    char *folder = alloc_strdup(path);
    while (access(folder, F_OK) != 0) {
        char *slash = strrchr(folder, '/');
        if (slash == NULL || slash == folder)
            break;
        *slash = '\0';
    }
    return folder;
}

static void check_folder(struct diagnosis_section *section, const char *file)
{
    CLEANUP(alloc_free_pointer) char *folder = alloc_strdup(file);
    char *slash = strrchr(folder, '/');
    if (slash != NULL && slash != folder)
        *slash = '\0';
    CLEANUP(alloc_free_pointer) char *there = existing_parent(folder);
    if (access(there, W_OK | X_OK) == 0) {
        diagnosis_note(section, "folder", DIAGNOSIS_OK, "%s%s", folder, strcmp(there, folder) == 0 ? "" : " (will be made)");
        return;
    }
    diagnosis_bad(section, "folder", STATUS_IO, "%s cannot be written: %s", there, strerror(errno));
    diagnosis_remedy(section, "make it writable for you, or set XDG_STATE_HOME or --journal to a place that is: no journal, no change");
}

static void check_journal(const struct doctor_options *options, struct diagnosis *diagnosis)
{
    struct diagnosis_section *section = diagnosis_add(diagnosis, "journal", "journal");
    CLEANUP(alloc_free_pointer) char *path = options->journal != NULL ? alloc_strdup(options->journal) : journal_default_path();
    CLEANUP(alloc_free_pointer) struct journal_verdict *verdict = alloc_new(struct journal_verdict);
    struct error problem;
    check_folder(section, path);
    enum status status = journal_verify(path, NULL, verdict, &problem);
    if (status == STATUS_NOT_FOUND) {
        diagnosis_note(section, "file", DIAGNOSIS_OK, "%s (not there yet: nothing was done)", path);
    } else if (status != STATUS_OK) {
        diagnosis_fail(section, "file", &problem);
        diagnosis_remedy(section, "make it readable and writable for you, or give another with --journal: no journal, no write");
    } else if (access(path, W_OK) != 0) {
        diagnosis_note(section, "file", DIAGNOSIS_WARNING, "%s cannot be written: nothing can be changed", path);
        diagnosis_remedy(section, "make it writable for you, or give another with --journal");
    } else if (verdict->findings_total > 0) {
        diagnosis_bad(section, "chain", STATUS_INVALID, "%s: line %zu: %s", path, verdict->findings[0].line, verdict->findings[0].text);
        diagnosis_remedy(section, "see 'sovdeck journal verify'; keep the file as evidence and go on with another (--journal)");
    } else {
        diagnosis_note(section, "chain", DIAGNOSIS_OK, "%s: %zu lines, unbroken, head %.12s", path, verdict->lines, verdict->head);
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

static void check_term(struct diagnosis_section *section)
{
    const char *term = getenv("TERM"), *colorterm = getenv("COLORTERM");
    if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0) {
        diagnosis_note(section, "TERM", DIAGNOSIS_WARNING, "%s: no console is possible, commands are", term == NULL || term[0] == '\0' ? "not set" : term);
        diagnosis_remedy(section, "set TERM to what your terminal is, for example xterm-256color");
    } else {
        diagnosis_note(section, "TERM", DIAGNOSIS_OK, "%s%s%s: %s", term, colorterm != NULL ? ", COLORTERM=" : "", colorterm != NULL ? colorterm : "",
                       promise_of(term, colorterm != NULL ? colorterm : ""));
    }
}

static void check_locale(struct diagnosis_section *section)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0); /* the user's own: main falls back to C.UTF-8 */
    const char *characters = locale != (locale_t)0 ? nl_langinfo_l(CODESET, locale) : "of an unknown locale";
    if (strcmp(characters, "UTF-8") == 0) {
        diagnosis_note(section, "characters", DIAGNOSIS_OK, "UTF-8");
    } else {
        diagnosis_note(section, "characters", DIAGNOSIS_WARNING, "the locale's are %s: frames and names may look wrong", characters);
        diagnosis_remedy(section, "set LC_ALL or LANG to a UTF-8 locale, for example C.UTF-8, or start with --ascii");
    }
    if (locale != (locale_t)0)
        freelocale(locale);
}

static void check_size(struct diagnosis_section *section)
{
    struct winsize size = {0};
    int fd = isatty(STDOUT_FILENO) ? STDOUT_FILENO : isatty(STDERR_FILENO) ? STDERR_FILENO : STDIN_FILENO;
    if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        diagnosis_note(section, "size", DIAGNOSIS_OFF, "not a terminal");
    } else if (size.ws_col < LEAST_COLUMNS || size.ws_row < LEAST_LINES) {
        diagnosis_note(section, "size", DIAGNOSIS_WARNING, "%d columns by %d lines", size.ws_col, size.ws_row);
        diagnosis_remedy(section, "make it at least %d by %d", LEAST_COLUMNS, LEAST_LINES);
    } else {
        diagnosis_note(section, "size", DIAGNOSIS_OK, "%d columns by %d lines", size.ws_col, size.ws_row);
    }
}

static void check_libraries(struct diagnosis *diagnosis)
{
    struct diagnosis_section *section = diagnosis_add(diagnosis, "libraries", "libraries");
    diagnosis_note(section, "sovdeck", DIAGNOSIS_OK, "%s", SOVDECK_VERSION);
    diagnosis_note(section, "libcurl", DIAGNOSIS_OK, "%s", http_library_version());
    diagnosis_note(section, "nats.c", DIAGNOSIS_OK, "%s", nats_library_version());
    diagnosis_note(section, "jansson", DIAGNOSIS_OK, "%s", jansson_version_str());
}

void doctor_local_machine(const struct doctor_options *options, struct diagnosis *diagnosis)
{
    check_journal(options, diagnosis);
    struct diagnosis_section *terminal = diagnosis_add(diagnosis, "terminal", "terminal");
    check_term(terminal);
    check_locale(terminal);
    check_size(terminal);
    if (options->is_verbose)
        check_libraries(diagnosis);
}
