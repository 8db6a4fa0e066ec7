/* Runs the doctor on the worker for reports and shows what it says; see doctor_document.h. */
#include "app/doctor_document.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/app.h"
#include "base/alloc.h"
#include "doctor/doctor.h"
#include "screen/document.h"

#define MARGIN 2

struct examination {
    const struct sovereign *sovereign;
    char *journal;
    char feed[64];
    int width;
};

static char *examine(void *context, const atomic_bool *closed, struct error *err)
{
    struct examination *self = context;
    struct diagnosis diagnosis;
    struct doctor_options options = {.sovereign = self->sovereign, .cancel = closed, .region = -1, .journal = self->journal,
                                     .feed = self->feed[0] != '\0' ? self->feed : NULL};
    diagnosis_init(&diagnosis);
    char *text = NULL;
    if (doctor_examine(&options, &diagnosis, err) == STATUS_OK)
        text = diagnosis_text(&diagnosis, self->width, false);
    diagnosis_done(&diagnosis);
    return text;
}

static void dispose(void *context)
{
    struct examination *self = context;
    free(self->journal);
    free(self);
}

void doctor_document_open(struct app *app, const char *feed)
{
    struct examination *self = alloc_new(struct examination);
    *self = (struct examination){.sovereign = app->host.sovereign, .width = app->canvas->width - MARGIN};
    self->journal = app->options->journal != NULL ? alloc_strdup(app->options->journal) : NULL;
    snprintf(self->feed, sizeof self->feed, "%s", feed);
    app_push(app, document_screen_new(&app->host, document_produce(&app->host, "Doctor", examine, dispose, self)));
}
