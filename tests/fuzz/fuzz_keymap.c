/* Whatever a keymap file says, quit, help and back stay reachable. */
#include "fuzz.h"
#include "input/keymap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum command_id KEPT[] = {COMMAND_QUIT, COMMAND_HELP, COMMAND_BACK};
    struct keymap *keymap = keymap_new();
    char keys[KEY_SEQUENCE_NAME_MAX];
    struct error err;
    keymap_overlay_text(keymap, "fuzz", span_make((const char *)data, size), &err);
    for (size_t i = 0; i < sizeof KEPT / sizeof KEPT[0]; i++)
        FUZZ_REQUIRE(keymap_keys_for(keymap, KEYMAP_CONTEXT_GLOBAL, KEPT[i], NULL, keys));
    keymap_free(keymap);
    return 0;
}
