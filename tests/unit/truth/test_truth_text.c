/* The board as text and JSON. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "truth/truth_text.h"
#include "decode/json_reader.h"
#include "pivoted.h"
#include "support/leak_check.h"
#include "support/rows.h"

Test(truth_text, shows_the_board_of_the_design)
{
    struct store *store = pivoted_new(true);
    rows_add(store, KIND_ID_NODES, 0, "fsn1-w2.lan", ROWS_END);
    rows_add(store, KIND_ID_HELMREPOSITORIES, 0, "flux-system/bp-x", FIELD_URL, "oci://ghcr.io/openova-io", ROWS_END);
    pivoted_claim(
        store, 5, "running",
        "cutoverComplete=false|currentStep=helmrepository-patches|currentStepIndex=5|progressPercent=45|registriesYamlActive=v2|"
        "node.fsn1-w1.lan.registriesYaml=v2|node.hel1-w1.lan.registriesYaml=v2");
    struct truth_board *board = truth_board_measure(store, NULL, NULL);
    struct bytebuf text, document;
    bytebuf_init(&text, TRUTH_TEXT_MAXIMUM);
    bytebuf_init(&document, TRUTH_TEXT_MAXIMUM);
    truth_text_table(board, &text);
    truth_text_json(board, &document);
    cr_log_info("%s", bytebuf_text(&text));
    static const char *const LINES[] = {
        "last attempt 05:00:00, first start 04:00:00 · claim: stranded 6/11 45% · measured: 4 agree, 1 disputed, 6 not yet\n",
        "claim from: status ConfigMap, watched\n",
        "  #  STEP                       CLAIM       MEASURED",
        "  4  registry-pivot             success  !! 1 of 2 nodes acknowledged (fsn1-w2.lan missing)",
        "  6> helmrepository-patches     running  .. 1 of 2 local, 1 still ghcr.io (1 tolerated beside)",
        "1/2",
        "1/1",
        "24m40s slow\n",
        "warning: helmrepository-patches is claimed to run",
    };
    const char *at = bytebuf_text(&text);
    for (size_t i = 0; i < ARRAY_LENGTH(LINES); i++) {
        const char *found = strstr(at, LINES[i]);
        cr_assert_not_null(found, "'%s' is missing in\n%s", LINES[i], bytebuf_text(&text));
        at = found;
    }
    struct json_reader *reader = json_reader_new();
    struct json_value root;
    struct error err;
    cr_assert_eq(json_reader_parse(reader, bytebuf_span(&document), &root, &err), STATUS_OK, "%s", err.text);
    struct json_value steps = json_reader_get(root, "steps");
    cr_assert_eq(json_reader_count(steps), 11);
    struct json_value pivot = json_reader_at(steps, 3);
    cr_assert(span_equals_text(json_reader_string(json_reader_get(pivot, "verdict")), "disputed"));
    cr_assert(span_equals_text(json_reader_string(json_reader_get(json_reader_at(json_reader_get(pivot, "regions"), 0), "text")),
                               "1/2"));
    cr_assert_eq(json_reader_integer(json_reader_get(json_reader_get(root, "claim"), "progressPercent"), 0), 45);
    json_reader_free(reader);
    bytebuf_done(&text);
    bytebuf_done(&document);
    truth_board_free(board);
    store_free(store);
    TEST_NO_LEAKS();
}
