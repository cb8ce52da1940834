"""What belongs to a transaction: events, jobs, the audit chain, and rows that never change."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from portal.accounts.events import SignedIn
from portal.audit import service as audit
from portal.audit.models import AuditEntry
from portal.kernel.db import APPEND_ONLY, Base, apart, db
from portal.kernel.events import StoredEvent, publish

pytestmark = pytest.mark.usefixtures("app")
JOBS = text("SELECT count(*) FROM procrastinate_jobs")


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_an_event_and_its_jobs_go_with_the_transaction():
    audit.record("tried", about="test", actor="test")
    db.session.add(StoredEvent(name="Nothing", payload={}))
    db.session.rollback()
    assert (count(StoredEvent), db.session.scalar(JOBS), count(AuditEntry)) == (0, 0, 0)


def test_what_is_done_apart_stays_although_the_request_is_refused():
    with apart() as session:
        session.add(StoredEvent(name="Counted", payload={}))
    db.session.rollback()
    assert count(StoredEvent) == 1


def test_the_audit_chain_holds_over_several_transactions():
    for number in range(5):
        audit.record("acted", about=f"thing:{number}", actor="test")
        db.session.commit()
    assert audit.broken_at() is None


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_the_serving_role_cannot_change_an_append_only_table(table):
    column = next(iter(Base.metadata.tables[table].columns)).name
    update = f"UPDATE {table} SET {column} = {column}"
    for statement in (f"DELETE FROM {table}", update, f"TRUNCATE {table}"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_the_owner_is_stopped_by_a_trigger_too(owner):
    audit.record("acted", about="thing", actor="test")
    db.session.commit()
    with pytest.raises(Exception, match="are never changed"):
        owner.execute(text("UPDATE audit_entries SET act = 'other'"))


def test_a_changed_entry_is_found(superuser):
    for number in range(3):
        audit.record("acted", about=f"thing:{number}", actor="test")
    db.session.commit()
    superuser("UPDATE audit_entries SET act = 'other' WHERE number = 2")
    assert audit.broken_at() == 2


def test_a_removed_entry_is_found(superuser):
    for number in range(3):
        audit.record("acted", about=f"thing:{number}", actor="test")
    db.session.commit()
    superuser("DELETE FROM audit_entries WHERE number = 2")
    assert audit.broken_at() == 3


def test_an_event_names_ids_only():
    publish(SignedIn(uuid4()))
    db.session.flush()
    stored = db.session.scalars(select(StoredEvent)).one()
    assert stored.name == "SignedIn"
    assert list(stored.payload) == ["person_id"]


def test_the_chain_is_not_held_before_the_transaction_ends():
    audit.record("begun", about="thing", actor="test")
    with db.session.begin_nested():
        audit.record("acted", about="thing", actor="test")
    with apart() as other:
        assert other.scalar(text("SELECT pg_try_advisory_xact_lock(7305806)"))
    db.session.commit()
    assert db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.number)).all() == [
        "begun",
        "acted",
    ]


def test_what_a_savepoint_undid_is_not_recorded():
    audit.record("begun", about="thing", actor="test")
    savepoint = db.session.begin_nested()
    audit.record("acted", about="thing", actor="test")
    savepoint.rollback()
    db.session.commit()
    assert db.session.scalars(select(AuditEntry.act)).all() == ["begun"]
