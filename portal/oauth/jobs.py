"""Upkeep of the authorization server."""

from portal.kernel.jobs import job
from portal.oauth import service


@job(queue="upkeep")
def sweep() -> None:
    service.sweep()
