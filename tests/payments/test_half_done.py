"""A fault anywhere while money is booked undoes all of it, and the next try makes it whole."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from payments import service
from payments.domain import PaymentState
from payments.models import LedgerEntry, ReceivedNotice
from portal.kernel.db import db
from tests.contracts.routes import plain
from tests.jobs import run_jobs
from tests.payments.factories import begun, booked, letters, owed, press, told

BREAK = """
CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'broken'; END $$;
CREATE TRIGGER broken BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION broken()
"""
MEND = "DROP TRIGGER broken ON {table}; DROP FUNCTION broken()"
PLACES = [
    ("UPDATE", "payments"),
    ("UPDATE", "payment_attempts"),
    ("UPDATE", "payment_attempt_parts"),
    ("INSERT", "ledger_accounts"),
    ("INSERT", "ledger_transactions"),
    ("INSERT", "ledger_entries"),
    ("INSERT", "stored_events"),
    ("INSERT", "receipt_counters"),
    ("UPDATE", "payment_notices"),
    ("INSERT", "audit_entries"),
]


@pytest.fixture
def broken(owner):
    """Let every write of one kind to one table fail, until it is mended."""
    mending = []

    def mend():
        while mending:
            owner.execute(text(mending.pop()))
            owner.commit()

    def put(act, table):
        owner.execute(text(BREAK.format(act=act, table=table)))
        owner.commit()
        mending.append(MEND.format(table=table))
        return mend

    yield put
    mend()


@pytest.fixture
def payment_id(app):
    """Of a payment that was paid at the company, which has not told of it."""
    payment = owed()
    press(begun(payment))
    return payment.id


def arrive(app, payment_id):
    """The company's notice comes; the status of the answer."""
    [(body, headers)] = letters(service.newest(service.by_id(payment_id)))
    db.session.remove()
    sent = plain(app).post("/hooks/payments/sandbox", data=body, headers=headers)
    return sent.status_code


def is_whole(payment_id):
    db.session.remove()
    payment = service.by_id(payment_id)
    assert payment.state == PaymentState.PAID
    assert payment.receipt_number.endswith("-000001")
    assert booked(payment) == ["capture"]
    assert told("PaymentSucceeded") == 1
    return True


@pytest.mark.promise("M16")
@pytest.mark.parametrize("table", ["payment_notices", "procrastinate_jobs"])
def test_a_notice_that_cannot_be_kept_is_new_when_it_comes_again(app, broken, payment_id, table):
    mend = broken("INSERT", table)
    assert arrive(app, payment_id) == 500
    assert db.session.query(ReceivedNotice).count() == 0
    db.session.remove()
    mend()
    assert arrive(app, payment_id) == 200
    run_jobs()
    assert is_whole(payment_id)


@pytest.mark.promise("M16")
@pytest.mark.parametrize(("act", "table"), PLACES)
def test_a_notice_that_fails_half_way_is_whole_at_the_next_try(app, broken, payment_id, act, table):
    mend = broken(act, table)
    assert arrive(app, payment_id) == 200
    with pytest.raises(SQLAlchemyError):
        run_jobs()
    db.session.rollback()
    assert db.session.query(LedgerEntry).count() == 0
    assert service.by_id(payment_id).state == PaymentState.DUE
    assert db.session.query(ReceivedNotice).one().applied_at is None
    db.session.remove()
    mend()
    run_jobs()
    assert is_whole(payment_id)


@pytest.mark.promise("M16")
def test_a_notice_whose_job_was_lost_is_taken_in_by_the_clock(app, payment_id):
    assert arrive(app, payment_id) == 200
    db.session.execute(text("DELETE FROM procrastinate_jobs"))
    db.session.commit()
    assert service.inbox.parked() == []
    assert service.inbox.retry_parked() == 1
    db.session.commit()
    assert is_whole(payment_id)
