/* Programs that sovdeck starts: bounded in time and output, cut off from the terminal and from our descriptors. Real programs. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/subprocess.h"
#include "support/leak_check.h"

#define SH(script) ((const char *const[]){"/bin/sh", "-c", script, NULL})

static void folder_new(char folder[64])
{
    snprintf(folder, 64, "/tmp/sovdeck-subprocess-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

Test(subprocess, gives_what_was_printed_and_how_it_ended)
{
    static const struct {
        const char *script;
        enum status status;
        int exit_code, signal;
        const char *output, *text;
    } CASES[] = {
        {"printf 'a b'; echo ignored >&2", STATUS_OK, 0, 0, "a b", NULL},
        {"printf 'half'; echo >&2; echo '  denied: no \033[31msession ' >&2; echo more >&2; exit 3", STATUS_INVALID, 3, 0, "half",
         "plugin ended with exit code 3: denied: no \xef\xbf\xbd[31msession"},
        {"printf 'Traceback (most recent call last):\\n  File x\\nValueError: no region\\n' >&2; exit 1", STATUS_INVALID, 1, 0, "",
         "plugin ended with exit code 1: ValueError: no region"},
        {"exit 7", STATUS_INVALID, 7, 0, "", "plugin ended with exit code 7"},
        {"kill -9 $$", STATUS_INVALID, -1, SIGKILL, "", "plugin was killed by signal 9 (Killed)"},
        {"cat; printf '%s' \"$COLOUR-$HOME\"", STATUS_OK, 0, 0, "from stdinblue-/nowhere", NULL},
    };
    static const char *const ENV[] = {"COLOUR=red", "HOME=/nowhere", "COLOUR=blue", NULL};
    for (size_t i = 0; i < ARRAY_LENGTH(CASES); i++) {
        struct subprocess_options options = {.argv = SH(CASES[i].script), .what = "plugin", .env = ENV, .timeout_ms = 60000};
        options.input = i == 5 ? SPAN_LITERAL("from stdin") : SPAN_EMPTY;
        struct subprocess_result result;
        struct error err = {0};
        cr_assert_eq(subprocess_run(&options, &result, &err), CASES[i].status, "case %zu: %s", i, err.text);
        cr_assert_eq(result.exit_code, CASES[i].exit_code, "case %zu", i);
        cr_assert_eq(result.signal, CASES[i].signal, "case %zu", i);
        cr_assert_str_eq(bytebuf_text(&result.output), CASES[i].output, "case %zu", i);
        cr_assert_str_eq(err.text, CASES[i].text != NULL ? CASES[i].text : "", "case %zu", i);
        subprocess_result_done(&result);
    }
    TEST_NO_LEAKS();
}

Test(subprocess, says_why_a_program_cannot_be_started)
{
    char folder[64], text[300];
    folder_new(folder);
    CLEANUP(alloc_free_pointer) char *script = alloc_printf("%s/script", folder), *plain = alloc_printf("%s/plain", folder);
    FILE *file = fopen(script, "w");
    fputs("#!/no/such/interpreter\n", file);
    fclose(file);
    chmod(script, 0700);
    file = fopen(plain, "w");
    fclose(file);
    const struct {
        const char *program;
        enum status status;
        const char *text;
    } cases[] = {
        {"sovdeck-no-such-program", STATUS_NOT_FOUND, "'sovdeck-no-such-program': no program 'sovdeck-no-such-program' in PATH"},
        {"/no/such/file", STATUS_NOT_FOUND, "'/no/such/file': there is no file '/no/such/file'"},
        {script, STATUS_IO, "the interpreter that"},
        {plain, STATUS_IO, "Permission denied"},
        {folder, STATUS_IO, "Permission denied"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const char *argv[] = {cases[i].program, NULL};
        struct subprocess_options options = {.argv = argv};
        struct subprocess_result result;
        struct error err = {0};
        cr_assert_eq(subprocess_run(&options, &result, &err), cases[i].status, "case %zu: %s", i, err.text);
        snprintf(text, sizeof text, "%s", err.text);
        cr_assert_not_null(strstr(text, cases[i].text), "case %zu: %s", i, text);
        subprocess_result_done(&result);
        struct subprocess *process = NULL;
        cr_assert_eq(subprocess_start(&options, &process, NULL), cases[i].status, "case %zu", i);
    }
    unlink(script);
    unlink(plain);
    rmdir(folder);
    TEST_NO_LEAKS();
}

Test(subprocess, finds_programs_in_path_but_never_in_the_current_folder)
{
    char folder[64];
    folder_new(folder);
    cr_assert_eq(chdir(folder), 0);
    FILE *file = fopen("helper", "w");
    fputs("#!/bin/sh\necho helped\n", file);
    fclose(file);
    chmod("helper", 0700);
    const char *argv[] = {"helper", NULL};
    struct subprocess_options options = {.argv = argv};
    struct subprocess_result result;
    setenv("PATH", "::.:/usr/bin:/bin", 1);
    cr_assert_eq(subprocess_run(&options, &result, NULL), STATUS_NOT_FOUND);
    subprocess_result_done(&result);
    CLEANUP(alloc_free_pointer) char *path = alloc_printf("/nowhere:%s:/usr/bin", folder);
    setenv("PATH", path, 1);
    cr_assert_eq(subprocess_run(&options, &result, NULL), STATUS_OK);
    cr_assert_str_eq(bytebuf_text(&result.output), "helped\n");
    subprocess_result_done(&result);
    unlink("helper");
    rmdir(folder);
    TEST_NO_LEAKS();
}

/* The child says for itself what it can see. */
Test(subprocess, a_child_has_no_terminal_no_descriptors_and_default_signals)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    signal(SIGPIPE, SIG_IGN);
    int leaking = open("/dev/null", O_RDONLY); /* without O_CLOEXEC, as a library might */
    cr_assert_geq(leaking, 0);
    struct subprocess_options options = {
        .argv = SH("exec 2>&1; (: </dev/tty) && echo tty; for f in /proc/$$/fd/*; do n=${f##*/}; [ $n -gt 2 ] && [ $n -lt 10 ] && "
                   "readlink $f; done; ps -o sid= -p $$ | tr -d ' ' | grep -qx $$ && echo leader; exec grep -E 'SigBlk|SigIgn' /proc/self/status"),
    };
    struct subprocess_result result;
    subprocess_run(&options, &result, NULL);
    const char *text = bytebuf_text(&result.output);
    cr_assert_null(strstr(text, "\ntty\n"), "%s", text);
    cr_assert_null(strstr(text, "/dev/null"), "%s", text);
    cr_assert_null(strstr(text, "pipe"), "%s", text);
    cr_assert_not_null(strstr(text, "SigBlk:\t0000000000000000"), "%s", text);
    const char *ignored = strstr(text, "SigIgn:\t");
    cr_assert_eq(ignored != NULL ? strtoull(ignored + 8, NULL, 16) & 0x7fffffff : 1, 0, "%s", text); /* 32 and 33 are the C library's */
    cr_assert_not_null(strstr(text, "leader"), "%s", text);
    subprocess_result_done(&result);
    close(leaking);
    TEST_NO_LEAKS();
}

