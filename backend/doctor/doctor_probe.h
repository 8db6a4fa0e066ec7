/* Reaches an HTTPS address and says how: TLS version, certificates, clock, latency. Inside the doctor only. */
#ifndef DOCTOR_DOCTOR_PROBE_H
#define DOCTOR_DOCTOR_PROBE_H

#include "base/bytebuf.h"
#include "doctor/doctor_look.h"
#include "transport/http_thread.h"

struct doctor_target {
    const char *url;
    struct tls_identity *identity; /* NULL: the system's CAs, no credentials */
    const char *proxy;
    const char *ca_key;   /* where its CA is configured: "certificate-authority-data of cluster 'acme' in the kubeconfig" */
    const char *name_key; /* where the expected name is: "tls-server-name"; NULL: nowhere */
    bool is_quick;        /* one sample only */
};

struct doctor_answer {
    int code; /* 0: no answer */
    char type[96]; /* Content-Type without parameters */
    struct bytebuf body;
};

/* Adds its lines and facts to the look's section. False when nothing answered (then a bad line says why). `answer` is filled
 * with the first reply; doctor_probe_done. */
bool doctor_probe(struct doctor_look *look, const struct doctor_target *target, struct doctor_answer *answer);
void doctor_probe_done(struct doctor_answer *answer);

/* One further GET, with the doctor's time limits. STATUS_OK when a complete answer came, whatever its code. */
enum status doctor_probe_get(struct doctor_look *look, const char *url, struct tls_identity *identity, struct doctor_answer *answer,
                             struct error *err);

#endif
