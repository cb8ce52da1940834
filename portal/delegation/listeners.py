"""What this room does about events of accounts."""

from portal.accounts.events import AccountSecured, PersonRemoved
from portal.delegation import service


def removed(event: PersonRemoved) -> None:
    """Nobody acts for somebody who left, nor as one."""
    service.forget(event.person_id)


def secured(event: AccountSecured) -> None:
    """A thief may have let somebody act for the person."""
    service.secure(event.person_id, event.since)
