"""Migrations make exactly the tables that the models describe, and can be taken back."""

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from portal.kernel import schema
from portal.kernel.db import APPEND_ONLY, Base
from tests import cluster

# Whatever PostgreSQL knows of our tables, but for the order of columns.
SHAPE = {
    "columns": """
        SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "enums": """
        SELECT typname, enumlabel, enumsortorder::int FROM pg_enum
        JOIN pg_type ON pg_type.oid = enumtypid""",
}
MADE = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
FUNCTIONS = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
OURS = "alembic_version"


@pytest.fixture
def empty(request):
    """A database with nothing in it."""
    with cluster.another_database(request.config, filled=False) as urls:
        yield urls


@pytest.fixture
def look():
    """Asks a database; connections end with the test."""
    engines = []

    def ask(url, statement):
        engines.append(create_engine(url))
        with engines[-1].connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]

    yield ask
    for engine in engines:
        engine.dispose()


def of_models(urls):
    engine = create_engine(urls.owner_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        schema.install_jobs(connection)
        Base.metadata.create_all(connection)
    engine.dispose()


@pytest.mark.parametrize("part", SHAPE)
def test_migrations_make_what_the_models_say(request, empty, look, part):
    schema.upgrade(empty.owner_url)
    with cluster.another_database(request.config, filled=False) as other:
        of_models(other)
        wanted = look(other.owner_url, SHAPE[part])
    made = [row for row in look(empty.owner_url, SHAPE[part]) if row[0] != OURS]
    assert sorted(made, key=repr) == sorted(wanted, key=repr)


def test_everything_can_be_taken_back_and_made_again(empty, look):
    schema.upgrade(empty.owner_url)
    command.downgrade(schema.configuration(empty.owner_url), "base")
    assert look(empty.owner_url, MADE) == [(OURS,)]
    assert look(empty.owner_url, FUNCTIONS) == [(0,)]
    schema.upgrade(empty.owner_url)
    assert len(look(empty.owner_url, MADE)) > len(Base.metadata.tables)


def test_a_second_upgrade_changes_nothing(empty, look):
    schema.upgrade(empty.owner_url)
    before = sorted(look(empty.owner_url, SHAPE["columns"]), key=repr)
    schema.upgrade(empty.owner_url)
    assert sorted(look(empty.owner_url, SHAPE["columns"]), key=repr) == before


def test_a_database_without_migrations_is_not_current(empty):
    engine = create_engine(empty.owner_url)
    with engine.connect() as connection:
        assert not schema.is_current(connection)
    schema.upgrade(empty.owner_url)
    with engine.connect() as connection:
        assert schema.is_current(connection)
    engine.dispose()


def test_append_only_tables_are_guarded_after_an_upgrade(empty, look):
    schema.upgrade(empty.owner_url)
    guarded = look(
        empty.owner_url,
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'never_changed'",
    )
    assert {name for (name,) in guarded} == APPEND_ONLY
