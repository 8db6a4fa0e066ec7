/* Secrets out of files and commands: what is taken, when a command runs again, and that it never runs in a hot loop. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "sovereign/secret_source.h"
#include "support/leak_check.h"

static char folder[64], path[128], script[512];
static const char *const COMMAND[] = {"/bin/sh", "-c", script, NULL};

static void setup(void)
{
    strcpy(folder, "/tmp/sovdeck-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/secret", folder);
}

static void teardown(void)
{
    unlink(path);
    rmdir(folder);
}

static void write_secret(const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static struct secret_source *of_file(void)
{
    return secret_source_new(&(struct secret_source_options){.what = "token of x", .file = path});
}

static struct secret_source *of_command(int64_t refresh_ms, int64_t timeout_ms)
{
    return secret_source_new(&(struct secret_source_options){.what = "token of x", .command = COMMAND, .refresh_ms = refresh_ms, .timeout_ms = timeout_ms});
}

/* "value", or "! error" */
static const char *get(struct secret_source *source)
{
    static char text[ERROR_TEXT_MAX + 4];
    char *secret = NULL;
    struct error err = {0};
    if (secret_source_get(source, NULL, &secret, &err) == STATUS_OK)
        snprintf(text, sizeof text, "%s", secret);
    else
        snprintf(text, sizeof text, "! %s", err.text);
    secret_source_wipe(secret);
    return text;
}

Test(secret_source, a_file_is_read_each_time, .init = setup, .fini = teardown)
{
    static const struct {
        const char *content, *expected;
    } CASES[] = {
        {"abc\n", "abc"}, {"  abc \r\nsecond\n", "abc"}, {"abc", "abc"}, {"\n\n", "gave nothing in its first line"}, {"a\001b\n", "control characters"},
    };
    struct secret_source *source = of_file();
    cr_assert(strstr(get(source), path) != NULL && get(source)[0] == '!');
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        write_secret(CASES[i].content);
        cr_assert(strstr(get(source), CASES[i].expected) != NULL, "case %zu: %s", i, get(source));
        cr_assert(get(source)[0] == '!' ? strstr(get(source), "a\001") == NULL : true);
    }
    cr_assert(!secret_source_is_due(source) && !secret_source_runs_command(source));
    secret_source_free(source);
    cr_assert_null(secret_source_new(&(struct secret_source_options){.what = "nothing"}));
    TEST_NO_LEAKS();
}

Test(secret_source, a_command_runs_again_when_refused_or_aged_and_not_before, .init = setup, .fini = teardown)
{
    snprintf(script, sizeof script, "echo x >> %s; echo run-$(($(wc -l < %s)))", path, path);
    struct secret_source *source = of_command(600000, 0);
    clock_freeze(1000000, 0);
    cr_assert(secret_source_is_due(source));
    cr_assert_str_eq(get(source), "run-1");
    cr_assert_str_eq(get(source), "run-1");
    secret_source_refuse(source);
    cr_assert_str_eq(get(source), "run-2");
    clock_freeze(1000000 + 599999, 0);
    cr_assert(!secret_source_is_due(source));
    cr_assert_str_eq(get(source), "run-2");
    clock_freeze(1000000 + 600000, 0);
    cr_assert(secret_source_is_due(source));
    cr_assert_str_eq(get(source), "run-3");
    secret_source_free(source);
    TEST_NO_LEAKS();
}

