/* A YAML text is a bounded tree or an error with a text; never anything else. */
#include "decode/yaml_tree.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_tree *tree = NULL;
    struct error err = {0};
    if (yaml_tree_load_text("fuzz", span_make((const char *)data, size), &tree, &err) == STATUS_OK)
        FUZZ_REQUIRE(yaml_tree_root(tree) != NULL);
    else
        FUZZ_REQUIRE(err.text[0] != '\0');
    yaml_tree_free(tree);
    return 0;
}
