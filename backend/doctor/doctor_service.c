/* Credentials of the profile's services and their ends; see doctor_service.h. */
#include "doctor/doctor_service.h"

#include <stdio.h>

#include "base/timestamp.h"
#include "sovereign/secret_source.h"

void doctor_service_token_key(const struct profile_service *service, const char *part, char *out, size_t size)
{
    snprintf(out, size, "%s.%s", part, service->token_file == NULL && service->token_command != NULL ? "token-command" : "token-file");
}

/* A token that cannot be had is one bad line: the service is looked at without it. */
static void run_command(struct doctor_look *look, const struct profile_service *service, const char *part, struct doctor_service *ret)
{
    char what[64], *token = NULL;
    struct error problem = {0};
    snprintf(what, sizeof what, "token of %s", part);
    struct secret_source_options options = {.what = what, .command = (const char *const *)service->token_command,
                                            .timeout_ms = DOCTOR_SERVICE_TOKEN_PATIENCE_MS};
    struct secret_source *source = secret_source_new(&options);
    if (source != NULL && secret_source_get(source, look->stop, &token, &problem) == STATUS_OK) {
        tls_identity_set_token(ret->identity, token);
        ret->has_token = true;
    } else if (source != NULL) {
        ret->is_refused = true;
        doctor_look_fail(look, "token", &problem);
        diagnosis_remedy(look->section, "run the command of %s.token-command by hand: it must print the token on its first line, within %d s and "
                         "without asking", part, DOCTOR_SERVICE_TOKEN_PATIENCE_MS / 1000);
    }
    secret_source_wipe(token);
    secret_source_free(source);
}

bool doctor_service_open(struct doctor_look *look, const struct profile_service *service, const char *part, struct doctor_service *ret)
{
    struct error problem;
    struct tls_identity_options options = {.ca_file = service->ca_file, .token_file = service->token_file,
                                           .server_name = service->server_name, .server_name_is_host = true};
    *ret = (struct doctor_service){.has_token = service->token_file != NULL};
    if (service->problem != NULL) {
        diagnosis_bad(look->section, "configured", STATUS_USAGE, "%s", service->problem);
        diagnosis_remedy(look->section, "mend the '%s' part of the configuration", part);
        return false;
    }
    if (tls_identity_new(&options, &ret->identity, &problem) != STATUS_OK) {
        diagnosis_fail(look->section, "credentials", &problem);
        diagnosis_remedy(look->section, "mend %s.ca-file or %s.token-file of the configuration", part, part);
        return false;
    }
    if (service->token_file == NULL && service->token_command != NULL)
        run_command(look, service, part, ret);
    return true;
}

void doctor_service_done(struct doctor_service *service)
{
    tls_identity_unref(service->identity);
    service->identity = NULL;
}

void doctor_service_note_end(struct diagnosis_section *section, const char *name, const char *what, int64_t expires_ms, int64_t now_ms,
                             const char *unknown, const char *remedy)
{
    char at[TIMESTAMP_TEXT_MAX], left[TIMESTAMP_TEXT_MAX];
    if (expires_ms == TIMESTAMP_NONE) {
        diagnosis_note(section, name, DIAGNOSIS_OK, "%s, %s", what, unknown);
        return;
    }
    bool is_over = expires_ms <= now_ms;
    timestamp_format(at, expires_ms);
    timestamp_format_age(left, is_over ? now_ms - expires_ms : expires_ms - now_ms);
    diagnosis_fact_text(section, "expiresAt", at);
    if (is_over)
        diagnosis_bad(section, name, STATUS_UNAUTHENTICATED, "%s, ended %s ago (%s)", what, left, at);
    else
        diagnosis_note(section, name, expires_ms - now_ms < DOCTOR_SERVICE_SOON_MS ? DIAGNOSIS_WARNING : DIAGNOSIS_OK, "%s, until %s (%s left)", what,
                       at, left);
    if (is_over || expires_ms - now_ms < DOCTOR_SERVICE_SOON_MS)
        diagnosis_remedy(section, "%s", remedy);
}
