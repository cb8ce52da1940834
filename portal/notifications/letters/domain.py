"""What a newsletter is and who may let it go. No web, no tables."""

from enum import StrEnum

from portal.kernel.errors import N_, Conflict, NotFound

# The kinds that people are asked for before: nothing else is written by hand.
KINDS = ("newsletter", "promotions")
LONGEST = 5000


class State(StrEnum):
    WRITTEN = "written"
    APPROVED = "approved"
    SENT = "sent"


class NoSuchLetter(NotFound):
    message = N_("There is no such newsletter.")


class OwnLetter(Conflict):
    message = N_("You wrote this. Another person must approve it.")


class LetterSettled(Conflict):
    message = N_("This is approved already, so nothing of it changes any more.")
