/* One library connection; see nats_session.h. */
#include "transport/nats_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

#define LAST_CALLBACK_WAIT_S 5

static void note_closed(natsConnection *connection, void *context)
{
    struct nats_session *session = context;
    const char *words = NULL;
    natsStatus reason = natsConnection_GetLastError(connection, &words);
    pthread_mutex_lock(&session->lock);
    snprintf(session->words, sizeof session->words, "%s", words != NULL && reason != NATS_OK ? words : "");
    session->closed = true;
    session->reason = reason;
    session->notify(session->context);
    pthread_cond_broadcast(&session->changed);
    pthread_mutex_unlock(&session->lock);
}

static void note_lame_duck(natsConnection *connection, void *context)
{
    struct nats_session *session = context;
    pthread_mutex_lock(&session->lock);
    session->lame_duck = true;
    session->notify(session->context);
    pthread_mutex_unlock(&session->lock);
}

static void note_denial(struct nats_session *session, natsConnection *connection)
{
    const char *words = NULL;
    struct nats_denial denial = {0};
    if (natsConnection_GetLastError(connection, &words) != NATS_NOT_PERMITTED)
        return;
    const char *subject = words != NULL ? strchr(words, '"') : NULL;
    if (subject == NULL)
        return;
    denial.publish = strcasestr(words, "for publish") != NULL;
    snprintf(denial.subject, sizeof denial.subject, "%.*s", (int)strcspn(subject + 1, "\""), subject + 1);
    pthread_mutex_lock(&session->lock);
    session->denials[session->denial_count++ % NATS_SESSION_DENIALS_MAX] = denial;
    session->notify(session->context);
    pthread_mutex_unlock(&session->lock);
}

/* Replaces the library's default handler, which prints to stderr, into the middle of a curses screen. */
static void note_error(natsConnection *connection, natsSubscription *subscription, natsStatus code, void *context)
{
    if (code == NATS_NOT_PERMITTED)
        note_denial(context, connection);
}

static void destroy(struct nats_session *session)
{
    natsConnection_Destroy(session->connection);
    pthread_cond_destroy(&session->changed);
    pthread_mutex_destroy(&session->lock);
    free(session);
}

struct nats_session *nats_session_new(natsOptions *options, void (*notify)(void *context), void *context, natsStatus *code,
                                      char *detail, size_t size)
{
    struct nats_session *session = alloc_new(struct nats_session);
    session->notify = notify;
    session->context = context;
    pthread_mutex_init(&session->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&session->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    natsOptions_SetClosedCB(options, note_closed, session);
    natsOptions_SetLameDuckModeCB(options, note_lame_duck, session);
    natsOptions_SetErrorHandler(options, note_error, session);
    *code = natsConnection_Connect(&session->connection, options);
    if (*code == NATS_OK)
        return session;
    natsStatus last = NATS_OK;
    const char *words = nats_GetLastError(&last);
    snprintf(detail, size, "%s", words != NULL ? words : "");
    destroy(session);
    return NULL;
}

natsConnection *nats_session_borrow(struct nats_session *session)
{
    pthread_mutex_lock(&session->lock);
    natsConnection *connection = session->closed ? NULL : session->connection;
    session->users += connection != NULL ? 1 : 0;
    pthread_mutex_unlock(&session->lock);
    return connection;
}

void nats_session_release(struct nats_session *session)
{
    pthread_mutex_lock(&session->lock);
    session->users--;
    pthread_cond_broadcast(&session->changed);
    pthread_mutex_unlock(&session->lock);
}

bool nats_session_is_closed(struct nats_session *session)
{
    pthread_mutex_lock(&session->lock);
    bool closed = session->closed;
    pthread_mutex_unlock(&session->lock);
    return closed;
}

bool nats_session_is_lame_duck(struct nats_session *session)
{
    pthread_mutex_lock(&session->lock);
    bool lame_duck = session->lame_duck;
    pthread_mutex_unlock(&session->lock);
    return lame_duck;
}

void nats_session_note_denial(struct nats_session *session)
{
    note_denial(session, session->connection);
}

bool nats_session_is_denied(struct nats_session *session, bool publish, const char *subject)
{
    size_t length = strlen(subject);
    bool wild = length > 0 && (subject[length - 1] == '*' || subject[length - 1] == '>'), denied = false;
    pthread_mutex_lock(&session->lock);
    for (size_t i = 0; i < session->denial_count && i < NATS_SESSION_DENIALS_MAX && !denied; i++) {
        const struct nats_denial *denial = &session->denials[i];
        bool same = strcmp(denial->subject, subject) == 0;
        denied = denial->publish == publish && (same || (wild && strncmp(denial->subject, subject, length - 1) == 0));
    }
    pthread_mutex_unlock(&session->lock);
    return denied;
}

void nats_session_free(struct nats_session *session)
{
    if (session == NULL)
        return;
    natsConnection_Close(session->connection); /* requests under way fail at once */
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LAST_CALLBACK_WAIT_S;
    bool late = false;
    pthread_mutex_lock(&session->lock);
    while ((session->users > 0 || !session->closed) && !late)
        late = pthread_cond_timedwait(&session->changed, &session->lock, &until) != 0;
    pthread_mutex_unlock(&session->lock);
    if (!late)
        destroy(session); /* else a callback may still come: better a few bytes lost than one too early freed */
}
