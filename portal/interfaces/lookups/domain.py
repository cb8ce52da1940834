"""How often somebody may look things up, how long that is remembered, and what is refused."""

from datetime import timedelta
from typing import ClassVar

from portal.kernel.errors import N_, DomainError

# Numbers can be guessed, so nobody looks up many: so many at one provider in this time.
LOOK_UPS, WITHIN = 20, timedelta(minutes=10)
# A process remembers what it was told so long, and that something is not known.
FRESH, UNKNOWN_FOR = timedelta(minutes=10), timedelta(minutes=1)
REMEMBERED = 300
# What is longer fills no question, and is not remembered.
LONGEST = 20_000
KEPT = timedelta(days=1)


class Unknown(DomainError):
    status: ClassVar[int] = 422
    message = N_("The provider does not know this. Check it, or fill in the rest yourself.")
