/* The whole demo Sovereign: two regions' API servers with their life, catalyst-api, Gitea and nats-server, all on loopback and all
 * written up in one folder as an ordinary configuration. */
#ifndef DEMO_DEMO_SOVEREIGN_H
#define DEMO_DEMO_SOVEREIGN_H

#include <stdint.h>

#include "base/error.h"

struct demo_sovereign;

struct demo_sovereign_options {
    const char *folder;
    const char *scenario; /* NULL: "default" */
    int scale;            /* 0: 1 */
    double speed;         /* 0: DEMO_SOVEREIGN_SPEED */
    uint64_t seed;
    int port_base; /* listen on port_base to port_base + 4; 0: the folder's last ports, or free ones */
};

#define DEMO_SOVEREIGN_SPEED 14.0 /* a cutover takes about four minutes */
#define DEMO_SOVEREIGN_SCALE_MAX 400

/* Returns when everything serves. */
enum status demo_sovereign_start(struct demo_sovereign **ret, const struct demo_sovereign_options *options, struct error *err);
void demo_sovereign_stop(struct demo_sovereign *sovereign); /* NULL allowed */

#endif
