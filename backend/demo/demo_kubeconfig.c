/* kubeconfig as YAML text with embedded data; see demo_kubeconfig.h. */
#include "demo/demo_kubeconfig.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/bytebuf.h"

#define FILE_MAX (1u << 20)

static void append_base64(struct bytebuf *out, const char *key, const char *text)
{
    size_t length = strlen(text);
    unsigned char *encoded = alloc_bytes(length / 3 * 4 + 8);
    EVP_EncodeBlock(encoded, (const unsigned char *)text, (int)length);
    bytebuf_printf(out, "    %s: %s\n", key, (const char *)encoded);
    free(encoded);
}

static bool is_first_of_cluster(const struct demo_context *contexts, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(contexts[i].cluster, contexts[index].cluster) == 0)
            return false;
    }
    return true;
}

static void append_user(struct bytebuf *out, const struct demo_context *context)
{
    bool is_empty = context->pair == NULL && context->token == NULL;
    bytebuf_printf(out, "- name: %s\n  user:%s\n", context->name, is_empty ? " {}" : "");
    if (context->pair != NULL) {
        append_base64(out, "client-certificate-data", context->pair->certificate_pem);
        append_base64(out, "client-key-data", context->pair->key_pem);
    }
    if (context->token != NULL)
        bytebuf_printf(out, "    token: %s\n", context->token);
}

static void append_all(struct bytebuf *out, const char *ca_pem, const struct demo_context *contexts, size_t count)
{
    bytebuf_append_text(out, "apiVersion: v1\nkind: Config\npreferences: {}\nclusters:\n");
    for (size_t i = 0; i < count; i++) {
        if (!is_first_of_cluster(contexts, i))
            continue;
        bytebuf_printf(out, "- name: %s\n  cluster:\n    server: https://127.0.0.1:%d\n", contexts[i].cluster,
                       contexts[i].port);
        append_base64(out, "certificate-authority-data", ca_pem);
    }
    bytebuf_append_text(out, "users:\n");
    for (size_t i = 0; i < count; i++)
        append_user(out, &contexts[i]);
    bytebuf_append_text(out, "contexts:\n");
    for (size_t i = 0; i < count; i++) {
        bytebuf_printf(out, "- name: %s\n  context:\n    cluster: %s\n    user: %s\n", contexts[i].name,
                       contexts[i].cluster, contexts[i].name);
        if (contexts[i].name_space != NULL)
            bytebuf_printf(out, "    namespace: %s\n", contexts[i].name_space);
    }
    bytebuf_printf(out, "current-context: %s\n", count == 0 ? "\"\"" : contexts[0].name);
}

static enum status write_file(const char *path, const struct bytebuf *text, struct error *err)
{
    char *draft = alloc_printf("%s.new", path);
    enum status status = STATUS_OK;
    int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool is_written = fd >= 0 && write(fd, text->data, text->length) == (ssize_t)text->length;
    if (fd >= 0)
        is_written = close(fd) == 0 && is_written;
    if (!is_written || rename(draft, path) != 0)
        status = error_set(err, STATUS_IO, "demo kubeconfig %s: %s", path, strerror(errno));
    free(draft);
    return status;
}

enum status demo_kubeconfig_write(const char *path, const char *ca_pem, const struct demo_context *contexts,
                                  size_t count, struct error *err)
{
    struct bytebuf text;
    bytebuf_init(&text, FILE_MAX);
    append_all(&text, ca_pem, contexts, count);
    enum status status = write_file(path, &text, err);
    bytebuf_done(&text);
    return status;
}