static bool is_gone(const char *pid_file)
{
    FILE *file = fopen(pid_file, "r");
    int pid = 0;
    cr_assert(file != NULL && fscanf(file, "%d", &pid) == 1);
    fclose(file);
    for (int i = 0; i < 2000; i++) { /* the killed grandchild is reaped by init */
        char path[64], state = 'Z';
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE *stat = fopen(path, "r");
        bool there = stat != NULL && fscanf(stat, "%*d %*s %c", &state) == 1;
        if (stat != NULL)
            fclose(stat);
        if (!there || state == 'Z')
            return true;
        poll(NULL, 0, 10);
    }
    return false;
}

Test(subprocess, time_and_output_are_bounded_and_the_whole_group_ends)
{
    char folder[64];
    folder_new(folder);
    CLEANUP(alloc_free_pointer) char *pid_file = alloc_printf("%s/pid", folder);
    CLEANUP(alloc_free_pointer) char *hang = alloc_printf("trap '' TERM; tail -f /dev/null & echo $! >%s; wait", pid_file);
    CLEANUP(alloc_free_pointer) char *flood = alloc_printf("tail -f /dev/null & echo $! >%s; yes", pid_file);
    CLEANUP(alloc_free_pointer) char *chatter = alloc_printf("tail -f /dev/null & echo $! >%s; yes >&2", pid_file);
    atomic_bool cancel = true;
    const struct {
        const char *script;
        int64_t timeout_ms;
        enum status status;
        const char *text;
    } cases[] = {
        {hang, 2000, STATUS_TIMEOUT, "'/bin/sh' did not end within 2 s and was stopped"},
        {flood, 60000, STATUS_TOO_BIG, "'/bin/sh' printed more than 64 KiB and was stopped"},
        {chatter, 60000, STATUS_TOO_BIG, "'/bin/sh' printed more than 64 KiB and was stopped"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct subprocess_options options = {.argv = SH(cases[i].script), .timeout_ms = cases[i].timeout_ms};
        struct subprocess_result result;
        struct error err = {0};
        cr_assert_eq(subprocess_run(&options, &result, &err), cases[i].status, "case %zu: %s", i, err.text);
        cr_assert_str_eq(err.text, cases[i].text);
        cr_assert_eq(result.signal, SIGKILL, "case %zu", i);
        cr_assert(is_gone(pid_file), "case %zu", i);
        subprocess_result_done(&result);
    }
    struct subprocess_options options = {.argv = SH("tail -f /dev/null"), .cancel = &cancel};
    struct subprocess_result result;
    cr_assert_eq(subprocess_run(&options, &result, NULL), STATUS_INTERRUPTED);
    subprocess_result_done(&result);
    unlink(pid_file);
    rmdir(folder);
    TEST_NO_LEAKS();
}

/* A helper that stays and holds the pipe does not hold us. */
Test(subprocess, ends_with_the_program_not_with_its_pipes)
{
    struct subprocess_options options = {.argv = SH("tail -f /dev/null & echo token"), .timeout_ms = 15000};
    struct subprocess_result result;
    cr_assert_eq(subprocess_run(&options, &result, NULL), STATUS_OK);
    cr_assert_str_eq(bytebuf_text(&result.output), "token\n");
    subprocess_result_done(&result);
    TEST_NO_LEAKS();
}

static void wait_readable(const struct subprocess *process)
{
    struct pollfd ready = {.fd = subprocess_fd(process), .events = POLLIN};
    cr_assert_eq(poll(&ready, 1, 20000), 1);
}

/* Until the end or until `line` was the last one printed. */
static void follow(struct subprocess *process, const char *line)
{
    while (subprocess_is_alive(process) && (line == NULL || strcmp(subprocess_last_line(process), line) != 0)) {
        if (subprocess_fd(process) >= 0 && line != NULL)
            wait_readable(process);
        else
            poll(NULL, 0, 10);
    }
}

Test(subprocess, a_long_lived_one_tells_its_last_line_and_its_end)
{
    struct error err = {0};
    struct subprocess *process = NULL;
    struct subprocess_options options = {.argv = SH("echo one; echo '  two\033 ' >&2; read x; echo never"), .what = "tunnel"};
    cr_assert_eq(subprocess_start(&options, &process, NULL), STATUS_OK);
    cr_assert_gt(subprocess_pid(process), 0);
    follow(process, NULL);
    cr_assert_eq(subprocess_explain(process, &err), STATUS_INVALID);
    cr_assert_str_eq(err.text, "tunnel ended: never", "%s", err.text); /* stdin is /dev/null: read ends at once */
    subprocess_free(process);

    options.argv = SH("echo up; exec tail -f /dev/null");
    cr_assert_eq(subprocess_start(&options, &process, NULL), STATUS_OK);
    follow(process, "up");
    error_clear(&err);
    cr_assert_eq(subprocess_explain(process, &err), STATUS_OK);
    cr_assert(subprocess_is_alive(process));
    subprocess_stop(process);
    follow(process, NULL);
    cr_assert_eq(subprocess_explain(process, &err), STATUS_INVALID);
    cr_assert_str_eq(err.text, "tunnel was killed by signal 15 (Terminated): up");
    subprocess_free(process);

    options.argv = SH("echo 'bind: Address already in use' >&2; exit 255");
    cr_assert_eq(subprocess_start(&options, &process, NULL), STATUS_OK);
    follow(process, NULL);
    subprocess_explain(process, &err);
    cr_assert_str_eq(err.text, "tunnel ended with exit code 255: bind: Address already in use");
    subprocess_free(process);
    subprocess_free(NULL);
    TEST_NO_LEAKS();
}

Test(subprocess, a_stubborn_one_is_killed_with_all_it_started)
{
    char folder[64];
    folder_new(folder);
    CLEANUP(alloc_free_pointer) char *pid_file = alloc_printf("%s/pid", folder);
    CLEANUP(alloc_free_pointer) char *script = alloc_printf("trap '' TERM; tail -f /dev/null & echo $! >%s; echo up; wait; wait", pid_file);
    struct subprocess_options options = {.argv = SH(script)};
    struct subprocess *process = NULL;
    cr_assert_eq(subprocess_start(&options, &process, NULL), STATUS_OK);
    follow(process, "up");
    subprocess_stop(process);
    follow(process, NULL); /* after the grace */
    struct error err = {0};
    subprocess_explain(process, &err);
    cr_assert_str_eq(err.text, "'/bin/sh' was killed by signal 9 (Killed): up");
    cr_assert(is_gone(pid_file));
    subprocess_free(process);
    cr_assert_eq(subprocess_start(&options, &process, NULL), STATUS_OK);
    follow(process, "up");
    subprocess_free(process); /* alive */
    cr_assert(is_gone(pid_file));
    unlink(pid_file);
    rmdir(folder);
    TEST_NO_LEAKS();
}
