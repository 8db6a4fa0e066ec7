/* YAML with a comment for everything that was found, not found and not asked; see init_text.h. Every value from outside is quoted or
 * stands in a comment. */
#include "headless/init_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_LENGTH 40

/* 'it''s': inside single quotes nothing but the quote means anything. The text is sanitized, one line. */
static void quote(struct bytebuf *out, const char *text)
{
    bytebuf_append_byte(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            bytebuf_append_byte(out, '\'');
        bytebuf_append_byte(out, *text);
    }
    bytebuf_append_byte(out, '\'');
}

/* First label of the FQDN, or what is usable of a context's name: a key that needs no quotes. */
static void sovereign_name(char out[NAME_MAX_LENGTH + 1], const char *text, bool first_label)
{
    size_t length = 0;
    for (; *text != '\0' && length < NAME_MAX_LENGTH && !(first_label && *text == '.'); text++) {
        if (isalnum((unsigned char)*text))
            out[length++] = (char)tolower((unsigned char)*text);
        else if (length > 0 && out[length - 1] != '-')
            out[length++] = '-';
    }
    while (length > 0 && out[length - 1] == '-')
        length--;
    out[length] = '\0';
    if (length == 0 || strspn(out, "0123456789") == length || strcmp(out, "null") == 0 || strcmp(out, "true") == 0 || strcmp(out, "false") == 0)
        snprintf(out, NAME_MAX_LENGTH + 1, "sovereign-%.20s", first_label ? "a" : "b");
}

bool init_text_is_first(const struct init_findings *findings, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(findings->contexts[i].fqdn, findings->contexts[index].fqdn) == 0)
            return false;
    return findings->contexts[index].fqdn[0] != '\0';
}

/* Several contexts of one cluster (other users) are one region: the first stands for it. */
static bool is_other_user(const struct init_findings *findings, size_t index)
{
    const struct init_context *context = &findings->contexts[index];
    for (size_t i = 0; i < index; i++)
        if (strcmp(findings->contexts[i].fqdn, context->fqdn) == 0 && strcmp(findings->contexts[i].server, context->server) == 0)
            return true;
    return false;
}

static bool region_is_taken(const struct init_findings *findings, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(findings->contexts[i].fqdn, findings->contexts[index].fqdn) == 0 && !is_other_user(findings, i) &&
            strcmp(findings->contexts[i].region, findings->contexts[index].region) == 0)
            return true;
    return false;
}

/* The region that runs catalyst-api; the first when none shows it. */
static size_t primary_of(const struct init_findings *findings, size_t first)
{
    for (size_t i = first; i < findings->count; i++)
        if (strcmp(findings->contexts[i].fqdn, findings->contexts[first].fqdn) == 0 && !is_other_user(findings, i) &&
            findings->contexts[i].catalyst.name[0] != '\0')
            return i;
    return first;
}

static void write_region(struct bytebuf *out, const struct init_findings *findings, const struct init_context *context, const char *name,
                         bool primary, const char *indent)
{
    bytebuf_printf(out, "%s- name: ", indent);
    quote(out, name);
    if (primary)
        bytebuf_printf(out, "\n%s  primary: true", indent);
    if (findings->kubeconfig != NULL) {
        bytebuf_printf(out, "\n%s  kubeconfig: ", indent);
        quote(out, findings->kubeconfig);
    }
    bytebuf_printf(out, "\n%s  context: ", indent);
    quote(out, context->name);
    bytebuf_append_byte(out, '\n');
}

static void write_regions(struct bytebuf *out, const struct init_findings *findings, size_t first)
{
    size_t primary = primary_of(findings, first), written = 0;
    bytebuf_append_text(out, "    regions:\n");
    for (size_t i = first; i < findings->count; i++) {
        const struct init_context *context = &findings->contexts[i];
        if (strcmp(context->fqdn, findings->contexts[first].fqdn) != 0)
            continue;
        if (is_other_user(findings, i)) {
            bytebuf_printf(out, "      # context '%s' is the same cluster with another user\n", context->name);
        } else if (written == STORE_REGIONS_MAX) {
            bytebuf_printf(out, "      # context '%s' is a region too, but there may be %d at most\n", context->name, STORE_REGIONS_MAX);
        } else {
            bool by_region = context->region[0] != '\0' && !region_is_taken(findings, i);
            write_region(out, findings, context, by_region ? context->region : context->name, i == primary, "      ");
            written++;
        }
    }
}

/* ---- services */

