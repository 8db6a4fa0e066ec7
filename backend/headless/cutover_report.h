/* The cutover's claim beside what the live objects say, as text or JSON, once or until something ends. */
#ifndef HEADLESS_CUTOVER_REPORT_H
#define HEADLESS_CUTOVER_REPORT_H

#include "headless/session.h"

enum cutover_report_how {
    CUTOVER_REPORT_ONCE,
    CUTOVER_REPORT_FOR_EVER,  /* again whenever something changed, until Ctrl-C */
    CUTOVER_REPORT_UNTIL_END, /* until the run is complete, has failed, or was interrupted */
};

/* As truth_board_status says; when nothing could be read, the status of why. */
enum status cutover_report_show(const struct session *session, enum cutover_report_how how, struct error *err);

#endif
