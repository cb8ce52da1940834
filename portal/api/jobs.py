"""Upkeep of the interfaces."""

from portal.api import service
from portal.kernel.jobs import job


@job(queue="upkeep")
def forget_answers() -> None:
    service.forget_answers()
