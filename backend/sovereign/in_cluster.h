/* The service account of the pod we run in, as a kubeconfig: what client-go calls the in-cluster configuration. */
#ifndef SOVEREIGN_IN_CLUSTER_H
#define SOVEREIGN_IN_CLUSTER_H

#define IN_CLUSTER_CONTEXT "in-cluster"

/* A kubeconfig's text with the one context IN_CLUSTER_CONTEXT; caller frees. NULL when KUBERNETES_SERVICE_HOST, _PORT or the
 * token file is not there. The token is named as a file, so it is read again when it is rotated. The files are looked for
 * below $SOVDECK_IN_CLUSTER_ROOT (tests), else below /. */
char *in_cluster_kubeconfig(void);

#endif
