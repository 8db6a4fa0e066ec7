/* Merge, strategic and JSON patches, and selectors: tables of cases. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/array.h"
#include "demo/demo_patch.h"
#include "demo/demo_selector.h"
#include "support/leak_check.h"

enum how { MERGE, STRATEGIC, JSON };

static const struct {
    enum how how;
    const char *before, *patch, *after; /* NULL: refused */
} cases[] = {
    {MERGE, "{'a':1,'b':{'c':2}}", "{'b':{'c':null,'d':[1]}}", "{'a':1,'b':{'d':[1]}}"},
    {MERGE, "{'a':[1,2]}", "{'a':[3]}", "{'a':[3]}"},
    {MERGE, "{'a':'text'}", "{'a':{'b':1}}", "{'a':{'b':1}}"},
    {STRATEGIC, "{'containers':[{'name':'x','image':'1'},{'name':'y'}]}", "{'containers':[{'name':'x','image':'2'}]}",
     "{'containers':[{'name':'x','image':'2'},{'name':'y'}]}"},
    {STRATEGIC, "{'env':[{'name':'x'},{'name':'y'}]}", "{'env':[{'$patch':'delete','name':'x'},{'name':'z'}]}",
     "{'env':[{'name':'y'},{'name':'z'}]}"},
    {STRATEGIC, "{'finalizers':['a','b']}", "{'$deleteFromPrimitiveList/finalizers':['a']}", "{'finalizers':['b']}"},
    {STRATEGIC, "{'args':['a']}", "{'args':['b']}", "{'args':['b']}"},
    {JSON, "{'a':1}", "[{'op':'add','path':'/b','value':2}]", "{'a':1,'b':2}"},
    {JSON, "{'a':[1,3]}", "[{'op':'add','path':'/a/1','value':2},{'op':'add','path':'/a/-','value':4}]", "{'a':[1,2,3,4]}"},
    {JSON, "{'a':1}", "[{'op':'test','path':'/a','value':1},{'op':'replace','path':'/a','value':2}]", "{'a':2}"},
    {JSON, "{'a':1}", "[{'op':'test','path':'/a','value':9}]", NULL},
    {JSON, "{'a':1}", "[{'op':'replace','path':'/b','value':9}]", NULL},
    {JSON, "{'a':1}", "[{'op':'remove','path':'/b'}]", NULL},
    {JSON, "{'a':1}", "[{'op':'add','path':'/x/y','value':9}]", NULL},
    {JSON, "{'a':{'b':1}}", "[{'op':'move','from':'/a/b','path':'/c'}]", "{'a':{},'c':1}"},
    {JSON, "{'a/b':1,'m~n':2}", "[{'op':'remove','path':'/a~1b'},{'op':'replace','path':'/m~0n','value':3}]", "{'m~n':3}"},
    {JSON, "{}", "{'op':'add'}", NULL},
    {JSON, "{}", "[{'op':'fly','path':'/a','value':1}]", NULL},
};

static json_t *read(const char *text)
{
    char copy[512];
    snprintf(copy, sizeof copy, "%s", text);
    for (char *at = copy; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    json_t *value = json_loads(copy, 0, NULL);
    cr_assert(value, "%s", copy);
    return value;
}

Test(demo_patch, cases)
{
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        json_t *document = read(cases[i].before), *patch = read(cases[i].patch);
        enum status status = STATUS_OK;
        if (cases[i].how == MERGE)
            demo_patch_merge(document, patch);
        else if (cases[i].how == STRATEGIC)
            demo_patch_strategic(document, patch);
        else
            status = demo_patch_json(document, patch, NULL);
        cr_expect_eq(status == STATUS_OK, cases[i].after != NULL, "%s", cases[i].patch);
        if (cases[i].after != NULL) {
            json_t *wanted = read(cases[i].after);
            cr_expect(json_equal(document, wanted), "%s on %s", cases[i].patch, cases[i].before);
            json_decref(wanted);
        }
        json_decref(document);
        json_decref(patch);
    }
    TEST_NO_LEAKS();
}

static const struct {
    const char *labels, *fields;
    int matches; /* 1 yes, 0 no, -1 refused */
} selectors[] = {
    {"", "", 1},
    {"app=web", "", 1},
    {"app==web,tier=front", "", 1},
    {"app=web,tier=back", "", 0},
    {"app!=web", "", 0},
    {"other!=web", "", 1},
    {"app", "", 1},
    {"!app", "", 0},
    {"!other", "", 1},
    {"app in (api, web)", "", 1},
    {"app notin (api,web)", "", 0},
    {"app in (api),tier", "", 0},
    {"a b=c", "", -1},
    {"", "metadata.name=p,metadata.namespace=x", 1},
    {"", "metadata.name!=p", 0},
    {"", "spec.nodeName=n1,status.phase!=Failed", 1},
    {"", "spec.nodeName=n2", 0},
    {"", "spec.unheard=1", -1},
    {"", "nonsense", -1},
    {"app=web", "spec.nodeName=n1", 1},
};

Test(demo_selector, cases)
{
    json_t *pod = read("{'metadata':{'name':'p','namespace':'x','labels':{'app':'web','tier':'front'}},"
                       "'spec':{'nodeName':'n1'},'status':{'phase':'Running'}}");
    struct demo_object *object = demo_object_new(demo_kinds_at(DEMO_KIND_POD), pod, 1);
    for (size_t i = 0; i < ARRAY_LENGTH(selectors); i++) {
        struct demo_selector selector = {0};
        struct error err;
        enum status status = demo_selector_add_labels(&selector, selectors[i].labels, &err);
        if (status == STATUS_OK)
            status = demo_selector_add_fields(&selector, object->kind, selectors[i].fields, &err);
        int result = status != STATUS_OK ? -1 : demo_selector_matches(&selector, object);
        cr_expect_eq(result, selectors[i].matches, "'%s' '%s': %d", selectors[i].labels, selectors[i].fields, result);
        demo_selector_clear(&selector);
    }
    demo_object_unref(object);
    json_decref(pod);
    TEST_NO_LEAKS();
}
