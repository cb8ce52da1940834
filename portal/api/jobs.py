"""Upkeep of the interfaces."""

from portal.api import service
from portal.api.calls import service as calls
from portal.api.limits import service as limits
from portal.kernel.jobs import job


@job(queue="upkeep")
def forget_answers() -> None:
    service.forget_answers()


@job(queue="upkeep")
def forget_calls() -> None:
    calls.count_days()
    calls.sweep()
    limits.sweep()


@job(queue="upkeep")
def count_days() -> None:
    calls.count_days()
