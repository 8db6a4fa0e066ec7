/* Lists are streamed straight from the immutable versions they name: a page of 500 objects is 500 references, no copy.
 * A continue token holds the list's version and the last key, so pages are consistent until the history is dropped. */
#include "demo/demo_list.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "demo/demo_gzip.h"
#include "demo/demo_json.h"

#define HEAD_MAX (256u << 10)
#define SINGLE_MAX (80u << 20)

/* ---- one object ---- */

void demo_list_reply_object(struct demo_call *call, int code, const struct demo_object *object)
{
    struct demo_form form;
    if (!demo_form_choose(&form, call)) {
        demo_call_refuse(call, 406, "NotAcceptable",
                         "only the following media types are accepted: application/json");
        return;
    }
    struct bytebuf out;
    bytebuf_init(&out, SINGLE_MAX);
    demo_form_single(&form, object, true, &out);
    bytebuf_append_byte(&out, '\n');
    size_t length = out.length;
    demo_http_reply_take(call->reply, code, "application/json", bytebuf_take(&out), length);
}

void demo_list_get(struct demo_call *call)
{
    struct demo_object *object = demo_store_find(call->store, call->kind, call->name_space, call->name);
    char resource[160];
    demo_call_resource_name(call->kind, resource, sizeof resource);
    if (object == NULL)
        demo_call_refuse(call, 404, "NotFound", "%s \"%s\" not found", resource, call->name);
    else
        demo_list_reply_object(call, 200, object);
    demo_object_unref(object);
}

/* ---- continue tokens ---- */

static char *make_token(uint64_t version, const char *key)
{
    json_t *words = json_pack("{s:s, s:I, s:s}", "v", "meta.k8s.io/v1", "rv", (json_int_t)version, "start", key);
    char *text = demo_json_dump(words);
    json_decref(words);
    size_t length = strlen(text);
    char *token = alloc_bytes(length / 3 * 4 + 8);
    EVP_EncodeBlock((unsigned char *)token, (const unsigned char *)text, (int)length);
    free(text);
    for (char *at = token; *at != '\0'; at++)
        *at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
    token[strcspn(token, "=")] = '\0';
    return token;
}

/* Version and key (to be freed) of a token. False when it is not one of ours. */
static bool read_token(const char *token, uint64_t *version, char **key)
{
    size_t length = strlen(token);
    char *padded = alloc_printf("%s%s", token, &"===="[length % 4 == 0 ? 4 : length % 4]);
    for (char *at = padded; *at != '\0'; at++)
        *at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
    unsigned char *text = alloc_zeroed(1, length + 8);
    int size = EVP_DecodeBlock(text, (const unsigned char *)padded, (int)strlen(padded));
    json_t *words = size <= 0 ? NULL : json_loads((const char *)text, 0, NULL);
    const json_t *start = json_object_get(words, "start");
    *version = (uint64_t)demo_json_integer(words, "rv", 0);
    *key = alloc_strdup(json_string_value(start));
    json_decref(words);
    free(padded);
    free(text);
    return *key != NULL;
}

/* ---- the page ---- */

struct page {
    struct demo_form form;
    struct demo_snapshot snapshot; /* only the page's objects */
    size_t next;                   /* object whose pieces come next */
    int piece;                     /* 0 before, 1 middle, 2 after */
    struct bytebuf head, tail, before;
    struct span current, middle;
    const char *after;
    char *token;
    uint64_t version;
    int64_t remaining;
    bool is_tail_sent;
};

static void free_page(void *state)
{
    struct page *page = state;
    demo_store_release(&page->snapshot);
    bytebuf_done(&page->head);
    bytebuf_done(&page->tail);
    bytebuf_done(&page->before);
    free(page->token);
    free(page);
}

/* Moves to the next non-empty piece of text. False at the end. */
static bool advance(struct page *page)
{
    while (page->current.length == 0) {
        if (page->piece == 0 && page->next < page->snapshot.count) {
            demo_form_item(&page->form, page->snapshot.objects[page->next], &page->before, &page->middle, &page->after);
            page->current = bytebuf_span(&page->before);
            page->piece = 1;
        } else if (page->piece == 1) {
            page->current = page->middle;
            page->piece = 2;
        } else if (page->piece == 2) {
            page->current = span_of(page->after);
            page->piece = 3;
        } else if (page->piece == 3) {
            page->piece = 0;
            if (++page->next < page->snapshot.count)
                page->current = SPAN_LITERAL(",");
        } else if (!page->is_tail_sent) {
            page->is_tail_sent = true;
            page->current = bytebuf_span(&page->tail);
        } else {
            return false;
        }
    }
    return true;
}

static ssize_t read_page(void *state, char *out, size_t size)
{
    struct page *page = state;
    size_t filled = 0;
    while (filled < size && advance(page)) {
        size_t taken = page->current.length < size - filled ? page->current.length : size - filled;
        memcpy(out + filled, page->current.data, taken);
        page->current = span_from(page->current, taken);
        filled += taken;
    }
    return filled == 0 ? DEMO_HTTP_STREAM_END : (ssize_t)filled;
}

