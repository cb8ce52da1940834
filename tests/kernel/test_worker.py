"""A worker whose database goes away: no job is given up for it, and none is held for ever."""

import subprocess
import sys
import time

import psycopg
import pytest
import time_machine
from procrastinate.exceptions import ConnectorException
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from payments.jobs import sort_inbox
from portal.app import create_app, read_settings
from portal.kernel import clock, crypto
from portal.kernel.db import db
from portal.kernel.jobs import Again, defer
from portal.kernel.worker import PATIENCE, Retry, is_away
from tests import cluster

HELD = "SELECT id FROM procrastinate_jobs WHERE task_name = :name AND status = 'doing' FOR UPDATE"
# The one that would write down how the job went, and waits for us.
STUCK = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    " AND wait_event_type = 'Lock' AND query LIKE '%procrastinate_%_job_v%'"
)
# What the next worker sweeps up.
NOBODYS = (
    "SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name AND status = 'doing'"
    " AND worker_id IS NULL"
)
END = "SELECT pg_terminate_backend(:pid)"


class Job:
    attempts = 99


def lost(said=psycopg.OperationalError):
    return OperationalError("SELECT 1", {}, said("gone"))


def from_queue():
    error = ConnectorException("gone")
    error.__cause__ = psycopg.OperationalError("gone")
    return error


@pytest.mark.parametrize(
    "error",
    [
        lost(),
        lost(psycopg.errors.AdminShutdown),
        lost(psycopg.errors.CannotConnectNow),
        lost(psycopg.errors.CrashShutdown),
        from_queue(),
    ],
    ids=str,
)
def test_a_database_that_went_away_is_no_fault_of_the_job(error):
    assert is_away(error)
    assert Retry().get_retry_decision(exception=error, job=Job()).retry_at is not None


@pytest.mark.parametrize(
    "error",
    [lost(psycopg.errors.LockNotAvailable), lost(psycopg.errors.QueryCanceled), ValueError("no")],
    ids=str,
)
def test_any_other_failure_is_the_last_at_some_time(error):
    assert not is_away(error)
    assert Retry().get_retry_decision(exception=error, job=Job()) is None


def test_a_failure_waits_longer_each_time():
    waits = []
    with time_machine.travel(clock.now(), tick=False):
        for attempts in range(len(PATIENCE)):
            job = Job()
            job.attempts = attempts
            retry_at = Retry().get_retry_decision(exception=ValueError("no"), job=job).retry_at
            waits.append(round((retry_at - clock.now()).total_seconds()))
    assert waits == list(PATIENCE)


def test_a_job_that_says_again_does_so_as_often_as_it_likes():
    assert Retry().get_retry_decision(exception=Again(5), job=Job()).retry_at > clock.now()


@pytest.fixture
def env(request, tmp_path):
    """A worker's, on a database of its own."""
    with cluster.another_database(request.config) as urls:
        crypto.write_keyring(tmp_path / "keys.json", crypto.new_keyring())
        told = {"PORTAL_ENV": "development", "PORTAL_BASE_URL": "http://localhost:8000"}
        told |= {"PORTAL_VAR": str(tmp_path), "DATABASE_URL": urls.app_url}
        yield told, urls


@pytest.fixture
def owner(env):
    engine = create_engine(env[1].owner_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def worker(env, tmp_path):
    with (tmp_path / "log").open("wb") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "worker"], env=env[0], stdout=log, stderr=log
        )
        yield started
        started.kill()
        started.wait()


def until(look, seconds=60):
    ends = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < ends, "this did not come true in time"
        time.sleep(0.05)
    return found


def test_who_cannot_write_down_how_a_job_went_ends_so_that_it_is_run_again(env, owner, worker):
    made = create_app(read_settings(env[0]))
    # The job waits for this table until its patience ends; and then for its own row.
    owner.execute(text("LOCK TABLE payment_notices"))
    with made.app_context():
        defer(sort_inbox)
        db.session.commit()
        db.engine.dispose()
    looking = create_engine(env[1].owner_url)
    with looking.connect() as other:

        def ask(statement, **told):
            return other.execute(text(statement), told).scalar()

        until(lambda: ask(HELD, name=sort_inbox.name) or other.rollback())
        app_role = create_engine(env[1].app_url, isolation_level="AUTOCOMMIT")
        with app_role.connect() as same:
            pid = until(lambda: same.execute(text(STUCK)).scalar())
            same.execute(text(END), {"pid": pid})
        app_role.dispose()
        other.rollback()
        assert worker.wait(60) == 0
        assert ask(NOBODYS, name=sort_inbox.name) == 1
    looking.dispose()
