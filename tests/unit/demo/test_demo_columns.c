/* The cells of server-side Tables. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/timestamp.h"
#include "demo/demo_kinds.h"
#include "support/leak_check.h"

static const struct {
    enum demo_kind_id kind;
    const char *column, *object, *cell;
} cases[] = {
    {DEMO_KIND_POD, "Status", "{'status':{'phase':'Running'}}", "'Running'"},
    {DEMO_KIND_POD, "Status", "{'metadata':{'deletionTimestamp':'2026-01-01T00:00:00Z'},'status':{'phase':'Running'}}", "'Terminating'"},
    {DEMO_KIND_POD, "Status", "{'status':{'phase':'Running','containerStatuses':[{'state':{'waiting':{'reason':'CrashLoopBackOff'}}}]}}", "'CrashLoopBackOff'"},
    {DEMO_KIND_POD, "Status", "{'spec':{'initContainers':[{},{}]},'status':{'phase':'Pending','initContainerStatuses':[{'state':{'running':{}}}]}}", "'Init:0/2'"},
    {DEMO_KIND_POD, "Status", "{'status':{'phase':'Failed','reason':'Evicted'}}", "'Evicted'"},
    {DEMO_KIND_POD, "Ready", "{'spec':{'containers':[{},{}]},'status':{'containerStatuses':[{'ready':true},{'ready':false}]}}", "'1/2'"},
    {DEMO_KIND_POD, "Restarts", "{'status':{'containerStatuses':[{'restartCount':4,'lastState':{'terminated':{'finishedAt':'2026-07-27T00:00:00Z'}}}]}}", "'4 (5m ago)'"},
    {DEMO_KIND_POD, "Age", "{'metadata':{'creationTimestamp':'2026-07-26T00:05:00Z'}}", "'24h'"},
    {DEMO_KIND_POD, "Age", "{}", "'<unknown>'"},
    {DEMO_KIND_NODE, "Status", "{'spec':{'unschedulable':true},'status':{'conditions':[{'type':'Ready','status':'True'}]}}", "'Ready,SchedulingDisabled'"},
    {DEMO_KIND_NODE, "Status", "{'status':{'conditions':[{'type':'Ready','status':'Unknown'}]}}", "'NotReady'"},
    {DEMO_KIND_NODE, "Roles", "{'metadata':{'labels':{'node-role.kubernetes.io/worker':''}}}", "'worker'"},
    {DEMO_KIND_SERVICE, "Port(s)", "{'spec':{'ports':[{'port':80,'nodePort':30080},{'port':53,'protocol':'UDP'}]}}", "'80:30080/TCP,53/UDP'"},
    {DEMO_KIND_DEPLOYMENT, "Ready", "{'spec':{'replicas':3},'status':{'readyReplicas':2}}", "'2/3'"},
    {DEMO_KIND_JOB, "Duration", "{'status':{'startTime':'2026-07-27T00:00:00Z','completionTime':'2026-07-27T00:00:42Z'}}", "'42s'"},
    {DEMO_KIND_JOB, "Duration", "{'status':{'startTime':'2026-07-27T00:00:00Z'}}", "'5m'"},
    {DEMO_KIND_JOB, "Status", "{'status':{'conditions':[{'type':'Complete','status':'True'}]}}", "'Complete'"},
    {DEMO_KIND_EVENT, "Object", "{'involvedObject':{'kind':'HelmRelease','name':'x'}}", "'helmrelease/x'"},
    {DEMO_KIND_PERSISTENTVOLUMECLAIM, "Access Modes", "{'spec':{'accessModes':['ReadWriteOnce','ReadWriteMany']}}", "'RWO,RWX'"},
    {DEMO_KIND_HELMRELEASE, "Ready", "{'status':{'conditions':[{'type':'Released','status':'True'},{'type':'Ready','status':'False'}]}}", "'False'"},
    {DEMO_KIND_HELMRELEASE, "Status", "{}", "null"},
    {DEMO_KIND_HELMRELEASE, "Age", "{'metadata':{'creationTimestamp':'2026-07-27T00:04:00Z'}}", "'60s'"},
    {DEMO_KIND_ENVIRONMENT, "Regions", "{'status':{'regionCount':2}}", "2"},
    {DEMO_KIND_APPLICATION, "Placement", "{'spec':{'placement':'active-active'}}", "'active-active'"},
    {DEMO_KIND_CONFIGMAP, "Data", "{'data':{'a':'1','b':'2'}}", "2"},
};

static void to_quotes(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
    for (char *at = out; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
}

Test(demo_columns, cells)
{
    int64_t now_ms = timestamp_parse(SPAN_LITERAL("2026-07-27T00:05:00Z"));
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char text[512], wanted[128];
        to_quotes(text, sizeof text, cases[i].object);
        to_quotes(wanted, sizeof wanted, cases[i].cell);
        json_t *object = json_loads(text, 0, NULL);
        cr_assert(object, "%s", text);
        const struct demo_column *column = demo_kinds_at(cases[i].kind)->columns;
        while (column->name != NULL && strcmp(column->name, cases[i].column) != 0)
            column++;
        cr_assert(column->name, "%s", cases[i].column);
        struct demo_cell cell;
        struct bytebuf out;
        bytebuf_init(&out, 4096);
        demo_columns_fill(column, object, &cell);
        demo_columns_append(&out, &cell, now_ms);
        cr_expect_str_eq(bytebuf_text(&out), wanted, "%s: %s, not %s", text, bytebuf_text(&out), wanted);
        demo_columns_clear(&cell);
        bytebuf_done(&out);
        json_decref(object);
    }
    TEST_NO_LEAKS();
}

Test(demo_columns, no_object_crashes_a_column)
{
    json_t *objects[] = {json_object(), json_pack("{s:s, s:s, s:[], s:i}", "metadata", "x", "spec", "y", "status", "data", 1),
                         json_pack("{s:{s:[n,i,s]}, s:{s:[n,{}], s:n}}", "spec", "containers", 1, "x", "status",
                                   "containerStatuses", "conditions")};
    for (size_t i = 0; i < ARRAY_LENGTH(objects); i++) {
        for (enum demo_kind_id id = 0; id < DEMO_KIND_COUNT; id++) {
            for (const struct demo_column *column = demo_kinds_at(id)->columns; column->name != NULL; column++) {
                struct demo_cell cell;
                demo_columns_fill(column, objects[i], &cell);
                cr_expect_not_null(cell.before, "%s %s", demo_kinds_at(id)->kind, column->name);
                demo_columns_clear(&cell);
            }
        }
        json_decref(objects[i]);
    }
    TEST_NO_LEAKS();
}
