/* A key name that parses prints to a name that parses to the same key. */
#include "fuzz.h"
#include "input/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct key key, again;
    char name[KEY_NAME_MAX];
    if (!key_parse(span_make((const char *)data, size), &key))
        return 0;
    size_t length = key_print(key, name);
    FUZZ_REQUIRE(key_parse(span_make(name, length), &again) && key_equals(key, again));
    return 0;
}
