/* RFC 4648 base64, as in kubeconfigs and Secrets. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* New buffer with the decoded bytes, NUL-terminated behind *length; caller frees (and wipes, if it is a secret). White space
 * is skipped. NULL when the text is not base64. */
char *base64_decode(struct span text, size_t *length);

char *base64_encode(struct span bytes); /* one line, padded; caller frees */

#endif
