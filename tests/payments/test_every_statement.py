"""The machine may stop after any statement: what was begun is undone, and the next try ends it."""

from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import event, func

from payments import service
from payments.books import service as books
from payments.disputes import service as disputes
from payments.domain import PaymentState
from payments.gateway import Dispute, DisputeStatus
from payments.models import LedgerEntry, LedgerTransaction, Payment, ReceiptCounter
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from tests.payments.factories import FEE, begun, booked, heard, letters, owed, paid, press

# Fewer would mean that statements are not seen, more that one act never ends.
FEWEST, MOST = 5, 90


class Stopped(Exception):
    """The machine did."""


@contextmanager
def stopping_after(number):
    """Let this statement be the last one."""
    seen = count(1)

    def stop(*_):
        if next(seen) == number:
            raise Stopped

    event.listen(db.engine, "after_cursor_execute", stop)
    try:
        yield
    finally:
        event.remove(db.engine, "after_cursor_execute", stop)


def pressed():
    """A payment that was paid at the company, and has not been told of yet."""
    payment = owed()
    press(begun(payment))
    return payment


def notice(payment):
    for body, headers in letters(service.newest(payment)):
        assert heard("sandbox", headers, body)


def question(payment):
    service.came_back(payment)


def dispute(payment, status=DisputeStatus.OPEN):
    reference = service.newest(payment).reference
    disputes.note("sandbox", f"dp {reference}", Dispute(reference, FEE, status))


def disputed():
    payment = paid(owed())
    dispute(payment)
    db.session.commit()
    return payment


def lost(payment):
    dispute(payment, DisputeStatus.LOST)


def asked_back():
    payment = paid(owed())
    service.refund(payment.id, FEE, "A mistake", by="tests")
    db.session.commit()
    return payment


def give_back(payment):
    rows = db.session.query(service.refunds.Refund.id).filter_by(payment_id=payment.id)
    [(refund_id,)] = rows.all()
    service.refunds.send_back(refund_id=str(refund_id))


ACTS = {
    "notice": (pressed, notice, PaymentState.PAID, ["capture"]),
    "question": (pressed, question, PaymentState.PAID, ["capture"]),
    "dispute": (lambda: paid(owed()), dispute, PaymentState.DISPUTED, ["capture", "dispute"]),
    "lost": (disputed, lost, PaymentState.CHARGED_BACK, ["capture", "dispute", "dispute_lost"]),
    "refund": (asked_back, give_back, PaymentState.REFUNDED, ["capture", "refund", "refunded"]),
}


def stand():
    """All that would tell of an act."""
    tables = LedgerTransaction, LedgerEntry, StoredEvent
    counted = [db.session.query(func.count()).select_from(one).scalar() for one in tables]
    states = sorted(db.session.query(Payment.id, Payment.state).all())
    return counted, states, db.session.query(func.sum(ReceiptCounter.last)).scalar()


@pytest.mark.promise("M16")
@pytest.mark.parametrize("name", ACTS)
def test_wherever_the_machine_stops_the_next_try_ends_it_once(app, name):
    prepare, act, ends, kinds = ACTS[name]
    for number in range(1, MOST):
        payment_id = prepare().id
        before = stand()
        try:
            with stopping_after(number):
                act(service.by_id(payment_id))
                db.session.commit()
        except Stopped:
            db.session.rollback()
            assert stand() == before, number
            act(service.by_id(payment_id))
            db.session.commit()
        else:
            break
        payment = service.by_id(payment_id)
        assert (payment.state, booked(payment)) == (ends, kinds), number
    assert FEWEST < number < MOST - 1
    assert books.unbalanced() == []
    numbers = [row.receipt_number for row in db.session.query(Payment)]
    assert sorted(int(one[-6:]) for one in numbers) == list(range(1, len(numbers) + 1))
