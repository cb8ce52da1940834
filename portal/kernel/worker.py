"""Running jobs: one process, several at a time. Whoever starts it restarts it when it ends."""

import logging
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import procrastinate
import psycopg
from flask import Flask
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as JobRow
from procrastinate.manager import JobManager
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from portal.kernel import heap
from portal.kernel.db import db, is_on_time
from portal.kernel.jobs import Again, Job, Periodic
from portal.kernel.log import log

CONCURRENCY = 6
# Seconds before a job that failed without asking for it is tried again; then it stays failed.
PATIENCE = (5, 30, 120, 600, 3600, 3600, 3600)
HEARTBEAT = 2
STALLED_AFTER = 6
# What PostgreSQL says when it ends a connection; nothing when it is gone.
AWAY = ("08", "57P")


class Retry(BaseRetryStrategy):
    """A job that says Again decides itself when; any other failure waits longer each time.

    That the database went away says nothing of the job, so that such a failure is never the last.
    """

    def get_retry_decision(self, *, exception: BaseException, job: JobRow) -> RetryDecision | None:
        if isinstance(exception, Again):
            return RetryDecision(retry_in={"seconds": max(1, round(exception.in_seconds))})
        if is_away(exception):
            return RetryDecision(retry_in={"seconds": PATIENCE[0]})
        if job.attempts < len(PATIENCE):
            return RetryDecision(retry_in={"seconds": PATIENCE[job.attempts]})
        return None


class Ends(JobManager):
    """Ends this process when the database could not hear how a job went.

    The job would else count as running for as long as the process lives, and hold its lock; that of
    a process that has gone is run again.
    """

    async def finish_job(self, *told: Any, **more: Any) -> None:
        with _or_end():
            await super().finish_job(*told, **more)

    async def retry_job(self, *told: Any, **more: Any) -> None:
        with _or_end():
            await super().retry_job(*told, **more)


@contextmanager
def _or_end() -> Iterator[None]:
    try:
        yield
    except ConnectorException as error:
        # Any other error is the database's own answer: the job has ended already.
        if isinstance(error.__cause__, psycopg.OperationalError):
            signal.raise_signal(signal.SIGTERM)
        raise


def is_away(error: BaseException) -> bool:
    """Whether the database has gone, in the midst of a statement or before it."""
    cause = error.orig if isinstance(error, DBAPIError) else error.__cause__
    if not isinstance(cause, psycopg.OperationalError):
        return False
    return cause.sqlstate is None or cause.sqlstate.startswith(AWAY)


def run(
    app: Flask, jobs: Iterable[Job], periodic: Iterable[Periodic], queue: str | None = None
) -> None:
    """Work until told to stop, or until the database goes away; on one queue alone, if so said."""
    # Procrastinate logs the arguments of jobs and the trace of each Again; ours say what matters.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    engine = build(app, jobs, periodic)
    heap.set_aside()
    engine.run_worker(
        queues=[queue] if queue else None,
        concurrency=CONCURRENCY,
        fetch_job_polling_interval=1,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=STALLED_AFTER,
        delete_jobs="successful",
    )


def build(app: Flask, jobs: Iterable[Job], periodic: Iterable[Periodic]) -> procrastinate.App:
    """Procrastinate's application with every job of every room, and the sweep of killed ones."""
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    parts = url.translate_connect_args(username="user", database="dbname") | dict(url.query)
    connector = procrastinate.PsycopgConnector(
        conninfo=make_conninfo(**parts), max_size=CONCURRENCY + 2
    )
    engine = procrastinate.App(connector=connector)
    engine.job_manager = Ends(connector)
    for work in jobs:
        engine.task(name=work.name, queue=work.queue, retry=Retry())(_in(app, work))
    for each in periodic:
        task = engine.task(
            name=f"{each.job.name}.periodic", queue=each.job.queue, queueing_lock=each.job.name
        )(_on_time(app, each.job))
        engine.periodic(cron=each.cron)(task)
    engine.task(name="sweep", queue="sweep", queueing_lock="sweep", pass_context=True)(sweep)
    engine.periodic(cron="* * * * * */5")(engine.tasks["sweep"])
    return engine


async def sweep(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the clock
    """Run again what a killed worker left. It takes no lock, or a stalled sweep would block it."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        await manager.retry_job(stalled)


def _in(app: Flask, work: Job) -> Callable[..., None]:
    def run_once(**arguments: Any) -> None:
        with app.app_context():
            try:
                work(**arguments)
            except Again:
                db.session.commit()
                raise
            except Exception as error:
                db.session.rollback()
                log.error("job failed", job=work.name, error=type(error).__name__)
                raise
            db.session.commit()

    return run_once


def _on_time(app: Flask, work: Job) -> Callable[[int], None]:
    def run_once(timestamp: int) -> None:  # noqa: ARG001 - given by the clock
        with app.app_context():
            on_time = is_on_time()
        if on_time:
            _in(app, work)()
        else:
            # What falls due by a clock that jumped would be gone, or told, long before its day.
            log.error("clock differs from the database's: nothing is done by it", job=work.name)

    return run_once
