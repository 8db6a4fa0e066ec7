/* The idle probe; see idle_probe.h. */
#include "app/idle_probe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/app.h"

int idle_probe_open(void)
{
    const char *number = getenv("SOVDECK_IDLE_FD");
    if (number == NULL || number[0] == '\0')
        return -1;
    int fd = atoi(number);
    if (fd <= STDERR_FILENO || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return -1;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); /* a driver that does not read never stops the console */
    return fd;
}

void idle_probe_report(struct app *app)
{
    static uint64_t reported_frame;
    if (app->idle_fd < 0 || app->frame.dirty || app->frame.count == reported_frame)
        return;
    bool works = worker_pending(app->host.worker) > 0 || worker_pending(app->host.reports) > 0 || worker_pending(app->visit->logins) > 0;
    if (works || !inbox_is_empty(app->host.inbox) || !feed_set_is_settled(app->host.feeds))
        return;
    reported_frame = app->frame.count;
    dprintf(app->idle_fd, "idle %llu %llu\n", (unsigned long long)app->frame.count, (unsigned long long)app->host.store->generation);
}
