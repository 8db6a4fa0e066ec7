/* `sovdeck cutover status` and `sovdeck cutover start`. */
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

enum status cutover_command_start(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct session session = {0};
    enum status status = session_open(arguments, &session, err);
    if (status != STATUS_OK)
        return status;
    struct operation *operation = operation_new(OPERATION_START_CUTOVER, 0, NULL, NULL, NULL);
    operation_set_reason(operation, arguments_value(arguments, "--reason"));
    status = operation_command_perform(&session, operation, err);
    operation_free(operation);
    bool is_started = status == STATUS_OK && arguments_flag(arguments, "--yes") && !arguments_flag(arguments, "--dry-run");
    if (is_started && arguments_flag(arguments, "--watch"))
        status = cutover_report_show(&session, CUTOVER_REPORT_UNTIL_END, err);
    session_close(&session);
    return status;
}
