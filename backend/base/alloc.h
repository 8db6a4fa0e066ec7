/* Memory that is never NULL: on exhaustion the process aborts through one hook (which restores the terminal first).
 * Allowed because everything a peer can grow has a declared maximum elsewhere. */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stdarg.h>
#include <stddef.h>

/* CLEANUP(fn) T x: calls fn(&x) when x leaves scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

void *alloc_bytes(size_t size);
void *alloc_zeroed(size_t count, size_t size);
void *alloc_resize(void *memory, size_t count, size_t size); /* realloc(count * size) with an overflow check */
char *alloc_strdup(const char *text);                        /* NULL stays NULL */
char *alloc_strndup(const char *text, size_t length);
char *alloc_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *alloc_vprintf(const char *format, va_list args);

/* For CLEANUP(alloc_free_pointer) char *text. */
void alloc_free_pointer(void *pointer_to_pointer);

/* Called once with a reason just before abort(); NULL for none. */
void alloc_set_abort_hook(void (*hook)(const char *reason));

#define alloc_new(type) ((type *)alloc_zeroed(1, sizeof(type)))

#endif
