/* How long a change of somebody else's takes until it is seen: on the console's screen in a pty, and on the standard output of
 * `kubectl get -w`, from the same change, in the same run.
 *
 *   change [--rounds N] --ready TEXT --keys KEYS --watch-ready TEXT --console COMMAND --watch COMMAND
 *          --change NAME COMMAND … --idle --outage NAME BEGIN TEXT END TEXT
 *
 * Commands are run by sh, in this order; "%s" in a changing one is a text that then has to appear. One line of JSON for each way of
 * changing, for ten idle seconds, and for each outage. The console is ready with one text, and after the keys with the other.
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 200
#define LIMIT_MS 20000
#define IDLE_MS 10000
#define TEXT_LETTERS 8

struct seen {
    int fd;
    pid_t pid;
    char tail[262144]; /* what came since the last mark */
    size_t length;
    unsigned long long bytes;
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void start_pty(struct seen *seen, const char *command, int columns, int lines)
{
    struct winsize size = {.ws_row = (unsigned short)lines, .ws_col = (unsigned short)columns};
    seen->pid = forkpty(&seen->fd, NULL, NULL, &size);
    if (seen->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setenv("TERM", "xterm-256color", 1);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
}

static void take(struct seen *seen)
{
    char bytes[16384];
    ssize_t got = read(seen->fd, bytes, sizeof bytes);
    if (got <= 0)
        return;
    seen->bytes += (unsigned long long)got;
    size_t room = sizeof seen->tail - 1 - seen->length;
    size_t taken = (size_t)got < room ? (size_t)got : room;
    memcpy(seen->tail + seen->length, bytes, taken);
    seen->length += taken;
    seen->tail[seen->length] = '\0';
}

static void mark(struct seen *seen)
{
    seen->length = 0;
    seen->tail[0] = '\0';
}

static bool has(const struct seen *seen, const char *text)
{
    return seen->length > 0 && memmem(seen->tail, seen->length, text, strlen(text)) != NULL;
}

/* When the texts came, from `began`; negative: not within the limit. NULL texts are not waited for. */
static void await(struct seen *console, struct seen *watch, const char *text, double began, double *console_ms, double *watch_ms)
{
    *console_ms = *watch_ms = -1;
    while (now_ms() - began < LIMIT_MS && (*console_ms < 0 || (watch != NULL && *watch_ms < 0))) {
        struct pollfd ends[2] = {{.fd = console->fd, .events = POLLIN}, {.fd = watch != NULL ? watch->fd : -1, .events = POLLIN}};
        poll(ends, 2, 100);
        if (ends[0].revents != 0)
            take(console);
        if (watch != NULL && ends[1].revents != 0)
            take(watch);
        if (*console_ms < 0 && has(console, text))
            *console_ms = now_ms() - began;
        if (watch != NULL && *watch_ms < 0 && has(watch, text))
            *watch_ms = now_ms() - began;
    }
}

static pid_t run_shell(const char *format, const char *text)
{
    char command[4096];
    size_t length = 0;
    for (const char *at = format; *at != '\0' && length + 64 < sizeof command;) {
        bool is_place = at[0] == '%' && at[1] == 's';
        length += (size_t)snprintf(command + length, sizeof command - length, is_place ? "%s" : "%.1s", is_place ? text : at);
        at += is_place ? 2 : 1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static int compare(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

static double at_share(double *values, int count, double share)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[(int)((double)(count - 1) * share + 0.5)];
}

/* No letter stands where the last text had it: the console only sends the cells that changed. */
static void make_text(char text[TEXT_LETTERS + 1], unsigned number)
{
    for (unsigned i = 0; i < TEXT_LETTERS; i++)
        text[i] = (char)('a' + (number * 5 + i * 7) % 26);
    text[TEXT_LETTERS] = '\0';
}

static int measure_changes(const char *name, const char *change, struct seen *console, struct seen *watch, int rounds)
{
    static unsigned number = 1;
    double console_ms[ROUNDS_MAX], watch_ms[ROUNDS_MAX];
    int lost = 0, count = 0;
    for (int i = 0; i < rounds; i++) {
        char text[32];
        int status;
        make_text(text, number++);
        mark(console);
        mark(watch);
        double began = now_ms();
        pid_t pid = run_shell(change, text);
        await(console, watch, text, began, &console_ms[count], &watch_ms[count]);
        waitpid(pid, &status, 0);
        if (console_ms[count] < 0 || watch_ms[count] < 0)
            lost++;
        else
            count++;
    }
    if (count == 0)
        return printf("{\"name\":\"%s\",\"lost\":%d}\n", name, lost), 1;
    double median = at_share(console_ms, count, 0.5), other = at_share(watch_ms, count, 0.5);
    printf("{\"name\":\"%s\",\"console_median_ms\":%.0f,\"console_p95_ms\":%.0f,\"watch_median_ms\":%.0f,\"watch_p95_ms\":%.0f,\"ratio\":%.2f,"
           "\"lost\":%d}\n",
           name, median, at_share(console_ms, count, 0.95), other, at_share(watch_ms, count, 0.95), median / other, lost);
    fflush(stdout);
    return 0;
}

static double cpu_ms(pid_t pid)
{
    char path[64], text[1024];
    unsigned long user = 0, kernel = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(text, sizeof text, file) == NULL)
        return -1;
    fclose(file);
    const char *rest = strrchr(text, ')');
    sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel);
    return (double)(user + kernel) * 1000 / (double)sysconf(_SC_CLK_TCK);
}

static void measure_idle(struct seen *console)
{
    unsigned long long bytes = console->bytes;
    double cpu = cpu_ms(console->pid), end = now_ms() + IDLE_MS;
    while (now_ms() < end) {
        struct pollfd ready = {.fd = console->fd, .events = POLLIN};
        if (poll(&ready, 1, (int)(end - now_ms()) + 1) > 0)
            take(console);
    }
    printf("{\"name\":\"idle\",\"bytes_per_s\":%.1f,\"cpu_percent\":%.2f}\n", (double)(console->bytes - bytes) / (IDLE_MS / 1e3),
           (cpu_ms(console->pid) - cpu) / IDLE_MS * 100);
    fflush(stdout);
}

/* From the command that begins to the words on the screen, and from the one that ends it. */
static void measure_outage(const char *name, const char *begin, const char *lost_words, const char *end, const char *back_words,
                           struct seen *console)
{
    double lost_ms, back_ms, unused;
    mark(console);
    double began = now_ms();
    waitpid(run_shell(begin, ""), NULL, 0);
    await(console, NULL, lost_words, began, &lost_ms, &unused);
    mark(console);
    began = now_ms();
    waitpid(run_shell(end, ""), NULL, 0);
    await(console, NULL, back_words, began, &back_ms, &unused);
    printf("{\"name\":\"%s\",\"told_ms\":%.0f,\"back_ms\":%.0f}\n", name, lost_ms, back_ms);
    fflush(stdout);
}

static bool wait_for(struct seen *seen, const char *text)
{
    double at_ms, unused;
    await(seen, NULL, text, now_ms(), &at_ms, &unused);
    return at_ms >= 0;
}

int main(int argc, char **argv)
{
    static struct seen console, watch;
    const char *console_ready = "", *keys = "", *watch_ready = "";
    int rounds = 30;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        const char *one = i + 1 < argc ? argv[i + 1] : "", *two = i + 2 < argc ? argv[i + 2] : "";
        if (strcmp(word, "--rounds") == 0)
            rounds = atoi(one) < ROUNDS_MAX ? atoi(one) : ROUNDS_MAX;
        else if (strcmp(word, "--ready") == 0)
            console_ready = one;
        else if (strcmp(word, "--keys") == 0)
            keys = one;
        else if (strcmp(word, "--watch-ready") == 0)
            watch_ready = one;
        else if (strcmp(word, "--console") == 0) {
            start_pty(&console, one, 200, 50);
            if (!wait_for(&console, console_ready))
                return fprintf(stderr, "change: the console does not show '%s'\n", console_ready), 1;
            if (write(console.fd, keys, strlen(keys)) < 0 || !wait_for(&console, watch_ready))
                return fprintf(stderr, "change: the console does not show '%s'\n", watch_ready), 1;
        } else if (strcmp(word, "--watch") == 0) {
            start_pty(&watch, one, 200, 50);
            if (!wait_for(&watch, watch_ready))
                return fprintf(stderr, "change: the watch does not show '%s'\n", watch_ready), 1;
        } else if (strcmp(word, "--idle") == 0) {
            measure_idle(&console);
            continue;
        } else if (strcmp(word, "--change") == 0) {
            (void)measure_changes(one, two, &console, &watch, rounds);
            i += 2;
            continue;
        } else if (strcmp(word, "--outage") == 0 && i + 5 < argc) {
            measure_outage(one, two, argv[i + 3], argv[i + 4], argv[i + 5], &console);
            i += 5;
            continue;
        } else {
            return fprintf(stderr, "change: cannot use %s\n", word), 2;
        }
        i++;
    }
    if (console.pid > 0)
        kill(console.pid, SIGKILL);
    if (watch.pid > 0)
        kill(watch.pid, SIGKILL);
    return 0;
}
