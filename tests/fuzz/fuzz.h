/* The entry point of every fuzz target. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that must hold for every input. */
#define FUZZ_REQUIRE(condition)  \
    do {                         \
        if (!(condition))        \
            __builtin_trap();    \
    } while (0)

#endif
