/* Who we are at catalyst-api: the session of a PIN login, its file, and what is known of the identity. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sanitize.h"
#include "base/timestamp.h"
#include "sovereign/catalyst_client_inside.h"

/* Gives the session to the identity. Under the lock. */
static void wear(struct catalyst_client *client)
{
    const struct catalyst_session *session = &client->session;
    char cookie[CATALYST_SESSION_TOKEN_MAX + 32] = "";
    if (session->is_cookie)
        snprintf(cookie, sizeof cookie, "catalyst_session=%s", session->token);
    tls_identity_set_token(client->identity, session->is_cookie ? NULL : session->token);
    tls_identity_set_cookie(client->identity, session->is_cookie ? cookie : NULL);
    explicit_bzero(cookie, sizeof cookie);
    client->method = CATALYST_METHOD_PIN;
    client->whoami = (struct catalyst_whoami){0};
    client->was_accepted = false;
    snprintf(client->last_email, sizeof client->last_email, "%s", session->email);
}

void catalyst_client_restore(struct catalyst_client *client)
{
    for (size_t i = 0; i < catalyst_hosts_count(client->hosts); i++) {
        enum status status = catalyst_session_load(&client->session, catalyst_hosts_at(client->hosts, i), client->fqdn, NULL);
        if (status == STATUS_OK) {
            wear(client);
            return;
        }
        if (client->session.email[0] != '\0')
            snprintf(client->last_email, sizeof client->last_email, "%s", client->session.email);
        catalyst_session_wipe(&client->session);
    }
}

bool catalyst_client_is_expired(struct catalyst_client *client)
{
    pthread_mutex_lock(&client->lock);
    int64_t expires_ms = client->method == CATALYST_METHOD_PIN             ? client->session.expires_ms
                         : client->method == CATALYST_METHOD_TOKEN_COMMAND ? client->token_expires_ms
                                                                           : TIMESTAMP_NONE;
    pthread_mutex_unlock(&client->lock);
    return expires_ms != TIMESTAMP_NONE && clock_wall_ms() >= expires_ms;
}

bool catalyst_client_keeps_session(const struct catalyst_client *client)
{
    return client->keeps_session;
}

void catalyst_client_take_session(struct catalyst_client *client, const struct catalyst_session *session)
{
    pthread_mutex_lock(&client->lock);
    client->session = *session;
    wear(client);
    pthread_mutex_unlock(&client->lock);
}

void catalyst_client_drop_session(struct catalyst_client *client)
{
    pthread_mutex_lock(&client->lock);
    if (client->method == CATALYST_METHOD_PIN) {
        catalyst_session_wipe(&client->session);
        tls_identity_set_token(client->identity, NULL);
        tls_identity_set_cookie(client->identity, NULL);
        client->method = CATALYST_METHOD_NONE;
        client->whoami = (struct catalyst_whoami){0};
        client->was_accepted = false;
    }
    pthread_mutex_unlock(&client->lock);
}

enum status catalyst_client_save_session(struct catalyst_client *client, struct error *err)
{
    if (!client->keeps_session)
        return STATUS_OK;
    struct catalyst_session *copy = alloc_new(struct catalyst_session);
    pthread_mutex_lock(&client->lock);
    *copy = client->session;
    pthread_mutex_unlock(&client->lock);
    enum status status =
        copy->token[0] != '\0' ? catalyst_session_save(copy, catalyst_hosts_at(client->hosts, 0), client->fqdn, err) : STATUS_OK;
    catalyst_session_wipe(copy);
    free(copy);
    return status;
}

enum status catalyst_client_forget_session(struct catalyst_client *client, bool *ret_had_one, struct error *err)
{
    enum status worst = STATUS_OK;
    *ret_had_one = false;
    for (size_t i = 0; i < catalyst_hosts_count(client->hosts); i++) {
        struct error problem = {0};
        enum status status = catalyst_session_delete(catalyst_hosts_at(client->hosts, i), &problem);
        *ret_had_one |= status == STATUS_OK;
        if (status != STATUS_OK && status != STATUS_NOT_FOUND)
            worst = error_set(err, status, "%s", problem.text);
    }
    return worst;
}

