"""The same from several connections at the same moment."""

import pytest

from payments import service
from payments.asking import service as asking
from payments.models import Attempt, Payment, ReceivedNotice
from payments.service import Due
from portal.kernel.db import db
from portal.kernel.keys import new_subject
from portal.kernel.money import Money
from tests.accounts.threads import at_once
from tests.payments.factories import (
    FEE,
    PURPOSE,
    begun,
    booked,
    heard,
    letters,
    owed,
    paid,
    press,
    told,
)

THREADS = 6


def failures(results):
    return [one for one in results if isinstance(one, Exception)]


@pytest.mark.promise("M16")
def test_one_notice_on_many_connections_is_taken_in_once(app):
    payment = owed()
    attempt = begun(payment)
    press(attempt)
    [(body, headers)] = letters(attempt)
    results = at_once(app, THREADS, lambda: heard("sandbox", headers, body))
    assert results == [True] * THREADS
    db.session.rollback()
    assert db.session.query(ReceivedNotice).count() == 1
    assert booked(payment) == ["capture"]
    assert told("PaymentSucceeded") == 1


@pytest.mark.promise("M16")
def test_return_notice_and_question_at_once_make_one_success(app):
    payment = owed()
    attempt = begun(payment)
    press(attempt)
    [(body, headers)] = letters(attempt)
    payment_id, attempt_id = payment.id, attempt.id
    ways = [
        lambda: heard("sandbox", headers, body),
        lambda: service.came_back(service.by_id(payment_id)),
        lambda: asking.ask_later(attempt_id=str(attempt_id)),
    ] * 2
    waiting = iter(ways)

    def go():
        return next(waiting)()

    results = at_once(app, len(ways), go)
    assert failures(results) == []
    db.session.rollback()
    assert booked(payment) == ["capture"]
    assert told("PaymentSucceeded") == 1


def test_pressing_pay_many_times_begins_one_attempt(app):
    payment_id = owed().id
    results = at_once(app, THREADS, lambda: service.start(service.by_id(payment_id), "sandbox").url)
    assert failures(results) == []
    assert len(set(results)) == 1
    db.session.rollback()
    assert db.session.query(Attempt).count() == 1


def test_one_thing_becomes_due_once(app):
    subject = new_subject()
    db.session.commit()
    what = Due(PURPOSE, subject, subject, subject, "municipal", {"en": "Fee"}, FEE, "/")
    results = at_once(app, THREADS, lambda: service.due(what).id)
    assert failures(results) == []
    assert len(set(results)) == 1
    db.session.rollback()
    assert db.session.query(Payment).count() == 1


@pytest.mark.promise("M16")
def test_refunds_at_once_give_no_more_back_than_came(app):
    payment_id = paid(owed()).id
    part = Money.of("100.00", "INR")
    results = at_once(app, 4, lambda: service.refund(payment_id, part, "twice", by="tests"))
    assert len(failures(results)) == 3


def test_receipts_made_at_once_have_different_numbers(app):
    begun_ones = [begun(owed()) for _ in range(4)]
    for attempt in begun_ones:
        press(attempt)
    waiting = iter([one.id for one in begun_ones])
    results = at_once(app, 4, lambda: asking.ask_later(attempt_id=str(next(waiting))))
    assert failures(results) == []
    db.session.rollback()
    numbers = [number for (number,) in db.session.query(Payment.receipt_number)]
    assert sorted(number[-1] for number in numbers) == ["1", "2", "3", "4"]
