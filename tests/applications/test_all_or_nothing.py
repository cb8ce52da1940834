"""Whatever statement of an act the database refuses, nothing of the act remains."""

import re
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError

from portal.applications import applying
from portal.kernel.db import Base, db
from tests.applications.factories import draft_for, sent, told

WRITES = re.compile(
    r"\s*(?:WITH\b.*?\)\s*)?(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)", re.IGNORECASE | re.DOTALL
)
REFUSE = """
    CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'this row is refused'; END $$
"""


@pytest.fixture
def owner(database):
    engine = create_engine(database.owner_url)
    with engine.begin() as connection:
        connection.execute(text(REFUSE))
    yield engine
    with engine.begin() as connection:
        connection.execute(text("DROP FUNCTION refuse_row() CASCADE"))
    engine.dispose()


@contextmanager
def writing():
    """The tables of which a row is written meanwhile."""
    found = {}

    def note(_connection, cursor, statement, *_):
        if cursor.rowcount > 0 and (match := WRITES.match(statement)):
            found[match[1]] = None

    event.listen(db.engine, "after_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "after_cursor_execute", note)


@contextmanager
def refused(owner, table):
    """The table takes no row, and none of its rows changes."""
    on = f"ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_row()"
    with owner.begin() as connection:
        connection.execute(text(f"CREATE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE {on}"))
    try:
        yield
    finally:
        with owner.begin() as connection:
            connection.execute(text(f"DROP TRIGGER refuse ON {table}"))


def everything(owner):
    """A digest of all rows of each table, those of jobs too."""
    names = [*sorted(Base.metadata.tables), "procrastinate_jobs"]
    rows = "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"
    with owner.connect() as connection:
        return {name: connection.scalar(text(rows.format(name))) for name in names}


def submit(person):
    course = draft_for(person)
    return lambda: applying.send(course)


def decide(person):
    application = sent(person)
    return lambda: told(application, "refuse", reason={"en": "The papers are of somebody else."})


def ask(person):
    application = sent(person)
    return lambda: told(application, "ask", message={"en": "Again."}, fields=("guardian",))


def issue(person):
    application = told(sent(person), "approve")
    return lambda: told(application, "issue")


def ready(begin, person):
    act = begin(person)
    db.session.commit()
    return act


def done(act):
    act()
    db.session.commit()


@pytest.mark.parametrize("begin", [submit, ask, decide, issue])
def test_whichever_statement_fails_all_of_it_is_undone(begin, person, owner):
    # What is made for the first one alone, such as the key of an issuer, is there then.
    done(ready(begin, person))
    act = ready(begin, person)
    with writing() as tables:
        done(act)
    assert len(tables) >= 4
    for table in sorted(tables):
        act = ready(begin, person)
        before = everything(owner)
        with refused(owner, table), pytest.raises(DBAPIError, match="this row is refused"):
            done(act)
        db.session.rollback()
        assert everything(owner) == before, table
        done(ready(begin, person))
