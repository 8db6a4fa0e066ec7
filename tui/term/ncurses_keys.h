/* Bytes of the keyboard to struct key, through ncurses. Private to tui/term. */
#ifndef TERM_NCURSES_KEYS_H
#define TERM_NCURSES_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/key.h"

#define NCURSES_KEYS_PASTE_MAX (64u * 1024) /* keys of one paste; the rest is dropped and counted */

struct ncurses_keys {
    void *pad; /* WINDOW: pads are never refreshed, so reading never paints */
    bool pasting;
    size_t pasted;        /* keys of this paste */
    uint64_t dropped;     /* keys dropped from too long pastes */
    int64_t last_paste_ms;
};

void ncurses_keys_init(struct ncurses_keys *keys); /* after newterm */
void ncurses_keys_done(struct ncurses_keys *keys);
bool ncurses_keys_read(struct ncurses_keys *keys, struct key *ret_key); /* false: none waits */

#endif
