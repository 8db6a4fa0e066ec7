/* The one C++ file: simdjson behind the C header json_reader.h.
 *
 * A dom::element is a pointer to its document and a tape index; struct json_value carries exactly that, so values pass
 * through C by copying those two words. */
#include "decode/json_reader.h"

#include <cstdio>
#include <cstring>
#include <new>
#include <simdjson.h>
#include <string>

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

struct json_reader {
    simdjson::dom::parser parser;
};

static_assert(sizeof(element) == sizeof(json_value), "a json_value is the two words of a simdjson element");

static json_value from_element(element value)
{
    json_value out;
    std::memcpy(&out, &value, sizeof out);
    return out;
}

static bool to_element(json_value value, element *out)
{
    if (value.document == nullptr)
        return false;
    std::memcpy(static_cast<void *>(out), &value, sizeof value);
    return true;
}

static const json_value ABSENT = {nullptr, 0};

extern "C" struct json_reader *json_reader_new(void)
{
    return new json_reader();
}

extern "C" void json_reader_free(struct json_reader *reader)
{
    delete reader;
}

extern "C" void json_reader_trim(struct json_reader *reader)
{
    reader->parser = simdjson::dom::parser();
}

static enum status parse(json_reader *reader, span text, json_value *root, bool copy, struct error *err)
{
    element value;
    simdjson::error_code code =
        reader->parser.parse(reinterpret_cast<const uint8_t *>(text.length > 0 ? text.data : ""), text.length, copy).get(value);
    if (code != simdjson::SUCCESS)
        return error_set(err, STATUS_INVALID, "not valid JSON: %s", simdjson::error_message(code));
    *root = from_element(value);
    return STATUS_OK;
}

extern "C" enum status json_reader_parse(struct json_reader *reader, struct span text, struct json_value *root, struct error *err)
{
    return parse(reader, text, root, true, err);
}

extern "C" enum status json_reader_parse_padded(struct json_reader *reader, struct span text, struct json_value *root,
                                                struct error *err)
{
    return parse(reader, text, root, false, err);
}

static span to_span(std::string_view view)
{
    return {view.data(), view.size()};
}

extern "C" enum json_kind json_reader_kind(struct json_value value)
{
    element it;
    if (!to_element(value, &it))
        return JSON_KIND_ABSENT;
    switch (it.type()) {
    case element_type::ARRAY: return JSON_KIND_ARRAY;
    case element_type::OBJECT: return JSON_KIND_OBJECT;
    case element_type::INT64:
    case element_type::UINT64: return JSON_KIND_INTEGER;
    case element_type::DOUBLE: return JSON_KIND_REAL;
    case element_type::STRING: return JSON_KIND_STRING;
    case element_type::BOOL: return JSON_KIND_BOOL;
    case element_type::NULL_VALUE: return JSON_KIND_NULL;
    }
    return JSON_KIND_ABSENT;
}

extern "C" struct json_value json_reader_get_span(struct json_value value, struct span key)
{
    element it, found;
    object fields;
    if (!to_element(value, &it) || it.get_object().get(fields) ||
        fields.at_key(std::string_view(key.length > 0 ? key.data : "", key.length)).get(found))
        return ABSENT;
    return from_element(found);
}

extern "C" struct json_value json_reader_get(struct json_value value, const char *key)
{
    return json_reader_get_span(value, span_of(key));
}

extern "C" struct json_value json_reader_at(struct json_value value, size_t index)
{
    element it, found;
    array entries;
    if (!to_element(value, &it) || it.get_array().get(entries) || entries.at(index).get(found))
        return ABSENT;
    return from_element(found);
}

extern "C" size_t json_reader_count(struct json_value value)
{
    element it;
    array entries;
    object fields;
    if (!to_element(value, &it))
        return 0;
    if (it.get_array().get(entries) == simdjson::SUCCESS)
        return entries.size();
    return it.get_object().get(fields) == simdjson::SUCCESS ? fields.size() : 0;
}

extern "C" struct span json_reader_string(struct json_value value)
{
    element it;
    std::string_view text;
    if (!to_element(value, &it) || it.get_string().get(text))
        return SPAN_EMPTY;
    return to_span(text);
}

extern "C" int64_t json_reader_integer(struct json_value value, int64_t otherwise)
{
    element it;
    int64_t number;
    return to_element(value, &it) && it.get_int64().get(number) == simdjson::SUCCESS ? number : otherwise;
}

extern "C" bool json_reader_bool(struct json_value value, bool otherwise)
{
    element it;
    bool truth;
    return to_element(value, &it) && it.get_bool().get(truth) == simdjson::SUCCESS ? truth : otherwise;
}

extern "C" struct span json_reader_scalar(struct json_value value, char scratch[32])
{
    element it;
    if (!to_element(value, &it))
        return SPAN_EMPTY;
    switch (it.type()) {
    case element_type::STRING: return json_reader_string(value);
    case element_type::INT64: std::snprintf(scratch, 32, "%lld", static_cast<long long>(int64_t(it))); break;
    case element_type::UINT64: std::snprintf(scratch, 32, "%llu", static_cast<unsigned long long>(uint64_t(it))); break;
    case element_type::DOUBLE: std::snprintf(scratch, 32, "%.12g", double(it)); break;
    case element_type::BOOL: std::snprintf(scratch, 32, "%s", bool(it) ? "true" : "false"); break;
    default: return SPAN_EMPTY;
    }
    return span_of(scratch);
}

extern "C" struct json_iterator json_reader_iterate(struct json_value container)
{
    json_iterator iterator = {};
    element it;
    iterator.container = container;
    if (!to_element(container, &it))
        return iterator;
    array entries;
    object fields;
    if (it.get_object().get(fields) == simdjson::SUCCESS) {
        auto begin = fields.begin();
        auto end = fields.end();
        std::memcpy(&iterator.value, static_cast<void *>(&begin), sizeof iterator.value);
        iterator.at = iterator.value.at;
        json_value last;
        std::memcpy(&last, static_cast<void *>(&end), sizeof last);
        iterator.end = last.at;
        iterator.is_object = true;
    } else if (it.get_array().get(entries) == simdjson::SUCCESS) {
        auto begin = entries.begin();
        auto end = entries.end();
        std::memcpy(&iterator.value, static_cast<void *>(&begin), sizeof iterator.value);
        iterator.at = iterator.value.at;
        json_value last;
        std::memcpy(&last, static_cast<void *>(&end), sizeof last);
        iterator.end = last.at;
    }
    return iterator;
}

/* simdjson's own iterators are a tape reference too; they are rebuilt from the saved position at each step. */
extern "C" bool json_reader_next(struct json_iterator *iterator)
{
    if (iterator->at >= iterator->end)
        return false;
    json_value position = {iterator->container.document, iterator->at};
    json_value next;
    if (iterator->is_object) {
        object::iterator at;
        std::memcpy(static_cast<void *>(&at), &position, sizeof position);
        iterator->key = to_span(at.key());
        iterator->value = from_element(at.value());
        ++at;
        std::memcpy(&next, static_cast<void *>(&at), sizeof next);
    } else {
        array::iterator at;
        std::memcpy(static_cast<void *>(&at), &position, sizeof position);
        iterator->value = from_element(*at);
        ++at;
        std::memcpy(&next, static_cast<void *>(&at), sizeof next);
    }
    iterator->at = next.at;
    return true;
}
