"""A fault anywhere while money is booked undoes all of it, and the next try makes it whole."""

import pytest
from sqlalchemy import text

from payments import service
from payments.domain import PaymentState
from payments.models import LedgerEntry, ReceivedNotice
from portal.kernel.db import db
from tests.contracts.routes import plain
from tests.payments.factories import begun, booked, letters, owed, press, told

BREAK = """
CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'broken'; END $$;
CREATE TRIGGER broken BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION broken()
"""
MEND = "DROP TRIGGER broken ON {table}; DROP FUNCTION broken()"
PLACES = [
    ("INSERT", "payment_notices"),
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


@pytest.mark.promise("M16")
@pytest.mark.parametrize(("act", "table"), PLACES)
def test_a_notice_that_fails_half_way_is_new_when_it_comes_again(app, broken, act, table):
    payment_id = owed().id
    attempt = begun(service.by_id(payment_id))
    press(attempt)
    [(body, headers)] = letters(attempt)
    db.session.remove()
    mend = broken(act, table)
    client = plain(app)
    assert client.post("/hooks/payments/sandbox", data=body, headers=headers).status_code == 500
    assert db.session.query(ReceivedNotice).count() == db.session.query(LedgerEntry).count() == 0
    assert service.by_id(payment_id).state == PaymentState.DUE
    db.session.remove()
    mend()
    assert client.post("/hooks/payments/sandbox", data=body, headers=headers).status_code == 200
    payment = service.by_id(payment_id)
    assert payment.state == PaymentState.PAID
    assert payment.receipt_number.endswith("-000001")
    assert booked(payment) == ["capture"]
    assert told("PaymentSucceeded") == 1
