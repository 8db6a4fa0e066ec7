#include "bench_sovereign.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "decode/value_path.h"
#include "operation/journal.h"
#include "sovereign/kind_table.h"

void bench_sovereign_open(struct bench_sovereign *bench, const char *person, bool alive)
{
    struct error err = {0};
    *bench = (struct bench_sovereign){0};
    strcpy(bench->folder, "/tmp/sovdeck-operation-XXXXXX");
    cr_assert_not_null(mkdtemp(bench->folder));
    snprintf(bench->kubeconfig, sizeof bench->kubeconfig, "%s/kubeconfig", bench->folder);
    snprintf(bench->journal, sizeof bench->journal, "%s/journal.jsonl", bench->folder);
    bench->world = demo_world_fixture_new(200);
    bench->world->is_calm = true;
    cr_assert_eq(demo_tls_new(&bench->tls, &err), STATUS_OK, "%s", err.text);
    struct demo_gate_region region = {bench->world->stores[0], bench->world->logs[0], 0};
    cr_assert_eq(demo_gate_start(&bench->gate, bench->tls, &region, 1, &err), STATUS_OK, "%s", err.text);
    cr_assert_eq(demo_gate_write_kubeconfig(bench->gate, bench->kubeconfig, &err), STATUS_OK, "%s", err.text);
    if (alive)
        bench->life = demo_life_start(bench->world);
    bench->thread = http_thread_new();
    bench_sovereign_become(bench, person);
}

void bench_sovereign_become(struct bench_sovereign *bench, const char *person)
{
    struct error err = {0};
    setenv("XDG_CONFIG_HOME", bench->folder, 1); /* whatever is configured on this machine */
    struct sovereign_options options = {.kubeconfig = bench->kubeconfig, .context = person};
    sovereign_free(bench->sovereign);
    cr_assert_eq(sovereign_open(&options, bench->thread, &bench->sovereign, &err), STATUS_OK, "%s", err.text);
    cr_assert_not_null(bench_sovereign_client(bench), "%s", bench->sovereign->regions[0].error.text);
    bench->context = (struct operation_context){.sovereign = bench->sovereign, .journal_file = bench->journal, .who = "tester", .channel = "test"};
}

void bench_sovereign_close(struct bench_sovereign *bench)
{
    http_thread_stop(bench->thread);
    sovereign_free(bench->sovereign);
    http_thread_free(bench->thread);
    demo_gate_stop(bench->gate);
    demo_life_stop(bench->life);
    demo_tls_free(bench->tls);
    demo_world_fixture_free(bench->world);
    unlink(bench->journal);
    unlink(bench->kubeconfig);
    rmdir(bench->folder);
}

struct kube_client *bench_sovereign_client(struct bench_sovereign *bench)
{
    return bench->sovereign->regions[0].client;
}

void bench_sovereign_meddle(struct bench_sovereign *bench, const char *release, const char *patch)
{
    struct error err = {0};
    enum status status = kube_client_patch(bench_sovereign_client(bench), kind_table_get(KIND_ID_HELMRELEASES), "flux-system", release,
                                           KUBE_PATCH_MERGE, false, span_of(patch), NULL, &err);
    cr_assert_eq(status, STATUS_OK, "%s", err.text);
}

void bench_sovereign_fault(struct bench_sovereign *bench, const char *rule)
{
    struct error err = {0};
    struct kube_call call = {.method = "POST", .path = "/demo/faults", .body = span_of(rule)};
    cr_assert_eq(kube_client_call(bench_sovereign_client(bench), &call, NULL, &err), STATUS_OK, "%s", err.text);
}

size_t bench_sovereign_journal_lines(const struct bench_sovereign *bench)
{
    CLEANUP(alloc_free_pointer) struct journal_verdict *verdict = alloc_new(struct journal_verdict);
    struct error err = {0};
    if (journal_verify(bench->journal, NULL, verdict, &err) == STATUS_NOT_FOUND)
        return 0;
    cr_assert_eq(verdict->findings_total, 0, "%s", verdict->findings[0].text);
    return verdict->lines;
}

char *bench_sovereign_value(struct bench_sovereign *bench, const char *release, const char *path)
{
    CLEANUP(bytebuf_done) struct bytebuf reply;
    bytebuf_init(&reply, KUBE_CLIENT_OBJECT_MAXIMUM);
    struct error err = {0};
    struct value_path at;
    json_t *object = NULL;
    cr_assert_eq(kube_client_get(bench_sovereign_client(bench), kind_table_get(KIND_ID_HELMRELEASES), "flux-system", release, &reply, &err),
                 STATUS_OK, "%s", err.text);
    cr_assert_eq(json_edit_parse("release", bytebuf_span(&reply), &object, &err), STATUS_OK);
    cr_assert_eq(value_path_parse(span_of(path), &at, &err), STATUS_OK);
    json_t *value = value_path_get(&at, object);
    char *text = value != NULL ? json_edit_print(value) : strdup("absent");
    value_path_done(&at);
    json_decref(object);
    return text;
}
