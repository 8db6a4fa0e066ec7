/* Runs a fuzz target over the files named on the command line, whole, and over each of their prefixes. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define SEED_MAX 65536
#define PREFIXES_MAX 400

static int replay(const char *path)
{
    static uint8_t data[SEED_MAX];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return 0;
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    size_t step = size / PREFIXES_MAX + 1;
    for (size_t length = 0; length < size; length += step)
        LLVMFuzzerTestOneInput(data, length);
    LLVMFuzzerTestOneInput(data, size);
    return 1;
}

int main(int argc, char **argv)
{
    int replayed = 0;
    setlocale(LC_CTYPE, "C.UTF-8");
    for (int i = 1; i < argc; i++)
        replayed += replay(argv[i]);
    printf("%d seeds replayed\n", replayed);
    return replayed > 0 && replayed == argc - 1 ? 0 : 1;
}
