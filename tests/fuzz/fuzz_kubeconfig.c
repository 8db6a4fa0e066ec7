/* A kubeconfig of any bytes is read or refused with a text, and so is each of its contexts. No plugin runs: nothing is asked for. */
#include "fuzz.h"
#include "sovereign/kubeconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kubeconfig *config = NULL;
    struct error err = {0};
    if (kubeconfig_read("fuzz", span_make((const char *)data, size), &config, &err) != STATUS_OK) {
        FUZZ_REQUIRE(err.text[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < kubeconfig_context_count(config) && i < 8; i++) {
        struct kubeconfig_target target = {0};
        struct error why = {0};
        if (kubeconfig_resolve(config, kubeconfig_context_name(config, i), &target, &why) != STATUS_OK)
            FUZZ_REQUIRE(why.text[0] != '\0');
        else
            FUZZ_REQUIRE(target.identity != NULL && target.server[0] != '\0');
        kubeconfig_target_done(&target);
    }
    kubeconfig_free(config);
    return 0;
}
