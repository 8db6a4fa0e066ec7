/* Written beside the place, flushed, then renamed over it. */
#include "base/state_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

static bool is_plain(const char *name, size_t at)
{
    bool begins_part = at == 0 || name[at - 1] == '/';
    return isalnum((unsigned char)name[at]) || name[at] == '_' || name[at] == '-' || name[at] == '/' || (name[at] == '.' && !begins_part);
}

char *state_file_path(const char *name)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    bool has_state = state != NULL && state[0] == '/'; /* a relative one is to be ignored, says the specification */
    if (!has_state && (home == NULL || home[0] == '\0'))
        return NULL;
    char *path = has_state ? alloc_printf("%s/sovdeck/%s", state, name) : alloc_printf("%s/.local/state/sovdeck/%s", home, name);
    char *tail = path + strlen(path) - strlen(name);
    for (size_t i = 0; tail[i] != '\0'; i++)
        if (!is_plain(name, i))
            tail[i] = '_';
    return path;
}

enum status state_file_read(const char *path, struct bytebuf *content, struct error *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0 && errno == ENOENT)
        return error_set(err, STATUS_NOT_FOUND, "%s: there is no such file", path);
    char piece[4096];
    ssize_t count = file < 0 ? -1 : read(file, piece, sizeof piece);
    bool fits = true;
    for (; count > 0 && fits; count = read(file, piece, sizeof piece))
        fits = bytebuf_append(content, piece, (size_t)count);
    int cause = errno;
    if (file >= 0)
        close(file);
    if (!fits)
        return error_set(err, STATUS_TOO_BIG, "%s: is larger than it can be", path);
    return count == 0 ? STATUS_OK : error_set(err, STATUS_IO, "%s: cannot be read: %s", path, strerror(cause));
}

static void make_folders(const char *path)
{
    CLEANUP(alloc_free_pointer) char *folder = alloc_strdup(path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(folder, 0700); /* whether it is there now, open says */
        *slash = '/';
    }
}

static bool write_all(int file, struct span content)
{
    for (size_t done = 0; done < content.length;) {
        ssize_t count = write(file, content.data + done, content.length - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        done += (size_t)count;
    }
    return fsync(file) == 0;
}

enum status state_file_write(const char *path, struct span content, struct error *err)
{
    CLEANUP(alloc_free_pointer) char *beside = alloc_printf("%s.%ld", path, (long)getpid());
    make_folders(path);
    unlink(beside); /* of a run that died: its mode may be another */
    int file = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool fine = file >= 0 && write_all(file, content);
    int cause = errno;
    if (file >= 0)
        close(file);
    if (fine && rename(beside, path) == 0)
        return STATUS_OK;
    if (fine)
        cause = errno;
    if (file >= 0)
        unlink(beside);
    return error_set(err, STATUS_IO, "%s: cannot be written: %s", path, strerror(cause));
}
