"""Gateways on other machines: called outside of our transaction, slow, silent, or away."""

import threading
from datetime import timedelta

import pytest
import time_machine

from payments import service
from payments.asking import service as asking
from payments.calling import service as calling
from payments.commands import payments
from payments.domain import CannotStart, OnlyWhole, PaymentState, State, TooMuchBack
from payments.gateway import (
    Capabilities,
    FormPost,
    GatewayError,
    Outcome,
    Redirect,
    RefundOutcome,
    RefundStatus,
    Status,
)
from payments.models import Refund
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.jobs import Again
from portal.kernel.money import Money
from tests.jobs import run_jobs
from tests.payments.factories import FEE, booked, owed, part_of, told

ELSEWHERE = Redirect("https://pay.example.org/x", "far-1")


def away(*_):
    raise GatewayError


@pytest.fixture
def payment(app):
    return owed()


@pytest.fixture
def far(another_gateway):
    """A gateway whose functions may not touch the database: they run in a thread of their own."""

    def put(**changes):
        usual = {
            "at_hand": False,
            "start": lambda *_: ELSEWHERE,
            "hosts": ("https://pay.example.org",),
            "query": lambda order, _: Outcome(Status.SUCCEEDED, order.amount, "far-1"),
        }
        return another_gateway("far", **usual | changes)

    return put


def test_the_attempt_is_kept_before_the_gateway_is_called(far, payment):
    seen = []

    engine = db.engine

    def outside(order, means):
        with engine.connect() as other:
            rows = other.exec_driver_sql("SELECT reference, state FROM payment_attempts")
            seen.extend(tuple(row) for row in rows)
        seen.append(threading.current_thread() is threading.main_thread())
        return ELSEWHERE

    far(start=outside)
    assert service.start(payment, "far") == ELSEWHERE
    assert seen == [(f"{payment.reference}-1", "created"), False]
    attempt = service.newest(payment)
    assert (attempt.state, attempt.gateway_reference) == (State.STARTED, "far-1")


def test_a_gateway_that_is_away_takes_nothing_and_can_be_tried_again(far, payment):
    far(start=away)
    with pytest.raises(CannotStart):
        service.start(payment, "far")
    db.session.rollback()
    assert service.newest(payment).state == State.CREATED
    far()
    service.start(payment, "far")
    assert part_of(payment).number == 1


def test_a_gateway_that_is_too_slow_is_not_waited_for(far, payment, monkeypatch):
    done = threading.Event()
    monkeypatch.setattr(calling, "SECONDS", 0.05)
    far(start=lambda *_: done.wait(20) and ELSEWHERE)
    with pytest.raises(CannotStart):
        service.start(payment, "far")
    done.set()


def test_coming_back_asks_and_believes_the_answer(far, payment):
    far()
    service.start(payment, "far")
    service.came_back(payment)
    db.session.commit()
    assert service.by_id(payment.id).state == PaymentState.PAID
    assert told("PaymentSucceeded") == 1


def test_a_silent_gateway_leaves_the_payment_as_it_is(far, payment):
    far(query=away)
    service.start(payment, "far")
    service.came_back(payment)
    assert service.newest(payment).state == State.STARTED
    assert asking.ask(service.newest(payment).id, "query", waiting=False) is False


def test_only_the_whole_goes_back_where_the_gateway_knows_no_parts(far, payment):
    far(capabilities=Capabilities())
    service.start(payment, "far")
    service.came_back(payment)
    with pytest.raises(OnlyWhole):
        service.refund(payment.id, Money.of("1.00", "INR"), "part", by="tests")
    with pytest.raises(TooMuchBack):
        service.refund(payment.id, Money.of("151.00", "INR"), "more", by="tests")
    service.refund(payment.id, FEE, "whole", by="tests")


@pytest.mark.parametrize("slow", [away, lambda *_: RefundOutcome(RefundStatus.PENDING)])
def test_a_refund_is_asked_for_again_until_it_is_done(far, payment, slow):
    far(refund=slow)
    service.start(payment, "far")
    service.came_back(payment)
    refund_id = service.refund(payment.id, FEE, "because", by="tests")
    db.session.commit()
    for _ in range(2):
        with pytest.raises(Again):
            service.refunds.send_back(refund_id=str(refund_id))
        db.session.commit()
    assert db.session.get(Refund, refund_id).tries == 2
    far(refund=lambda *_: RefundOutcome(RefundStatus.SUCCEEDED, "back-1"))
    service.refunds.send_back(refund_id=str(refund_id))
    db.session.commit()
    assert booked(payment) == ["capture", "refund", "refunded"]


def test_a_refund_that_is_refused_stays_owed_and_is_reported(far, payment):
    far(refund=lambda *_: RefundOutcome(RefundStatus.FAILED, code="closed"))
    service.start(payment, "far")
    service.came_back(payment)
    refund_id = service.refund(payment.id, FEE, "because", by="tests")
    service.refunds.send_back(refund_id=str(refund_id))
    db.session.commit()
    assert booked(payment) == ["capture", "refund"]
    assert service.refunds.stuck() == [refund_id]


def test_what_was_only_asked_for_or_refused_has_not_gone_back(far, payment):
    far(refund=lambda *_: RefundOutcome(RefundStatus.FAILED, code="closed"))
    service.start(payment, "far")
    service.came_back(payment)
    refund_id = service.refund(payment.id, FEE, "because", by="tests")
    assert service.returned(service.paid(payment)).minor == 0
    service.refunds.send_back(refund_id=str(refund_id))
    assert service.returned(service.paid(payment)).minor == 0


def test_a_refused_refund_is_asked_for_again_when_somebody_says_so(far, payment, app):
    far(refund=lambda *_: RefundOutcome(RefundStatus.FAILED, code="closed"))
    service.start(payment, "far")
    service.came_back(payment)
    refund_id = service.refund(payment.id, FEE, "because", by="tests")
    service.refunds.send_back(refund_id=str(refund_id))
    db.session.commit()
    far(refund=lambda *_: RefundOutcome(RefundStatus.SUCCEEDED, "back-1"))
    app.cli.add_command(payments)
    asked = app.test_cli_runner().invoke(args=["payments", "retry-refund", str(refund_id)])
    assert asked.exit_code == 0, asked.output
    run_jobs()
    assert booked(payment) == ["capture", "refund", "refunded"]
    assert service.refunds.stuck() == []
    again = app.test_cli_runner().invoke(args=["payments", "retry-refund", str(refund_id)])
    assert again.exit_code == 1
    assert "gone back already" in again.output


def test_a_refund_that_is_asked_for_since_yesterday_is_reported(far, payment):
    far(refund=away)
    service.start(payment, "far")
    service.came_back(payment)
    refund_id = service.refund(payment.id, FEE, "because", by="tests")
    db.session.commit()
    assert service.refunds.stuck() == []
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        assert service.refunds.stuck() == [refund_id]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "https://pay.example.org.evil.example/x",
        "http://pay.example.org/x",
        "//pay.example.org/x",
        "javascript:alert(1)",
    ],
)
def test_a_company_leads_the_browser_to_its_own_pages_alone(far, payment, url):
    for started in (Redirect(url), FormPost(url, {})):
        far(start=lambda *_, to=started: to)
        with pytest.raises(CannotStart):
            service.start(payment, "far")


def test_a_number_that_the_company_gave_twice_keeps_no_money_away(far, app):
    far()
    first, second = owed(), owed()
    for payment in (first, second):
        service.start(payment, "far")
        service.came_back(payment)
        db.session.commit()
        assert service.by_id(payment.id).state == PaymentState.PAID
