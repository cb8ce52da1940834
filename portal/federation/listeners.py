"""What this room does about events of others."""

from portal.accounts.events import AccountSecured
from portal.federation import service


def secured(event: AccountSecured) -> None:
    """A thief may have linked an identity of their own."""
    if event.since is not None:
        service.unlink_since(event.person_id, event.since)
