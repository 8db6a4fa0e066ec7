/* Runs the doctor on the worker and shows what it says; see doctor_document.h. */
#include "app/doctor_document.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/app.h"
#include "base/alloc.h"
#include "doctor/doctor.h"
#include "screen/document.h"

#define MARGIN 2

struct visit {
    const struct sovereign *sovereign;
    char *journal;
    char feed[64];
    int width;
};

static char *examine(void *context, const atomic_bool *closed, struct error *err)
{
    struct visit *visit = context;
    struct diagnosis diagnosis;
    struct doctor_options options = {.sovereign = visit->sovereign, .cancel = closed, .region = -1, .journal = visit->journal,
                                     .feed = visit->feed[0] != '\0' ? visit->feed : NULL};
    diagnosis_init(&diagnosis);
    char *text = NULL;
    if (doctor_examine(&options, &diagnosis, err) == STATUS_OK)
        text = diagnosis_text(&diagnosis, visit->width, false);
    diagnosis_done(&diagnosis);
    return text;
}

static void dispose(void *context)
{
    struct visit *visit = context;
    free(visit->journal);
    free(visit);
}

void doctor_document_open(struct app *app, const char *feed)
{
    struct visit *visit = alloc_new(struct visit);
    *visit = (struct visit){.sovereign = app->host.sovereign, .width = app->canvas->width - MARGIN};
    visit->journal = app->options->journal != NULL ? alloc_strdup(app->options->journal) : NULL;
    snprintf(visit->feed, sizeof visit->feed, "%s", feed);
    app_push(app, document_screen_new(&app->host, document_produce(&app->host, "Doctor", examine, dispose, visit)));
}
