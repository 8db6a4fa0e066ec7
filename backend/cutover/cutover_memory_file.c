/* The memory as a small JSON file; see cutover_memory.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sanitize.h"
#include "base/state_file.h"
#include "base/timestamp.h"
#include "cutover/cutover_memory.h"
#include "decode/json_edit.h"
#include "decode/json_writer.h"

#define SCHEMA "sovdeck.cutover-memory/1"

static char *path_of(const char *sovereign)
{
    char name[256];
    snprintf(name, sizeof name, "cutover/%s.json", sovereign[0] != '\0' ? sovereign : "unnamed");
    for (char *slash = strchr(name, '/') + 1; (slash = strchr(slash, '/')) != NULL; slash++)
        *slash = '_';
    return state_file_path(name);
}

static int64_t time_at(const json_t *document, const char *key)
{
    return timestamp_parse(span_of(json_edit_text(document, key)));
}

static void keep(char *out, size_t size, const char *text)
{
    sanitize_line_into(out, size, text, strlen(text));
}

static void take_alarms(struct cutover_memory *memory, const json_t *alarms)
{
    size_t index;
    json_t *item;
    json_array_foreach((json_t *)alarms, index, item) {
        if (memory->alarm_count == CUTOVER_MEMORY_ALARMS_MAX)
            return;
        struct cutover_memory_alarm *alarm = &memory->alarms[memory->alarm_count++];
        alarm->at_ms = time_at(item, "at");
        keep(alarm->text, sizeof alarm->text, json_edit_text(item, "text"));
    }
}

static void take(struct cutover_memory *memory, const json_t *document)
{
    size_t index;
    json_t *item;
    if (strcmp(json_edit_text(document, "schema"), SCHEMA) != 0)
        return;
    memory->is_known = true;
    memory->was_installed = json_is_true(json_object_get(document, "installed"));
    memory->was_complete = json_is_true(json_object_get(document, "complete"));
    memory->started_ms = time_at(document, "startedAt");
    memory->last_attempt_ms = time_at(document, "lastAttemptStartedAt");
    memory->finished_ms = time_at(document, "finishedAt");
    keep(memory->registries_active, sizeof memory->registries_active, json_edit_text(document, "registriesYamlActive"));
    json_array_foreach(json_object_get(document, "succeeded"), index, item)
        if (memory->succeeded_count < STEP_CATALOGUE_MAX && json_is_string(item))
            keep(memory->succeeded[memory->succeeded_count++], STEP_NAME_MAX, json_string_value(item));
    take_alarms(memory, json_object_get(document, "alarms"));
}

void cutover_memory_load(struct cutover_memory *memory, const char *sovereign)
{
    CLEANUP(alloc_free_pointer) char *path = path_of(sovereign);
    CLEANUP(bytebuf_done) struct bytebuf content;
    CLEANUP(json_edit_unref) json_t *document = NULL;
    cutover_memory_init(memory);
    bytebuf_init(&content, CUTOVER_MEMORY_FILE_MAXIMUM);
    if (path != NULL && state_file_read(path, &content, NULL) == STATUS_OK &&
        json_edit_parse(path, bytebuf_span(&content), &document, NULL) == STATUS_OK)
        take(memory, document);
}

static void write(const struct cutover_memory *memory, struct bytebuf *out)
{
    struct json_writer writer;
    json_writer_init(&writer, out);
    json_writer_begin_object(&writer, NULL);
    json_writer_text(&writer, "schema", SCHEMA);
    json_writer_bool(&writer, "installed", memory->was_installed);
    json_writer_bool(&writer, "complete", memory->was_complete);
    json_writer_time(&writer, "startedAt", memory->started_ms);
    json_writer_time(&writer, "lastAttemptStartedAt", memory->last_attempt_ms);
    json_writer_time(&writer, "finishedAt", memory->finished_ms);
    json_writer_text(&writer, "registriesYamlActive", memory->registries_active);
    json_writer_begin_array(&writer, "succeeded");
    for (size_t i = 0; i < memory->succeeded_count; i++)
        json_writer_text(&writer, NULL, memory->succeeded[i]);
    json_writer_end(&writer);
    json_writer_begin_array(&writer, "alarms");
    for (size_t i = 0; i < memory->alarm_count; i++) {
        json_writer_begin_object(&writer, NULL);
        json_writer_time(&writer, "at", memory->alarms[i].at_ms);
        json_writer_text(&writer, "text", memory->alarms[i].text);
        json_writer_end(&writer);
    }
    json_writer_end(&writer);
    json_writer_end(&writer);
    bytebuf_append_byte(out, '\n');
}

enum status cutover_memory_save(const struct cutover_memory *memory, const char *sovereign, struct error *err)
{
    CLEANUP(alloc_free_pointer) char *path = path_of(sovereign);
    CLEANUP(bytebuf_done) struct bytebuf content;
    if (path == NULL)
        return error_set(err, STATUS_IO, "what the cutover claimed cannot be kept: HOME is not set");
    bytebuf_init(&content, CUTOVER_MEMORY_FILE_MAXIMUM);
    write(memory, &content);
    return state_file_write(path, bytebuf_span(&content), err);
}
