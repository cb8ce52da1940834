"""A connection that the database ended is replaced before anybody is given it."""

import pytest
from sqlalchemy import create_engine, text

ME = text("SELECT pg_backend_pid()")
END = text("SELECT pg_terminate_backend(:pid, 5000)")


@pytest.fixture
def engine(database):
    engine = create_engine(database.owner_url, pool_size=2)
    yield engine
    engine.dispose()


def ask(engine):
    with engine.connect() as connection:
        return connection.scalar(ME)


def end(database, pid):
    other = create_engine(database.owner_url)
    with other.connect() as connection:
        assert connection.scalar(END, {"pid": pid})
    other.dispose()


def test_a_connection_that_was_ended_while_nobody_used_it_is_not_given_out(engine, database):
    first = ask(engine)
    end(database, first)
    assert ask(engine) != first


def test_all_ended_connections_are_replaced_as_after_a_restart(engine, database):
    with engine.connect() as one, engine.connect() as other:
        pids = {one.scalar(ME), other.scalar(ME)}
    for pid in pids:
        end(database, pid)
    with engine.connect() as one, engine.connect() as other:
        assert not pids & {one.scalar(ME), other.scalar(ME)}


def test_a_connection_that_is_well_is_given_out_again_without_a_question(engine):
    first = ask(engine)
    assert ask(engine) == first


def test_one_that_we_closed_ourselves_is_replaced(engine):
    with engine.connect() as connection:
        first = connection.scalar(ME)
        raw = connection.connection.driver_connection
    raw.close()
    assert ask(engine) != first
