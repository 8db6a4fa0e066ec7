/* The spine's model: facts out of replies, gaps in a tail, keys of a bucket, and nothing shown that must not be. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "spine/spine_facts.h"
#include "spine/spine_log.h"
#include "support/leak_check.h"

static struct spine_message *message(const char *subject, uint64_t sequence, const char *payload, const char *operation)
{
    struct nats_tail_message raw = {.subject = span_of(subject), .payload = span_of(payload), .stream = "S", .is_whole = true,
                                    .sequence = sequence, .at_ms = (int64_t)sequence * 1000};
    if (operation != NULL) {
        raw.headers[0] = (struct nats_header){SPAN_LITERAL("KV-Operation"), span_of(operation)};
        raw.header_count = 1;
    }
    return spine_message_new(&raw);
}

Test(spine, gaps_are_rows)
{
    struct spine_log log;
    spine_log_init(&log, false);
    spine_log_add(&log, message("a", 5, "x", NULL));
    spine_log_add(&log, message("a", 6, "x", NULL));
    spine_log_add(&log, message("a", 10, "x", NULL));
    cr_assert_eq(log.items.count, 4);
    cr_assert_eq(log.items.items[2]->missing, 3);
    cr_assert_str_eq(log.items.items[2]->preview, "3 sequences missing (deleted, expired, or not permitted)");
    spine_log_add(&log, message("a", 1, "made anew", NULL)); /* a restart is no gap */
    cr_assert_eq(log.items.count, 5);
    for (uint64_t i = 2; i < SPINE_LOG_MESSAGES_MAX + 50; i++)
        spine_log_add(&log, message("a", i, "x", NULL));
    cr_assert_eq(log.items.count, SPINE_LOG_MESSAGES_MAX);
    cr_assert(log.let_go > 0);
    spine_log_done(&log);
    TEST_NO_LEAKS();
}

Test(spine, a_bucket_holds_the_last_of_each_key)
{
    struct spine_log log;
    spine_log_init(&log, true);
    spine_log_add(&log, message("$KV.b.z", 1, "1", NULL));
    spine_log_add(&log, message("$KV.b.a.x", 2, "2", NULL));
    spine_log_add(&log, message("$KV.b.z", 3, "3", NULL));
    spine_log_add(&log, message("$KV.b.a.x", 4, "", "DEL"));
    cr_assert_eq(log.items.count, 2);
    cr_assert_str_eq(spine_log_key(log.items.items[0]), "a.x");
    cr_assert_eq(log.items.items[0]->operation, 'D');
    cr_assert_str_eq(log.items.items[1]->preview, "3");
    spine_log_expire(&log, 1500, 5000); /* the younger stays */
    cr_assert_eq(log.items.count, 1);
    spine_log_done(&log);
    TEST_NO_LEAKS();
}

static char *page(struct spine_message *shown)
{
    struct bytebuf out;
    bytebuf_init(&out, 1 << 20);
    spine_message_write(shown, &out);
    spine_message_free(shown);
    return bytebuf_take(&out);
}

Test(spine, secrets_and_escapes_are_not_shown)
{
    struct spine_message *shown = message("catalyst.x", 1, "{\"a\":{\"Password\":\"5up3r\"},\"n\":\"\\u001b[31m\"}", NULL);
    cr_assert(strstr(shown->preview, "5up3r") == NULL && strchr(shown->preview, 0x1b) == NULL, "%s", shown->preview);
    char *text = page(shown);
    cr_assert(strstr(text, "5up3r") == NULL && strchr(text, 0x1b) == NULL && strstr(text, "\n  \"a\"") != NULL, "%s", text);
    free(text);
    text = page(message("catalyst.x", 1, "{\"password\":\"5up3r\", broken \x1b", NULL));
    cr_assert(strstr(text, "5up3r") == NULL && strchr(text, 0x1b) == NULL, "%s", text);
    free(text);
    text = page(message("$KV.b.db-password", 1, "5up3r", NULL));
    cr_assert(strstr(text, "5up3r") == NULL, "%s", text);
    free(text);
    text = page(message("\x1b]0;x\x07", 1, "\x01\x02\x03\xff\xfe", NULL));
    cr_assert(strstr(text, "01 02 03 ff fe") != NULL && strchr(text, 0x1b) == NULL, "%s", text);
    free(text);
    TEST_NO_LEAKS();
}

Test(spine, filters_are_subjects_or_words)
{
    struct spine_message *shown = message("catalyst.tenant.created", 1, "Hello", NULL);
    cr_assert(spine_message_passes(shown, span_of("catalyst.*.created")));
    cr_assert(spine_message_passes(shown, span_of("catalyst.>")));
    cr_assert_not(spine_message_passes(shown, span_of("catalyst.*")));
    cr_assert(spine_message_passes(shown, span_of("hello")));
    cr_assert_not(spine_message_passes(shown, span_of("bye")));
    spine_message_free(shown);
    TEST_NO_LEAKS();
}

Test(spine, facts_of_a_cluster)
{
    static const char STREAM[] =
        "{\"config\":{\"name\":\"KV_dr\",\"subjects\":[\"$KV.dr.>\"],\"max_age\":60000000000,\"num_replicas\":3,\"storage\":\"memory\",\"future\":1},"
        "\"state\":{\"messages\":2,\"bytes\":10,\"first_seq\":1,\"last_seq\":9,\"last_ts\":\"2026-07-02T09:14:07Z\",\"consumer_count\":1},"
        "\"cluster\":{\"leader\":\"n1\",\"replicas\":[{\"name\":\"n2\",\"current\":true,\"lag\":4},{\"name\":\"n3\",\"current\":false,\"offline\":true}]}}";
    struct json_reader *reader = json_reader_new();
    struct json_value root;
    struct spine_stream stream;
    cr_assert_eq(json_reader_parse(reader, span_of(STREAM), &root, NULL), STATUS_OK);
    spine_facts_read_stream(root, &stream);
    cr_assert_eq(stream.use, SPINE_USE_BUCKET);
    cr_assert_str_eq(stream.shown, "dr");
    cr_assert_eq(stream.absent, 1);
    cr_assert_eq(stream.lag, 4);
    cr_assert_eq(stream.max_age_ms, 60000);
    cr_assert_eq(stream.last_ms, timestamp_parse(span_of("2026-07-02T09:14:07Z")));
    json_reader_free(reader);
    TEST_NO_LEAKS();
}
