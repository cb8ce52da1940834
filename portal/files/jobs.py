"""Tidying the shelves."""

from portal.files import service
from portal.kernel.jobs import Periodic, job


@job(queue="files")
def sweep() -> None:
    service.sweep()


EVERY_HOUR = Periodic("17 * * * *", sweep)
