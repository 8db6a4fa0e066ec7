/* Collects what was checked, weighs it, and gives it as JSON; see diagnosis.h. The text for people is in diagnosis_text.c. */
#include "doctor/diagnosis.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/sanitize.h"

#define TEXT_MAX 2048

const char *diagnosis_word(enum diagnosis_result result)
{
    static const char *const WORDS[] = {
        [DIAGNOSIS_OK] = "ok", [DIAGNOSIS_WARNING] = "warning", [DIAGNOSIS_BAD] = "bad", [DIAGNOSIS_OFF] = "off"};
    return WORDS[result];
}

static char *clean(const char *raw)
{
    return sanitize_dup(span_of(raw), TEXT_MAX);
}

void diagnosis_init(struct diagnosis *diagnosis)
{
    *diagnosis = (struct diagnosis){.facts = json_object()};
}

static void free_section(struct diagnosis_section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        free(section->items[i].name);
        free(section->items[i].text);
        free(section->items[i].remedy);
    }
    ARRAY_FREE(section);
    json_decref(section->facts);
    free(section->kind);
    free(section->name);
    free(section);
}

void diagnosis_done(struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < diagnosis->count; i++)
        free_section(diagnosis->items[i]);
    ARRAY_FREE(diagnosis);
    json_decref(diagnosis->facts);
    diagnosis->facts = NULL;
}

struct diagnosis_section *diagnosis_add(struct diagnosis *diagnosis, const char *kind, const char *name)
{
    struct diagnosis_section *section = alloc_new(struct diagnosis_section);
    *section = (struct diagnosis_section){.kind = clean(kind), .name = clean(name), .facts = json_object()};
    ARRAY_PUSH(diagnosis, section);
    return section;
}

static void add_line(struct diagnosis_section *section, struct diagnosis_line line)
{
    if (section->count < DIAGNOSIS_LINES_MAX) {
        ARRAY_PUSH(section, line);
        return;
    }
    section->left_out++;
    free(line.name);
    free(line.text);
}

void diagnosis_note(struct diagnosis_section *section, const char *name, enum diagnosis_result result, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *raw = alloc_vprintf(format, args);
    va_end(args);
    add_line(section, (struct diagnosis_line){clean(name), clean(raw), NULL, result, STATUS_OK});
}

void diagnosis_bad(struct diagnosis_section *section, const char *name, enum status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *raw = alloc_vprintf(format, args);
    va_end(args);
    add_line(section, (struct diagnosis_line){clean(name), clean(raw), NULL, DIAGNOSIS_BAD, status});
}

void diagnosis_remedy(struct diagnosis_section *section, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    CLEANUP(alloc_free_pointer) char *raw = alloc_vprintf(format, args);
    va_end(args);
    if (section->count == 0 || section->left_out > 0)
        return;
    struct diagnosis_line *line = &section->items[section->count - 1];
    free(line->remedy);
    line->remedy = clean(raw);
}

/* Keeps -Wswitch-enum company: every status that a check can end with has its sentence. */
static const char *const REMEDIES[STATUS_COUNT] = {
    [STATUS_UNAUTHENTICATED] = "log in again, or give valid credentials: those it got are missing, expired or not accepted",
    [STATUS_FORBIDDEN] = "ask for the right, or use another identity (--context, --as)",
    [STATUS_UNREACHABLE] = "check the address, the network, VPN or tunnel, and HTTPS_PROXY/NO_PROXY",
    [STATUS_UNTRUSTED] = "give the CA that signed the server's certificate, or renew the certificate if it has expired",
    [STATUS_TIMEOUT] = "something on the way drops packets, or the server is overloaded: try from nearer",
    [STATUS_NOT_FOUND] = "check the name or path",
    [STATUS_USAGE] = "mend the configuration or kubeconfig that the text names",
    [STATUS_INVALID] = "what answers there does not speak as expected: check the address and what stands before it",
    [STATUS_IO] = "check that the file is there and readable for you",
    [STATUS_UNSUPPORTED] = "use another way to log in, or leave the feature out",
    [STATUS_BUSY] = "the server asks for fewer requests: wait, or have its limits raised",
    [STATUS_INTERRUPTED] = "run it again: it was not given the time to finish",
};

