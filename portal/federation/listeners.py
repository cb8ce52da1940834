"""What this room does about events of others."""

from portal.accounts.events import AccountSecured, PersonRemoved
from portal.federation import service


def secured(event: AccountSecured) -> None:
    """A thief may have linked an identity of their own."""
    if event.since is not None:
        service.unlink_since(event.person_id, event.since)


def removed(event: PersonRemoved) -> None:
    """Nobody signs in as somebody who left, and what they linked may be linked anew."""
    service.forget(event.person_id)
