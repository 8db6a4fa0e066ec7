/* Runs one row of the fault table on a rig and holds it to its word. */
#ifndef FAULTS_FAULT_DRIVER_H
#define FAULTS_FAULT_DRIVER_H

#include "fault_table.h"

struct fault_report {
    int64_t told_ms;      /* clock time until the lamp told the truth */
    int64_t back_ms;      /* clock time from the fault's end until everything was whole and equal to a fresh list */
    uint64_t requests;    /* sent while the fault held */
    int64_t worst_turn_us; /* CPU time of the UI thread's dearest turn */
    char hits[1024]; /* the fault switches as they were at the end, with their hits: JSON */
    char why[512];        /* what was broken; "" */
};

/* On a whole rig, which is whole again afterwards. False: `why` says what was not as it must be. */
bool fault_driver_run(struct fault_rig *rig, const struct fault_row *row, struct fault_report *report);

/* The person leaves while the fault holds, comes back while it holds, and then it ends. */
bool fault_driver_leave(struct fault_rig *rig, const struct fault_row *row, struct fault_report *report);

#endif
