/* Builders of document parts that every kind has. */
#include "demo/demo_build.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_json.h"

json_t *demo_build_ago(int64_t seconds)
{
    return demo_json_time(-seconds * 1000);
}

json_t *demo_build_object(const char *name_space, const char *name, json_t *labels, int64_t age_seconds)
{
    json_t *metadata = json_pack("{s:s, s:o}", "name", name, "creationTimestamp", demo_build_ago(age_seconds));
    if (name_space)
        json_object_set_new(metadata, "namespace", json_string(name_space));
    if (labels)
        json_object_set_new(metadata, "labels", labels);
    return json_pack("{s:o}", "metadata", metadata);
}

void demo_build_condition(json_t *document, const char *type, const char *status, const char *reason,
                          const char *message, int64_t age_seconds, json_int_t observed_generation)
{
    json_t *conditions = demo_json_at(document, "status.conditions");
    if (!conditions) {
        demo_json_set(document, "status.conditions", json_array());
        conditions = demo_json_at(document, "status.conditions");
    }
    json_t *condition = json_pack("{s:s, s:s, s:s, s:s, s:o}", "type", type, "status", status, "reason", reason,
                                  "message", message, "lastTransitionTime", demo_build_ago(age_seconds));
    if (observed_generation >= 0)
        json_object_set_new(condition, "observedGeneration", json_integer(observed_generation));
    json_array_append_new(conditions, condition);
}

void demo_build_date_conditions(json_t *document, json_t *time)
{
    size_t index = 0;
    json_t *condition = NULL;
    json_array_foreach(demo_json_at(document, "status.conditions"), index, condition)
        json_object_set(condition, "lastTransitionTime", time);
}

void demo_build_owner(json_t *document, const json_t *owner)
{
    json_t *metadata = json_object_get(document, "metadata");
    json_t *owners = json_object_get(metadata, "ownerReferences");
    if (!owners) {
        owners = json_array();
        json_object_set_new(metadata, "ownerReferences", owners);
    }
    json_array_append_new(
        owners, json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "apiVersion", demo_json_text(owner, "apiVersion"), "kind",
                          demo_json_text(owner, "kind"), "name", demo_json_text(owner, "metadata.name"), "uid",
                          demo_json_text(owner, "metadata.uid"), "controller", 1, "blockOwnerDeletion", 1));
}

char *demo_build_digest(const json_t *value)
{
    char *text = demo_json_dump(value);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_Digest(text, strlen(text), digest, &length, EVP_sha256(), NULL);
    free(text);
    char *out = alloc_bytes(8 + 2 * length + 1);
    strcpy(out, "sha256:");
    for (unsigned i = 0; i < length; i++)
        snprintf(out + 7 + 2 * i, 3, "%02x", digest[i]);
    return out;
}

json_t *demo_build_base64(const char *text)
{
    size_t length = strlen(text);
    char *out = alloc_bytes(4 * ((length + 2) / 3) + 1);
    EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)text, (int)length);
    json_t *value = json_string(out);
    free(out);
    return value;
}

char *demo_build_unbase64(const char *text)
{
    size_t length = strlen(text);
    char *out = alloc_zeroed(length + 4, 1);
    int decoded = EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)text, (int)length);
    if (decoded < 0) {
        free(out);
        return NULL;
    }
    while (length > 0 && text[length - 1] == '=') { /* padding decodes to NULs */
        decoded--;
        length--;
    }
    out[decoded > 0 ? decoded : 0] = '\0';
    return out;
}
