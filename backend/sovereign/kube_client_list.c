/* A list page by page on the calling thread, for headless commands. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "sovereign/kube_client.h"
#include "transport/http_url.h"

#define PATH_MAXIMUM 8192 /* continue tokens are long */
#define PAGE_ITEMS_FIRST 100 /* rows soon; what it weighs decides about the next ones */
#define PAGE_ITEMS_MAX 500
#define PAGE_ITEMS_MIN 50
#define PAGE_GOAL ((size_t)2 << 20) /* bytes: objects of a cluster differ between 1 KB and 100 KB */
#define PAGE_MAXIMUM ((size_t)32 << 20)
#define RESTARTS_MAX 2

struct listing {
    struct kube_client *client;
    const struct kube_list *list;
    struct row_decoder *decoder;
    struct bytebuf base; /* path and constant query */
    char *continue_token;
    unsigned items;
    bool is_fixed; /* the caller chose the size of a page */
    bool first;
    enum status (*page)(void *context, struct row_decoder_page *page, bool first, struct error *err);
    void *context;
};

/* The kind's own selector and the caller's, as one. */
static void append_selector(struct bytebuf *path, const char *key, const char *own, const char *further)
{
    if (own == NULL && further == NULL)
        return;
    CLEANUP(bytebuf_done) struct bytebuf both;
    bytebuf_init(&both, PATH_MAXIMUM);
    bytebuf_printf(&both, "%s%s%s", own != NULL ? own : "", own != NULL && further != NULL ? "," : "", further != NULL ? further : "");
    http_url_append_query(path, key, bytebuf_span(&both));
}

static enum status build_base(struct listing *listing, struct error *err)
{
    const struct kind *kind = listing->list->kind;
    const char *namespace = listing->list->namespace != NULL ? listing->list->namespace : kind->namespace;
    enum status status = kube_client_object_path(listing->client, kind, namespace, NULL, NULL, &listing->base, err);
    if (status != STATUS_OK)
        return status;
    append_selector(&listing->base, "labelSelector", kind->label_selector, listing->list->label_selector);
    append_selector(&listing->base, "fieldSelector", kind->field_selector, listing->list->field_selector);
    return STATUS_OK;
}

static enum status fetch_page(struct listing *listing, struct bytebuf *body, struct error *err)
{
    CLEANUP(bytebuf_done) struct bytebuf path;
    char limit[16];
    bytebuf_init(&path, PATH_MAXIMUM);
    bytebuf_append_span(&path, bytebuf_span(&listing->base));
    snprintf(limit, sizeof limit, "%u", listing->items);
    http_url_append_query(&path, "limit", span_of(limit));
    if (listing->continue_token != NULL && !http_url_append_query(&path, "continue", span_of(listing->continue_token)))
        return error_set(err, STATUS_TOO_BIG, "%s: a continue token over %d bytes", kube_client_region(listing->client), PATH_MAXIMUM);
    struct kube_call call = {.path = bytebuf_text(&path), .what = listing->list->kind->plural, .maximum = PAGE_MAXIMUM};
    if (listing->list->kind->dynamic_count > 0)
        call.accept = ROW_DECODER_TABLE_ACCEPT;
    return kube_client_call(listing->client, &call, body, err);
}

static void choose_size(struct listing *listing, size_t bytes, size_t rows)
{
    if (listing->is_fixed || rows == 0)
        return;
    size_t fitting = PAGE_GOAL / (bytes / rows + 1);
    listing->items = fitting > PAGE_ITEMS_MAX ? PAGE_ITEMS_MAX : fitting < PAGE_ITEMS_MIN ? PAGE_ITEMS_MIN : (unsigned)fitting;
}

static enum status read_page(struct listing *listing, struct bytebuf *body, struct error *err)
{
    struct row_decoder_page page;
    enum status status = row_decoder_read_page(listing->decoder, bytebuf_span(body), &page, err);
    choose_size(listing, body->length, page.count);
    bytebuf_done(body); /* before the consumer makes more of it */
    if (status != STATUS_OK)
        error_prefix(err, "%s: list %s", kube_client_region(listing->client), listing->list->kind->plural);
    else
        status = listing->page(listing->context, &page, listing->first, err);
    listing->first = false;
    alloc_free_pointer(&listing->continue_token);
    listing->continue_token = page.continue_token;
    page.continue_token = NULL;
    row_decoder_page_done(&page);
    return status;
}

/* What to do about a page that failed: try again with a shorter page or from the start, or give up. */
static bool can_go_on(struct listing *listing, enum status status, unsigned *restarts)
{
    if (status == STATUS_TOO_BIG && listing->items > 1) {
        listing->items /= 2;
        listing->is_fixed = true;
        return true;
    }
    if (status != STATUS_GONE || *restarts == RESTARTS_MAX)
        return false;
    ++*restarts;
    alloc_free_pointer(&listing->continue_token);
    listing->first = true;
    return true;
}

static enum status run(struct listing *listing, struct error *err)
{
    unsigned restarts = 0;
    for (;;) {
        struct bytebuf body;
        bytebuf_init(&body, PAGE_MAXIMUM);
        enum status status = fetch_page(listing, &body, err);
        bool fetched = status == STATUS_OK;
        if (fetched)
            status = read_page(listing, &body, err);
        bytebuf_done(&body);
        if (status != STATUS_OK && (fetched || !can_go_on(listing, status, &restarts)))
            return status;
        if (status == STATUS_OK && listing->continue_token == NULL)
            return STATUS_OK;
    }
}

enum status kube_client_list(struct kube_client *client, const struct kube_list *list,
                             enum status (*page)(void *context, struct row_decoder_page *page, bool first, struct error *err),
                             void *context, struct error *err)
{
    struct json_reader *reader = json_reader_new();
    struct listing listing = {
        .client = client,
        .list = list,
        .decoder = row_decoder_new(list->kind, kube_client_index(client), reader),
        .items = list->page_items > 0 ? list->page_items : PAGE_ITEMS_FIRST,
        .is_fixed = list->page_items > 0,
        .first = true,
        .page = page,
        .context = context,
    };
    bytebuf_init(&listing.base, PATH_MAXIMUM);
    enum status status = build_base(&listing, err);
    if (status == STATUS_OK)
        status = run(&listing, err);
    alloc_free_pointer(&listing.continue_token);
    bytebuf_done(&listing.base);
    row_decoder_free(listing.decoder);
    json_reader_free(reader);
    return status;
}
