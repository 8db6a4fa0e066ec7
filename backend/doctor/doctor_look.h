/* One feed under examination: what its thread works with. Inside the doctor only. */
#ifndef DOCTOR_DOCTOR_LOOK_H
#define DOCTOR_DOCTOR_LOOK_H

#include "doctor/doctor.h"

struct doctor_look {
    const struct doctor_options *options;
    const struct sovereign_region *region; /* Kubernetes only */
    struct diagnosis_section *section;     /* this look's own */
    const atomic_bool *stop;               /* cancelled, or out of time: calls end with STATUS_INTERRUPTED */
    const char *renewal;                   /* how its server certificate is renewed: "with cert-manager: …" */
    void (*examine)(struct doctor_look *look);
};

int64_t doctor_look_now(void); /* real monotonic milliseconds: patience is real time */
bool doctor_look_is_over(const struct doctor_look *look);

/* diagnosis_fail; a call that was ended for lack of time is said to be a time-out. */
void doctor_look_fail(const struct doctor_look *look, const char *name, const struct error *err);

/* The examinations. Each fills its section and returns when it has nothing more to ask. */
void doctor_kube_examine(struct doctor_look *look);
void doctor_catalyst_examine(struct doctor_look *look);
void doctor_gitea_examine(struct doctor_look *look);
void doctor_openbao_examine(struct doctor_look *look);
void doctor_nats_examine(struct doctor_look *look);

#endif
