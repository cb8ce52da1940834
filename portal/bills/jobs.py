"""What the clock does to bills: holds end, lookups are forgotten, watched accounts asked for."""

from portal.bills import service
from portal.bills.watching import service as watching
from portal.kernel.jobs import Again, Periodic, job


@job(queue="bills")
def release_bills() -> None:
    if service.release():
        raise Again(1)


@job(queue="bills")
def forget_lookups() -> None:
    service.sweep()


@job(queue="bills")
def ask_watched() -> None:
    watching.ask_all()


PERIODIC = (
    Periodic("*/5 * * * *", release_bills),
    Periodic("25 * * * *", forget_lookups),
    # Before the reminders of the day, and again for those who did not answer.
    Periodic("10 1-6 * * *", ask_watched),
)
