/* Collects and prints what was checked; see diagnosis.h. */
#include "headless/diagnosis.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/bytebuf.h"
#include "base/sanitize.h"

static const char *const RESULTS[] = {"ok", "warning", "bad", "off"};

static char *clean(const char *raw)
{
    return sanitize_dup(span_of(raw), ERROR_TEXT_MAX);
}

void diagnosis_note(struct diagnosis *diagnosis, const char *area, const char *name, enum diagnosis_result result, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *raw = alloc_vprintf(format, args);
    va_end(args);
    ARRAY_PUSH(diagnosis, ((struct diagnosis_line){clean(area), clean(name), clean(raw), NULL, result}));
}

void diagnosis_remedy(struct diagnosis *diagnosis, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *raw = alloc_vprintf(format, args);
    va_end(args);
    struct diagnosis_line *line = &diagnosis->items[diagnosis->count - 1];
    free(line->remedy);
    line->remedy = clean(raw);
}

static const char *remedy_of(enum status status)
{
    switch (status) {
    case STATUS_UNAUTHENTICATED: return "log in again, or give valid credentials: those it got are missing, expired or not accepted";
    case STATUS_FORBIDDEN: return "ask for the right, or use another identity (--context)";
    case STATUS_UNREACHABLE: return "check the address, the network, VPN or tunnel, and HTTPS_PROXY/NO_PROXY";
    case STATUS_UNTRUSTED: return "give the CA that signed the server's certificate, or renew the certificate if it has expired";
    case STATUS_TIMEOUT: return "something on the way drops packets, or the server is overloaded: try from nearer";
    case STATUS_NOT_FOUND: return "check the name or path";
    case STATUS_USAGE:
    case STATUS_INVALID: return "mend the configuration or kubeconfig that the text names";
    case STATUS_UNSUPPORTED: return "use another way to log in, or leave the feature out";
    default: return "see the text";
    }
}

void diagnosis_fail(struct diagnosis *diagnosis, const char *area, const char *name, const struct error *err)
{
    diagnosis_note(diagnosis, area, name, DIAGNOSIS_BAD, "%s", err->text);
    diagnosis_remedy(diagnosis, "%s", remedy_of(err->status));
    if (diagnosis->worst == STATUS_OK)
        diagnosis->worst = err->status;
}

void diagnosis_done(struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < diagnosis->count; i++) {
        free(diagnosis->items[i].area);
        free(diagnosis->items[i].name);
        free(diagnosis->items[i].text);
        free(diagnosis->items[i].remedy);
    }
    ARRAY_FREE(diagnosis);
}

char *diagnosis_text(const struct diagnosis *diagnosis)
{
    CLEANUP(bytebuf_done) struct bytebuf out;
    bytebuf_init(&out, 1u << 20);
    size_t width = 0;
    for (size_t i = 0; i < diagnosis->count; i++) {
        size_t length = strlen(diagnosis->items[i].name);
        width = length > width ? length : width;
    }
    const char *area = "";
    for (size_t i = 0; i < diagnosis->count; i++) {
        const struct diagnosis_line *line = &diagnosis->items[i];
        if (strcmp(area, line->area) != 0)
            bytebuf_printf(&out, "%s%s\n", i == 0 ? "" : "\n", line->area);
        area = line->area;
        bytebuf_printf(&out, "  %-7s  %-*s  %s\n", RESULTS[line->result], (int)width, line->name, line->text);
        if (line->remedy != NULL)
            bytebuf_printf(&out, "           %-*s  -> %s\n", (int)width, "", line->remedy);
    }
    return alloc_strdup(bytebuf_text(&out));
}

json_t *diagnosis_json(const struct diagnosis *diagnosis)
{
    json_t *checks = json_array();
    for (size_t i = 0; i < diagnosis->count; i++) {
        const struct diagnosis_line *line = &diagnosis->items[i];
        json_array_append_new(checks, json_pack("{s:s,s:s,s:s,s:s,s:s}", "area", line->area, "name", line->name, "result",
                                                RESULTS[line->result], "text", line->text, "remedy", line->remedy != NULL ? line->remedy : ""));
    }
    return json_pack("{s:s,s:s,s:o}", "version", SOVDECK_VERSION, "worst", error_status_name(diagnosis->worst), "checks", checks);
}
