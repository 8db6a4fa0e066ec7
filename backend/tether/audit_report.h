/* An audit as a report, for `sovdeck audit -o text|json` and the Tethers screen. The same audit gives the same bytes. */
#ifndef TETHER_AUDIT_REPORT_H
#define TETHER_AUDIT_REPORT_H

#include "base/bytebuf.h"
#include "tether/audit.h"

#define AUDIT_REPORT_MAXIMUM ((size_t)16 << 20) /* bytes a report can need with AUDIT_FINDINGS_MAX findings */

/* For people: verdict, a line per region, findings under their rules worst first with the remedy, what was not measured. */
void audit_report_text(const struct audit *audit, struct bytebuf *out);

/* Schema "sovdeck.audit/1". Findings worst first; `tolerated` ones are in the list and say so. */
void audit_report_json(const struct audit *audit, struct bytebuf *out);

/* One finding as "fsn1 HelmRepository flux-system/bp-harbor", as everywhere in the console. */
void audit_report_object(const struct audit *audit, const struct audit_finding *finding, struct bytebuf *out);

/* Remedy of a finding in words, its patch filled in behind it when there is one. */
void audit_report_remedy(const struct audit *audit, const struct audit_finding *finding, struct bytebuf *out);

#endif
