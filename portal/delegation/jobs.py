"""What the clock does to rights to act: codes that nobody used are forgotten."""

from portal.delegation import service
from portal.kernel.jobs import Periodic, job


@job(queue="delegation")
def sweep() -> None:
    service.sweep()


PERIODIC = (Periodic("25 2 * * *", sweep),)
