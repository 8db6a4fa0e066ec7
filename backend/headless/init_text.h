/* The configuration that `sovdeck init` writes, as text. Pure. Inside the layer only. */
#ifndef HEADLESS_INIT_TEXT_H
#define HEADLESS_INIT_TEXT_H

#include "base/bytebuf.h"
#include "headless/init_probe.h"
#include "sovereign/profile.h"

struct init_findings {
    const char *kubeconfig; /* path for the file; NULL: a KUBECONFIG list, which is not named */
    const char *problem;    /* why no context is known at all; NULL: some are */
    const struct init_context *contexts;
    size_t count;
    const struct init_host (*hosts)[2]; /* api. and console., by the index of the first context of a Sovereign */
    enum profile_class class;
    char written_at[32];
};

void init_text_write(struct bytebuf *out, const struct init_findings *findings);

/* Is `index` the first context of its Sovereign? */
bool init_text_is_first(const struct init_findings *findings, size_t index);

#endif
