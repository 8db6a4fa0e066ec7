/* See bench_demo.h. */
#include "bench_demo.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

void bench_demo_open(struct bench_demo *bench, const char *scenario)
{
    struct error err = {0};
    *bench = (struct bench_demo){0};
    snprintf(bench->folder, sizeof bench->folder, "/tmp/sovdeck-bench-XXXXXX");
    cr_assert_not_null(mkdtemp(bench->folder));
    snprintf(bench->config, sizeof bench->config, "%s/config.yaml", bench->folder);
    snprintf(bench->journal, sizeof bench->journal, "%s/journal.jsonl", bench->folder);
    struct demo_sovereign_options what = {.folder = bench->folder, .speed = 1, .scenario = scenario};
    cr_assert_eq(demo_sovereign_start(&bench->demo, &what, &err), STATUS_OK, "%s", err.text);
    bench->thread = http_thread_new();
    struct sovereign_options options = {.config_file = bench->config};
    cr_assert_eq(sovereign_open(&options, bench->thread, &bench->sovereign, &err), STATUS_OK, "%s", err.text);
    bench->context = (struct operation_context){.sovereign = bench->sovereign, .journal_file = bench->journal, .channel = "test"};
}

static int remove_entry(const char *path, const struct stat *about, int flag, struct FTW *place)
{
    return remove(path);
}

void bench_demo_close(struct bench_demo *bench)
{
    http_thread_stop(bench->thread);
    sovereign_free(bench->sovereign);
    http_thread_free(bench->thread);
    demo_sovereign_stop(bench->demo);
    nftw(bench->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
