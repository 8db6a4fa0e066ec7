/* Checked allocation; see alloc.h. */
#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*abort_hook)(const char *reason);

void alloc_set_abort_hook(void (*hook)(const char *reason))
{
    abort_hook = hook;
}

static void fail(const char *reason)
{
    if (abort_hook != NULL)
        abort_hook(reason);
    abort();
}

void *alloc_bytes(size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);
    if (memory == NULL)
        fail("out of memory");
    return memory;
}

void *alloc_zeroed(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (memory == NULL)
        fail("out of memory");
    return memory;
}

void *alloc_resize(void *memory, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        fail("allocation size overflow");
    size_t total = count * size;
    void *bigger = realloc(memory, total > 0 ? total : 1);
    if (bigger == NULL)
        fail("out of memory");
    return bigger;
}

char *alloc_strdup(const char *text)
{
    return text == NULL ? NULL : alloc_strndup(text, strlen(text));
}

char *alloc_strndup(const char *text, size_t length)
{
    char *copy = alloc_bytes(length + 1);
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *alloc_vprintf(const char *format, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0)
        fail("out of memory");
    return text;
}

char *alloc_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = alloc_vprintf(format, args);
    va_end(args);
    return text;
}

void alloc_free_pointer(void *pointer_to_pointer)
{
    void **pointer = pointer_to_pointer;
    free(*pointer);
    *pointer = NULL;
}
