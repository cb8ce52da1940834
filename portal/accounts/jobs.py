"""Work of accounts that no request waits for."""

from portal.accounts import service
from portal.kernel.jobs import job


@job(queue="accounts")
def sweep() -> None:
    """Remove what has ended: sessions, invitations, counters, accounts never completed."""
    service.sweep()
