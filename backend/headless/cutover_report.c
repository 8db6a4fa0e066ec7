/* Claim and measurement of the cutover; see cutover_report.h. */
#include "headless/cutover_report.h"

#include "headless/snapshot.h"

enum status cutover_report_show(const struct session *session, enum cutover_report_how how, struct error *err)
{
    struct snapshot snapshot;
    snapshot_init(&snapshot);
    snapshot_want(&snapshot, KIND_ID_CUTOVER_STATUS);
    enum status status = snapshot_take(&snapshot, session, err);
    snapshot_done(&snapshot);
    return status;
}