void diagnosis_fail(struct diagnosis_section *section, const char *name, const struct error *err)
{
    const char *remedy = REMEDIES[err->status];
    diagnosis_bad(section, name, err->status, "%s", err->text);
    diagnosis_remedy(section, "%s", remedy != NULL ? remedy : "see the text");
}

void diagnosis_fact(struct diagnosis_section *section, const char *key, json_t *value)
{
    json_object_set_new(section->facts, key, value);
}

void diagnosis_fact_text(struct diagnosis_section *section, const char *key, const char *text)
{
    CLEANUP(alloc_free_pointer) char *printable = clean(text);
    json_object_set_new(section->facts, key, json_string(printable));
}

size_t diagnosis_count(const struct diagnosis *diagnosis, enum diagnosis_result result)
{
    size_t count = 0;
    for (size_t i = 0; i < diagnosis->count; i++)
        for (size_t k = 0; k < diagnosis->items[i]->count; k++)
            count += diagnosis->items[i]->items[k].result == result;
    return count;
}

enum status diagnosis_worst(const struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < diagnosis->count; i++)
        for (size_t k = 0; k < diagnosis->items[i]->count; k++)
            if (diagnosis->items[i]->items[k].result == DIAGNOSIS_BAD)
                return diagnosis->items[i]->items[k].status;
    return STATUS_OK;
}

static const char *result_of_section(const struct diagnosis_section *section)
{
    enum diagnosis_result worst = DIAGNOSIS_OK;
    bool all_off = section->count > 0;
    for (size_t i = 0; i < section->count; i++) {
        enum diagnosis_result result = section->items[i].result;
        all_off = all_off && result == DIAGNOSIS_OFF;
        if (result == DIAGNOSIS_BAD || (result == DIAGNOSIS_WARNING && worst == DIAGNOSIS_OK))
            worst = result;
    }
    return diagnosis_word(all_off ? DIAGNOSIS_OFF : worst);
}

static json_t *section_json(const struct diagnosis_section *section)
{
    json_t *object = json_pack("{s:s,s:s,s:s}", "kind", section->kind, "name", section->name, "result", result_of_section(section));
    json_t *checks = json_array();
    json_object_update(object, section->facts);
    for (size_t i = 0; i < section->count; i++) {
        const struct diagnosis_line *line = &section->items[i];
        json_array_append_new(checks, json_pack("{s:s,s:s,s:s,s:s,s:s}", "name", line->name, "result", diagnosis_word(line->result),
                                                "status", error_status_name(line->status), "text", line->text, "remedy",
                                                line->remedy != NULL ? line->remedy : ""));
    }
    json_object_set_new(object, "checks", checks);
    if (section->left_out > 0)
        json_object_set_new(object, "checksLeftOut", json_integer((json_int_t)section->left_out));
    return object;
}

json_t *diagnosis_json(const struct diagnosis *diagnosis)
{
    json_t *sections = json_array();
    for (size_t i = 0; i < diagnosis->count; i++)
        json_array_append_new(sections, section_json(diagnosis->items[i]));
    enum status worst = diagnosis_worst(diagnosis);
    const char *result = worst != STATUS_OK ? "bad" : diagnosis_count(diagnosis, DIAGNOSIS_WARNING) > 0 ? "warning" : "ok";
    json_t *object = json_pack("{s:s,s:s,s:s,s:i,s:{s:I,s:I,s:I}}", "version", SOVDECK_VERSION, "result", result, "worst",
                               error_status_name(worst), "exitCode", error_exit_code(worst), "count", "ok",
                               (json_int_t)diagnosis_count(diagnosis, DIAGNOSIS_OK), "warning",
                               (json_int_t)diagnosis_count(diagnosis, DIAGNOSIS_WARNING), "bad",
                               (json_int_t)diagnosis_count(diagnosis, DIAGNOSIS_BAD));
    json_object_update(object, diagnosis->facts);
    json_object_set_new(object, "sections", sections);
    return object;
}
