"""What the clock does to bills: nobody holds one for long, and what was asked is forgotten."""

from portal.bills import service
from portal.kernel.jobs import Again, Periodic, job


@job(queue="bills")
def release_bills() -> None:
    if service.release():
        raise Again(1)


@job(queue="bills")
def forget_lookups() -> None:
    service.sweep()


PERIODIC = (Periodic("*/5 * * * *", release_bills), Periodic("25 * * * *", forget_lookups))
