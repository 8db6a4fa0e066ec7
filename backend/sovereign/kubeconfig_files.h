/* The files of a kubeconfig, for the sources of sovereign/kubeconfig only. */
#ifndef SOVEREIGN_KUBECONFIG_FILES_H
#define SOVEREIGN_KUBECONFIG_FILES_H

#include "decode/yaml_tree.h"
#include "sovereign/kubeconfig.h"
#include "sovereign/kubeconfig_entry.h"

/* First entry of that name through the files in order. False: none. */
bool kubeconfig_files_find(const struct kubeconfig *config, enum kubeconfig_section section, const char *name,
                           struct kubeconfig_entry *ret);
const char *kubeconfig_files_name(const struct kubeconfig *config); /* of the first file, for texts */

#endif
