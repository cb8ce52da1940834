"""What the clock does to applications: unpaid ones lapse, renewals are announced, old quotes go."""

from portal.applications.fees import service as fees
from portal.applications.quotes import service as quotes
from portal.applications.renewals import service as renewals
from portal.kernel.jobs import Again, Periodic, job


@job(queue="applications")
def lapse_unpaid() -> None:
    if fees.lapse():
        raise Again(1)


@job(queue="applications")
def announce_renewals() -> None:
    if renewals.remind():
        raise Again(1)


@job(queue="applications")
def forget_quotes() -> None:
    quotes.sweep()


PERIODIC = (
    Periodic("17 * * * *", lapse_unpaid),
    Periodic("40 3 * * *", announce_renewals),
    Periodic("50 * * * *", forget_quotes),
)
