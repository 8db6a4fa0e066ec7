/* The named faults: where each begins, which lamp must say what, and how it ends. Data; fault_driver runs it. */
#ifndef FAULTS_FAULT_TABLE_H
#define FAULTS_FAULT_TABLE_H

#include "fault_rig.h"

#define FAULT_ROW_RULES_MAX 3
#define FAULT_ROW_FAULTS_MAX 2

enum fault_group { FAULT_GROUP_WIRE, FAULT_GROUP_SERVER, FAULT_GROUP_API, FAULT_GROUP_NATS, FAULT_GROUPS };

#define FAULT_LAMP(state) (1u << FEED_STATE_##state)

struct fault_row {
    const char *name;
    enum fault_group group;
    enum fault_link link;                      /* whose lamp must tell; every other one stays live */
    struct fault faults[FAULT_ROW_FAULTS_MAX]; /* of the link's proxy, in this order */
    const char *rules[FAULT_ROW_RULES_MAX];    /* of the server's fault switches; set before the proxy's */
    void (*begin)(struct fault_rig *rig, enum fault_link link); /* after both; NULL: nothing more */
    void (*end)(struct fault_rig *rig, enum fault_link link);   /* before proxy and switches heal; NULL */
    unsigned lamps;     /* FAULT_LAMP()s that are the truth. Only LIVE: it may not leave LIVE at all */
    const char *word;   /* in the lamp's reason; NULL: any */
    bool rows_live;     /* although the lamp is down, the watches go on: rows are no older for it */
    bool mute;          /* the server keeps silent on purpose */
    int64_t told_ms;    /* clock time until the lamp has told; 0: FAULT_TOLD_MS */
    int64_t back_ms;    /* clock time until everything is whole again; 0: FAULT_BACK_MS */
};

#define FAULT_TOLD_MS 5000
#define FAULT_BACK_MS 10000

size_t fault_table_count(void);
const struct fault_row *fault_table_at(size_t index);

#endif