/* Keeps what matches, starts behind `start` and fits into `limit`; notes the token for the rest. */
static void cut_page(struct page *page, const struct demo_selector *selector, const char *start, size_t limit)
{
    struct demo_snapshot *all = &page->snapshot;
    size_t kept = 0, left = 0;
    for (size_t i = 0; i < all->count; i++) {
        struct demo_object *object = all->objects[i];
        bool is_wanted = (start == NULL || strcmp(object->key, start) > 0) && demo_selector_matches(selector, object);
        if (is_wanted && (limit == 0 || kept < limit)) {
            all->objects[kept++] = object;
            continue;
        }
        left += is_wanted ? 1 : 0;
        demo_object_unref(object);
    }
    all->count = kept;
    page->remaining = left > 0 && demo_selector_is_empty(selector) ? (int64_t)left : -1;
    page->token = left > 0 ? make_token(page->version, all->objects[kept - 1]->key) : alloc_strdup("");
}

/* As an API server decides: asked for, and worth it. */
#define GZIP_LEAST ((size_t)128 << 10)

static bool is_worth_packing(const struct page *page)
{
    size_t bytes = 0;
    for (size_t i = 0; i < page->snapshot.count; i++)
        bytes += page->snapshot.objects[i]->body_length;
    return page->form.shape == DEMO_FORM_WHOLE && bytes > GZIP_LEAST;
}

static void send_page(struct demo_call *call, struct page *page)
{
    bytebuf_init(&page->head, HEAD_MAX);
    bytebuf_init(&page->tail, HEAD_MAX);
    bytebuf_init(&page->before, HEAD_MAX * 4);
    demo_form_list_head(&page->form, &page->head, page->version, page->token, page->remaining);
    demo_form_list_tail(&page->form, &page->tail, page->version, page->token, page->remaining);
    page->current = bytebuf_span(&page->head);
    struct demo_http_stream stream = {read_page, free_page, page};
    if (demo_gzip_is_accepted(call->request) && is_worth_packing(page)) {
        demo_http_reply_header(call->reply, "Content-Encoding", "gzip");
        demo_http_reply_header(call->reply, "Vary", "Accept-Encoding");
        stream = demo_gzip_stream(stream);
    }
    demo_http_reply_stream(call->reply, 200, "application/json", stream);
}

static void refuse_expired(struct demo_call *call)
{
    demo_call_refuse(call, 410, "Expired",
                     "The provided continue parameter is too old to display a consistent list result. You can start a "
                     "new list without the continue parameter, or use the continue token in this response to retrieve "
                     "the remainder of the results. Continuing with the provided token results in an inconsistent list "
                     "- objects that were created, modified, or deleted between the time the first chunk was returned "
                     "and now may show up in the list.");
}

/* The version to list at: of the token, of ?resourceVersion with Exact, or 0 for now. False: refused. */
static bool choose_version(struct demo_call *call, uint64_t *version, char **start)
{
    const char *token = demo_call_query(call, "continue");
    const char *wanted = demo_call_query(call, "resourceVersion");
    *version = 0;
    if (token[0] != '\0' && !read_token(token, version, start)) {
        demo_call_refuse(call, 400, "BadRequest", "continue key is not valid");
        return false;
    }
    int64_t number = 0;
    if (token[0] != '\0' || wanted[0] == '\0')
        return true;
    if (!span_to_int64(span_of(wanted), &number) || number < 0) {
        demo_call_refuse(call, 400, "BadRequest", "Invalid value: \"%s\": resourceVersion", wanted);
        return false;
    }
    uint64_t now = demo_store_version(call->store);
    if ((uint64_t)number > now) {
        demo_http_reply_header(call->reply, "Retry-After", "1");
        demo_call_refuse(call, 504, "Timeout", "Too large resource version: %lld, current: %llu", (long long)number,
                         (unsigned long long)now);
        return false;
    }
    if (strcmp(demo_call_query(call, "resourceVersionMatch"), "Exact") == 0)
        *version = (uint64_t)number;
    return true;
}

bool demo_list_selectors(struct demo_call *call, struct demo_selector *selector)
{
    struct error err;
    enum status status = demo_selector_add_labels(selector, demo_call_query(call, "labelSelector"), &err);
    if (status == STATUS_OK)
        status = demo_selector_add_fields(selector, call->kind, demo_call_query(call, "fieldSelector"), &err);
    if (status != STATUS_OK)
        demo_call_refuse(call, 400, "BadRequest", "%s", err.text);
    return status == STATUS_OK;
}

static void list_at(struct demo_call *call, const struct demo_selector *selector, uint64_t version, const char *start)
{
    int64_t limit = 0;
    struct page *page = alloc_new(struct page);
    if (!demo_form_choose(&page->form, call)) {
        free_page(page);
        demo_call_refuse(call, 406, "NotAcceptable", "only the following media types are accepted: application/json");
        return;
    }
    if (demo_store_snapshot(call->store, call->kind, call->name_space, version, &page->snapshot) != STATUS_OK) {
        free_page(page);
        refuse_expired(call);
        return;
    }
    page->version = page->snapshot.version;
    span_to_int64(span_of(demo_call_query(call, "limit")), &limit);
    cut_page(page, selector, start, limit <= 0 ? 0 : (size_t)limit);
    send_page(call, page);
}

void demo_list_reply(struct demo_call *call)
{
    struct demo_selector selector = {0};
    uint64_t version = 0;
    char *start = NULL;
    if (demo_list_selectors(call, &selector) && choose_version(call, &version, &start))
        list_at(call, &selector, version, start);
    demo_selector_clear(&selector);
    free(start);
}
