"""Whatever comes in whatever order and however often: one success at most, and balanced books."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func

from payments import service
from payments.asking import service as asking
from payments.books import service as books
from payments.domain import PaymentState
from payments.gateways.sandbox.company.domain import OrderOver
from payments.models import LedgerEntry
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from tests.jobs import run_jobs
from tests.payments.factories import PURPOSE, begun, booked, notify, owed, press

ACTS = ("return", "notice", "query", "cancel", "pay", "decline", "slowly", "jobs")


def act(what, payment, attempt):
    if what in ("pay", "decline", "slowly"):
        try:
            press(attempt, what)
        except OrderOver:
            db.session.rollback()
    elif what == "return":
        service.came_back(payment)
    elif what == "notice":
        notify(attempt)
    elif what == "query":
        asking.ask_later(attempt_id=str(attempt.id))
    elif what == "cancel":
        service.cancel(PURPOSE, payment.about)
    db.session.commit()


def successes(payment):
    events = db.session.query(StoredEvent).filter_by(name="PaymentSucceeded")
    return sum(event.payload["payment_id"] == str(payment.id) for event in events)


@pytest.mark.promise("M16")
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(st.sampled_from(ACTS[:-1]), max_size=12))
def test_any_order_ends_in_one_success_at_most_and_balanced_books(app, acts):
    payment = owed()
    attempt = begun(payment)
    for what in acts:
        act(what, payment, attempt)
    for what in ("notice", "query"):
        act(what, payment, attempt)
    for refund_id in refunds_of(payment):
        service.refunds.send_back(refund_id=str(refund_id))
    db.session.commit()
    payment = service.by_id(payment.id)
    won = payment.state == PaymentState.PAID
    assert successes(payment) == int(won)
    assert booked(payment) in (["capture"] if won else [], ["late", "refunded"])
    assert won == bool(payment.receipt_number)
    assert db.session.query(func.sum(LedgerEntry.minor)).scalar() in (None, 0)
    assert books.unbalanced() == []


def refunds_of(payment):
    rows = db.session.query(service.refunds.Refund).filter_by(payment_id=payment.id)
    return [row.id for row in rows]


@pytest.mark.promise("M16")
@pytest.mark.parametrize(
    "order",
    [
        ("return", "notice", "query"),
        ("notice", "query", "return"),
        ("query", "return", "notice"),
        ("query", "notice", "return"),
    ],
)
def test_five_times_each_in_any_order_is_once(app, order):
    payment = owed()
    attempt = begun(payment)
    press(attempt)
    for what in order:
        for _ in range(5):
            act(what, payment, attempt)
    run_jobs()
    payment = service.by_id(payment.id)
    assert payment.state == PaymentState.PAID
    assert successes(payment) == 1
    assert booked(payment) == ["capture"]
