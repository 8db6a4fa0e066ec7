/* `sovdeck audit`: the tether audit of the console, once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "headless/commands.h"
#include "headless/snapshot.h"
#include "operation/journal.h"
#include "tether/audit_report.h"

/* Every report quotes the journal's head, so that a cut tail can be found against it. */
static void print_report(const struct audit *audit, bool json, const char *head)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, AUDIT_REPORT_MAXIMUM);
    if (json)
        audit_report_json(audit, &out);
    else
        audit_report_text(audit, &out);
    const char *text = bytebuf_text(&out);
    if (json && text[0] == '{')
        printf("{\"journalHead\":\"%s\",%s", head, text + 1);
    else
        printf("%s\njournal head %s\n", text, head[0] != '\0' ? head : "none: nothing was done yet");
}

enum status audit_command_run(const struct arguments *arguments, const struct headless_hooks *hooks, struct error *err)
{
    struct session session = {0};
    enum status status = session_open(arguments, &session, err);
    if (status != STATUS_OK)
        return status;
    struct snapshot snapshot;
    snapshot_init(&snapshot);
    for (size_t i = 0; audit_kind(i) != NULL; i++)
        snapshot_want(&snapshot, audit_kind(i));
    snapshot_want(&snapshot, KIND_ID_SOVEREIGN_FQDN);
    status = snapshot_take(&snapshot, &session, err);
    if (status == STATUS_OK) {
        const char *file = arguments_value(arguments, "--journal");
        CLEANUP(alloc_free_pointer) char *path = file != NULL ? alloc_strdup(file) : journal_default_path();
        char head[JOURNAL_HASH_MAX];
        journal_head(path, head);
        struct audit *audit = audit_run(snapshot.store, NULL);
        print_report(audit, strcmp(arguments_value_or(arguments, "--output", "text"), "json") == 0, head);
        status = session_flush(err);
        if (status == STATUS_OK && audit_status(audit) != STATUS_OK)
            status = error_set(err, audit_status(audit), "%s", audit->sentence);
        audit_free(audit);
    }
    snapshot_done(&snapshot);
    session_close(&session);
    return status;
}
