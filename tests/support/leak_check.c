/* Asks the leak sanitizer, where the build has one. */
#include "support/leak_check.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
int leak_check_found(void)
{
    return __lsan_do_recoverable_leak_check();
}
#else
int leak_check_found(void)
{
    return 0;
}
#endif
