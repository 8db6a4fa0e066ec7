/* Two small watches that say when what the server has may have changed: definitions and API services, as metadata only, from the
 * version of a list of one object on. */
#include <stdio.h>

#include "base/alloc.h"
#include "feed/kube_feed_machine.h"

#define METADATA_OF_LIST "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
#define METADATA_OF_EVENT "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
#define URL_MAXIMUM 1024
#define RINGS 3 /* rechecks after the last ring: what was announced may take some seconds to be served */

static const struct kind KINDS[KUBE_FEED_BELLS] = {
    {.id = "customresourcedefinitions", .plural = "customresourcedefinitions", .group = "apiextensions.k8s.io", .version = "v1"},
    {.id = "apiservices", .plural = "apiservices", .group = "apiregistration.k8s.io", .version = "v1"},
};

static void ring(struct kube_feed_bell *bell)
{
    if (!bell->heard)
        return;
    bell->machine->rings = RINGS;
    kube_feed_discovery_recheck(bell->machine, 1000);
}

/* A second list means that something was missed in between. */
static enum status on_page(void *context, struct span body, bool first, struct kube_watch_page *page, struct error *err)
{
    struct kube_feed_bell *bell = context;
    row_decoder_read_version(bell->machine->reader, body, page->resource_version);
    return STATUS_OK;
}

static void on_list_complete(void *context)
{
    struct kube_feed_bell *bell = context;
    ring(bell);
    bell->heard = true;
}

static enum status on_event(void *context, struct span line, struct kube_watch_event *event, struct error *err)
{
    struct kube_feed_bell *bell = context;
    struct row_decoder *decoder = row_decoder_new(&KINDS[bell->kind], 0, bell->machine->reader);
    struct row_decoder_event read;
    enum status status = row_decoder_read_line(decoder, line, &read, err);
    row_decoder_free(decoder);
    if (status != STATUS_OK)
        return status;
    row_decoder_tell(&read, event);
    if (read.row != NULL)
        ring(bell);
    row_unref(read.row);
    return STATUS_OK;
}

/* Whether it may be watched, or is there at all, changes nothing: the minute's recheck remains. */
static void on_state(void *context, const struct kube_watch_status *status)
{
}

static void on_closed(void *context)
{
    struct kube_feed_bell *bell = context;
    bell->watch = NULL;
    kube_feed_machine_leave(bell->machine);
}

void kube_feed_bell_open(struct kube_feed_machine *machine)
{
    static const struct kube_watch_callbacks CALLBACKS = {.on_page = on_page, .on_list_complete = on_list_complete,
                                                          .on_event = on_event, .on_state = on_state, .on_closed = on_closed};
    for (size_t i = 0; i < KUBE_FEED_BELLS; i++) {
        struct kube_feed_bell *bell = &machine->bells[i];
        CLEANUP(bytebuf_done) struct bytebuf url;
        bytebuf_init(&url, URL_MAXIMUM);
        bytebuf_append_text(&url, kube_client_server(machine->client));
        kube_client_path(&url, &KINDS[i], KINDS[i].version, NULL, NULL, NULL);
        struct kube_watch_options options = {
            .name = KINDS[i].id,
            .url = bytebuf_text(&url),
            .accept = METADATA_OF_LIST,
            .watch_accept = METADATA_OF_EVENT,
            .identity = kube_client_identity(machine->client),
            .proxy = kube_client_proxy(machine->client),
            .page_timeout_ms = kube_client_request_timeout(machine->client),
            .server = &machine->server,
            .no_initial_events = true,
            .page_items = 1,
        };
        bell->machine = machine;
        bell->kind = i;
        bell->watch = kube_watch_new(machine->thread, &options, &CALLBACKS, bell);
    }
}

void kube_feed_bell_close(struct kube_feed_machine *machine)
{
    for (size_t i = 0; i < KUBE_FEED_BELLS; i++)
        if (machine->bells[i].watch != NULL)
            kube_watch_close(machine->bells[i].watch);
}

bool kube_feed_bell_is_open(const struct kube_feed_machine *machine)
{
    for (size_t i = 0; i < KUBE_FEED_BELLS; i++)
        if (machine->bells[i].watch != NULL)
            return true;
    return false;
}
