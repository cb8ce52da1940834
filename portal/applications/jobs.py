"""What the clock does: unpaid ones lapse, renewals are announced, old quotes go, cases rise.

A promise that lapsed opens an appeal, and one that is not decided goes to the next level.
"""

from portal.applications.appeals import service as appeals
from portal.applications.checking import service as checking
from portal.applications.fees import service as fees
from portal.applications.quotes import service as quotes
from portal.applications.renewals import service as renewals
from portal.applications.staging import service as staging
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


@job(queue="applications")
def forget_checks() -> None:
    checking.sweep()


@job(queue="applications")
def let_rise() -> None:
    if staging.rise():
        raise Again(0)


@job(queue="applications")
def open_appeals() -> None:
    if appeals.open_late():
        raise Again(0)


@job(queue="applications")
def pass_appeals_on() -> None:
    if appeals.pass_on():
        raise Again(0)


PERIODIC = (
    Periodic("5 * * * *", let_rise),
    Periodic("17 * * * *", lapse_unpaid),
    Periodic("40 3 * * *", announce_renewals),
    Periodic("50 * * * *", forget_quotes),
    Periodic("40 4 * * *", forget_checks),
    Periodic("10 * * * *", open_appeals),
    Periodic("15 * * * *", pass_appeals_on),
)
