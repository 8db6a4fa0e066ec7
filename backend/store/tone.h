/* What a state means to a tired person; themes decide how it looks. Order: worst first (domain.md section 11.4). */
#ifndef STORE_TONE_H
#define STORE_TONE_H

enum tone {
    TONE_BAD,      /* Failed */
    TONE_WARN,     /* Degraded */
    TONE_PROGRESS, /* Progressing, pending */
    TONE_PAUSED,   /* Suspended, Disabled */
    TONE_UNKNOWN,  /* not known: never green */
    TONE_GOOD,     /* Ready */
    TONE_NEUTRAL,  /* no judgement */
};

#endif