static void write_forward(struct bytebuf *out, const char *indent, const struct init_findings *findings, const struct init_context *context,
                          const struct init_service *service, int local)
{
    bytebuf_printf(out, "%stunnel: [kubectl, ", indent);
    if (findings->kubeconfig != NULL && findings->kubeconfig[0] == '/') { /* no shell would expand a ~ */
        bytebuf_append_text(out, "--kubeconfig, ");
        quote(out, findings->kubeconfig);
        bytebuf_append_text(out, ", ");
    }
    bytebuf_append_text(out, "--context, ");
    quote(out, context->name);
    bytebuf_printf(out, ", -n, %s, port-forward, svc/%s, '%d:%d']\n", service->namespace, service->name, local, service->port);
}

static void write_catalyst(struct bytebuf *out, const struct init_findings *findings, const struct init_context *context, const struct init_host hosts[2])
{
    const struct init_host *url = hosts[0].answers || !hosts[1].answers ? &hosts[0] : &hosts[1];
    for (int i = 0; i < 2; i++)
        bytebuf_printf(out, "    # %s: %s\n", hosts[i].url, hosts[i].answers ? "answers" : hosts[i].error.text);
    bytebuf_append_text(out, "    catalyst:\n      url: ");
    quote(out, url->url);
    bytebuf_append_text(out, "\n");
    if (url == &hosts[0] && hosts[1].answers) {
        bytebuf_append_text(out, "      console-url: ");
        quote(out, hosts[1].url);
        bytebuf_append_byte(out, '\n');
    }
    bytebuf_append_text(out, "      # ca-file: ca.pem                 # when the system does not trust its certificate\n"
                             "      # email: you@example.org          # for the PIN login in the console\n"
                             "      # token-file: catalyst.token      # or a token: a file of mode 0600,\n"
                             "      # token-command: [vault, read, -field=token, secret/catalyst] # or the first line a command prints\n"
                             "      # refresh: 10m                    # run the command again after that long, not only after a 401\n");
    if (context->catalyst.name[0] != '\0' && !url->answers) {
        bytebuf_append_text(out, "      # instead of the public host, through Kubernetes: url: http://127.0.0.1:18080 and\n");
        write_forward(out, "      # ", findings, context, &context->catalyst, 18080);
    }
}

static void write_nats(struct bytebuf *out, const struct init_findings *findings, const struct init_context *context)
{
    const struct init_service *nats = &context->nats;
    if (nats->name[0] == '\0') {
        bytebuf_append_text(out, "    # NATS was not found, or may not be seen (namespace nats-system); its place in this file:\n"
                                 "    # nats: {urls: ['nats://HOST:4222'], user: NAME, password-file: FILE}\n");
        return;
    }
    bytebuf_printf(out, "    # NATS is service %s in namespace %s, seldom reachable from outside. Through Kubernetes:\n", nats->name, nats->namespace);
    bytebuf_append_text(out, "    # nats:\n    #   urls: ['nats://127.0.0.1:14222']   # the tunnel's local end\n    #   discovery: off                      # what the servers say of each other cannot be reached\n");
    write_forward(out, "    #   ", findings, context, nats, 14222);
    bytebuf_append_text(out, "    #   # credentials-file: user.creds, or user with password-file or password-command, or token-file, or nkey-seed-file\n");
}

static void write_http(struct bytebuf *out, const struct init_findings *findings, const struct init_context *context,
                       const struct init_service *service, const char *key, const char *host, int local)
{
    if (service->name[0] == '\0') {
        bytebuf_printf(out, "    # %s: {url: 'https://%s.%s', token-file: FILE}\n", key, host, context->fqdn);
        return;
    }
    bytebuf_printf(out, "    # %s is service %s in namespace %s:\n    # %s:\n    #   url: https://%s.%s          # or through Kubernetes: http://127.0.0.1:%d with\n", key,
                   service->name, service->namespace, key, host, context->fqdn, local);
    write_forward(out, "    #   ", findings, context, service, local);
    bytebuf_printf(out, "    #   token-file: %s.token\n", key);
}

