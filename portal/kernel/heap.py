"""What a process holds for good is set aside: it is neither searched for garbage nor copied."""

import gc

# New objects before a search among them, and such searches before one among older ones.
OFTEN, SELDOM, RARELY = 10_000, 20, 50


def set_aside() -> None:
    """Call once, when the application is built, and before processes are copied from this one.

    A search through everything stops all threads for a tenth of a second, in the midst of a page;
    and what it touches is no longer shared with the other processes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OFTEN, SELDOM, RARELY)