void catalyst_client_last_email(struct catalyst_client *client, char *out, size_t size)
{
    pthread_mutex_lock(&client->lock);
    snprintf(out, size, "%s", client->last_email);
    pthread_mutex_unlock(&client->lock);
}

/* The token file is the identity's to read; here only its end is wanted. */
static int64_t read_expiry(const char *path)
{
    char *token = alloc_zeroed(1, CATALYST_SESSION_TOKEN_MAX + 1);
    FILE *file = fopen(path, "re");
    size_t length = file != NULL ? fread(token, 1, CATALYST_SESSION_TOKEN_MAX, file) : 0;
    if (file != NULL)
        fclose(file);
    int64_t expires_ms = catalyst_session_token_expiry(span_trim(span_make(token, length)));
    explicit_bzero(token, CATALYST_SESSION_TOKEN_MAX);
    free(token);
    return expires_ms;
}

void catalyst_client_standing(struct catalyst_client *client, struct catalyst_standing *ret)
{
    *ret = (struct catalyst_standing){.expires_ms = TIMESTAMP_NONE};
    pthread_mutex_lock(&client->lock);
    ret->method = (enum catalyst_method)client->method;
    ret->org_scoped = client->whoami.org_scoped;
    snprintf(ret->email, sizeof ret->email, "%s",
             client->whoami.email[0] != '\0'       ? client->whoami.email
             : client->method == CATALYST_METHOD_PIN ? client->session.email
                                                     : "");
    snprintf(ret->tier, sizeof ret->tier, "%s", client->whoami.tier);
    switch (ret->method) {
    case CATALYST_METHOD_NONE: snprintf(ret->source, sizeof ret->source, "nobody"); break;
    case CATALYST_METHOD_TOKEN_FILE: snprintf(ret->source, sizeof ret->source, "token file %s", client->token_file); break;
    case CATALYST_METHOD_TOKEN_COMMAND:
        snprintf(ret->source, sizeof ret->source, "token command '%s'", client->command_name);
        ret->expires_ms = client->token_expires_ms;
        break;
    case CATALYST_METHOD_PIN:
        snprintf(ret->source, sizeof ret->source, "PIN login");
        ret->expires_ms = client->session.expires_ms;
        break;
    }
    pthread_mutex_unlock(&client->lock);
    if (ret->method == CATALYST_METHOD_TOKEN_FILE)
        ret->expires_ms = read_expiry(client->token_file);
    snprintf(ret->url, sizeof ret->url, "%s", catalyst_hosts_url(client->hosts));
    catalyst_hosts_explain(client->hosts, ret->remark, sizeof ret->remark);
}

void catalyst_client_note_whoami(struct catalyst_client *client, const struct catalyst_whoami *whoami)
{
    pthread_mutex_lock(&client->lock);
    client->whoami = *whoami;
    client->was_accepted = true;
    pthread_mutex_unlock(&client->lock);
}

void catalyst_client_explain_denial(struct catalyst_client *client, char *out, size_t size)
{
    char raw[400];
    struct catalyst_standing *standing = alloc_new(struct catalyst_standing);
    catalyst_client_standing(client, standing);
    pthread_mutex_lock(&client->lock);
    bool was_accepted = client->was_accepted;
    pthread_mutex_unlock(&client->lock);
    bool is_over = standing->expires_ms != TIMESTAMP_NONE && clock_wall_ms() >= standing->expires_ms;
    switch (standing->method) {
    case CATALYST_METHOD_NONE: snprintf(raw, sizeof raw, "not logged in"); break;
    case CATALYST_METHOD_PIN: snprintf(raw, sizeof raw, "session expired (%s)", standing->email); break;
    default:
        snprintf(raw, sizeof raw, "%s of the %s", is_over || was_accepted ? "session expired: the token" : "the server does not accept the token",
                 standing->source);
    }
    sanitize_line_into(out, size, raw, strlen(raw));
    free(standing);
}
