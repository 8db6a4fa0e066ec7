/* Carrying out an operation from the command line: preview, --yes and --confirm, progress on stderr, outcome on stdout. */
#ifndef HEADLESS_OPERATION_COMMAND_H
#define HEADLESS_OPERATION_COMMAND_H

#include "headless/session.h"
#include "operation/operation.h"

enum status operation_command_perform(const struct session *session, const struct operation *operation, struct error *err);

#endif
