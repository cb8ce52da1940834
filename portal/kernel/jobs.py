"""Work that is done after the transaction that made it necessary, at least once.

A job row is inserted on the transaction's own connection, so it exists if and only if the
transaction was committed. Handlers are idempotent. Running them is worker.py's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import procrastinate

from portal.kernel.db import db

# Never opened: it only builds the INSERT. An opened App would refuse a connection of ours.
PRODUCER = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


class Again(Exception):
    """Keep what this job wrote, and run it again in so many seconds, still holding its lock."""

    def __init__(self, in_seconds: float) -> None:
        self.in_seconds = in_seconds
        super().__init__(f"to be run again in {in_seconds:.0f} s")


@dataclass(frozen=True)
class Job:
    name: str
    function: Callable[..., None]
    queue: str

    def __call__(self, **arguments: Any) -> None:
        self.function(**arguments)


@dataclass(frozen=True)
class Periodic:
    """`cron` has an optional sixth field for seconds."""

    cron: str
    job: Job


def job(queue: str) -> Callable[[Callable[..., None]], Job]:
    """Declare a function of JSON arguments as a job; its room lists it in Room(jobs=…)."""

    def declare(function: Callable[..., None]) -> Job:
        return Job(f"{function.__module__}.{function.__qualname__}", function, queue)

    return declare


def defer(work: Job, *, lock: str | None = None, in_seconds: float = 0, **arguments: Any) -> None:
    """Insert the job in the running transaction. Jobs of one lock run one by one, in order."""
    db.session.flush()
    raw = db.session.connection().connection.driver_connection
    PRODUCER.configure_task(
        work.name,
        connection=raw,
        queue=work.queue,
        lock=lock,
        schedule_in={"seconds": int(in_seconds)} if in_seconds else None,
    ).defer(**arguments)
