"""Cases that may be about the same thing: shown to officers, and never decided by."""
