"""The throw-away database of a test run: one server, one filled template, one copy per worker.

The server is our own without fsync, or the one of TEST_DATABASE_URL (a superuser's URL; its roles
portal_owner and portal_app are made, or get a new password). conftest.py calls these functions.
"""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, MetaData, make_url

from portal.kernel.postgres import APP, OWNER, Cluster, database_statements, role_statements
from portal.kernel.stepdown import PostgresError

# Not PORTAL_…: a portal that a test starts inherits them, and refuses settings it does not know.
SERVER, RUN = "TEST_CLUSTER_URL", "TEST_CLUSTER_RUN"
OURS = pytest.StashKey[Cluster]()
COPY = pytest.StashKey["Urls"]()
Fill = Callable[[str], object]
FILL = pytest.StashKey[Fill]()
JOB_TABLES = [f"procrastinate_{what}" for what in ("events", "periodic_defers", "jobs", "workers")]
# Open for as long as the process: connecting costs more than emptying.
CLEANERS: dict[str, psycopg.Connection] = {}


@dataclass(frozen=True)
class Urls:
    """One database, as the role that serves and as the role that owns the tables."""

    app_url: str
    owner_url: str


def configure(config: pytest.Config, fill: Fill) -> None:
    """Have a server, once, in the process that controls the workers.

    `fill` makes the tables of the template, given the owner's URL, when a test first needs them.
    """
    config.stash[FILL] = fill
    if _is_worker(config) or config.option.collectonly:
        return
    os.environ[RUN] = secrets.token_hex(4)
    given = os.environ.get("TEST_DATABASE_URL")
    try:
        os.environ[SERVER] = given or _start(config)
    except PostgresError as error:
        raise pytest.UsageError(str(error)) from error
    if given:
        _make_roles()


def unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    while CLEANERS:
        CLEANERS.popitem()[1].close()
    if _is_worker(config) or SERVER not in os.environ:
        return
    if cluster := config.stash.get(OURS, None):
        cluster.destroy()
    else:
        with _superuser() as connection:
            for name in _databases(connection):
                _drop(connection, name)
    del os.environ[RUN], os.environ[SERVER]


def worker_database(config: pytest.Config) -> Urls:
    """A worker's own copy of the template, which the first worker to ask has filled."""
    if COPY not in config.stash:
        worker = getattr(config, "workerinput", {}).get("workerid", "main")
        config.stash[COPY] = _copy(_name(worker), _template(config.stash[FILL]))
    return config.stash[COPY]


@contextmanager
def another_database(config: pytest.Config, *, filled: bool = True) -> Iterator[Urls]:
    """One more, for a test that must be alone: a copy of the template, or empty."""
    name = _name(f"spare_{secrets.token_hex(4)}")
    try:
        yield _copy(name, _template(config.stash[FILL]) if filled else "template1")
    finally:
        with _superuser() as connection:
            _drop(connection, name)


def empty(url: str, metadata: MetaData) -> None:
    """Remove all rows and jobs, whatever triggers protect them, in a millisecond."""
    name = make_url(url).database or ""
    if name not in CLEANERS:
        CLEANERS[name] = _superuser(name)
        CLEANERS[name].execute("SET session_replication_role = replica")
    tables = [table.name for table in metadata.sorted_tables] + JOB_TABLES
    CLEANERS[name].execute(";".join(f'DELETE FROM "{table}"' for table in tables))


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _start(config: pytest.Config) -> str:
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="portal-tests-")), durable=False)
    config.stash[OURS] = cluster
    cluster.start()
    return cluster.superuser_url


def _server() -> URL:
    return make_url(os.environ[SERVER]).set(drivername="postgresql+psycopg")


def _superuser(database: str | None = None) -> psycopg.Connection:
    url = _server().set(database=database) if database else _server()
    parts: dict[str, Any] = url.translate_connect_args(username="user", database="dbname")
    return psycopg.connect(**(parts | dict(url.query)), autocommit=True)


def _name(part: str) -> str:
    return f"test_{os.environ[RUN]}_{part}"


def _databases(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_name("")]
    )
    return [name for (name,) in rows]


def _password() -> str | None:
    """The same in each run and worker, so that they do not lock each other out."""
    known = _server().password
    return known and hashlib.sha256(f"portal tests {known}".encode()).hexdigest()


def _make_roles() -> None:
    with _superuser() as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('roles'))")
        for role, statement in zip((OWNER, APP), role_statements(), strict=True):
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
                connection.execute(statement)
            if password := _password():
                connection.execute(f"ALTER ROLE {role} PASSWORD '{password}'")


def _urls(name: str) -> Urls:
    here = _server().set(password=_password(), database=name)
    app, owner = (
        here.set(username=role).render_as_string(hide_password=False) for role in (APP, OWNER)
    )
    return Urls(app, owner)


def _template(fill: Fill) -> str:
    name = _name("template")
    with _superuser() as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        known = connection.execute(
            "SELECT FROM pg_database WHERE datname = %s AND datistemplate", [name]
        )
        if not known.rowcount:
            _drop(connection, name)
            fill(_copy(name, "template1").owner_url)
            # Nobody may be connected to what is copied.
            connection.execute(f"ALTER DATABASE {name} IS_TEMPLATE true ALLOW_CONNECTIONS false")
            _disconnect(connection, name)
    return name


def _copy(name: str, template: str) -> Urls:
    with _superuser() as connection:
        for statement in database_statements(name, template):
            connection.execute(statement)
    return _urls(name)


def _disconnect(connection: psycopg.Connection, name: str) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
    )


def _drop(connection: psycopg.Connection, name: str) -> None:
    if name in _databases(connection):
        connection.execute(f"ALTER DATABASE {name} IS_TEMPLATE false")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
