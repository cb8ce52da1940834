"""Work of accounts that no request waits for."""

from portal.accounts import service
from portal.accounts.recovery import service as recovery
from portal.kernel.jobs import job


@job(queue="accounts")
def sweep() -> None:
    """Remove what has ended: sessions, invitations, counters, accounts never completed."""
    service.sweep()


@job(queue="accounts")
def tend_recoveries() -> None:
    """Send the notices and links of recoveries whose time has come, and end those that are over."""
    recovery.tend()
