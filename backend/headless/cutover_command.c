/* `sovdeck cutover status`, `sovdeck cutover start` and the levers that are about the Sovereign as a whole. */
#include "headless/commands.h"
#include "headless/cutover_report.h"
#include "headless/operation_command.h"

enum status cutover_command_status(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct session session = {0};
    enum status status = session_open(arguments, &session, err);
    if (status != STATUS_OK)
        return status;
    status = cutover_report_show(&session, arguments_flag(arguments, "--watch") ? CUTOVER_REPORT_FOR_EVER : CUTOVER_REPORT_ONCE, err);
    session_close(&session);
    return status;
}

/* An operation about the Sovereign as a whole. */
static enum status perform(const struct arguments *arguments, enum operation_id id, struct session *session, struct error *err)
{
    struct operation *operation = operation_new(id, 0, NULL, NULL, NULL);
    operation_set_reason(operation, arguments_value(arguments, "--reason"));
    enum status status = operation_command_perform(session, operation, err);
    operation_free(operation);
    return status;
}

enum status cutover_command_start(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct session session = {0};
    enum status status = session_open(arguments, &session, err);
    if (status != STATUS_OK)
        return status;
    status = perform(arguments, OPERATION_START_CUTOVER, &session, err);
    bool is_started = status == STATUS_OK && arguments_flag(arguments, "--yes") && !arguments_flag(arguments, "--dry-run");
    if (is_started && arguments_flag(arguments, "--watch"))
        status = cutover_report_show(&session, CUTOVER_REPORT_UNTIL_END, err);
    session_close(&session);
    return status;
}

enum status cutover_command_delete_policy(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct session session = {0};
    enum status status = session_open(arguments, &session, err);
    if (status != STATUS_OK)
        return status;
    status = perform(arguments, OPERATION_DELETE_EGRESS_POLICY, &session, err);
    session_close(&session);
    return status;
}
