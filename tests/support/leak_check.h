/* Criterion does not fail a test that leaks: put TEST_NO_LEAKS(); as the last line of a test's body. */
#ifndef SUPPORT_LEAK_CHECK_H
#define SUPPORT_LEAK_CHECK_H

int leak_check_found(void); /* non-zero when the leak sanitizer finds leaks now; 0 without the sanitizer */

#define TEST_NO_LEAKS() cr_assert(!leak_check_found(), "memory leaked")

#endif
