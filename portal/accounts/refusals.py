"""Notes of what strangers were refused: so many from one address, then none for a while.

What nobody has to sign in for must not be able to fill the record.
"""

from portal.accounts.attempts import service as attempts
from portal.accounts.attempts.domain import MINUTE, Limit
from portal.accounts.domain import neighbourhood
from portal.audit import service as audit
from portal.kernel.errors import TooMany

NOTED = Limit("refusal noted", 20, MINUTE, MINUTE, MINUTE)


def note(act: str, *, about: str, address: str, why: str = "", actor: str = "visitor") -> None:
    """Record a refusal, unless so many of this address were recorded in the last minute."""
    try:
        attempts.spend(NOTED, neighbourhood(address))
    except TooMany:
        return
    audit.record(act, about=about, actor=actor, why=why)
