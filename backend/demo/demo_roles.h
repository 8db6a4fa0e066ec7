/* RBAC as the objects of a store say it: ClusterRoleBindings, and the rules of the ClusterRoles they name. For
 * ServiceAccounts; people's rights are in demo_access. Any thread. */
#ifndef DEMO_DEMO_ROLES_H
#define DEMO_DEMO_ROLES_H

#include <stdbool.h>

#include "demo/demo_access.h"
#include "demo/demo_store.h"

/* `user`: "system:serviceaccount:NAMESPACE:NAME"; anybody else has nothing here. */
bool demo_roles_allow(struct demo_store *store, const char *user, const struct demo_attributes *wanted);

/* ServiceAccount, ClusterRole and ClusterRoleBinding of the cutover's Jobs (cutover contract 3.6). */
#define DEMO_ROLES_RUNNER "bp-self-sovereign-cutover-runner"
void demo_roles_put_runner(struct demo_store *store, int64_t age_seconds);

/* Takes `verbs` ("patch,update") on group and resource out of the runner's role, as a chart that forgot them. */
void demo_roles_forget(struct demo_store *store, const char *group, const char *resource, const char *verbs);

#endif
