/* `sovdeck doctor`: words of the command line, and the diagnosis as text or JSON. What is examined is in doctor.c. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "headless/commands.h"
#include "doctor/doctor.h"
#include "headless/session.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MAX 160 /* longer lines are hard to read */

static int output_width(void)
{
    struct winsize size = {0};
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return WIDTH_DEFAULT;
    return size.ws_col > WIDTH_MAX ? WIDTH_MAX : size.ws_col;
}

static bool wants_colour(const struct arguments *arguments)
{
    const char *refusal = getenv("NO_COLOR"), *term = getenv("TERM");
    bool refused = (refusal != NULL && refusal[0] != '\0') || arguments_flag(arguments, "--mono");
    return !refused && isatty(STDOUT_FILENO) && term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

static void print_diagnosis(const struct diagnosis *diagnosis, const struct arguments *arguments)
{
    char *text;
    if (strcmp(arguments_value_or(arguments, "--output", "text"), "json") == 0) {
        json_t *object = diagnosis_json(diagnosis);
        text = json_edit_print_pretty(object);
        json_decref(object);
    } else {
        text = diagnosis_text(diagnosis, output_width(), wants_colour(arguments));
    }
    session_print(text);
    free(text);
}

static enum status examine(const struct session *session, struct diagnosis *diagnosis, struct error *err)
{
    const struct arguments *arguments = session->arguments;
    struct doctor_options options = {
        .sovereign = session->sovereign,
        .cancel = session->cancel,
        .feed = arguments_value(arguments, "--feed"),
        .journal = arguments_value(arguments, "--journal"),
        .is_verbose = arguments_flag(arguments, "--verbose"),
    };
    enum status status = session_region(session, &options.region, err);
    return status == STATUS_OK ? doctor_examine(&options, diagnosis, err) : status;
}

enum status doctor_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct session session = {0};
    struct diagnosis diagnosis;
    enum status status = session_open(arguments, &session, err);
    if (status != STATUS_OK)
        return status;
    diagnosis_init(&diagnosis);
    status = examine(&session, &diagnosis, err);
    if (status == STATUS_OK) {
        print_diagnosis(&diagnosis, arguments);
        status = session_flush(err);
    }
    if (status == STATUS_OK && diagnosis_worst(&diagnosis) != STATUS_OK)
        status = error_set(err, diagnosis_worst(&diagnosis), "not all is well: the first bad line decides the exit code");
    diagnosis_done(&diagnosis);
    session_close(&session);
    return status;
}