Test(secret_source, a_failing_command_is_left_alone_for_a_while, .init = setup, .fini = teardown)
{
    snprintf(script, sizeof script, "echo x >> %s; echo \"denied $(($(wc -l < %s)))\" >&2; echo s3cret; exit 2", path, path);
    struct secret_source *source = of_command(0, 0);
    clock_freeze(1000000, 0);
    cr_assert_str_eq(get(source), "! token of x: command '/bin/sh' ended with exit code 2: denied 1");
    cr_assert_str_eq(get(source), "! token of x: command '/bin/sh' ended with exit code 2: denied 1");
    clock_freeze(1005000, 0);
    cr_assert(strstr(get(source), "denied 2") != NULL);
    clock_freeze(1014000, 0);
    cr_assert(strstr(get(source), "denied 2") != NULL, "twice as long after the second");
    clock_freeze(1015000, 0);
    cr_assert(strstr(get(source), "denied 3") != NULL);
    snprintf(script, sizeof script, "echo good");
    secret_source_free(source);
    source = of_command(1000, 0);
    cr_assert_str_eq(get(source), "good");
    secret_source_free(source);
    TEST_NO_LEAKS();
}

Test(secret_source, the_same_secret_again_is_not_asked_for_every_moment, .init = setup, .fini = teardown)
{
    snprintf(script, sizeof script, "echo x >> %s; echo same", path);
    struct secret_source *source = of_command(0, 0);
    struct stat facts;
    clock_freeze(1000000, 0);
    for (int i = 0; i < 10; i++) {
        cr_assert_str_eq(get(source), "same");
        secret_source_refuse(source);
    }
    cr_assert(stat(path, &facts) == 0 && facts.st_size == 4, "%ld runs", (long)facts.st_size / 2);
    secret_source_free(source);
    TEST_NO_LEAKS();
}

Test(secret_source, a_secret_that_cannot_be_renewed_is_used_until_it_is_refused, .init = setup, .fini = teardown)
{
    snprintf(script, sizeof script, "test -e %s && exit 1; touch %s; echo first", path, path);
    struct secret_source *source = of_command(1000, 0);
    clock_freeze(1000000, 0);
    cr_assert_str_eq(get(source), "first");
    clock_freeze(1002000, 0);
    cr_assert_str_eq(get(source), "first");
    secret_source_refuse(source);
    clock_freeze(1200000, 0);
    cr_assert_str_eq(get(source), "! token of x: command '/bin/sh' ended with exit code 1");
    secret_source_free(source);
    TEST_NO_LEAKS();
}

Test(secret_source, a_command_that_hangs_ends_in_time_and_prints_no_more_than_it_may)
{
    struct error err = {0};
    char *secret = NULL;
    snprintf(script, sizeof script, "exec tail -f /dev/null");
    struct secret_source *source = of_command(0, 200);
    cr_assert_eq(secret_source_get(source, NULL, &secret, &err), STATUS_TIMEOUT, "%s", err.text);
    secret_source_free(source);
    snprintf(script, sizeof script, "exec yes");
    source = of_command(0, 0);
    cr_assert_eq(secret_source_get(source, NULL, &secret, &err), STATUS_UNAUTHENTICATED, "%s", err.text);
    secret_source_free(source);
    TEST_NO_LEAKS();
}

static atomic_bool cancel;

static void *get_one(void *context)
{
    char *secret = NULL;
    struct error err = {0};
    enum status status = secret_source_get(context, &cancel, &secret, &err);
    secret_source_wipe(secret);
    return (void *)(intptr_t)status;
}

Test(secret_source, threads_share_a_run_and_both_can_be_interrupted, .init = setup, .fini = teardown)
{
    pthread_t threads[2];
    void *status;
    snprintf(script, sizeof script, "echo x >> %s; exec tail -f /dev/null", path);
    struct secret_source *source = of_command(0, 0);
    for (size_t i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, get_one, source);
    struct stat facts;
    while (stat(path, &facts) != 0 || facts.st_size == 0)
        sched_yield();
    atomic_store(&cancel, true);
    for (size_t i = 0; i < 2; i++) {
        pthread_join(threads[i], &status);
        cr_assert_eq((enum status)(intptr_t)status, STATUS_INTERRUPTED);
    }
    cr_assert(stat(path, &facts) == 0 && facts.st_size == 2);
    secret_source_free(source);
    TEST_NO_LEAKS();
}
