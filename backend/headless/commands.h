/* The functions behind the command table, one file each. They print data on stdout and everything else on stderr. Inside the
 * layer only. */
#ifndef HEADLESS_COMMANDS_H
#define HEADLESS_COMMANDS_H

#include "headless/arguments.h"
#include "headless/headless.h"

enum status get_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status cutover_command_status(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status cutover_command_delete_policy(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status cutover_command_start(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status audit_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status operation_command_patch(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status operation_command_reconcile(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status operation_command_suspend(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status operation_command_override(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status operation_command_resume(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status journal_command_show(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status journal_command_verify(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status compare_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status login_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status logout_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status doctor_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status spine_command_streams(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status spine_command_consumers(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status spine_command_kv(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status spine_command_tail(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status init_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status demo_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status completion_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status docs_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status version_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);
enum status help_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err);

#endif
