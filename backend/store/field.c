/* Names of the facts a row can hold. */
#include "store/field.h"

#define FIELD_NAME_ENTRY(id, name) [FIELD_##id] = name,
static const char *const FIELD_NAMES[] = {FIELD_LIST(FIELD_NAME_ENTRY)};

const char *field_name(enum field field)
{
    return FIELD_NAMES[field];
}
