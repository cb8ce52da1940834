"""What the clock does to drafts: those that nobody saves any more go."""

from portal.forms import service
from portal.kernel.jobs import Again, Periodic, job


@job(queue="applications")
def forget_drafts() -> None:
    if service.sweep():
        raise Again(0)


PERIODIC = (Periodic("20 2 * * *", forget_drafts),)
