/* `:doctor`: the examination of `sovdeck doctor` as a document. UI thread. */
#ifndef APP_DOCTOR_DOCUMENT_H
#define APP_DOCTOR_DOCUMENT_H

struct app;

/* `feed`: only this one; "" for all. */
void doctor_document_open(struct app *app, const char *feed);

#endif