static void write_sovereign(struct bytebuf *out, const struct init_findings *findings, size_t first, const char *name)
{
    const struct init_context *context = &findings->contexts[primary_of(findings, first)];
    bytebuf_printf(out, "  %s:\n    fqdn: ", name);
    quote(out, context->fqdn);
    bytebuf_printf(out, "\n    class: %s%s\n", profile_class_name(findings->class),
                   findings->class == PROFILE_CLASS_PRODUCTION ? "                   # or staging, development: they ask less before a change" : "");
    write_regions(out, findings, first);
    write_catalyst(out, findings, context, findings->hosts[first]);
    write_nats(out, findings, context);
    write_http(out, findings, context, &context->gitea, "gitea", "gitea", 13000);
    write_http(out, findings, context, &context->openbao, "openbao", "bao", 18200);
}

/* ---- the file */

static void unique_name(char out[NAME_MAX_LENGTH + 8], const struct init_findings *findings, size_t index)
{
    char name[NAME_MAX_LENGTH + 1], other[NAME_MAX_LENGTH + 1];
    unsigned same = 0;
    sovereign_name(name, findings->contexts[index].fqdn, true);
    for (size_t i = 0; i < index; i++)
        if (init_text_is_first(findings, i)) {
            sovereign_name(other, findings->contexts[i].fqdn, true);
            same += strcmp(name, other) == 0;
        }
    if (same > 0)
        snprintf(out, NAME_MAX_LENGTH + 8, "%s-%u", name, same + 1);
    else
        snprintf(out, NAME_MAX_LENGTH + 8, "%s", name);
}

static void write_head(struct bytebuf *out, const struct init_findings *findings)
{
    bytebuf_printf(out, "# Configuration of sovdeck, written by `sovdeck init` on %s. It is yours now: edit it freely.\n"
                        "# Paths are relative to this file. Secrets are never in it: only files or commands that give them.\n"
                        "# `sovdeck doctor` says what of it works.\n\n", findings->written_at);
    if (findings->problem != NULL)
        bytebuf_printf(out, "# No context could be read, so nothing was asked: %s\n", findings->problem);
    bytebuf_append_text(out, "theme: dark                            # dark, light, mono, or a file\n\nsovereigns:\n");
}

/* The others: what was found or why not, ready to be uncommented. */
static void write_other(struct bytebuf *out, const struct init_findings *findings, const struct init_context *context)
{
    char name[NAME_MAX_LENGTH + 1];
    sovereign_name(name, context->name, false);
    if (!context->was_asked)
        bytebuf_printf(out, "\n  # context '%s' was not asked (--all-contexts asks all)\n", context->name);
    else if (!context->answers)
        bytebuf_printf(out, "\n  # context '%s' does not answer: %s\n", context->name, context->error.text);
    else if (context->error.status != STATUS_OK)
        bytebuf_printf(out, "\n  # context '%s' answers, but whether it is a Sovereign may not be read: %s\n", context->name, context->error.text);
    else
        bytebuf_printf(out, "\n  # context '%s' answers and is no Catalyst Sovereign: ConfigMap catalyst-system/sovereign-fqdn is missing\n", context->name);
    bytebuf_printf(out, "  # %s:\n  #   class: %s\n  #   regions:\n", name, profile_class_name(findings->class));
    write_region(out, findings, context, context->name, false, "  #     ");
}

static const char EXAMPLE[] = "  # NAME:\n"
                              "  #   fqdn: acme.example\n"
                              "  #   class: production\n"
                              "  #   regions:\n"
                              "  #     - {name: fsn, primary: true, kubeconfig: fsn.yaml, context: fsn}\n"
                              "  #     - {name: hel, kubeconfig: hel.yaml}\n"
                              "  #   catalyst: {url: 'https://api.acme.example', email: you@example.org}\n"
                              "  #   nats: {urls: ['nats://127.0.0.1:14222'], discovery: off, tunnel: [kubectl, -n, nats-system, port-forward, svc/nats-jetstream, '14222:4222']}\n"
                              "  #   gitea: {url: 'https://gitea.acme.example', token-file: gitea.token}\n";

void init_text_write(struct bytebuf *out, const struct init_findings *findings)
{
    char name[NAME_MAX_LENGTH + 8];
    size_t found = 0;
    write_head(out, findings);
    for (size_t i = 0; i < findings->count; i++)
        if (init_text_is_first(findings, i)) {
            bytebuf_append_text(out, found++ > 0 ? "\n" : "");
            unique_name(name, findings, i);
            write_sovereign(out, findings, i, name);
        }
    if (found == 0)
        bytebuf_append_text(out, EXAMPLE);
    for (size_t i = 0; i < findings->count; i++)
        if (findings->contexts[i].fqdn[0] == '\0')
            write_other(out, findings, &findings->contexts[i]);
}
