/* Small files that sovdeck keeps for itself under $XDG_STATE_HOME/sovdeck (else ~/.local/state/sovdeck): only the owner may read
 * them, and they are replaced whole, so that a crash leaves the old or the new content. Any thread. */
#ifndef BASE_STATE_FILE_H
#define BASE_STATE_FILE_H

#include "base/bytebuf.h"
#include "base/error.h"
#include "base/span.h"

/* "…/sovdeck/NAME"; bytes of `name` that are not letters, digits, '.', '_', '-' or '/' become '_', and so does a leading '.' of a
 * part. Caller frees. NULL: there is no home folder. */
char *state_file_path(const char *name);

/* The whole file, at most `content`'s maximum. STATUS_NOT_FOUND: there is none (not worth a word). STATUS_IO, STATUS_TOO_BIG. */
enum status state_file_read(const char *path, struct bytebuf *content, struct error *err);

/* Folders are made (0700), the file replaced (0600). STATUS_IO with path and cause. */
enum status state_file_write(const char *path, struct span content, struct error *err);

#endif
