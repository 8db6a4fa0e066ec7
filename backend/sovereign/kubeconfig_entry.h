/* One entry of a kubeconfig's clusters, users or contexts, and reading its settings with errors that say where. Inside
 * sovereign/kubeconfig only. */
#ifndef SOVEREIGN_KUBECONFIG_ENTRY_H
#define SOVEREIGN_KUBECONFIG_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/span.h"
#include "decode/yaml_node.h"

#define KUBECONFIG_ENTRY_MATERIAL_MAX 128

enum kubeconfig_section { KUBECONFIG_SECTION_CLUSTERS, KUBECONFIG_SECTION_USERS, KUBECONFIG_SECTION_CONTEXTS };

struct kubeconfig_entry {
    const struct yaml_node *node; /* what stands below "cluster", "user" or "context"; NULL: nothing */
    const struct yaml_node *item;
    const char *file; /* its folder is where relative paths start */
    enum kubeconfig_section section;
    size_t index;
};

/* Memory that lives as long as one resolve and is wiped then. */
struct kubeconfig_material {
    char *text[KUBECONFIG_ENTRY_MATERIAL_MAX];
    size_t length[KUBECONFIG_ENTRY_MATERIAL_MAX];
    size_t count;
};

char *kubeconfig_entry_keep(struct kubeconfig_material *material, char *text, size_t length); /* takes; STATUS of full: freed, NULL */
void kubeconfig_entry_wipe(struct kubeconfig_material *material);

const char *kubeconfig_entry_section(enum kubeconfig_section section);  /* "users" */
const char *kubeconfig_entry_singular(enum kubeconfig_section section); /* "user" */

/* "file:line: users[2].user.KEY: …", STATUS_INVALID. `node` (may be NULL) is where the line comes from; `key` may have dots. */
enum status kubeconfig_entry_refuse(const struct kubeconfig_entry *entry, const struct yaml_node *node, const char *key, struct error *err,
                                    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The value of a key. Absent and empty ones are NULL, false or empty with STATUS_OK. */
enum status kubeconfig_entry_text(const struct kubeconfig_entry *entry, const char *key, const char **ret, struct error *err);
enum status kubeconfig_entry_flag(const struct kubeconfig_entry *entry, const char *key, bool *ret, struct error *err);
enum status kubeconfig_entry_data(const struct kubeconfig_entry *entry, const char *key, struct kubeconfig_material *material,
                                  struct span *ret, struct error *err);
enum status kubeconfig_entry_path(const struct kubeconfig_entry *entry, const char *key, struct kubeconfig_material *material,
                                  const char **ret, struct error *err);
char *kubeconfig_entry_absolute(const struct kubeconfig_entry *entry, const char *path); /* relative to the file; caller frees */

#endif
