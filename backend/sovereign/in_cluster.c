/* Environment and mounted files of a pod; see in_cluster.h. */
#include "sovereign/in_cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/bytebuf.h"
#include "decode/json_writer.h"

#define FOLDER "/var/run/secrets/kubernetes.io/serviceaccount"
#define TEXT_MAXIMUM 8192

static char *path_of(const char *name)
{
    const char *root = getenv("SOVDECK_IN_CLUSTER_ROOT");
    return alloc_printf("%s" FOLDER "/%s", root != NULL ? root : "", name);
}

static void read_namespace(char *out, size_t size)
{
    CLEANUP(alloc_free_pointer) char *path = path_of("namespace");
    FILE *file = fopen(path, "re");
    out[0] = '\0';
    if (file == NULL)
        return;
    if (fgets(out, (int)size, file) == NULL)
        out[0] = '\0';
    out[strcspn(out, "\r\n")] = '\0';
    fclose(file);
}

static void begin_entry(struct json_writer *writer, const char *section, const char *singular)
{
    json_writer_begin_array(writer, section);
    json_writer_begin_object(writer, NULL);
    json_writer_text(writer, "name", IN_CLUSTER_CONTEXT);
    json_writer_begin_object(writer, singular);
}

static void end_entry(struct json_writer *writer)
{
    json_writer_end(writer);
    json_writer_end(writer);
    json_writer_end(writer);
}

char *in_cluster_kubeconfig(void)
{
    const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
    CLEANUP(alloc_free_pointer) char *token = path_of("token"), *ca = path_of("ca.crt");
    if (host == NULL || host[0] == '\0' || port == NULL || port[0] == '\0' || access(token, R_OK) != 0)
        return NULL;
    bool six = strchr(host, ':') != NULL;
    CLEANUP(alloc_free_pointer) char *server = alloc_printf("https://%s%s%s:%s", six ? "[" : "", host, six ? "]" : "", port);
    char namespace[80];
    read_namespace(namespace, sizeof namespace);
    struct bytebuf text;
    struct json_writer writer;
    bytebuf_init(&text, TEXT_MAXIMUM);
    json_writer_init(&writer, &text);
    json_writer_begin_object(&writer, NULL);
    json_writer_text(&writer, "current-context", IN_CLUSTER_CONTEXT);
    begin_entry(&writer, "clusters", "cluster");
    json_writer_text(&writer, "server", server);
    if (access(ca, R_OK) == 0)
        json_writer_text(&writer, "certificate-authority", ca);
    end_entry(&writer);
    begin_entry(&writer, "users", "user");
    json_writer_text(&writer, "tokenFile", token);
    end_entry(&writer);
    begin_entry(&writer, "contexts", "context");
    json_writer_text(&writer, "cluster", IN_CLUSTER_CONTEXT);
    json_writer_text(&writer, "user", IN_CLUSTER_CONTEXT);
    json_writer_text(&writer, "namespace", namespace);
    end_entry(&writer);
    json_writer_end(&writer);
    return bytebuf_take(&text);
}
