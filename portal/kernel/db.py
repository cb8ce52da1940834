"""The database: session, bases of rows, and what a transaction does before it ends.

Services add and change rows and never commit; the edge of a request or a job does.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from select import POLLIN, poll
from typing import Any, TypeVar
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DDL, DateTime, LargeBinary, MetaData, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, SessionTransaction, mapped_column
from sqlalchemy.pool import QueuePool

from portal.kernel import clock, ids

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
# More than two machines drift apart that ask a time server.
MOST_APART = timedelta(seconds=15)
THEIR_TIME = text("SELECT clock_timestamp()")
Json = dict[str, Any]
M = TypeVar("M", bound="type[Base]")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy under this name
        datetime: DateTime(timezone=True),
        Json: JSONB,
        bytes: LargeBinary,
    }


class Row:
    """An id that sorts by time, and the moment the row was made."""

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    created_at: Mapped[datetime] = mapped_column(sort_order=-1)

    def __init__(self, **values: Any) -> None:
        # Before anything else: sealed values are bound to the row's id.
        self.id = values.pop("id", None) or ids.uuid7()
        self.created_at = values.pop("created_at", None) or clock.now()
        super().__init__(**values)


db = SQLAlchemy(
    metadata=Base.metadata,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "autoflush": False},
)
APPEND_ONLY: set[str] = set()
GUARDS: dict[str, tuple[DDL, ...]] = {}
PATIENTLY = text(
    "SELECT set_config('lock_timeout', '20s', true), set_config('statement_timeout', '25s', true)"
)


def append_only(model: M) -> M:
    """Let no row of this table ever change or go: by grant, and by trigger as a second wall."""
    APPEND_ONLY.add(model.__tablename__)
    return model


def guarded(*statements: str) -> Callable[[M], M]:
    """Keep a rule of the database's own beside this table, such as a trigger.

    The statements are run when the table is made and after each migration, so they must bear it.
    """
    rules = tuple(_rule(statement) for statement in statements)

    def keep(model: M) -> M:
        GUARDS[model.__tablename__] = rules
        for rule in rules:
            event.listen(model.__table__, "after_create", rule)
        return model

    return keep


def _rule(statement: str) -> DDL:
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]


@event.listens_for(QueuePool, "checkout")
def _replace_ended(connection: Any, _record: object, _proxy: object) -> None:
    """Take no connection that the database has ended: it says so, and nothing else, unasked.

    As safe as asking it each time, which would be one question more for every page.
    """
    said = poll()
    if not connection.closed:
        said.register(connection.fileno(), POLLIN)
    if connection.closed or said.poll(0):
        raise DisconnectionError


@contextmanager
def apart() -> Iterator[Session]:
    """A short transaction of its own, for what must stand although the request is refused."""
    with Session(db.engine, expire_on_commit=False) as session, session.begin():
        yield session


def is_on_time() -> bool:
    """Whether this machine's clock and the database's say the same."""
    theirs: datetime = db.session.connection().execute(THEIR_TIME).scalar_one()
    return abs(theirs - clock.now()) <= MOST_APART


def wait_patiently() -> None:
    """Let this transaction wait for a twin until it is through, however busy the house is."""
    db.session.execute(PATIENTLY)


def unit() -> dict[str, Any]:
    """Notes that live as long as the running transaction: gone at its commit or rollback."""
    notes: dict[str, Any] = db.session.info.setdefault("unit", {})
    return notes


def at_commit(work: Callable[[Session, dict[str, Any]], None]) -> None:
    """Do this once, as the last thing of the running transaction, after all else was written.

    `work` gets the session and the notes of the unit.
    """
    pending = unit().setdefault("at_commit", [])
    if work not in pending:
        pending.append(work)


@event.listens_for(Session, "before_commit")
def _finish(session: Session) -> None:
    # Told for savepoints too, and what is done last must not be done before the rest.
    if session.in_nested_transaction():
        return
    notes = session.info.pop("unit", {})
    if "at_commit" in notes:
        session.flush()
    for work in notes.get("at_commit", ()):
        work(session, notes)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    # Told for savepoints too, whose end leaves the rest of the unit as it is.
    if not session.in_nested_transaction():
        session.info.pop("unit", None)


@event.listens_for(Session, "after_transaction_create")
def _note_savepoint(session: Session, begun: SessionTransaction) -> None:
    """Keep the notes as they are now: a savepoint that is undone undoes its notes too."""
    if begun.nested:
        notes = session.info.setdefault("unit", {})
        kept = {name: list(one) if isinstance(one, list) else one for name, one in notes.items()}
        notes.setdefault("savepoints", {})[begun] = kept


@event.listens_for(Session, "after_soft_rollback")
def _undo_savepoint(session: Session, undone: SessionTransaction) -> None:
    before = session.info.get("unit", {}).get("savepoints", {})
    if undone in before:
        session.info["unit"] = before[undone]
