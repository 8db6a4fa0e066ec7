/* The demo's folder; see demo_state.h. */
#include "demo/demo_state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "demo/demo_world.h"

#define FILE_MAX_BYTES 16384

static const char *const TOKEN_FILES[DEMO_STATE_TOKENS] = {
    [DEMO_STATE_TOKEN_ADMIN] = "catalyst.token",
    [DEMO_STATE_TOKEN_OPERATOR] = "catalyst-operator.token",
    [DEMO_STATE_TOKEN_VIEWER] = "catalyst-viewer.token",
    [DEMO_STATE_TOKEN_GITEA] = "gitea.token",
    [DEMO_STATE_TOKEN_RUNNER] = "cutover-runner.token",
};
static const char *const PORT_NAMES[DEMO_STATE_PORTS] = {"fsn", "hel", "catalyst", "gitea", "nats"};

char *demo_state_path(const struct demo_state *state, const char *name)
{
    return alloc_printf("%s/%s", state->folder, name);
}

/* Whole small file as text; NULL when it cannot be read. */
static char *read_file(const struct demo_state *state, const char *name)
{
    CLEANUP(alloc_free_pointer) char *path = demo_state_path(state, name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    char *text = alloc_bytes(FILE_MAX_BYTES + 1);
    size_t length = fread(text, 1, FILE_MAX_BYTES, file);
    fclose(file);
    text[length] = '\0';
    return text;
}

static enum status write_file(const struct demo_state *state, const char *name, const char *text, struct error *err)
{
    CLEANUP(alloc_free_pointer) char *path = demo_state_path(state, name);
    CLEANUP(alloc_free_pointer) char *fresh = alloc_printf("%s.new", path);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        written = close(fd) == 0 && written;
    if (!written || rename(fresh, path) != 0)
        return error_set(err, STATUS_IO, "cannot write %s: %s", path, strerror(errno));
    return STATUS_OK;
}

static void make_token(char out[DEMO_STATE_TOKEN_MAX])
{
    unsigned char bytes[24];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        abort();
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void read_tokens(struct demo_state *state)
{
    for (size_t i = 0; i < DEMO_STATE_TOKENS; i++) {
        CLEANUP(alloc_free_pointer) char *text = read_file(state, TOKEN_FILES[i]);
        if (text != NULL && strlen(text) > 16)
            snprintf(state->tokens[i], DEMO_STATE_TOKEN_MAX, "%.*s", (int)strcspn(text, "\n"), text);
        else
            make_token(state->tokens[i]);
    }
}

static void read_ports(struct demo_state *state)
{
    CLEANUP(alloc_free_pointer) char *text = read_file(state, "ports");
    for (size_t i = 0; text != NULL && i < DEMO_STATE_PORTS; i++) {
        CLEANUP(alloc_free_pointer) char *key = alloc_printf("%s=", PORT_NAMES[i]);
        const char *at = strstr(text, key);
        if (at != NULL)
            state->ports[i] = atoi(at + strlen(key));
    }
}

static enum status read_authority(struct demo_state *state, struct error *err)
{
    CLEANUP(alloc_free_pointer) char *certificate = read_file(state, "ca.crt");
    CLEANUP(alloc_free_pointer) char *key = read_file(state, "ca.key");
    if (certificate != NULL && key != NULL && demo_tls_load(&state->tls, certificate, key, NULL) == STATUS_OK)
        return STATUS_OK;
    return demo_tls_new(&state->tls, err);
}

enum status demo_state_open(struct demo_state *state, const char *folder, struct error *err)
{
    char absolute[PATH_MAX];
    *state = (struct demo_state){0};
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return error_set(err, STATUS_IO, "cannot make the folder %s: %s", folder, strerror(errno));
    if (realpath(folder, absolute) == NULL)
        return error_set(err, STATUS_IO, "cannot use the folder %s: %s", folder, strerror(errno));
    state->folder = alloc_strdup(absolute);
    read_tokens(state);
    read_ports(state);
    return read_authority(state, err);
}

void demo_state_close(struct demo_state *state)
{
    demo_tls_free(state->tls);
    free(state->folder);
    *state = (struct demo_state){0};
}

static char *describe_config(const struct demo_state *state)
{
    const char *folder = state->folder;
    int nats_port = state->ports[DEMO_STATE_PORT_NATS];
    CLEANUP(alloc_free_pointer) char *nats = nats_port > 0 ? alloc_printf("    nats: {urls: [\"nats://127.0.0.1:%d\"]}\n", nats_port) : alloc_strdup("");
    return alloc_printf("# Written by `sovdeck demo`: an ordinary configuration, for this demo Sovereign.\n"
                        "current: acme\n"
                        "sovereigns:\n"
                        "  acme:\n"
                        "    fqdn: " DEMO_WORLD_FQDN "\n"
                        "    class: development\n"
                        "    regions:\n"
                        "      - {name: fsn, primary: true, kubeconfig: \"%s/kubeconfig\", context: fsn}\n"
                        "      - {name: hel, kubeconfig: \"%s/kubeconfig\", context: hel}\n"
                        "    catalyst: {url: \"https://127.0.0.1:%d\", ca-file: \"%s/ca.crt\", token-file: \"%s/catalyst.token\"}\n"
                        "%s"
                        "    gitea: {url: \"https://127.0.0.1:%d\", ca-file: \"%s/ca.crt\", token-file: \"%s/gitea.token\"}\n",
                        folder, folder, state->ports[DEMO_STATE_PORT_CATALYST], folder, folder, nats,
                        state->ports[DEMO_STATE_PORT_GITEA], folder, folder);
}

enum status demo_state_save(const struct demo_state *state, struct error *err)
{
    char ports[256] = "";
    for (size_t i = 0; i < DEMO_STATE_PORTS; i++)
        snprintf(ports + strlen(ports), sizeof ports - strlen(ports), "%s=%d\n", PORT_NAMES[i], state->ports[i]);
    CLEANUP(alloc_free_pointer) char *key = demo_tls_ca_key_pem(state->tls);
    CLEANUP(alloc_free_pointer) char *config = describe_config(state);
    enum status status = write_file(state, "ports", ports, err);
    if (status == STATUS_OK)
        status = write_file(state, "ca.crt", demo_tls_ca_pem(state->tls), err);
    if (status == STATUS_OK)
        status = write_file(state, "ca.key", key, err);
    for (size_t i = 0; status == STATUS_OK && i < DEMO_STATE_TOKENS; i++)
        status = write_file(state, TOKEN_FILES[i], state->tokens[i], err);
    return status == STATUS_OK ? write_file(state, "config.yaml", config, err) : status;
}
