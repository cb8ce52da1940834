"""What every test may ask for: the application on a database of its own, people, and a browser."""

from contextlib import contextmanager

import hypothesis
import pytest
from sqlalchemy import create_engine, event, text

from portal.app import create_app, read_settings
from portal.kernel import crypto, log, outside, schema
from portal.kernel.db import Base, db
from tests import cluster
from tests.pages import CheckedClient

# How long an example takes says how busy the machine is, and nothing of the code.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


def pytest_configure(config):
    cluster.configure(config, fill)


def pytest_unconfigure(config):
    cluster.unconfigure(config)


def fill(owner_url):
    """Make the template database that every worker's is a copy of: by the migrations."""
    schema.upgrade(owner_url)


@pytest.fixture(autouse=True)
def nobody_rests():
    """What one test found too slow is asked again by the next one."""
    outside._rests_until.clear()  # noqa: SLF001 - it lasts as long as the process


@pytest.fixture(scope="session")
def database(request):
    return cluster.worker_database(request.config)


@pytest.fixture(scope="session")
def settings(database, tmp_path_factory):
    var = tmp_path_factory.mktemp("var")
    crypto.write_keyring(var / "keys.json", crypto.new_keyring())
    return read_settings(
        {
            "PORTAL_ENV": "test",
            "PORTAL_VAR": str(var),
            "DATABASE_URL": database.app_url,
            "DATABASE_ADMIN_URL": database.owner_url,
        }
    )


@pytest.fixture(scope="session")
def house(settings):
    """The application; built once, since building it writes nothing."""
    app = create_app(settings)
    app.test_client_class = CheckedClient
    with app.app_context():
        event.listen(db.engine, "connect", wait_for_us)
    yield app
    with app.app_context():
        db.engine.dispose()


def wait_for_us(connection, _record):
    """A test may take its time between two questions, such as while a browser is busy."""
    connection.execute("SET idle_in_transaction_session_timeout = 0")
    connection.commit()


@pytest.fixture
def app(house, database):
    """The application on an empty database, inside an application context."""
    # Another application that a test made may have left another level behind.
    log.configure(house.config["SETTINGS"].kernel.log_level)
    with house.app_context():
        yield house
        db.session.remove()
    cluster.empty(database.owner_url, Base.metadata)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def owner(database):
    """A connection of the role that owns the tables."""
    engine = create_engine(database.owner_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def superuser(owner):
    """Run a statement with every trigger switched off, as somebody with the disk could."""

    def run(statement):
        table = statement.split()[1 if statement.startswith("UPDATE") else 2]
        owner.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER never_changed"))
        owner.execute(text(statement))
        owner.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER never_changed"))
        owner.commit()

    return run


@pytest.fixture
def queries(app):
    """A context that collects the statements sent to the database inside it."""

    @contextmanager
    def collect():
        told = []

        def hear(connection, cursor, statement, *rest):
            told.append(statement)

        event.listen(db.engine, "before_cursor_execute", hear)
        try:
            yield told
        finally:
            event.remove(db.engine, "before_cursor_execute", hear)

    return collect
